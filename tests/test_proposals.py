"""Pasona proposes, TMG decides; nothing on the site changes before."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from reversion.models import Version

from core.deciding import differences
from core.forms import moment_of
from core.proposals import Proposal
from core.translation_state import difference
from guide.models import Article
from interviews.models import Person
from tests import factories
from tests.staff import posted_form, url_of

pytestmark = pytest.mark.django_db
TITLE_CHANGE = difference("Article en", "Proposed title")


@pytest.fixture
def operator(client, pasona_operator):
    client.force_login(pasona_operator)
    return client


@pytest.fixture
def editor(tmg_editor):
    client = Client()
    client.force_login(tmg_editor)
    return client


@pytest.fixture
def article():
    return factories.article()


def propose(client, row, **changes) -> Proposal:
    client.post(url_of(row), {**posted_form(client, url_of(row)), "_propose": "1", **changes})
    return Proposal.objects.get()


def decide(client, proposal, **answer):
    return client.post(f"/admin/core/proposal/{proposal.pk}/change/", answer)


def test_operator_keeps_a_proposal_and_the_page_stays_as_it_is(operator, article):
    proposal = propose(operator, article, title_en="Proposed", word="New wording of the law")
    assert (proposal.row, proposal.word, proposal.decided_at) == (article, "New wording of the law", None)
    assert Article.objects.get(pk=article.pk).title_en == "Article en"
    assert not Version.objects.get_for_object(article).exists()


def test_what_is_proposed_is_a_change_of_a_page_that_is_there(editor, article):
    pages = [editor.get(url).context["may_propose"] for url in (url_of(article), "/admin/guide/article/add/")]
    assert pages == [True, False]


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_a_proposal_is_neither_written_nor_deleted_by_hand(operator, article, administrator, path):
    url = "/admin/core/proposal/" + path.format(pk=propose(operator, article, title_en="Proposed").pk)
    operator.force_login(administrator)
    assert operator.get(url).status_code == 403 and operator.post(url, {"post": "yes"}).status_code == 403
    assert Proposal.objects.count() == 1


def test_operator_cannot_save_directly_what_may_only_be_proposed(operator, article):
    assert operator.post(url_of(article), {**posted_form(operator, url_of(article)), "_save": "1"}).status_code == 403


def test_a_proposal_that_could_not_be_saved_is_refused_at_once(operator, article):
    operator.post(url_of(article), {**posted_form(operator, url_of(article)), "_propose": "1", "title_en": ""})
    assert not Proposal.objects.exists()


def test_editor_sees_the_difference_by_field_and_applies_it(operator, editor, tmg_editor, article):
    proposal = propose(operator, article, title_en="Proposed title")
    shown = editor.get(f"/admin/core/proposal/{proposal.pk}/change/").context["changes"]
    assert [(change.label, change.language, change.html) for change in shown] == [("題名", "en", TITLE_CHANGE)]
    assert decide(editor, proposal, _apply="1").status_code == 302
    proposal.refresh_from_db()
    assert Article.objects.get(pk=article.pk).title_en == "Proposed title"
    assert (proposal.decision, proposal.decided_by) == ("approved", tmg_editor) and proposal.applied_at
    assert Version.objects.get_for_object(article).first().revision.user == tmg_editor


def test_only_what_was_changed_is_shown_as_a_difference(operator, rf, tmg_editor, article):
    proposal = propose(operator, article, title_en="Proposed title")
    request = rf.get("/admin/")
    request.user = tmg_editor
    assert [change.language for change in differences(request, proposal)] == ["en"]


def test_a_proposal_is_decided_once_by_who_may_publish_while_its_page_is_there(operator, editor, article):
    def shown(client):
        told = client.get(f"/admin/core/proposal/{proposal.pk}/change/").context
        return told["may_decide"], len(told["changes"])

    proposal = propose(operator, article, title_en="Proposed title")
    assert [shown(operator), shown(editor)] == [(False, 1), (True, 1)]
    decide(editor, proposal, _apply="1")
    assert [shown(operator), shown(editor)] == [(False, 0), (False, 0)]
    Proposal.objects.update(decision="", decided_at=None, decided_by=None, applied_at=None)
    Article.objects.filter(pk=article.pk).delete()
    assert [shown(operator), shown(editor)] == [(False, 0), (False, 0)]


def test_editor_sends_back_with_a_word_and_nothing_changes(operator, editor, article):
    proposal = propose(operator, article, title_en="Proposed")
    decide(editor, proposal, _return="1", word="Please give the source")
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.word, proposal.applied_at) == ("returned", "Please give the source", None)
    assert Article.objects.get(pk=article.pk).title_en == "Article en"


def test_operator_decides_nothing(operator, article):
    proposal = propose(operator, article, title_en="Proposed")
    assert decide(operator, proposal, _apply="1").status_code == 403


def test_an_approved_proposal_with_a_date_is_applied_at_its_minute_and_once(time_machine, operator, editor, article):
    at = timezone.localtime() + timedelta(days=2)
    proposal = propose(operator, article, title_en="Later", apply_at_0=at.strftime("%Y-%m-%d"), apply_at_1=at.strftime("%H:%M"))
    decide(editor, proposal, _apply="1")
    call_command("apply_proposals")
    assert Article.objects.get(pk=article.pk).title_en == "Article en"
    time_machine.move_to(at + timedelta(minutes=1))
    call_command("apply_proposals")
    assert Article.objects.get(pk=article.pk).title_en == "Later"
    Article.objects.filter(pk=article.pk).update(title_en="Edited since")
    call_command("apply_proposals")
    assert Article.objects.get(pk=article.pk).title_en == "Edited since"


def test_a_proposal_that_no_longer_fits_waits_for_a_new_decision(time_machine, operator, editor, article):
    at = timezone.localtime() + timedelta(days=2)
    proposal = propose(operator, article, title_en="Later", topic="manners", apply_at_0=at.strftime("%Y-%m-%d"), apply_at_1="09:00")
    decide(editor, proposal, _apply="1")
    Proposal.objects.update(data=proposal.data.replace("topic=manners", "topic=gone"))
    time_machine.move_to(at + timedelta(days=1))
    call_command("apply_proposals")
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.decided_at) == ("", None)
    assert Article.objects.get(pk=article.pk).title_en == "Article en"


def test_a_second_decision_changes_nothing(operator, editor, article):
    proposal = propose(operator, article, title_en="Proposed")
    decide(editor, proposal, _return="1", word="No")
    decide(editor, proposal, _apply="1")
    assert Article.objects.get(pk=article.pk).title_en == "Article en"
    assert Proposal.objects.get().decision == "returned"


def test_a_proposed_picture_arrives_with_the_approval(operator, editor, picture):
    row = Person.objects.exclude(photo="").first()
    proposal = propose(operator, row, photo=picture)
    assert decide(editor, proposal, _apply="1").status_code == 302
    now = Person.objects.get(pk=row.pk)
    assert now.photo.name != row.photo.name and (now.photo_width, now.photo_height) == (800, 1000)


def test_waiting_proposals_are_named_on_the_form_and_on_the_first_page(operator, editor, article):
    propose(operator, article, title_en="Proposed")
    assert "operator" in editor.get(url_of(article)).context["waiting"][0].proposed_by.username
    assert any("/admin/core/proposal/" in line.url for line in editor.get("/admin/").context["morning"])
    assert not any("提案を確認" in line.text for line in operator.get("/admin/").context["morning"])


@pytest.mark.parametrize(("day", "time"), [("2026-13-45", "09:00"), ("soon", ""), ("2026-12-01", "25:61"), ("", "09:00")])
def test_a_wished_day_that_is_none_is_refused_with_the_form_kept(operator, article, day, time):
    data = {**posted_form(operator, url_of(article)), "_propose": "1", "title_en": "Kept", "apply_at_0": day, "apply_at_1": time}
    answer = operator.post(url_of(article), data)
    assert answer.status_code == 200 and not Proposal.objects.exists()
    assert answer.context["adminform"].form["title_en"].value() == "Kept"


def test_a_page_that_changed_after_the_approval_is_not_overwritten_at_the_minute(time_machine, operator, editor, article):
    at = timezone.localtime() + timedelta(days=2)
    proposal = propose(operator, article, title_en="Later", apply_at_0=at.strftime("%Y-%m-%d"), apply_at_1="09:00")
    decide(editor, proposal, _apply="1")
    assert editor.post(url_of(article), {**posted_form(editor, url_of(article)), "lead_en": "Newer lead", "_save": "1"}).status_code == 302
    time_machine.move_to(at + timedelta(days=1))
    call_command("apply_proposals")
    now = Article.objects.get(pk=article.pk)
    assert (now.title_en, now.lead_en) == ("Article en", "Newer lead")
    assert Proposal.objects.get().decided_at is None


@pytest.mark.parametrize(
    ("day", "time", "moment"),
    [("2026-12-01", "09:30", "2026-12-01T09:30:00+09:00"), (" 2026-12-01 ", "09:30:15", "2026-12-01T09:30:00+09:00"),
     ("2026-12-01", "", "2026-12-01T00:00:00+09:00"), ("", " ", None)],
)  # fmt: skip
def test_the_moment_beside_a_proposal_is_in_tokyo_to_the_minute(day, time, moment):
    found = moment_of({"apply_at_0": day, "apply_at_1": time})
    assert (found and found.isoformat()) == moment


@pytest.mark.parametrize(("day", "time"), [("2026-13-01", "09:30"), ("2026-12-01", "25:00"), ("", "09:30")])
def test_what_is_no_moment_is_refused(day, time):
    with pytest.raises(ValueError):
        moment_of({"apply_at_0": day, "apply_at_1": time})
