from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchEntry(models.Model):
    """What can be found of one content row in one language; made anew whenever the row changes."""

    kind = models.CharField(max_length=40)
    object_id = models.PositiveBigIntegerField()
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=240)
    text = models.TextField()
    words = models.TextField()
    url = models.CharField(max_length=300)
    published_at = models.DateTimeField()
    live_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [models.UniqueConstraint(fields=["kind", "object_id", "language"], name="one_entry_per_row_and_language")]
        indexes = [models.Index(fields=["language", "published_at"])]

    def __str__(self):
        return f"{self.kind} {self.object_id} {self.language}"


class Term(models.Model):
    """A word of the labour world in both languages, so that either finds pages written in the other."""

    word_ja = models.CharField(_("Japanese"), max_length=80, unique=True)
    reading = models.CharField(_("reading"), max_length=120)
    word_en = models.CharField(_("English"), max_length=120)

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["word_ja"]

    def __str__(self):
        return f"{self.word_ja} / {self.word_en}"
