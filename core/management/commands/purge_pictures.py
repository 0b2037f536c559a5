import re
from datetime import timedelta
from pathlib import PurePosixPath

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import BaseCommand
from django.utils import timezone

from core.images import PhotoField

RENDITION = re.compile(r"^(.+)-\d+\.(?:avif|webp)$")


class Command(BaseCommand):
    help = (
        "Deletes public pictures that no page has named for 30 days (replaced portraits, old focal points); a restored version makes its "
        "own anew from the private master. May be run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=30)
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, days, dry_run, **options):
        used, before = used_stems(), timezone.now() - timedelta(days=days)
        old = [
            name for name in default_storage.listdir("")[1] if is_unused(name, used) and default_storage.get_modified_time(name) < before
        ]
        for name in [] if dry_run else old:
            default_storage.delete(name)
        self.stdout.write(f"Pictures: {len(old)} {'to delete' if dry_run else 'deleted'}.")


def used_stems() -> set[str]:
    """The names, without ending, of every master that a row names."""
    fields = [(model, field) for model in apps.get_models() for field in model._meta.concrete_fields if isinstance(field, PhotoField)]
    names = {name for model, field in fields for name in model._base_manager.values_list(field.attname, flat=True)}
    return {PurePosixPath(name).stem for name in names if name}


def is_unused(name: str, used: set[str]) -> bool:
    found = RENDITION.match(name)
    return bool(found) and found[1] not in used
