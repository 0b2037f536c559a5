"""An agency applies to be listed; an operator decides. Nobody else sees who applied, and nothing of it is public."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone, translation
from post_office.models import Email
from reversion.models import Version

from agencies.applications import FROM_OUTSIDE, TakesApplications, erase_expired, standards_in_force
from agencies.models import Agency, Application
from core import visitors
from guide.models import Article
from search.models import SearchEntry
from tests import factories
from tests.staff import errors_of, list_of, posted_form, url_of

pytestmark = pytest.mark.django_db
NUMBER = "13-ユ-777001"


@pytest.fixture(autouse=True)
def limits_start_anew():
    cache.clear()


def old_stamp(seconds: int = 60) -> str:
    return visitors.SIGNER.sign(f"{int(timezone.now().timestamp()) - seconds}.application{next(factories.count)}")


def typed(**changes) -> dict:
    """What an agency types; the stamp was made long enough ago."""
    return {
        "stamp": old_stamp(), "name_ja": "株式会社みやこ人材", "name_en": "Miyako Jinzai", "area": "chiyoda", "site": "",
        "licence_number": NUMBER, "licence_valid_until": str(timezone.localdate() + timedelta(days=400)), "scope": "abroad",
        "countries": ["VN", "ID"], "other_countries": "", "jobs": ["software", "hotel"], "languages": ["ja", "vi"],
        "contact_name": "Mori Aoi", "contact_email": "mori@example.org", "contact_phone": "03-1234-5678", "message": "",
        "agreement": "on", "consent": "on", **changes,
    }  # fmt: skip


def send(client, language="en", **changes):
    return client.post(f"/{language}/agencies/apply/", typed(**changes))


def words_of(response) -> list[str]:
    """The errors on a page, as people read them."""
    found = re.findall(r'class="errors__list">(.*?)</ul>', response.content.decode(), re.S)
    return [html.unescape(re.sub(r"<[^>]+>", "", item)).strip() for item in re.findall(r"<li>(.*?)</li>", found[0], re.S)] if found else []


@pytest.fixture
def operator(client, pasona_operator):
    client.force_login(pasona_operator)
    return client


# The form


def test_an_application_becomes_a_draft_with_everything_that_was_typed(client, language):
    response = send(client, language, site="www.example.co.jp", message="Nice to meet you")
    row = Agency.objects.get(licence_number=NUMBER)
    kept = Application.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, f"/{language}/agencies/apply/done/?number={kept.number}#main")
    assert (row.published_at, row.slug, row.name_ja, row.name_en) == (None, "miyako-jinzai", "株式会社みやこ人材", "Miyako Jinzai")
    assert (row.scope, {c.code for c in row.countries}, row.fields, row.languages) == (
        "abroad",
        {"VN", "ID"},
        ["software", "hotel"],
        ["ja", "vi"],
    )
    assert (row.area, row.website, row.agreed_on) == ("chiyoda", "https://www.example.co.jp", timezone.localdate())
    assert (row.verified_on, row.is_sample, row.email, row.phone, row.summary_ja or "") == (None, False, "", "", "")
    assert (kept.agency, kept.language, kept.contact_name, kept.contact_email) == (row, language, "Mori Aoi", "mori@example.org")
    assert (str(kept.contact_phone), kept.message, kept.notice) == ("+81312345678", "Nice to meet you", visitors.NOTICE)
    assert (kept.agreed_to, kept.decision, kept.decided_by) == (str(Article.objects.get(slug="posting-standards").checked_on), "", None)


def test_the_done_page_says_number_and_what_happens_next(client, language):
    page = client.get(send(client, language).headers["Location"])
    assert page.status_code == 200
    assert Application.objects.get().number in page.content.decode()
    assert {"ja": "事務局の担当者が", "en": "A person at the secretariat"}[language] in page.content.decode()


@pytest.mark.parametrize("number", ["A2611-1", "<b>x</b>", "A2611-00001 call +1 555 0100", "Ａ2611-00001", ""])
def test_the_done_page_shows_no_words_of_its_address(client, number):
    page = client.get("/en/agencies/apply/done/", {"number": number}).content.decode()
    assert "Number of your application" not in page
    assert "555" not in page and "<b>x" not in page


def test_the_receipt_goes_to_the_contact_person_in_the_language_of_the_form(client, language):
    send(client, language, message="Please hurry")
    mail, kept = Email.objects.get(), Application.objects.get()
    subject = {"ja": "TOKYO CAREER GUIDE：掲載のお申し込み", "en": "TOKYO CAREER GUIDE: your application"}[language]
    assert (mail.to, mail.subject) == (["mori@example.org"], f"{subject} {kept.number}")
    assert {"ja": "お申し込みを受け付けました。", "en": "Your application has arrived."}[language] in mail.message
    assert f"/{language}/guide/posting-standards/" in mail.message
    assert mail.headers["Auto-Submitted"] == "auto-replied"
    assert [word in mail.message for word in ("Mori Aoi", "Miyako", "みやこ", "Please hurry", "777001")] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_template_words_of_an_agency_are_never_evaluated(client):
    send(client, contact_name="{{ application.message }}{% now 'Y' %}")
    assert "Dear {{ application.message }}{% now 'Y' %}," in Email.objects.get().message


def test_the_same_form_sent_twice_is_one_application_and_the_same_page(client):
    data = typed()
    places = [client.post("/en/agencies/apply/", data).headers["Location"] for _click in range(2)]
    assert places[0] == places[1]
    assert (Application.objects.count(), Agency.objects.filter(licence_number=NUMBER).count(), Email.objects.count()) == (1, 1, 1)


def test_a_known_licence_is_told_to_nobody(client):
    known = factories.agency()
    before = Agency.objects.filter(pk=known.pk).values().get()
    pages, mails = [], []
    for number in (NUMBER, known.licence_number):
        cache.clear()
        place = send(client, licence_number=number).headers["Location"].removesuffix("#main")
        pages.append(client.get(place).content.decode().replace(place.split("=")[1], "N"))
        mails.append(Email.objects.order_by("-pk")[0].message.replace(place.split("=")[1], "N"))
    assert pages[0] == pages[1] and mails[0] == mails[1]
    assert Agency.objects.filter(pk=known.pk).values().get() == before
    assert known.applications.get().entered["name_en"] == "Miyako Jinzai"


@pytest.mark.parametrize("written", ["13-ユ-777001", "１３－ユ－７７７００１", "13‐ﾕ‐777001", " 13ーユー777001 "])
def test_a_licence_number_may_be_written_in_any_width(client, written):
    send(client, licence_number=written)
    assert Application.objects.get().agency.licence_number == NUMBER


@pytest.mark.parametrize("written", ["{}-{}-{}", "{}/{}/{}", "{}.{}.{}"])
def test_the_day_may_be_typed_with_the_usual_marks_and_in_wide_digits(client, written):
    day = timezone.localdate() + timedelta(days=400)
    text = written.format(f"{day:%Y}", f"{day:%m}", f"{day:%d}").translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    send(client, licence_valid_until=text)
    assert Application.objects.get().agency.licence_valid_until == day


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"licence_number": "派13-123456"}, "Licence number (fee-charging employment placement): Write the number like 13-ユ-123456."),
        ({"licence_number": "48-ユ-123456"}, "Licence number (fee-charging employment placement): Write the number like 13-ユ-123456."),
        ({"licence_valid_until": "soon"}, "Licence valid until: Write the day like 2029-03-31: year, month, day."),
        ({"licence_valid_until": "2020-03-31"}, "Licence valid until: This day is over. Only agencies with a valid licence are listed: please apply again after its renewal."),
        ({"licence_valid_until": "9999-12-31"}, "Licence valid until: A licence is valid for five years at most. Please look at the year again."),
        ({"scope": ""}, "Whom may you place under your licence?: This field is required."),
        ({"countries": []}, "Countries and regions that you filed: Tick the countries and regions that you filed, or write them into the next field."),
        ({"countries": ["XX"]}, "Countries and regions that you filed: Select a valid choice. XX is not one of the available choices."),
        ({"jobs": []}, "Fields in which you place people: This field is required."),
        ({"languages": []}, "Languages in which your staff really work: This field is required."),
        ({"area": ""}, "Area of Tokyo where your office is: This field is required."),
        ({"site": "http://example.co.jp"}, "Web site of the agency: Give an address that begins with https:// or leave this empty."),
        ({"site": "javascript:alert(1)"}, "Web site of the agency: Give an address that begins with https:// or leave this empty."),
        ({"site": "example"}, "Web site of the agency: Enter a valid URL."),
        ({"site": "https://example.co.jp/\r\nx"}, "Web site of the agency: Write this in one line, without hidden characters."),
        ({"contact_email": "mori(at)example.org"}, "E-mail address: Enter a valid email address."),
        ({"contact_email": "mori@example.org\nBcc: x@example.org"}, "E-mail address: Enter a valid email address."),
        ({"contact_email": '"a<b>"@example.org'}, "E-mail address: Enter a valid email address."),
        ({"contact_phone": "12"}, "Phone number: Write the whole number, for example 03-1234-5678 or +84 24 1234 5678."),
        ({"contact_name": "Mori\nBcc: x@example.org"}, "Contact person: Write this in one line, without hidden characters."),
        ({"name_ja": "みやこ\x00"}, "Name of the agency in Japanese: Write this in one line, without hidden characters."),
        ({"name_en": "\u202eM"}, "Name of the agency in English: Write this in one line, without hidden characters."),
        ({"name_en": "M" * 5_000}, "Name of the agency in English: Ensure this value has at most 120 characters (it has 5000)."),
        ({"message": "x" * 2_001}, "Message to the secretariat: Ensure this value has at most 2000 characters (it has 2001)."),
        ({"message": "a\x00b"}, "Message to the secretariat: Null characters are not allowed."),
        ({"agreement": ""}, "Our agency agrees to the posting standards: Only agencies that agree to the posting standards are listed. Tick the box if yours does."),
        ({"consent": ""}, "I agree that my data is used for this purpose: Without your agreement we may not keep what you send. Tick the box if you agree."),
        ({"website": "http://spam.example"}, "Please empty the field “Leave this field empty”: only robots fill it. Then send again."),
        ({"stamp": old_stamp.__name__}, "This page was open for more than a day. Please look through what you wrote and send it again."),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_words_and_nothing_is_kept(client, changes, words):
    response = send(client, **changes)
    assert (response.status_code, words_of(response)) == (200, [words])
    assert (Application.objects.count(), Email.objects.count(), Agency.objects.filter(licence_number=NUMBER).count()) == (0, 0, 0)
    assert "<title>Error:" in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"licence_number": "派13-123456"}, "「13-ユ-123456」の形で書いてください。"),
        ({"licence_valid_until": "2020-03-31"}, "この日は過ぎています。掲載できるのは、有効な許可をお持ちの会社だけです。更新後にあらためてお申し込みください。"),
        ({"agreement": ""}, "掲載できるのは、掲載基準に同意した会社だけです。同意していただける場合は、チェックを入れてください。"),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_japanese(client, changes, words):
    (told,) = words_of(send(client, "ja", **changes))
    assert told.endswith(words)


def test_everything_typed_is_kept_beside_a_fault(client, language):
    data = typed(
        name_ja="株式会社𠮷野 & <b>", name_en="Yoshino 🙂", site="https://例え.jp/a?b=1&c=2", contact_email="mori@例え.jp",
        other_countries="Côte d’Ivoire", message="一行目\r\n二行目 </textarea>", consent="",
    )  # fmt: skip
    page = client.post(f"/{language}/agencies/apply/", data).content.decode()
    shown = html.unescape(page)
    for name in ("name_ja", "name_en", "site", "licence_number", "licence_valid_until", "contact_name", "contact_email", "other_countries"):
        assert f'name="{name}" value="{data[name]}"' in shown, name
    assert "一行目\r\n二行目 &lt;/textarea&gt;</textarea>" in page
    ticked = set(re.findall(r'name="(\w+)" value="([\w-]+)"[^>]*checked', page))
    wanted = {("scope", "abroad"), *(("countries", c) for c in ("VN", "ID")), *(("jobs", c) for c in ("software", "hotel"))}
    assert ticked == {*wanted, ("languages", "ja"), ("languages", "vi")}
    assert re.search(r'name="agreement"[^>]*checked', page) and '<option value="chiyoda" selected>' in page


@pytest.mark.parametrize(
    ("name_ja", "name_en", "contact_name", "email", "slug"),
    [
        ("株式会社𠮷野髙﨑①㈱", "Yoshino & Sons 🙂", "𠮷野 ｱｲ 🙂", "yoshi@例え.jp", "yoshino-sons"),
        ("مؤسسة", "株式会社みやこ", "محمد علي", "ali@example.sa", "13-777001"),
        ("{{ 7 }}", "Apply", "O’Brien <script>", "o'brien+x@example.org", "apply-13-777001"),
    ],
)
def test_names_of_the_world_are_kept_as_they_were_written(client, name_ja, name_en, contact_name, email, slug):
    send(client, name_ja=name_ja, name_en=name_en, contact_name=contact_name, contact_email=email, message="髙﨑 🙂\r\n二行目")
    kept = Application.objects.get()
    assert (kept.agency.name_ja, kept.agency.name_en, kept.agency.slug) == (name_ja, name_en, slug)
    assert (kept.contact_name, kept.contact_email, kept.message) == (contact_name, email, "髙﨑 🙂\r\n二行目")
    mail = Email.objects.get()
    assert mail.to == [email] and contact_name in mail.message
    assert mail.email_message().message()["Subject"]


def test_an_address_that_is_taken_gets_the_number_of_the_licence_and_then_something_of_its_own(client):
    factories.agency(slug="miyako-jinzai")
    send(client)
    assert Agency.objects.get(licence_number=NUMBER).slug == "miyako-jinzai-13-777001"
    factories.agency(slug="miyako-jinzai-13-777002")
    cache.clear()
    send(client, licence_number="13-ユ-777002")
    assert re.fullmatch("13-777002-[0-9a-f]{8}", Agency.objects.get(licence_number="13-ユ-777002").slug)


def test_countries_that_are_not_in_the_list_stand_before_the_message(client):
    send(client, countries=[], other_countries="Chile, Peru", message="Hello")
    assert Application.objects.get().message == "Other countries and regions that you filed: Chile, Peru\n\nHello"
    with pytest.raises(ValidationError) as refused:
        Agency.objects.get(licence_number=NUMBER).clean()
    assert list(refused.value.message_dict) == ["countries"]


def test_a_licence_within_japan_only_names_no_countries(client):
    assert send(client, scope="domestic", countries=[]).status_code == 302
    cache.clear()
    send(client, scope="domestic", countries=["VN"], licence_number="13-ユ-777002")
    assert [list(row.countries) for row in Agency.objects.filter(licence_number__startswith="13-ユ-77700")] == [[], []]


def test_a_second_application_within_a_minute_waits_with_everything_kept(client, language):
    send(client)
    response = send(client, language, licence_number="13-ユ-777002", contact_name="Abe")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert 'value="Abe"' in response.content.decode()
    assert Application.objects.count() == 1


def test_one_address_gets_three_receipts_a_day_and_the_same_page_each_time(client, time_machine):
    start = timezone.now()
    for number in range(4):
        time_machine.move_to(start + timedelta(hours=2 * number), tick=False)
        assert send(client, licence_number=f"13-ユ-77700{number}").status_code == 302
    assert (Application.objects.count(), Email.objects.count()) == (4, 3)


def test_applying_needs_no_cookie_and_no_other_site_may_send_the_form():
    stranger = Client(enforce_csrf_checks=True)
    first = stranger.get("/en/agencies/apply/")
    assert (first.cookies, first.headers["Cache-Control"]) == ({}, "private, no-store")
    assert stranger.post("/en/agencies/apply/", typed(), headers={"origin": "https://evil.example"}).status_code == 403
    assert stranger.post("/en/agencies/apply/", typed()).status_code == 302


def test_an_empty_form_is_told_every_field_that_is_needed(client):
    response = client.post("/en/agencies/apply/", {})
    needed = [line.split(":")[0] for line in words_of(response)]
    assert needed[:4] == ["This page was open for more than a day. Please look through what you wrote and send it again.", "Name of the agency in Japanese", "Name of the agency in English", "Area of Tokyo where your office is"]  # fmt: skip
    assert needed[-2:] == ["Our agency agrees to the posting standards", "I agree that my data is used for this purpose"]


def test_the_form_leads_to_the_standards_and_the_list_leads_to_the_form(client, language):
    form, everything = (client.get(f"/{language}/agencies/{path}").content.decode() for path in ("apply/", ""))
    assert f'href="/{language}/guide/posting-standards/"' in form
    assert f'href="/{language}/agencies/apply/"' in everything
    assert re.search(r'name="agreement"[^>]*checked', form) is None


# What becomes of it


def test_an_application_shows_nothing_in_public(client, language):
    before = client.get(f"/{language}/agencies/").content.decode()
    send(client, message="Please hurry")
    row = Agency.objects.get(licence_number=NUMBER)
    assert client.get(f"/{language}/agencies/").content.decode() == before
    assert client.get(f"/{language}/agencies/{row.slug}/").status_code == 404
    assert row.slug not in client.get("/sitemap-agency-1.xml").content.decode()
    assert not SearchEntry.objects.filter(kind="agency", object_id=row.pk).exists()


def test_no_contact_person_comes_into_the_search_index():
    row = factories.agency()
    before = list(SearchEntry.objects.filter(kind="agency", object_id=row.pk).values())
    factories.application(agency=row, contact_name="Zyxwvut", contact_email="zyxwvut@example.org", message="Zyxwvut").acknowledge()
    row.save()
    entries = SearchEntry.objects.filter(kind="agency", object_id=row.pk)
    assert len(before) == entries.count() == 2
    assert [(entry["title"], entry["words"]) for entry in before] == [(entry.title, entry.words) for entry in entries]
    assert not SearchEntry.objects.filter(words__contains="zyxwvut").exists()


def test_the_draft_is_refused_for_publishing_until_it_is_complete(as_editor):
    send(Client())
    row = Agency.objects.get(licence_number=NUMBER)
    data = posted_form(as_editor, url_of(row), published_at_0="2026-11-01", published_at_1="09:00", _save="1")
    assert set(errors_of(as_editor.post(url_of(row), data))) == {
        f"{name}_{code}" for name in ("summary", "body", "address") for code in ("ja", "en")
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Agency.objects.filter(pk=row.pk).update(published_at=timezone.now())


def test_an_agency_cannot_have_the_address_of_the_form():
    row = factories.agency(slug="apply")
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == ["slug"]


def test_anybody_at_the_secretariat_may_verify_the_licence_that_came_in(operator):
    send(Client())
    row = Agency.objects.get(licence_number=NUMBER)
    assert (row.edited_by, row.verified_on) == (FROM_OUTSIDE, None)
    operator.post(url_of(row, "verify"), {"scope_seen": "1"})
    row.refresh_from_db()
    assert (row.verified_on, row.verified_by) == (timezone.localdate(), "operator")


def test_without_standards_nothing_is_noted_as_agreed():
    Article.objects.filter(slug="posting-standards").update(published_at=None)
    assert standards_in_force() == ""


def test_the_same_deed_again_finds_the_first_even_when_both_came_at_once(monkeypatch):
    fields = {"name_ja": "あ", "name_en": "A", "licence_number": NUMBER, "licence_valid_until": timezone.localdate(), "area": "chiyoda"}
    contact = {"contact_name": "Mori", "contact_email": "mori@example.org", "language": "en", "notice": "1", "consented_at": timezone.now()}
    first = Agency.objects.apply(fields, submission="x", **contact)
    whole, tries = TakesApplications._apply, []

    def too_late_once(self, *args):
        tries.append(args)
        if len(tries) == 1:
            raise IntegrityError
        return whole(self, *args)

    monkeypatch.setattr(TakesApplications, "_apply", too_late_once)
    assert Agency.objects.apply(fields, submission="x", **contact) == first
    assert (len(tries), Application.objects.count()) == (2, 1)


# Staff


@pytest.mark.parametrize("role", ["tmg_editor", "counsellor", "administrator"])
def test_nobody_but_operators_opens_applications(client, request, role):
    made = factories.application()
    client.force_login(request.getfixturevalue(role))
    pages = [list_of(Application), url_of(made), url_of(made, "history"), url_of(made, "delete"), f"{list_of(Application)}add/"]
    assert [client.get(page).status_code for page in pages] == [403] * 5
    assert client.post(url_of(made), {"decision": "accepted", "_save": "1"}).status_code == 403
    client.post(list_of(Application), {"action": "decline_all", "_selected_action": [made.pk]})
    assert Application.objects.get().decision == ""


def test_editor_does_not_see_on_the_page_of_the_agency_who_applied_and_operator_does(client, tmg_editor, pasona_operator):
    made = factories.application(contact_name="Zyxwvut", entered={"name_en": "Old name", "countries": ["VN"], "fields": ["software"]})
    pages = []
    for user in (tmg_editor, pasona_operator):
        client.force_login(user)
        pages.append(client.get(url_of(made.agency)).content.decode())
    assert ["Zyxwvut" in page for page in pages] == [False, True]
    assert ["Old name" in page for page in pages] == [False, True]
    assert [made.number in page for page in pages] == [False, True]


def test_operator_saves_an_agency_beside_its_applications_and_no_version_holds_them(operator):
    made = factories.application(contact_name="Zyxwvut")
    last = Version.objects.order_by("-pk").first().pk
    data = posted_form(operator, url_of(made.agency), name_en="New name", _save="1")
    assert operator.post(url_of(made.agency), data).status_code == 302
    made.refresh_from_db()
    assert (made.agency.name_en, made.contact_name) == ("New name", "Zyxwvut")
    versions = Version.objects.filter(pk__gt=last)
    assert {version.content_type.model for version in versions} == {"agency"}
    assert [version.pk for version in versions if "Zyxwvut" in version.serialized_data] == []


def test_operator_cannot_change_an_application_from_the_page_of_the_agency(operator):
    made, other = factories.application(), factories.application()
    data = posted_form(
        operator, url_of(made.agency), **{"applications-0-id": other.pk, "applications-0-contact_name": "Zyxwvut", "_save": "1"}
    )
    operator.post(url_of(made.agency), data)
    assert set(Application.objects.values_list("contact_name", flat=True)) == {"Mori"}


def test_the_list_opens_on_what_is_to_be_decided_and_names_no_contact_person(operator, pasona_operator):
    waiting, over = factories.application(), factories.application()
    over.decide(pasona_operator, "declined")
    shown = operator.get(list_of(Application))
    assert list(shown.context["cl"].queryset) == [waiting]
    assert "Mori" not in shown.content.decode()
    rows = {
        value: list(operator.get(list_of(Application), {"decided": value}).context["cl"].queryset)
        for value in ("declined", "accepted", "all")
    }
    assert {value: set(found) for value, found in rows.items()} == {"declined": {over}, "accepted": set(), "all": {waiting, over}}
    assert over in operator.get(list_of(Application), {"q": over.agency.licence_number}).context["cl"].queryset


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        ("accepted", {"ja": "貴社を掲載させていただくことになりました。", "en": "Your agency will be listed."}),
        ("declined", {"ja": "今回は掲載を見送らせていただくことになりました。", "en": "we cannot list your agency this time."}),
    ],
)
def test_operator_decides_once_and_the_agency_is_told_in_its_language(operator, pasona_operator, decision, words, language):
    made = factories.application(language=language)
    form = {"decision": decision, "reason": "{{ origin }} Scope", "_save": "1"}
    assert operator.post(url_of(made), form).status_code == 302
    made.refresh_from_db()
    assert (made.decision, made.reason, made.decided_by) == (decision, "{{ origin }} Scope", pasona_operator)
    mail = Email.objects.get()
    assert (mail.to, words[language] in mail.message, "{{ origin }} Scope" in mail.message) == (["mori@example.org"], True, True)
    assert made.number in mail.subject and "Agency" not in mail.message
    assert operator.post(url_of(made), {**form, "decision": "accepted"}).status_code == 403
    assert (made.decide(pasona_operator, "accepted"), Email.objects.count()) == (False, 1)
    assert made.agency.published_at is None


def test_a_decision_has_to_be_made_before_it_is_saved(operator):
    made = factories.application()
    answer = operator.post(url_of(made), {"decision": "", "reason": "", "_save": "1"})
    assert (answer.status_code, list(errors_of(answer)), Email.objects.count()) == (200, ["decision"], 0)


@pytest.mark.parametrize("decision", ["accepted", "declined"])
def test_operator_decides_on_several_at_once_and_those_decided_before_stay(operator, pasona_operator, decision):
    rows = [factories.application() for _row in range(3)]
    rows[0].decide(pasona_operator, "accepted")
    Email.objects.all().delete()
    action = {"accepted": "accept_all", "declined": "decline_all"}[decision]
    operator.post(f"{list_of(Application)}?decided=all", {"action": action, "reason": "Full", "_selected_action": [row.pk for row in rows]})
    found = Application.objects.order_by("pk").values_list("decision", "reason")
    assert list(found) == [("accepted", ""), (decision, "Full"), (decision, "Full")]
    assert (Email.objects.count(), LogEntry.objects.filter(content_type__model="application").count()) == (2, 2)


def test_an_application_stands_on_the_morning_page_of_the_operator_until_it_is_decided(operator, pasona_operator):
    made = factories.application(received_at=timezone.now() - timedelta(days=3))
    (line,) = [line for line in operator.get("/admin/").context["morning"] if line.url == url_of(made)]
    assert (line.css, line.role, line.text) == ("now", "operator", f"紹介会社から掲載の申し込みがあります：{made.agency.name_ja}（3日前）")
    made.decide(pasona_operator, "accepted")
    assert [line for line in operator.get("/admin/").context["morning"] if line.url == url_of(made)] == []


def test_no_application_stands_on_the_morning_page_of_others(as_editor):
    made = factories.application()
    assert [line for line in as_editor.get("/admin/").context["morning"] if line.url == url_of(made)] == []


def test_the_number_is_all_that_an_application_says_of_itself():
    made = factories.application(received_at=timezone.make_aware(timezone.datetime(2026, 11, 30, 23, 30)))
    assert str(made) == made.number == f"A2611-{made.pk:05}"


def test_an_agency_that_applied_is_not_deleted_from_under_its_application(as_editor):
    made = factories.application()
    as_editor.post(url_of(made.agency, "delete"), {"post": "yes"})
    assert Application.objects.get() == made


def test_the_database_refuses_a_decision_without_its_moment():
    made = factories.application()
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=made.pk).update(decision="accepted")


# Forgetting


def test_the_contact_person_is_forgotten_after_the_time_that_was_promised(client, operator, pasona_operator, settings):
    send(Client(), message="Please hurry")
    kept = Application.objects.get()
    young = factories.application(contact_email="young@example.org")
    young.acknowledge()
    operator.post(url_of(kept), {"decision": "declined", "reason": "Scope", "_save": "1"})
    old = timezone.now() - timedelta(days=settings.RETENTION_APPLICATIONS, minutes=1)
    Application.objects.filter(pk=kept.pk).update(received_at=old)
    assert (erase_expired(dry_run=True), Email.objects.count()) == (1, 3)
    assert (erase_expired(dry_run=False), erase_expired(dry_run=False)) == (1, 0)
    kept.refresh_from_db()
    values = " ".join(str(value) for value in Application.objects.filter(pk=kept.pk).values_list()[0])
    assert [word for word in ("Mori", "mori@", "1234", "Please hurry", "Scope", "Miyako") if word in values] == []
    assert (kept.agency.name_en, kept.decision, kept.agreed_to != "", kept.erased_at is not None) == (
        "Miyako Jinzai",
        "declined",
        True,
        True,
    )
    assert [mail.to for mail in Email.objects.all()] == [["young@example.org"]]
    assert not LogEntry.objects.filter(content_type__model="application").exists()
    assert operator.get(url_of(kept)).status_code == 200


def test_an_erased_application_is_not_decided_any_more(pasona_operator):
    made = factories.application()
    made.erase()
    assert (made.decide(pasona_operator, "accepted"), Email.objects.count()) == (False, 0)
    assert list(Application.objects.undecided()) == []


def test_mails_exist_in_both_languages_for_every_deed():
    from core.mail import written

    made = factories.application()
    for deed in ("received", "accepted", "declined"):
        with translation.override("ja"):
            texts = [written(f"agencies/{deed}", code, {"application": made, "reason": ""}) for code in ("ja", "en")]
        assert [made.number in subject and "\n\n\n" not in body for subject, body in texts] == [True, True]
