"""The first page of the admin, its daily mail, and the check of links outside."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import call_command
from django.utils import timezone
from post_office.models import STATUS, Email

from core.linkcheck import LinkFault, Refused, is_public, place_of, problem_of
from core.management.commands.check_links import note
from guide.models import Article
from staff.models import User
from tests import factories
from tests.conftest import member
from tests.staff import url_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_else_waits():
    Article.objects.update(check_by=None)


def lines(client) -> list:
    return client.get("/admin/").context["morning"]


def found(client, words: str):
    return [line for line in lines(client) if words in line.text]


def test_an_overdue_check_leads_to_its_page(as_editor):
    row = factories.article(check_by=timezone.localdate() - timedelta(days=1))
    line = found(as_editor, "内容が今も正しいか")[0]
    assert (line.css, line.role, line.url) == ("now", "editor", url_of(row))


def test_what_appears_and_vanishes_today_is_told(as_editor, time_machine):
    time_machine.move_to(timezone.localtime().replace(hour=8, minute=0))
    later = timezone.localtime().replace(hour=18, minute=30)
    factories.article(published_at=later)
    factories.article(unpublish_at=later)
    factories.article(published_at=later + timedelta(days=1))
    assert [line.text[:12] for line in found(as_editor, "本日")] == ["本日 18:30 に公開", "本日 18:30 に公開"]


def test_failed_mail_is_the_administrators(client, administrator, as_editor):
    Email.objects.create(to="x@example.org", from_email="y@example.org", status=STATUS.failed)
    assert found(as_editor, "送信できなかった") == []
    client.force_login(administrator)
    assert [line.role for line in found(client, "送信できなかった")] == ["administrator"]


def test_the_administrator_sees_why_mail_failed_sends_it_again_and_reads_none(client, administrator):
    mail = Email.objects.create(to="x@example.org", from_email="y@example.org", subject="S", message="Secret words", status=STATUS.failed)
    mail.logs.create(status=STATUS.failed, exception_type="SMTPError", message="mailbox full")
    client.force_login(administrator)
    page = client.get(f"/admin/post_office/email/{mail.pk}/change/").content.decode()
    assert "mailbox full" in page and "Secret words" not in page
    assert client.get(f"/admin/post_office/email/{mail.pk}/preview/", follow=True).status_code == 404
    client.post("/admin/post_office/email/", {"action": "send_again", "_selected_action": [mail.pk]})
    mail.refresh_from_db()
    assert mail.status == STATUS.queued


def test_a_counsellor_sees_nothing_that_is_not_theirs(client, counsellor):
    factories.article(check_by=timezone.localdate() - timedelta(days=1))
    client.force_login(counsellor)
    assert lines(client) == []
    assert "対応が必要な項目はありません" in client.get("/admin/").content.decode()


def test_own_lines_come_before_those_of_others_of_the_same_urgency(client):
    factories.article(check_by=timezone.localdate() - timedelta(days=1))
    factories.agency(licence_valid_until=timezone.localdate() - timedelta(days=1))
    client.force_login(member("operator"))
    assert [line.role for line in lines(client) if line.css == "now"] == ["operator", "editor"]


def test_the_morning_mail_goes_once_a_day_to_those_who_want_it(time_machine):
    factories.article(title_ja="古い記事", check_by=timezone.localdate() - timedelta(days=1))
    wants, _other = member("editor", wants_morning_mail=True), member("operator")
    call_command("send_morning_mail")
    call_command("send_morning_mail")
    mail = Email.objects.get()
    assert mail.to == [wants.email] and "古い記事" in mail.message and mail.subject.startswith("【TOKYO CAREER GUIDE】")
    time_machine.move_to(timezone.now() + timedelta(days=1))
    call_command("send_morning_mail")
    assert Email.objects.count() == 2


def test_nobody_gets_an_empty_morning_mail():
    counsellor_without_lines = member("administrator", wants_morning_mail=True)
    call_command("send_morning_mail")
    assert not Email.objects.exists()
    assert User.objects.get(pk=counsellor_without_lines.pk).morning_mailed_on == timezone.localdate()


@pytest.mark.parametrize("url", [
    "ftp://example.org/", "file:///etc/passwd", "http://127.0.0.1/", "http://localhost/", "http://10.0.0.1/", "http://169.254.169.254/latest/",
    "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://192.168.1.1:80/", "http://user@127.0.0.1/", "https://1.1.1.1:8443/",
    "http://2130706433/", "http://224.0.0.1/", "http://no-such-host.invalid/", "http://[", "http://example.org:99999/",
])  # fmt: skip
def test_the_link_check_asks_no_machine_that_is_not_public(url):
    with pytest.raises(Refused):
        place_of(url)


@pytest.mark.parametrize(
    ("address", "public"), [("1.1.1.1", True), ("10.1.2.3", False), ("::ffff:10.0.0.1", False), ("2606:4700::1111", True)]
)
def test_an_address_is_public_or_not(address, public):
    assert is_public(address) == public


class Site(BaseHTTPRequestHandler):
    """A real site with a good page, a missing one, long ways round and ways into the machine."""

    WAYS = {
        "/round": "/round",
        "/in": "http://127.0.0.1:1/",
        "/1": "/good",
        "/2": "/1",
        "/3": "/2",
        "/4": "/3",
        "/secret": "http://169.254.169.254/",
    }
    WAYS |= dict.fromkeys(("/301", "/302", "/303", "/307", "/308"), "/good")
    PAGES = {"/good": 200, "/odd": 400}

    def do_GET(self):
        way = int(self.path[1:]) if self.path.startswith("/30") else 302
        self.send_response(way if self.path in self.WAYS else self.PAGES.get(self.path, 404))
        if self.path in self.WAYS:
            self.send_header("Location", self.WAYS[self.path])
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def outside(settings):
    server = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.LINK_CHECK_ALSO = [f"127.0.0.1:{server.server_port}"]
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_link_check_follows_every_kind_of_redirect(outside, status, monkeypatch):
    assert problem_of(f"{outside}/{status}") == ""
    monkeypatch.setitem(Site.WAYS, f"/{status}", "/gone")
    assert problem_of(f"{outside}/{status}") == "HTTP 404"


@pytest.mark.parametrize(("path", "problem"), [("/good", ""), ("/1", ""), ("/3", ""), ("/4", "too many redirects"), ("/gone", "HTTP 404"),
                                               ("/odd", "HTTP 400"), ("/round", "too many redirects"), ("/in", "port not allowed"), ("/secret", "not a public address")])  # fmt: skip
def test_the_link_check_tells_what_is_wrong(outside, path, problem):
    assert problem_of(outside + path) == problem


def test_broken_links_are_reported_by_page_and_language(outside, as_editor, monkeypatch):
    Article.objects.update(published_at=None)
    row = factories.article(source_url=f"{outside}/good")
    section = row.sections.create(order=1, **factories.both(heading="Part", body="<p>x</p>"))
    section.body_en = f'<p><a href="{outside}/gone">x</a></p>'
    type(section).objects.filter(pk=section.pk).update(body_en=section.body_en)
    from core.management.commands import check_links

    monkeypatch.setattr(check_links, "content_models", lambda: [Article])
    call_command("check_links")
    fault = LinkFault.objects.get()
    assert (fault.page_model, fault.page_id, fault.language, fault.url, fault.problem) == (
        "guide.article",
        row.pk,
        "en",
        f"{outside}/gone",
        "HTTP 404",
    )
    assert [line.text for line in found(as_editor, "つながらない")] == ["つながらないリンク：1件"]
    assert f"/admin/guide/article/{row.pk}/change/" in as_editor.get("/admin/core/linkfault/").content.decode()


def test_a_link_that_stays_broken_keeps_its_day_and_a_mended_one_goes():
    page = ("guide.article", 1, "en")
    note([(*page, "https://a.example/", "HTTP 404"), (*page, "https://b.example/", "HTTP 404")])
    LinkFault.objects.update(since=timezone.now() - timedelta(days=3))
    note([(*page, "https://a.example/", "HTTP 500")])
    fault = LinkFault.objects.get()
    assert fault.problem == "HTTP 500" and (timezone.now() - fault.since).days == 3
