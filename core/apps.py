from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    default = True
    name = "core"
    verbose_name = _("the whole site")

    def ready(self):
        from core.edition import rows_changed
        from core.models import content_changed

        for signal in (post_save, post_delete, content_changed):
            signal.connect(rows_changed, dispatch_uid="edition")


class StaffSiteConfig(admin_apps.AdminConfig):
    """Django's admin with our site in its place."""

    default = False
    default_site = "core.adminsite.StaffSite"
