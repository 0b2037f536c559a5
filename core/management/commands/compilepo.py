import re
from pathlib import Path

import polib
from django.conf import settings
from django.core.management import BaseCommand, CommandError

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


class Command(BaseCommand):
    help = "Compiles every .po of LOCALE_PATHS that changed, without gettext. --check: fails on fuzzy, missing or broken entries."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, check=False, **options):
        files = [file for path in settings.LOCALE_PATHS for file in sorted(Path(path).rglob("*.po"))]
        faults = [fault for file in files for fault in self.compile(file, check)]
        if faults:
            raise CommandError("\n".join(faults))
        if options["verbosity"]:
            self.stdout.write(f"{len(files)} catalogues compiled.")

    def compile(self, file: Path, check: bool) -> list[str]:
        compiled = file.with_suffix(".mo")
        if not check and compiled.exists() and compiled.stat().st_mtime >= file.stat().st_mtime:
            return []
        catalogue = polib.pofile(str(file))
        catalogue.save_as_mofile(str(compiled))
        return (
            [f"{file.parent.parent.name}: {entry.msgid!r}: {fault}" for entry in catalogue for fault in faults_of(entry)] if check else []
        )


def faults_of(entry) -> list[str]:
    """What is wrong with an entry: fuzzy, untranslated, or other placeholders than its msgid."""
    if entry.obsolete:
        return []
    translations = list(entry.msgstr_plural.values()) or [entry.msgstr]
    wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    faults = ["fuzzy"] if entry.fuzzy else []
    faults += ["missing"] if not all(translations) else []
    faults += ["placeholders differ"] if any(text and set(PLACEHOLDER.findall(text)) != wanted for text in translations) else []
    return faults
