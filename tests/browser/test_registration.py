"""People register in a real browser, and all at once, against the house, whose database is its own."""

import json
import re
import subprocess

import pytest
from playwright.sync_api import expect

from tests.browser.house import follow, quiet, watched
from tests.browser.test_desk import barriers

pytestmark = pytest.mark.django_db
WORDS = {
    "ja": {"register": "参加を申し込む", "wait": "キャンセル待ちに申し込む", "cancel": "申し込みを取り消す", "place": "参加が確定しています",
           "line": "キャンセル待ち 1番目", "moved": "お席をご用意できました", "reminder": "開催が近づきましたので"},
    "en": {"register": "Register", "wait": "Join the waiting list", "cancel": "Cancel my registration", "place": "You have a place",
           "line": "On the waiting list, number 1", "moved": "A place is yours now", "reminder": "is coming up"},
}  # fmt: skip
MAKE = """
from datetime import timedelta
from django.utils import timezone
from events.models import Event
row = Event.objects.published().first()
now = timezone.now()
row.pk, row.slug, row.capacity, row.taken, row.see_also = None, {slug!r}, {capacity}, 0, ""
row.starts_at, row.ends_at = now + timedelta(hours=80), now + timedelta(hours=83)
row.opens_at, row.closes_at = now - timedelta(days=2), now + timedelta(hours=79)
row.save()
"""
REMIND = """
from datetime import timedelta
from django.core.management import call_command
from django.db.models import F
from events.models import Event
event, hours = Event.objects.get(slug={slug!r}), timedelta(hours=10)
Event.objects.filter(pk=event.pk).update(**{{name: F(name) - hours for name in ("starts_at", "ends_at", "closes_at")}})
event.registrations.update(**{{name: F(name) - timedelta(days=1) for name in ("registered_at", "confirmed_at")}})
for _time in range(2):
    call_command("remind_registrants")
"""
"""Ten hours later; those who remind are called twice."""

COUNT = """
import json
from events.models import Event
event = Event.objects.get(slug={slug!r})
rows = list(event.registrations.order_by("pk").values_list("state", flat=True))
print(json.dumps([event.taken, rows.count("confirmed"), rows.count("waiting"), rows]))
"""


def shell(house, code: str) -> str:
    return house.manage("shell", "-v", "0", "-c", code)


def letters_to(house, address: str) -> list[str]:
    house.manage("deliver_mail")
    parts = [letter for letter in house.box.letters if letter["To"] == address]
    return [
        "".join(part.get_payload(decode=True).decode() for part in letter.walk() if part.get_content_type() == "text/plain")
        for letter in parts
    ]


def link_in(text: str) -> str:
    return re.search(r"http://\S+/events/registration/\S+", text)[0]


@pytest.fixture
def visitor(browser, house):
    context = browser.new_context(viewport={"width": 360, "height": 740}, base_url=house.origin, java_script_enabled=False)
    yield watched(context)
    context.close()


def register(page, language: str, slug: str, name: str, button: str) -> str:
    page.goto(f"/{language}/events/{slug}/")
    follow(page.locator("main a.button", has_text=button))
    address = f"{name.lower()}-{language}@example.org"
    page.locator("[name=name]").fill(name)
    page.locator("[name=email]").fill(address)
    page.locator("[name=consent]").check()
    page.wait_for_timeout(3_100)  # no person is faster: the form says so
    follow(page.get_by_role("button", name=button, exact=True))
    page.wait_for_url("**/register/done/#main")
    return address


@pytest.mark.parametrize("language", ["ja", "en"])
def test_visitor_waits_moves_up_and_is_reminded(visitor, house, language):
    words, slug = WORDS[language], f"journey-{language}"
    shell(house, MAKE.format(slug=slug, capacity=1))
    first = register(visitor, language, slug, "Anh", words["register"])
    second = register(visitor, language, slug, "Budi", words["wait"])
    visitor.goto(link_in(letters_to(house, second)[-1]))
    expect(visitor.locator("main")).to_contain_text(words["line"])
    assert visitor.evaluate("document.documentElement.scrollWidth") <= 360
    visitor.goto(link_in(letters_to(house, first)[-1]))
    expect(visitor.locator("main")).to_contain_text(words["place"])
    assert barriers_without_script(visitor) == 0
    visitor.locator("[name=sure]").check()
    follow(visitor.get_by_role("button", name=words["cancel"]))
    visitor.wait_for_url("**?done=cancel#main")
    moved = letters_to(house, second)[-1]
    visitor.goto(link_in(moved))
    expect(visitor.locator("main")).to_contain_text(words["place"])
    shell(house, REMIND.format(slug=slug))
    told = letters_to(house, second)
    assert [words["reminder"] in text for text in told] == [False, False, True]
    assert not any(words["reminder"] in text for text in letters_to(house, first))
    quiet(visitor)


def barriers_without_script(page) -> int:
    """Form fields without a name; the checker itself needs scripts, which this page has not."""
    return page.locator("input:not([type=hidden]):not([id])").count()


def test_operator_notes_people_at_the_door_with_a_thumb(browser, signed_in, house):
    shell(house, MAKE.format(slug="door", capacity=5))
    shell(
        house,
        "from events.models import Event; [Event.objects.get(slug='door').register(f'Person {n}', f'd{n}@example.org', 'en', notice='x') for n in range(3)]",
    )
    page = signed_in("operator")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/admin/events/event/?q=door")
    follow(page.locator("#result_list tbody th a").first)
    follow(page.get_by_role("link", name="受付", exact=True))
    button = page.get_by_role("button", name=re.compile("来場 ?: Person 1"))
    box = button.bounding_box()
    assert box["height"] >= 48 and box["width"] >= 96
    button.click()
    expect(page.get_by_role("status")).to_contain_text("3人中1人が来場")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert barriers(page) == []
    page.context.complaints.clear()  # the checker writes style attributes of its own
    page.set_viewport_size({"width": 1280, "height": 900})
    quiet(page)


CANCEL = "from events.models import Event; print('ready', flush=True); input(); [row.cancel() for row in Event.objects.get(slug='mixed').registrations.all()[:5]]"


def at_once(house, *commands: list[str]) -> None:
    """Starts Python several times, waits until all are ready, and lets them go at the same moment."""
    running = [house.start(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for command in commands]
    assert [process.stdout.readline() for process in running] == ["ready\n"] * len(running)
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate(timeout=60)
    assert [process.returncode for process in running] == [0] * len(running)


def race(house, slug: str, processes: int, threads: int, mode: str) -> list:
    at_once(house, *(["-m", "tests.race", slug, str(number * threads), str(threads), mode] for number in range(processes)))
    return json.loads(shell(house, COUNT.format(slug=slug)).splitlines()[-1])


def test_sixty_at_once_for_ten_places_are_ten_and_fifty_in_line(house):
    shell(house, MAKE.format(slug="race", capacity=10))
    taken, confirmed, waiting, rows = race(house, "race", 4, 15, "people")
    assert (taken, confirmed, waiting) == (10, 10, 50)
    assert rows == ["confirmed"] * 10 + ["waiting"] * 50


def test_twenty_clicks_at_once_are_one_registration(house):
    shell(house, MAKE.format(slug="clicks", capacity=10))
    assert race(house, "clicks", 4, 5, "clicks") == [1, 1, 0, ["confirmed"]]


def test_places_given_back_and_taken_at_once_leave_nobody_beside_a_free_place(house):
    shell(house, MAKE.format(slug="mixed", capacity=5))
    race(house, "mixed", 1, 5, "people")
    at_once(
        house,
        ["manage.py", "shell", "-v", "0", "-c", CANCEL],
        ["-m", "tests.race", "mixed", "100", "20", "people"],
    )
    taken, confirmed, waiting, _rows = json.loads(shell(house, COUNT.format(slug="mixed")).splitlines()[-1])
    assert (taken, confirmed, waiting) == (5, 5, 15)
