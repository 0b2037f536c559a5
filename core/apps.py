from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    default = True
    name = "core"
    verbose_name = _("the whole site")


class StaffSiteConfig(admin_apps.AdminConfig):
    """Django's admin with our site in its place."""

    default = False
    default_site = "core.adminsite.StaffSite"
