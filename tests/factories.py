"""One plain function a model: a sound, published row unless told otherwise."""

import itertools
from datetime import date, timedelta

from django.utils import timezone

from agencies.models import Agency, Application
from desk.models import CannedReply, Case, Closure, Office
from events.models import Event
from faq.models import Category, Question
from guide.models import Article
from interviews.models import Consent, Interview, Person
from interviews.models import Section as InterviewSection
from pages.models import Notice
from steps.models import Step, Task

count = itertools.count(1)


def both(**texts) -> dict:
    """``title="x"`` as ``title_ja`` and ``title_en``."""
    return {f"{name}_{language}": f"{text} {language}" for name, text in texts.items() for language in ("ja", "en")}


def live() -> dict:
    return {"published_at": timezone.now() - timedelta(hours=1), "slug": f"made-{next(count)}"}


def make(model, **values):
    return model.objects.create(**values)


def person(consent: bool = True, **values) -> Person:
    row = make(
        Person,
        **{
            **live(), **both(name="Mai", quote="Quote", occupation="Engineer", company="Maker", road="<p>Road</p>"),
            "origin": "VN", "job_family": "software", "industry": "it", "company_staff": 40, "area": "ota", "arrived_year": 2020,
            "japanese_on_arrival": "n4", "japanese_now": "n2", "route": "abroad", "status": "eshis",
            "profile_on": date(2026, 9, 1), "order": 500 + next(count), **values,
        },
    )  # fmt: skip
    if consent:
        today = timezone.localdate()
        make(Consent, person=row, given_on=today - timedelta(1), expires_on=today + timedelta(300), scope="video")
    return row


def interview(person_row: Person | None = None, **values) -> Interview:
    person_row = person_row or person()
    row = make(Interview, **{**live(), "slug": person_row.slug, **both(title="Story", lead="Lead"), "person": person_row, **values})
    make(InterviewSection, interview=row, order=1, **both(heading="Why Tokyo", body="<p>Because</p>"))
    return row


def category(**values) -> Category:
    return make(Category, **{**live(), **both(title="Topic", lead="Lead"), "group": "working", "order": 90, **values})


def question(**values) -> Question:
    parent = values.pop("category", None) or category()
    texts = both(title="May I", answer="Yes", body="<p>Under conditions</p>", source_name="Ministry")
    return make(
        Question,
        **{**live(), **texts, "category": parent, "checked_on": date(2026, 11, 22), "source_url": "https://www.mhlw.go.jp/", **values},
    )


def step(**values) -> Step:
    texts = both(title="Station", summary="Sum", duration="A week", cost="None", what="<p>a</p>", documents="<p>b</p>", mistakes="<p>c</p>")
    row = make(Step, **{**live(), **texts, "number": 50 + next(count), "who": ["you"], "checked_on": date(2026, 11, 22), **values})
    make(Task, step=row, code=f"{row.number}a"[-4:], **both(title="Do it"))
    return row


def agency(**values) -> Agency:
    return make(
        Agency,
        **{
            **live(), **both(name="Agency", summary="Sum", body="<p>Body</p>", address="Tokyo"),
            "licence_number": f"13-ユ-{900000 + next(count)}", "licence_valid_until": timezone.localdate() + timedelta(400), "agreed_on": timezone.localdate(),
            "verified_on": timezone.localdate() - timedelta(10), "fields": ["software"], "languages": ["en", "vi"],
            "area": "chiyoda", "scope": "abroad", "countries": ["VN"], "is_sample": True, **values,
        },
    )  # fmt: skip


def article(**values) -> Article:
    texts = both(title="Article", lead="Lead", source_name="Ministry")
    return make(Article, **{**live(), **texts, "topic": "conditions", "order": 90, "checked_on": date(2026, 11, 22), **values})


def event(**values) -> Event:
    now = timezone.now()
    return make(
        Event,
        **{
            **live(),
            **both(title="Evening", lead="Lead", city="Hanoi", venue="Hall", programme="<p>P</p>", companies="<p>C</p>"),
            "country": "VN", "zone": "Asia/Ho_Chi_Minh", "starts_at": now + timedelta(30), "ends_at": now + timedelta(30, 7200),
            "opens_at": now - timedelta(5), "closes_at": now + timedelta(20), "capacity": 10, "languages": ["en", "vi"], **values,
        },
    )  # fmt: skip


def office(**values) -> Office:
    return make(
        Office,
        **{
            **live(), **both(name="Office", city="Tokyo", address="Address", note="Call first"),
            "country": "JP", "zone": "Asia/Tokyo", "opens": "09:00", "closes": "18:00", "languages": ["ja", "en"], "order": 90, **values,
        },
    )  # fmt: skip


def closure(**values) -> Closure:
    return make(Closure, **{**both(reason="Move"), **values})


def notice(**values) -> Notice:
    return make(Notice, **{**live(), **both(title="Notice"), **values})


def case(question: str = "How long does it take?", **values) -> Case:
    fields = {"channel": "web", "name": "Mai", "email": "mai@example.org", "country": "VN", "language": "en", "topic": "visa"}
    return Case.objects.begin(question, **{**fields, "office": Office.objects.answering(), **values})


def canned_reply(**values) -> CannedReply:
    return make(CannedReply, **{**both(title="Fee", body="Dear {name}, see {answer}"), "answer": "question/agency-fee", **values})


def application(**values) -> Application:
    today, agency_row = timezone.now(), values.pop("agency", None) or agency(published_at=None)
    fields = {"language": "en", "contact_name": "Mori", "contact_email": "mori@example.org", "contact_phone": "+81312345678"}
    return make(Application, **{**fields, "agency": agency_row, "notice": "2026-11", "consented_at": today, **values})
