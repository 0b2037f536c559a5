from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("search")

    def ready(self):
        from core.models import content_changed
        from search import index

        post_save.connect(index.row_saved, dispatch_uid="search")
        post_delete.connect(index.row_deleted, dispatch_uid="search")
        content_changed.connect(index.model_changed, dispatch_uid="search")
