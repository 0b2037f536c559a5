"""The end of what a withdrawn consent leaves for the day on which the person agrees again."""

import re
from pathlib import PurePosixPath

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.redirects.models import Redirect
from django.core.files.storage import default_storage, storages
from django.db import models, transaction
from reversion.models import Version

from core.history import values_of
from core.proposals import Proposal
from interviews.models import Clip, Interview, Person, Section


@transaction.atomic
def forget(person: Person) -> int:
    """Delete the person and the interview with all their versions, proposals, log lines and files; the number of files."""
    rows = rows_of(person)
    versions = versions_about(person)
    names = {name for row in rows for name in files_of(type(row), vars(row))}
    names |= {name for version in versions for name in files_of(version._model, values_of(version))}
    for row in rows:
        about = {"content_type": ContentType.objects.get_for_model(row), "object_id": row.pk}
        LogEntry.objects.filter(**about).delete()
        Proposal.objects.filter(**about).delete()
    Redirect.objects.filter(new_path__contains=f"/people/{person.slug}/").delete()
    Version.objects.filter(pk__in=[version.pk for version in versions]).delete()
    person.delete()
    transaction.on_commit(lambda: delete_files(names))
    return len(names)


def rows_of(person: Person) -> list[models.Model]:
    """The person and all that is shown with it, as it is now."""
    interview = getattr(person, "interview", None)
    consent, clip = getattr(person, "consent", None), getattr(interview, "clip", None)
    sections = interview.sections.all() if interview else []
    return [row for row in (person, consent, interview, *sections, clip) if row]


def versions_about(person: Person) -> list[Version]:
    """All versions, also of interviews and sections that were deleted long ago."""
    interviews = [each for each in Version.objects.get_for_model(Interview) if values_of(each).get("person_id") == person.pk]
    numbers = {int(each.object_id) for each in interviews}
    parts = [each for model in (Section, Clip) for each in Version.objects.get_for_model(model)]
    return [
        *Version.objects.get_for_object(person),
        *interviews,
        *(each for each in parts if values_of(each).get("interview_id") in numbers),
    ]


def files_of(model, values: dict) -> list[str]:
    named = [str(values.get(field.attname) or "") for field in model._meta.concrete_fields if isinstance(field, models.FileField)]
    return [name for name in named if name]


def delete_files(names: set[str]) -> None:
    """Masters, clips and captions in both storages, and what was cut from the masters."""
    stems = "|".join(re.escape(PurePosixPath(name).stem) for name in names)
    cut = [name for name in default_storage.listdir("")[1] if re.fullmatch(rf"(?:{stems})-\d+\.(?:avif|webp)", name)] if names else []
    for name in [*names, *cut]:
        for storage in (default_storage, storages["private"]):
            storage.delete(name)
