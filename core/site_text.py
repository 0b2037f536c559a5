from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteText(models.Model):
    """The words and the phone number that stand on every page; one row."""

    strip = models.CharField(_("official strip"), max_length=120)
    owner = models.CharField(_("who is responsible"), max_length=200)
    operator = models.CharField(_("who runs the desk"), max_length=200)
    phone = models.CharField(_("desk phone"), max_length=20, help_text=_("With the country code, for example +81-50-1234-5678"))
    phone_note = models.CharField(_("note beside the phone number"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("words on every page")

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def phone_uri(self) -> str:
        return "tel:" + "".join(c for c in self.phone if c in "+0123456789")
