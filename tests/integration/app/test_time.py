"""Orders end at midnight in Asia/Shanghai because the date says so, not because a job ran; on both databases."""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.cli.demo.cast import GENG, GUI, SandboxSubject
from app.database import reading_session
from blacklist.identity.documents import parse_document
from blacklist.models import Order, SubjectDocument
from tests.apps import SetClock, ask, bearer, close_app, document, issue, make_app, seed

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENDING = {"listing": (GUI, "company_officer"), "exit_ban": (GENG, "exit_border")}


@dataclass
class Registry:
    """A seeded registry whose clock the tests set, and a key for every purpose."""

    app: Flask
    clock: SetClock
    key: str

    def order(self, subject: SandboxSubject, kind: str) -> tuple[str, date, str]:
        """Return public id, last day and state of a subject's order."""
        number = parse_document(*subject.documents[0][:2], today=self.clock.at.date())
        index = self.app.extensions["vault"].document_index(number)
        with self.app.app_context(), reading_session() as session:
            order = session.scalars(
                select(Order)
                .join(SubjectDocument, SubjectDocument.subject_id == Order.subject_id)
                .where(SubjectDocument.document_index == index, Order.kind == kind)
            ).one()
            assert order.ends_on is not None
            return order.public_id, order.ends_on, order.state

    def outcome(self, subject: SandboxSubject, purpose: str) -> str:
        """Return what one question answers at the set hour."""
        answer = ask(self.app.test_client(), self.key, subject.documents[0][1], purpose)
        assert answer.status_code == 200, answer.text
        return str(answer.json["outcome"])

    def batch_outcome(self, subject: SandboxSubject, purpose: str) -> str:
        """Return what a batch answers at the set hour."""
        body = {"purpose": purpose, "subjects": [{"document": document(subject.documents[0][1])}]}
        answer = self.app.test_client().post("/api/v1/checks/batch", json=body, headers=bearer(self.key))
        assert answer.status_code == 200, answer.text
        return str(answer.json["results"][0]["outcome"])

    def get(self, path: str) -> TestResponse:
        """Fetch a public address."""
        return self.app.test_client().get(path)


@pytest.fixture(scope="module")
def registry(database_url: str, key_file: Path) -> Iterator[Registry]:
    start = datetime(2026, 11, 24, 10, 5, tzinfo=SHANGHAI)
    clock = SetClock(start)
    app = make_app(database_url, key_file, clock=clock)
    seed(app)
    yield Registry(app, clock, "")
    close_app(app)


@pytest.fixture(params=ENDING)
def ending(request: pytest.FixtureRequest, registry: Registry) -> Iterator[tuple[SandboxSubject, str, str, datetime]]:
    """An order that ends: its subject, kind, a purpose only it blocks, and the midnight after its last day."""
    kind: str = request.param
    subject, purpose = ENDING[kind]
    before = registry.clock.at
    _, ends_on, _ = registry.order(subject, kind)
    midnight = datetime.combine(ends_on + timedelta(days=1), time(), SHANGHAI)
    registry.clock.at = midnight - timedelta(hours=1)
    registry.key = issue(registry.app, at=registry.clock.at)
    yield subject, kind, purpose, midnight
    assert registry.order(subject, kind)[2] == "effective"  # no job has run
    registry.clock.at = before


@pytest.fixture(params=["Asia/Shanghai", "UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def process_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own zone, up to a day away from the courts'."""
    monkeypatch.setenv("TZ", request.param)
    clock.tzset()
    yield
    monkeypatch.undo()
    clock.tzset()


@pytest.mark.requirement("I1")
@pytest.mark.usefixtures("process_zone")
@pytest.mark.parametrize("zone", [SHANGHAI, UTC], ids=["clock in Shanghai", "clock in UTC"])
def test_an_order_restricts_through_the_last_millisecond_of_its_last_day_and_not_one_longer(
    registry: Registry, ending: tuple[SandboxSubject, str, str, datetime], zone: ZoneInfo
) -> None:
    subject, _, purpose, midnight = ending
    for moment, outcome in (
        (midnight - timedelta(milliseconds=1), "restricted"),
        (midnight - timedelta(microseconds=1), "restricted"),
        (midnight, "clear"),
        (midnight + timedelta(seconds=1), "clear"),
    ):
        registry.clock.at = moment.astimezone(zone)
        assert registry.outcome(subject, purpose) == outcome, moment
        assert registry.batch_outcome(subject, purpose) == outcome, moment


def test_the_answer_names_the_last_day_as_until(
    registry: Registry, ending: tuple[SandboxSubject, str, str, datetime]
) -> None:
    subject, kind, purpose, midnight = ending
    registry.clock.at = midnight - timedelta(milliseconds=1)
    answer = ask(registry.app.test_client(), registry.key, subject.documents[0][1], purpose).json
    assert [one["until"] for one in answer["restrictions"]] == [registry.order(subject, kind)[1].isoformat()]
    assert answer["as_of"]["at"] == f"{registry.order(subject, kind)[1]}T23:59:59.999+08:00"


def test_a_check_answered_before_midnight_is_shown_unchanged_after_it(
    registry: Registry, ending: tuple[SandboxSubject, str, str, datetime]
) -> None:
    subject, _, purpose, midnight = ending
    registry.clock.at = midnight - timedelta(milliseconds=1)
    answer = ask(registry.app.test_client(), registry.key, subject.documents[0][1], purpose).json
    registry.clock.at = midnight
    shown = registry.app.test_client().get(f"/api/v1/checks/{answer['check_id']}", headers=bearer(registry.key))
    assert (shown.status_code, shown.json) == (200, answer)


def test_the_public_page_of_a_listing_is_gone_at_the_same_midnight(registry: Registry) -> None:
    public_id, ends_on, _ = registry.order(GUI, "listing")
    midnight = datetime.combine(ends_on + timedelta(days=1), time(), SHANGHAI)
    before = registry.clock.at
    pages = (f"/e/{public_id}", f"/api/v1/public/orders/{public_id}")
    registry.clock.at = midnight - timedelta(milliseconds=1)
    assert [registry.get(page).status_code for page in pages] == [200, 200]
    registry.clock.at = midnight
    assert [registry.get(page).status_code for page in pages] == [410, 410]
    assert GUI.name not in registry.get(pages[0]).text
    assert registry.order(GUI, "listing")[2] == "effective"
    registry.clock.at = before


def test_an_exit_ban_is_on_no_public_page_before_or_after_its_end(registry: Registry) -> None:
    public_id, ends_on, _ = registry.order(GENG, "exit_ban")
    before = registry.clock.at
    for day in (ends_on, ends_on + timedelta(days=1)):
        registry.clock.at = datetime.combine(day, time(12), SHANGHAI)
        page = registry.get(f"/e/{public_id}")
        assert page.status_code in (404, 410)
        assert GENG.name not in page.text
    registry.clock.at = before
