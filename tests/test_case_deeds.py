"""Deeds on a case beside the answer: hand over, take in, erase, mend, log a call, draft for the FAQ."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from post_office.models import Email

from desk.models import Case, Office, Sight
from faq.models import Question
from tests import factories
from tests.staff import url_of
from tests.test_case_admin import LIST, file_of, listed, page_of

pytestmark = pytest.mark.django_db


def test_case_is_handed_over_with_a_word_and_the_other_office_sees_it(client, counsellor, abroad):
    case = factories.case(office=counsellor.office)
    client.force_login(counsellor)
    answer = client.post(page_of(case), {"deed": "hand_over", "office": abroad.pk, "note": "Speaks Vietnamese"})
    case.refresh_from_db()
    assert (answer.headers["Location"], case.office, case.owner) == (LIST, abroad, None)
    assert "Speaks Vietnamese" in case.notes.get().body
    assert client.get(page_of(case)).status_code == 404


def test_duplicate_is_taken_in_and_its_private_page_leads_on(client, as_operator):
    from desk.models import CaseLink

    case, other = factories.case("First"), factories.case("Second")
    link = other.private_path(CaseLink.issue(case=other))
    as_operator.post(page_of(case), {"deed": "merge", "number": other.number})
    other.refresh_from_db()
    assert (other.merged_into, other.state) == (case, "closed")
    assert sorted(message.body for message in case.messages.all()) == ["First", "Second"]
    assert case.number in client.get(link).content.decode()
    assert client.get(page_of(other)).context["may_change"] is False


def test_erasing_a_case_erases_what_was_taken_in_and_the_log(as_operator):
    case, other = factories.case("First"), factories.case("Second", name="Secretname")
    as_operator.get(page_of(case))
    as_operator.post(page_of(case), {"deed": "merge", "number": other.number})
    assert LogEntry.objects.filter(object_id=case.pk, content_type__model="case").exists()
    case.refresh_from_db()
    case.erase()
    other.refresh_from_db()
    assert (other.name, other.erased_at is not None) == ("", True)
    assert not LogEntry.objects.filter(object_id=case.pk, content_type__model="case").exists()
    assert not Email.objects.exists()
    assert list(Sight.objects.filter(case=case).values_list("user__username", flat=True).distinct()) == ["operator"]


def test_files_go_when_the_erasing_is_certain(as_operator, django_capture_on_commit_callbacks):
    case = factories.case()
    file = file_of(case)
    with django_capture_on_commit_callbacks(execute=True):
        case.erase()
    assert file.file.storage.exists(file.file.name) is False


def test_nobody_changes_a_case_that_was_erased(as_operator):
    case = factories.case()
    case.erase()
    assert as_operator.post(page_of(case), {"deed": "reopen"}).status_code == 403
    assert as_operator.get(page_of(case)).status_code == 200


def test_details_are_mended_and_found(as_operator):
    case = factories.case(email="")
    data = {
        "deed": "details",
        "topic": "salary",
        "language": "ja",
        "name": "山田",
        "email": "y@example.org",
        "country": "ID",
        "wish": "mail",
    }
    as_operator.post(page_of(case), data)
    case.refresh_from_db()
    assert (case.topic, case.language, case.name, case.email, str(case.country)) == ("salary", "ja", "山田", "y@example.org", "ID")
    assert listed(as_operator, "?q=山田") == [case]


def test_a_call_is_logged_with_three_fields_and_is_a_closed_case(as_operator, pasona_operator):
    office = Office.objects.answering()
    answer = as_operator.post(
        f"{LIST}add/",
        {"channel": "phone", "question": "N2は要りますか", "answer": "会社によります", "outcome": "answered", "topic": "other", "language": "ja", "office": office.pk},
    )  # fmt: skip
    case = Case.objects.get()
    assert answer.headers["Location"] == page_of(case)
    assert (case.channel, case.state, case.owner, case.office) == ("phone", "closed", pasona_operator, office)
    assert [message.body for message in case.messages.all()] == ["N2は要りますか", "会社によります"]
    assert case.first_answered_at is not None and not Email.objects.exists()


def test_a_call_to_be_followed_up_has_an_answer_by_and_a_receipt(as_operator):
    data = {
        "channel": "visit",
        "question": "Visa?",
        "outcome": "open",
        "topic": "visa",
        "language": "en",
        "office": Office.objects.answering().pk,
    }
    refused = as_operator.post(f"{LIST}add/", data)
    assert list(refused.context["form"].errors) == ["phone"] and "Visa?" in refused.content.decode()
    refused = as_operator.post(f"{LIST}add/", {**data, "email": "mai@example.org"})
    assert list(refused.context["form"].errors) == ["agreed"]
    as_operator.post(f"{LIST}add/", {**data, "email": "mai@example.org", "agreed": "on"})
    case = Case.objects.get()
    assert (case.state, case.answer_by is not None, case.notice) == ("open", True, "2026-11")
    assert case.number in Email.objects.get().message


def test_counsellor_logs_for_the_own_office_only(client, counsellor_abroad, abroad):
    client.force_login(counsellor_abroad)
    data = {"channel": "phone", "question": "Q", "answer": "A", "outcome": "answered", "topic": "other", "language": "en"}
    refused = client.post(f"{LIST}add/", {**data, "office": Office.objects.answering().pk})
    assert list(refused.context["form"].errors) == ["office"]
    client.post(f"{LIST}add/", {**data, "office": abroad.pk})
    assert Case.objects.get().office == abroad


def test_a_draft_for_the_faq_holds_no_person(as_operator, pasona_operator):
    words = "Hello, my name is Mai Nguyen. Can I bring my dog to Tokyo? Call +84 24 1234 5678 or mai@example.org. Regards, Mai Nguyen"
    case = factories.case(words, name="Mai Nguyen", topic="housing")
    case.reply(pasona_operator, "Dear Mai Nguyen. Yes, after a quarantine.")
    answer = as_operator.post(f"{LIST}{case.pk}/draft/")
    draft = Question.objects.latest("pk")
    assert answer.headers["Location"] == url_of(draft)
    assert draft.title_en == "Can I bring my dog to Tokyo? Call … or …."
    assert (draft.answer_en, draft.published_at, draft.category.slug, draft.title_ja) == ("Yes, after a quarantine.", None, "housing", None)


def test_a_case_without_a_topic_of_the_faq_makes_no_draft(as_operator):
    case = factories.case(topic="other")
    before = Question.objects.count()
    as_operator.post(f"{LIST}{case.pk}/draft/")
    assert Question.objects.count() == before


def test_silent_cases_are_closed_and_old_ones_erased_and_a_dry_run_only_counts(pasona_operator, time_machine, capsys):
    from django.core.management import call_command

    case = factories.case()
    case.reply(pasona_operator, "A")
    time_machine.move_to(timezone.now() + timedelta(days=15))
    call_command("erase_expired", "--dry-run")
    assert "cases closed 1" in capsys.readouterr().out
    call_command("erase_expired")
    case.refresh_from_db()
    assert (case.state, case.name) == ("closed", "Mai")
    time_machine.move_to(timezone.now() + timedelta(days=366))
    call_command("erase_expired")
    case.refresh_from_db()
    assert (case.name, case.topic, case.erased_at is not None) == ("", "visa", True)
    call_command("erase_expired")
    assert capsys.readouterr().out.splitlines()[-1].startswith("Erased: cases closed 0, cases 0,")
