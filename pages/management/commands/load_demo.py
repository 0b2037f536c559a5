from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.management import BaseCommand, CommandError, call_command
from django.db.models import F
from django.utils import timezone

from agencies.models import Agency
from events.models import Event
from interviews.models import Clip, Consent, Person
from search.index import rebuild

WRITTEN_ON = date(2026, 11, 23)
"""The day from which the dates of events, licences and consents in the fixtures are counted."""

CLIP_FILES = ("av1", "h264", "captions_ja", "captions_en")


class Command(BaseCommand):
    help = (
        "Loads the demo content (fictional people and agencies) into an empty database: fixtures, pictures, clips, "
        "dates of events, licences and consents moved to today, search index, first versions. Refuses a filled database."
    )

    def handle(self, **options):
        if Person.objects.exists():
            raise CommandError("There is content already: nothing was loaded.")
        call_command("loaddata", "demo", verbosity=0)
        people = self.make_pictures()
        clips = self.store_clips()
        self.move_dates(timezone.localdate() - WRITTEN_ON)
        entries = rebuild()
        call_command("createinitialrevisions", verbosity=0)
        self.stdout.write(f"Demo content: {people} people, {clips} clips, {entries} search entries.")

    def make_pictures(self) -> int:
        people = list(Person.objects.exclude(photo=""))
        for person in people:
            with fixture(person.photo.name).open("rb") as file:
                person.photo.save(Path(person.photo.name).name, File(file), save=False)
            Person.objects.filter(pk=person.pk).update(
                photo=person.photo.name, photo_width=person.photo_width, photo_height=person.photo_height
            )
        return len(people)

    def store_clips(self) -> int:
        clips = list(Clip.objects.all())
        for clip in clips:
            for name in CLIP_FILES:
                self.store(clip, name)
            clip.av1_bytes, clip.h264_bytes = clip.av1.size, clip.h264.size
            with fixture(clip.poster.name).open("rb") as file:
                clip.poster.save(Path(clip.poster.name).name, File(file), save=False)
            clip.save()
        return len(clips)

    def store(self, clip: Clip, name: str) -> None:
        field = getattr(clip, name)
        with fixture(field.name).open("rb") as file:
            field.save(Path(field.name).name, File(file), save=False)

    def move_dates(self, shift: timedelta) -> None:
        """Events keep their weekday; ``checked_on`` stays: nobody checked anything on the day of loading."""
        weeks = timedelta(weeks=round(shift.days / 7))
        moments = ("starts_at", "ends_at", "opens_at", "closes_at")
        Event.objects.update(**{name: F(name) + weeks for name in moments})
        Agency.objects.update(licence_valid_until=F("licence_valid_until") + shift)
        Consent.objects.update(given_on=F("given_on") + shift, expires_on=F("expires_on") + shift)


def fixture(name: str) -> Path:
    """A file of the demo content, by the name that the YAML gives it."""
    return settings.BASE_DIR / "interviews" / "fixtures" / name
