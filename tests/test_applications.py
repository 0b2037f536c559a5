"""An agency applies to be listed; an operator decides. Nobody else sees who applied, and nothing of it is public."""

import html
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from agencies.models import Agency, Application
from core import visitors
from guide.models import Article
from search.models import SearchEntry
from tests import factories
from tests.forms import old_stamp, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_start_anew")]
NUMBER = "13-ユ-777001"


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
