"""Mail goes out through a real server, and comes in to its case."""

from datetime import timedelta
from email.utils import parseaddr

import pytest
from django.core.management import call_command
from django.utils import timezone
from post_office.connections import connections
from post_office.models import STATUS, Email

from core.mail import BACK_OFF_MINUTES, empty_old_bodies, queue, send, take
from desk.models import Case, Office
from tests.smtp import free_port, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running_server(tmp_path_factory):
    with mail_server(tmp_path_factory.mktemp("smtp")) as server:
        yield server


@pytest.fixture
def server(running_server, settings):
    """The mail server, empty and in a good mood, and the site told to use it."""
    for letter in running_server.folder.glob("*.eml"):
        letter.unlink()
    running_server.be("take")
    connections.close()
    use(settings, running_server.port)
    yield running_server
    running_server.be("take")


def use(settings, port: int) -> None:
    settings.POST_OFFICE = {**settings.POST_OFFICE, "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}}
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1


def a_case(**values) -> Case:
    return Case.objects.begin(
        "How long?", **{"channel": "web", "name": "Mai", "email": "mai@example.org", "language": "en", "office": Office.objects.answering(), **values}
    )  # fmt: skip


def test_receipt_and_answer_arrive_in_one_thread_in_the_language_of_the_case(server, pasona_operator, language):
    case = a_case(language=language, name="髙﨑 𠮷")
    case.reply(pasona_operator, "1か月です。\n①㈱ 🙂")
    call_command("deliver_mail")
    receipt, answer = server.letters
    names = {"ja": "東京キャリア相談デスク", "en": "Tokyo Career Consulting Desk"}
    assert parseaddr(str(receipt["From"])) == (names[language], "desk@localhost")
    assert answer["In-Reply-To"] == receipt["Message-ID"] == answer["References"]
    assert answer["Reply-To"].startswith(f"desk+{case.pk}.")
    assert [letter.get_content_type() for letter in (receipt, answer)] == ["text/plain"] * 2
    assert "髙﨑 𠮷" in answer.get_content() and "①㈱ 🙂" in answer.get_content()
    assert case.number in str(receipt["Subject"]) and case.number in str(answer["Subject"])
    assert receipt["X-TCG-Loop"] == "1"


def test_a_mail_that_was_sent_is_not_sent_again(server):
    a_case()
    call_command("deliver_mail")
    call_command("deliver_mail")
    assert len(server.letters) == 1
    assert [mail.status for mail in Email.objects.all()] == [STATUS.sent]


@pytest.mark.parametrize("mood", ["defer", "hang"])
def test_a_server_that_defers_or_hangs_gets_the_mail_later_with_the_same_message_id(server, time_machine, mood):
    a_case()
    server.be(mood)
    call_command("deliver_mail")
    mail = Email.objects.get()
    assert (mail.status, mail.number_of_retries, server.letters) == (STATUS.requeued, 1, [])
    server.be("take")
    early = [letter["Message-ID"] for letter in server.letters]
    call_command("deliver_mail")
    assert [letter["Message-ID"] for letter in server.letters] == early
    time_machine.move_to(timezone.now() + timedelta(minutes=BACK_OFF_MINUTES[0], seconds=1))
    call_command("deliver_mail")
    assert {letter["Message-ID"] for letter in server.letters} == {mail.message_id}
    assert Email.objects.get().status == STATUS.sent


def test_a_server_that_is_down_gets_the_mail_later(settings, server, time_machine):
    use(settings, free_port())
    a_case()
    call_command("deliver_mail")
    assert Email.objects.get().status == STATUS.requeued
    use(settings, server.port)
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    call_command("deliver_mail")
    assert len(server.letters) == 1


def test_an_address_that_is_refused_for_good_has_failed_at_once(server):
    a_case()
    server.be("refuse")
    call_command("deliver_mail")
    mail = Email.objects.get()
    assert mail.status == STATUS.failed
    assert mail.logs.get().exception_type == "SMTPRecipientsRefused"


def test_waits_grow_and_a_mail_that_never_goes_out_has_failed_in_the_end(server, time_machine):
    a_case()
    server.be("defer")
    moment, waits = timezone.now(), []
    for _try in range(len(BACK_OFF_MINUTES) + 1):
        time_machine.move_to(moment, tick=False)
        call_command("deliver_mail")
        mail = Email.objects.get()
        waits.append(round((mail.scheduled_time - moment).total_seconds() / 60))
        moment = mail.scheduled_time + timedelta(seconds=1)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 120, 240, 480, 480, 480, 0]
    assert mail.status == STATUS.failed


def test_a_visitor_reaches_no_mail_server_only_a_row(server):
    a_case()
    assert (server.letters, [mail.status for mail in Email.objects.all()]) == ([], [STATUS.queued])


def test_a_mail_is_taken_by_one_sender_and_after_a_kill_by_another(time_machine):
    a_case()
    first, second = take(), take()
    assert (first.status, second) == (STATUS.queued, None)
    start = timezone.now()
    time_machine.move_to(start + timedelta(minutes=2, seconds=50))
    assert take() is None
    time_machine.move_to(start + timedelta(minutes=3, seconds=1))
    again = take()
    assert (again.pk, again.message_id) == (first.pk, first.message_id)


def test_a_mail_whose_time_is_over_is_not_sent(server):
    queue("mai@example.org", "desk/received", "en", owner="x-1", expires_at=timezone.now() - timedelta(minutes=1), case=a_case(), link="")
    call_command("deliver_mail")
    assert len(server.letters) == 1


def test_a_deed_that_fails_sends_nothing():
    from django.db import transaction

    with pytest.raises(ValueError), transaction.atomic():
        a_case()
        raise ValueError
    assert not Email.objects.exists()


def test_words_of_mails_are_emptied_after_thirty_days():
    a_case()
    Email.objects.update(created=timezone.now() - timedelta(days=29, hours=23))
    assert empty_old_bodies() == 0
    Email.objects.update(created=timezone.now() - timedelta(days=30, minutes=1))
    assert (empty_old_bodies(dry_run=True), Email.objects.get().message != "") == (1, True)
    assert empty_old_bodies() == 1
    assert (Email.objects.get().message, Email.objects.get().subject) == ("", "")


def test_an_internationalised_address_gets_its_mail(server):
    a_case(email="yoshi@例え.jp")
    assert send(take()) is True
    assert len(server.letters) == 1


def test_a_hostile_name_makes_no_header(server, pasona_operator):
    case = a_case(name="Mai\r\nBcc: x@example.org")
    case.reply(pasona_operator, "Yes")
    call_command("deliver_mail")
    assert [letter["Bcc"] for letter in server.letters] == [None, None]
