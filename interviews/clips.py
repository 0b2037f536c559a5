"""The video of an interview and its files."""

from django.core.files.storage import default_storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.images import PhotoField
from core.links import absolute
from core.richtext import RichTextField

FILES = ("av1", "h264", "captions_ja", "captions_en")


def move_file(name: str, source, target) -> None:
    """Move a stored file to another storage under the same name; nothing happens when it is not there."""
    if not source.exists(name):
        return
    with source.open(name) as file:
        target.save(name, file)
    source.delete(name)


class Clip(models.Model):
    """The video of an interview: two encodings, captions in two languages, a transcript, a still."""

    interview = models.OneToOneField("interviews.Interview", models.CASCADE, related_name="clip", verbose_name=_("interview"))
    av1 = models.FileField(_("video (AV1)"), upload_to="clips")
    h264 = models.FileField(_("video (H.264)"), upload_to="clips")
    av1_bytes = models.PositiveIntegerField(_("size of the AV1 file (bytes)"), default=0)
    h264_bytes = models.PositiveIntegerField(_("size of the H.264 file (bytes)"), default=0)
    seconds = models.PositiveSmallIntegerField(_("length (seconds)"))
    width = models.PositiveSmallIntegerField(_("width (pixels)"), default=960)
    height = models.PositiveSmallIntegerField(_("height (pixels)"), default=540)
    poster = PhotoField(_("still"), ratio=(16, 9), width_field="poster_width", height_field="poster_height")
    poster_width = models.PositiveIntegerField(null=True, editable=False)
    poster_height = models.PositiveIntegerField(null=True, editable=False)
    poster_x = models.PositiveSmallIntegerField(default=50, editable=False)
    poster_y = models.PositiveSmallIntegerField(default=50, editable=False)
    captions_ja = models.FileField(_("captions (Japanese)"), upload_to="clips")
    captions_en = models.FileField(_("captions (English)"), upload_to="clips")
    has_speech = models.BooleanField(_("people speak in it"), default=True)
    transcript = RichTextField(_("transcript"))

    class Meta:
        verbose_name = _("video clip")
        verbose_name_plural = _("video clips")
        constraints = [models.CheckConstraint(condition=Q(seconds__gt=0), name="clip_has_a_length")]

    def __str__(self):
        return f"{self.interview_id}"

    @property
    def tracks(self) -> list[dict]:
        """The captions, those in the reader's language first."""
        tracks = [
            {"language": "ja", "label": "日本語", "url": self.captions_ja.url},
            {"language": "en", "label": "English", "url": self.captions_en.url},
        ]
        return sorted(tracks, key=lambda track: track["language"] != get_language())

    def schema_org(self) -> dict:
        return {
            "@type": "VideoObject",
            "name": self.interview.title,
            "description": self.interview.lead,
            "thumbnailUrl": absolute(self.poster.largest_url),
            "uploadDate": self.interview.published_at.isoformat(),
            "duration": f"PT{self.seconds}S",
            "contentUrl": absolute(self.h264.url),
        }

    def hide(self) -> None:
        """Take the files off the public storage; they wait in the private one."""
        for name in FILES:
            move_file(getattr(self, name).name, default_storage, storages["private"])
        self.poster.delete_renditions()

    def show(self) -> None:
        """Bring the files back to the public storage."""
        for name in FILES:
            move_file(getattr(self, name).name, storages["private"], default_storage)
        self.poster.render()
