"""What the desk writes: answers, notes, hand-overs, and calls and visits logged."""

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.canned import CannedReply
from desk.cases import Case
from desk.exchange import CHANNELS
from desk.models import Office
from desk.topics import topic_choices

LONGEST_REPLY = 20_000


class DeskForm(forms.Form):
    """A form on the page of a case: it knows the case and who looks at it."""

    def __init__(self, *args, case: Case, user, **kwargs):
        self.case, self.user = case, user
        super().__init__(*args, auto_id=f"id_{type(self).__name__.lower()}_%s", **kwargs)


class ReplyForm(DeskForm):
    canned = forms.ModelChoiceField(CannedReply.objects.none(), label=_("Canned reply"), required=False)
    body = forms.CharField(
        label=_("Answer"), max_length=LONGEST_REPLY, required=False, widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"})
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("How it was answered"), choices=[(code, name) for code, name in CHANNELS if code != "web"])
    asks = forms.BooleanField(label=_("I ask the visitor something: wait for their reply"), required=False)
    faq_answer = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["canned"].queryset = CannedReply.objects.all()
        self.fields["seen"].initial = self.case.last_words
        self.fields["channel"].initial = "mail" if self.case.email else self.case.channel

    def inserted(self) -> "ReplyForm":
        """The same form with the chosen canned reply behind what was typed; nothing is sent."""
        chosen = self.fields["canned"].queryset.filter(pk=self["canned"].value() or None).first()
        data = self.data.copy()
        if chosen:
            data["body"] = "\n\n".join(part for part in (data.get("body", "").strip(), chosen.words_for(self.case)) if part)
            data["faq_answer"], data["canned"] = chosen.answer, ""
        return ReplyForm(initial={name: data.get(name) for name in self.fields}, case=self.case, user=self.user)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("body", "").strip():
            self.add_error("body", _("Write the answer first."))
        if cleaned.get("channel") == "mail" and not self.case.email:
            self.add_error("channel", _("There is no e-mail address. Enter one under “Details”, or choose another way."))
        if cleaned.get("seen") is not None and cleaned["seen"] < self.case.last_words:
            self.data = self.data.copy()
            self.data["seen"] = self.case.last_words
            raise ValidationError(
                _("Something was written here since you opened this page: read it, then send again. Your words are kept.")
            )
        return cleaned


class NoteForm(DeskForm):
    body = forms.CharField(
        label=_("Internal note"), max_length=LONGEST_REPLY, widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    )


class AssignForm(DeskForm):
    owner = forms.ModelChoiceField(get_user_model().objects.none(), label=_("Owner"), required=False, empty_label=_("nobody"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        of_the_desk = Q(role="operator") | Q(role="counsellor", office=self.case.office_id)
        self.fields["owner"].queryset = get_user_model().objects.filter(of_the_desk, is_active=True).order_by("username")
        self.fields["owner"].initial = self.case.owner_id


class HandOverForm(DeskForm):
    office = forms.ModelChoiceField(Office.objects.none(), label=_("Office"))
    note = forms.CharField(
        label=_("A word to the other office"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = Office.objects.exclude(pk=self.case.office_id)


class MergeForm(DeskForm):
    number = forms.CharField(label=_("Number of the duplicate"), max_length=20)

    def clean_number(self) -> Case:
        """The case of that number among those that this member of staff sees."""
        number = self.cleaned_data["number"].strip()
        tail = number.rpartition("-")[2]
        visible = Case.objects.seen_by(self.user).filter(merged_into=None, erased_at=None).exclude(pk=self.case.pk)
        other = visible.filter(pk=int(tail)).first() if tail.isdecimal() and len(tail) < 18 else None
        if other is None or other.number != number:
            raise ValidationError(_("There is no other case with this number."))
        return other


class DetailsForm(forms.ModelForm):
    """What is known about the visitor, to be mended by the desk."""

    class Meta:
        model = Case
        fields = ["topic", "language", "name", "email", "phone", "country", "zone", "wish", "times"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_details_%s", **kwargs)
        self.fields["topic"] = forms.ChoiceField(label=_("Topic"), choices=topic_choices())


class LogForm(forms.ModelForm):
    """A call or a visit, written down while it goes on or right after it; the keyboard is enough."""

    OUTCOMES = [("answered", _("Answered")), ("open", _("Somebody has to get back to them"))]

    channel = forms.ChoiceField(label=_("Channel"), choices=CHANNELS[2:], widget=forms.RadioSelect, initial="phone")
    question = forms.CharField(
        label=_("What was asked"), max_length=LONGEST_REPLY, widget=forms.Textarea(attrs={"rows": 4, "autofocus": True, "class": "vLargeTextField"})
    )  # fmt: skip
    answer = forms.CharField(
        label=_("What was answered"), max_length=LONGEST_REPLY, required=False, widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})
    )  # fmt: skip
    outcome = forms.ChoiceField(label=_("How it ended"), choices=OUTCOMES, widget=forms.RadioSelect, initial="answered")
    agreed = forms.BooleanField(
        label=_("I told the person what happens with their data, and they agreed"), required=False,
        help_text=_("Needed as soon as a name, a number or an address is kept."),
    )  # fmt: skip

    class Meta:
        model = Case
        fields = ["topic", "language", "country", "office", "name", "email", "phone", "times"]

    field_order = [
        "channel", "question", "answer", "outcome", "topic", "language", "country", "office", "name", "email", "phone", "times", "agreed",
    ]  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topic"] = forms.ChoiceField(label=_("Topic"), choices=topic_choices(), initial="other")
        self.fields["office"].queryset = Office.objects.filter(pk=user.office_id) if user.role == "counsellor" else Office.objects.all()
        self.fields["office"].initial = user.office_id or Office.objects.answering()
        self.order_fields(self.field_order)

    def clean(self):
        cleaned = super().clean()
        keeps = any(cleaned.get(name) for name in ("name", "email", "phone"))
        if keeps and not cleaned.get("agreed"):
            self.add_error("agreed", _("Tell the person what happens with their data first, or leave name, number and address empty."))
        if cleaned.get("outcome") == "answered" and not (cleaned.get("answer") or "").strip():
            self.add_error("answer", _("Write what was answered, or say that somebody has to get back to them."))
        if cleaned.get("outcome") == "open" and not (cleaned.get("email") or cleaned.get("phone")):
            self.add_error("phone", gettext("To get back to them a number or an address is needed."))
        return cleaned
