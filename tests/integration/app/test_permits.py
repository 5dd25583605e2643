"""Permits at the agencies' door, on both databases: when the answer is `permitted`, and how a use is counted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.cli.demo.cast import SandboxSubject
from app.database import reading_session, writing_session
from blacklist.models import AuditEntry, CheckOutcome, Order, Permit, PermitUse
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permits import Cause, Leave
from blacklist.services.ending_permits import approve_revocation, expire_permits
from tests.apps import SetClock, ask, bearer, close_app, close_thread, document, issue, make_app
from tests.courts import Courts, make_courts
from tests.permits import permitted, propose

AT = datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
_keys = count(1)
_serials = count(7001)


@dataclass
class Place:
    """An application with two courts and two agencies that may ask everything, and its clock."""

    app: Flask
    clock: SetClock
    courts: Courts
    first: str
    second: str

    @contextmanager
    def acting(self) -> Iterator[Courts]:
        """Open the courts in a session of their own, at the hour of the clock."""
        with self.app.app_context(), writing_session() as session:
            yield replace(self.courts, session=session, at=self.clock.at)

    def order(self, *, kind: OrderKind = OrderKind.CONSUMPTION) -> tuple[Order, SandboxSubject]:
        with self.acting() as courts:
            return courts.order("effective", kind=kind)

    def permit(self, order: Order, **change: Any) -> Permit:
        with self.acting() as courts:
            return permitted(courts, order, **change)

    def ask(self, subject: SandboxSubject, purpose: str = "air_travel", **more: Any) -> dict[str, Any]:
        answer = ask(self.app.test_client(), more.pop("key", self.first), subject.documents[0][1], purpose, **more)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json
        return body

    def report(self, check_id: str, *, key: str = "", action: str = "permit_used", once: str = "") -> TestResponse:
        return self.app.test_client().post(
            f"/api/v1/checks/{check_id}/outcome",
            json={"action": action, "at": self.clock.at.isoformat()},
            headers=bearer(key or self.first, **{"Idempotency-Key": once or f"use-{next(_keys)}"}),
        )

    def left(self, permit: Permit) -> tuple[str, int]:
        """Return a permit's state and the uses left on disk."""
        with self.app.app_context(), reading_session() as session:
            row = session.get_one(Permit, permit.id)
            return row.state, row.uses_left

    def counted(self, table: type[Any]) -> int:
        with self.app.app_context(), reading_session() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture(scope="module")
def place(database_url: str, key_file: Path) -> Iterator[Place]:
    clock = SetClock(AT)
    app = make_app(database_url, key_file, clock=clock)
    with app.app_context(), writing_session() as session:
        courts = make_courts(session, vault=app.extensions["vault"], at=AT)
    keys = [issue(app, at=AT, burst=100_000) for _ in range(2)]
    yield Place(app, clock, courts, *keys)
    close_app(app)


@pytest.fixture(autouse=True)
def _set_back(place: Place) -> Iterator[None]:
    yield
    place.clock.at = AT


@pytest.fixture(params=["application/json", "application/json; charset=utf-8"], ids=["ahead of Flask", "in the view"])
def door(request: pytest.FixtureRequest) -> dict[str, str]:
    """Headers that take a plain check through the gate, or past it into the view."""
    return {"Content-Type": request.param}


def at_once(place: Place, *acts: Callable[[], TestResponse]) -> list[TestResponse]:
    """Run acts at the same moment, each in a thread of its own."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], TestResponse]) -> TestResponse:
        try:
            barrier.wait(10)
            return act()
        finally:
            close_thread(place.app)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


class TestAnswering:
    def test_a_permit_that_covers_the_order_is_answered(self, place: Place, door: dict[str, str]) -> None:
        order, subject = place.order()
        permit = place.permit(order, uses=2)

        body = place.ask(subject, headers=door)

        assert (body["outcome"], body["action"]) == ("permitted", "proceed")
        assert (body["restrictions"], body["denial_code"]) == ([], None)
        assert body["permit"] == {
            "permit_no": permit.permit_no,
            "valid_from": "2026-11-24",
            "valid_to": "2026-11-25",
            "uses_left": 2,
        }
        assert list(body) == [
            *("check_id", "outcome", "purpose", "restrictions", "permit", "denial_code", "as_of", "action", "message")
        ]
        assert "诊断" not in str(body)

    def test_the_recorded_answer_is_the_answer(self, place: Place, door: dict[str, str]) -> None:
        order, subject = place.order()
        place.permit(order)

        given = place.ask(subject, headers=door)

        shown = place.app.test_client().get(f"/api/v1/checks/{given['check_id']}", headers=bearer(place.first))
        assert shown.json == given

    def test_a_batch_answers_each_as_alone(self, place: Place) -> None:
        (covered, with_permit), (_, without) = place.order(), place.order()
        permit = place.permit(covered)
        numbers = [one.documents[0][1] for one in (with_permit, without, with_permit)]
        body = {
            "purpose": "air_travel",
            "subjects": [{"document": document(number)} for number in (*numbers, "34052419800101001X")],
        }

        answer = place.app.test_client().post("/api/v1/checks/batch", json=body, headers=bearer(place.first))

        results = answer.json["results"]
        assert [one["outcome"] for one in results] == ["permitted", "restricted", "permitted", "clear"]
        assert [(one.get("permit") or {}).get("permit_no") for one in results] == [
            *(permit.permit_no, None, permit.permit_no, None)
        ]
        assert place.report(results[2]["check_id"]).status_code == 201
        assert place.left(permit) == ("used", 0)

    def test_opens_nothing_before_it_is_granted_and_nothing_but_its_purpose(self, place: Place) -> None:
        order, subject = place.order()
        assert place.ask(subject)["outcome"] == "restricted"

        place.permit(order)

        assert place.ask(subject, "rail_high_class")["outcome"] == "restricted"
        assert place.ask(subject, "bank_credit")["outcome"] == "clear"

    def test_another_name_is_still_a_mismatch(self, place: Place, door: dict[str, str]) -> None:
        order, subject = place.order()
        place.permit(order)

        body = place.ask(subject, name="测试乙", headers=door)

        assert (body["outcome"], body["permit"]) == ("mismatch", None)
        assert place.ask(subject, name=subject.name, headers=door)["outcome"] == "permitted"

    def test_its_days_open_and_no_others_whether_the_job_ran_or_not(self, place: Place) -> None:
        order, subject = place.order()
        permit = place.permit(order, valid_from=AT.date() + DAY, valid_to=AT.date() + 2 * DAY)

        found = []
        for hours in (13, 14, 24 * 3 - 11, 24 * 3 - 10):  # 23:05, 00:05, 23:05 of the last day, 00:05 after it
            place.clock.at = AT + timedelta(hours=hours)
            found.append(place.ask(subject)["outcome"])

        assert found == ["restricted", "permitted", "permitted", "restricted"]
        assert place.left(permit)[0] == "granted"

    def test_opens_its_own_order_only(self, place: Place) -> None:
        order, subject = place.order()
        first = place.permit(order)
        with place.acting() as courts:
            other = courts.telling.make(subject, OrderKind.CONSUMPTION, serial=next(_serials), at=AT - DAY)

        body = place.ask(subject)

        assert (body["outcome"], [one["order_no"] for one in body["restrictions"]]) == ("restricted", [other.order_no])
        place.permit(other, valid_to=AT.date())
        body = place.ask(subject)
        assert (body["outcome"], body["permit"]["valid_to"]) == ("permitted", "2026-11-24")
        assert body["permit"]["permit_no"] != first.permit_no

    def test_another_person_bound_by_the_order_has_none(self, place: Place) -> None:
        order, subject = place.order()
        place.permit(order)
        with place.acting() as courts:
            permit = courts.session.scalars(select(Permit).where(Permit.order_id == order.id)).one()
            permit.subject_id = courts.order("effective", kind=OrderKind.CONSUMPTION)[0].subject_id

        assert place.ask(subject)["outcome"] == "restricted"

    def test_the_border_opens_too(self, place: Place) -> None:
        order, subject = place.order(kind=OrderKind.EXIT_BAN)
        place.permit(order)

        assert place.ask(subject, "exit_border")["outcome"] == "permitted"

    def test_necessity_opens_what_is_no_journey(self, place: Place) -> None:
        order, subject = place.order()
        place.permit(order, purpose="star_hotel", leave=Leave.NECESSARY, cause=Cause.OTHER_NECESSITY)

        assert place.ask(subject, "star_hotel")["outcome"] == "permitted"


class TestReporting:
    def test_a_reported_use_is_counted_once_and_the_last_one_ends_it(self, place: Place) -> None:
        order, subject = place.order()
        permit = place.permit(order, uses=2)
        checks = [place.ask(subject)["check_id"] for _ in range(2)]

        assert place.left(permit) == ("granted", 2)  # a check uses nothing
        assert place.report(checks[0]).status_code == 201
        assert place.left(permit) == ("granted", 1)
        assert place.ask(subject)["permit"]["uses_left"] == 1
        assert place.report(checks[1]).status_code == 201
        assert place.left(permit) == ("used", 0)
        assert place.ask(subject)["outcome"] == "restricted"

    def test_a_second_report_of_the_same_check_uses_nothing_more(self, place: Place) -> None:
        order, subject = place.order()
        permit = place.permit(order, uses=3)
        check_id = place.ask(subject)["check_id"]
        uses, outcomes = place.counted(PermitUse), place.counted(CheckOutcome)

        answers = [place.report(check_id) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201] * 3
        assert place.left(permit) == ("granted", 2)
        assert place.counted(PermitUse) == uses + 1
        assert place.counted(CheckOutcome) == outcomes + 3

    def test_a_repeat_is_no_fault_after_the_permit_has_ended(self, place: Place) -> None:
        order, subject = place.order()
        place.permit(order)
        check_id = place.ask(subject)["check_id"]

        assert [place.report(check_id).status_code for _ in range(2)] == [201, 201]

    def test_who_comes_after_the_last_use_is_told_and_nothing_is_kept(self, place: Place) -> None:
        order, subject = place.order()
        permit = place.permit(order)
        mine, theirs = place.ask(subject)["check_id"], place.ask(subject, key=place.second)["check_id"]
        assert place.report(mine).status_code == 201
        before = (place.counted(PermitUse), place.counted(CheckOutcome), place.counted(AuditEntry))

        answer = place.report(theirs, key=place.second, once="late-use")

        assert (answer.status_code, answer.json["code"]) == (409, "permit-used-up")
        assert (place.counted(PermitUse), place.counted(CheckOutcome), place.counted(AuditEntry)) == before
        assert place.left(permit) == ("used", 0)
        refused = place.report(theirs, key=place.second, once="late-use", action="refused")
        assert refused.status_code == 201

    def test_a_permit_revoked_meanwhile_is_not_used(self, place: Place) -> None:
        order, subject = place.order()
        permit = place.permit(order)
        check_id = place.ask(subject)["check_id"]
        with place.acting() as courts:
            propose(courts, permit)
            approve_revocation(
                courts.session,
                permit.public_id,
                version=permit.version,
                actor=courts.president,
                at=courts.at,
                vault=courts.vault,
            )

        answer = place.report(check_id)

        assert (answer.status_code, answer.json["code"]) == (409, "permit-used-up")
        assert place.left(permit) == ("revoked", 1)
        assert place.ask(subject)["outcome"] == "restricted"

    @pytest.mark.parametrize("job_ran", [False, True], ids=["before the job", "after the job"])
    def test_a_permit_whose_days_have_passed_is_not_used(self, place: Place, job_ran: bool) -> None:
        order, subject = place.order()
        permit = place.permit(order, valid_to=AT.date())
        check_id = place.ask(subject)["check_id"]
        place.clock.at = AT + DAY
        if job_ran:
            with place.acting() as courts:
                assert expire_permits(courts.session, vault=courts.vault, at=courts.at) >= 1

        answer = place.report(check_id)

        assert (answer.status_code, answer.json["code"]) == (409, "permit-used-up")
        assert place.left(permit) == ("expired" if job_ran else "granted", 1)

    def test_an_answer_that_relied_on_two_permits_uses_both_or_none(self, place: Place) -> None:
        order, subject = place.order()
        with place.acting() as courts:
            other = courts.telling.make(subject, OrderKind.CONSUMPTION, serial=next(_serials), at=AT - DAY)
        long, short = place.permit(order, uses=2), place.permit(other, uses=1, valid_to=AT.date())
        checks = [place.ask(subject)["check_id"] for _ in range(2)]

        assert place.report(checks[0]).status_code == 201
        assert (place.left(long), place.left(short)) == (("granted", 1), ("used", 0))
        assert place.report(checks[1]).status_code == 409
        assert (place.left(long), place.left(short)) == (("granted", 1), ("used", 0))
        assert place.report(checks[0]).status_code == 201
        assert place.left(long) == ("granted", 1)

    def test_a_permit_the_answer_did_not_rely_on_is_not_used(self, place: Place) -> None:
        order, subject = place.order()
        used = place.permit(order)
        check_id = place.ask(subject)["check_id"]
        with place.acting() as courts:
            later = courts.telling.make(subject, OrderKind.CONSUMPTION, serial=next(_serials), at=AT - DAY)
        unused = place.permit(later)

        assert place.report(check_id).status_code == 201
        assert (place.left(used), place.left(unused)) == (("used", 0), ("granted", 1))

    @pytest.mark.parametrize("purpose", ["air_travel", "bank_credit"])
    def test_no_use_is_reported_where_no_permit_was_answered(self, place: Place, purpose: str) -> None:
        _, subject = place.order()

        answer = place.report(place.ask(subject, purpose)["check_id"])

        assert (answer.status_code, answer.json["code"]) == (409, "no-permit")

    def test_other_outcomes_use_nothing(self, place: Place) -> None:
        order, subject = place.order()
        permit = place.permit(order)
        check_id = place.ask(subject)["check_id"]

        assert [place.report(check_id, action=one).status_code for one in ("proceeded", "verified", "refused")] == [
            *(201, 201, 201)
        ]
        assert place.left(permit) == ("granted", 1)


@pytest.mark.requirement("I2")
class TestAtOnce:
    def test_two_agencies_use_the_last_use_and_one_of_them_has_it(self, place: Place) -> None:
        for _ in range(4):
            order, subject = place.order()
            permit = place.permit(order)
            checks = [(place.ask(subject, key=key)["check_id"], key) for key in (place.first, place.second)]

            answers = at_once(place, *(lambda one=one: place.report(one[0], key=one[1]) for one in checks))

            assert sorted(answer.status_code for answer in answers) == [201, 409]
            assert {answer.json.get("code") for answer in answers} == {None, "permit-used-up"}
            assert place.left(permit) == ("used", 0)

    def test_eight_checks_share_three_uses(self, place: Place) -> None:
        order, subject = place.order()
        permit = place.permit(order, uses=3)
        checks = [place.ask(subject)["check_id"] for _ in range(8)]

        answers = at_once(place, *(lambda one=one: place.report(one) for one in checks))

        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
        assert place.left(permit) == ("used", 0)

    def test_one_check_reported_eight_times_uses_one(self, place: Place) -> None:
        order, subject = place.order()
        permit = place.permit(order, uses=5)
        check_id = place.ask(subject)["check_id"]

        answers = at_once(place, *(lambda: place.report(check_id) for _ in range(8)))

        assert {answer.status_code for answer in answers} == {201}
        assert place.left(permit) == ("granted", 4)
