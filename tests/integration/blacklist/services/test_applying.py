"""Creditors' applications: examined within fifteen days, drafted or refused, and barred after one's own request."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo.cast import SandboxSubject
from blacklist.actors import Role
from blacklist.errors import (
    ExclusionError,
    InvalidError,
    MissingRoleError,
    SamePersonError,
    StaleVersionError,
    TransitionError,
)
from blacklist.identity.case_numbers import parse_case_number
from blacklist.identity.sealing import Vault
from blacklist.models import Application, AuditEntry, Case, Order
from blacklist.queries.applications import (
    ApplicationNotFoundError,
    get_application,
    list_applications,
    open_application,
    relisting_bar,
)
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.repair import CaseEventKind
from blacklist.services.application_papers import ApplicationText, RelistingBarredError
from blacklist.services.applying import (
    accept_application,
    approve_refusal,
    propose_refusal,
    receive_application,
    reject_refusal,
    withdraw_application,
)
from blacklist.services.drafting import OrderDraft, abandon_draft, amend_draft, draft_order
from blacklist.services.happenings import Happening
from blacklist.services.issuing import issue_order
from blacklist.services.performing import record_case_event
from blacklist.services.removing import approve_removal
from tests.courts import CODE, Courts, actor, invent, make_courts

SERIAL = 80_001


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


def case_number(courts: Courts, serial: int = SERIAL) -> str:
    return f"（{courts.at.year}）{CODE}执{serial}号"


def paper(courts: Courts, subject: SandboxSubject, **change: Any) -> ApplicationText:
    given = {
        "kind": OrderKind.LISTING,
        "court_id": courts.home,
        "case_number": parse_case_number(case_number(courts)),
        "document": courts.telling.party(subject, today=courts.at.date()).document,
        "name": subject.name,
        "applicant": "测试申请人",
        "statement": "被执行人有能力履行而拒不履行。",
        "received_on": courts.at.date() - timedelta(days=2),
    }
    return ApplicationText(**(given | change))


def receive(courts: Courts, subject: SandboxSubject, *, at: datetime | None = None, **change: Any) -> Application:
    return receive_application(
        courts.session, paper(courts, subject, **change), actor=courts.clerk, at=at or courts.at, vault=courts.vault
    )


def draft_of(courts: Courts, subject: SandboxSubject, *, on: date | None = None, **change: Any) -> OrderDraft:
    on = on or courts.at.date()
    given: dict[str, Any] = {
        "kind": OrderKind.LISTING,
        "court_id": courts.home,
        "case_number": parse_case_number(case_number(courts)),
        "filed_on": on - timedelta(days=60),
        "basis_number": "（2025）京0199民初1号",
        "basis_maker": "示例市示范区人民法院",
        "debtor": courts.telling.party(subject, today=on),
        "grounds": (Ground.G1,),
        "evidence": "银行流水（测试）",
        "warned_on": on - timedelta(days=40),
        "duty": "偿还借款。",
    }
    return OrderDraft(**(given | change))


def draft(courts: Courts, subject: SandboxSubject, *, at: datetime | None = None, **change: Any) -> Order:
    at = at or courts.at
    return draft_order(
        courts.session,
        draft_of(courts, subject, on=at.date(), **change),
        actor=courts.clerk,
        at=at,
        vault=courts.vault,
    )


def accept(courts: Courts, application: Application, order: Order, **change: Any) -> Application:
    given = {"version": application.version, "actor": courts.clerk, "at": courts.at} | change
    return accept_application(courts.session, application.public_id, order=order, **given)


def refuse(courts: Courts, application: Application, **change: Any) -> Application:
    given = {"reason": "不属于有履行能力而拒不履行。", "version": application.version, "actor": courts.clerk}
    return propose_refusal(courts.session, application.public_id, at=courts.at, vault=courts.vault, **(given | change))


def removed_at_request(courts: Courts, subject: SandboxSubject, *, at: datetime) -> Order:
    """A listing in the case of the tests that ended at the creditor's request."""
    began = (at - timedelta(days=100)).replace(hour=9)
    listing = courts.telling.make(subject, OrderKind.LISTING, serial=SERIAL, at=began, grounds=(Ground.G1,))
    record_case_event(
        courts.session,
        listing.public_id,
        Happening(kind=CaseEventKind.CREDITOR_REQUEST, happened_on=at.date(), document="申请书1号"),
        version=listing.version,
        actor=courts.clerk,
        at=at,
        vault=courts.vault,
    )
    return approve_removal(
        courts.session, listing.public_id, version=listing.version, actor=courts.president, at=at, vault=courts.vault
    )


class TestReceive:
    """LIST 5."""

    def test_keeps_the_paper_sealed_and_finds_the_debtor_by_number(self, courts: Courts) -> None:
        subject = invent()

        application = receive(courts, subject)

        opened = open_application(application, vault=courts.vault)
        assert (opened.name, opened.applicant) == (subject.name, "测试申请人")
        assert opened.document.number == subject.documents[0][1]
        assert opened.statement == "被执行人有能力履行而拒不履行。"
        assert application.state == "received"
        number = subject.documents[0][1].encode()
        assert all(number not in blob for blob in (application.debtor, application.applicant, application.statement))

    @pytest.mark.parametrize(
        ("change", "pointer", "code"),
        [
            ({"received_on": date(2026, 11, 25)}, "/received_on", "in-the-future"),
            ({"applicant": " "}, "/applicant", "missing"),
            ({"statement": ""}, "/statement", "missing"),
            ({"case_number": parse_case_number("（2026）京0198执1号")}, "/case_number", "another-courts-case"),
        ],
    )
    def test_refuses_what_is_missing_or_wrong(
        self, courts: Courts, change: dict[str, Any], pointer: str, code: str
    ) -> None:
        with pytest.raises(InvalidError) as refused:
            receive(courts, invent(), **change)

        assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [(pointer, code)]

    def test_only_a_clerk_receives(self, courts: Courts) -> None:
        with pytest.raises(MissingRoleError):
            receive_application(
                courts.session,
                paper(courts, invent()),
                actor=courts.president,
                at=courts.at,
                vault=courts.vault,
            )


class TestBar:
    """LIST 10: six months after a removal at the creditor's own request."""

    def test_refuses_at_once_and_names_the_last_day(self, courts: Courts) -> None:
        subject = invent()
        removed_at_request(courts, subject, at=courts.at.replace(month=8, day=31))

        with pytest.raises(RelistingBarredError) as refused:
            receive(courts, subject)

        assert refused.value.facts["until"] == "2027-02-28"
        assert "2027年2月28日" in refused.value.detail
        assert courts.session.scalars(select(Application)).all() == []

    def test_ends_after_six_months(self, courts: Courts) -> None:
        subject = invent()
        removed_at_request(courts, subject, at=courts.at.replace(month=5, day=23))

        assert receive(courts, subject).state == "received"

    @pytest.mark.parametrize(
        "change",
        [{"kind": OrderKind.CONSUMPTION}, {"case_number": parse_case_number(f"（2026）{CODE}执80002号")}],
        ids=["another kind", "another case"],
    )
    def test_bars_that_listing_in_that_case_alone(self, courts: Courts, change: dict[str, Any]) -> None:
        subject = invent()
        removed_at_request(courts, subject, at=courts.at - timedelta(days=30))

        assert receive(courts, subject, **change).state == "received"

    def test_bars_nobody_else_in_the_case(self, courts: Courts) -> None:
        removed_at_request(courts, invent(), at=courts.at - timedelta(days=30))

        assert receive(courts, invent()).state == "received"

    def test_another_reason_bars_nothing(self, courts: Courts) -> None:
        subject = invent()
        listing = removed_at_request(courts, subject, at=courts.at - timedelta(days=30))
        listing.end_reason = "R1"
        courts.session.flush()

        assert receive(courts, subject).state == "received"

    def test_bars_a_draft_on_an_application_and_leaves_the_court_its_own_motion(self, courts: Courts) -> None:
        subject = invent()
        application = receive(courts, subject, received_on=courts.at.date() - timedelta(days=90))
        removed_at_request(courts, subject, at=courts.at - timedelta(days=30))

        with pytest.raises(ExclusionError) as refused:
            draft(courts, subject, application_id=application.id)
        assert refused.value.facts["article"] == "LIST 10"

        own_motion = draft(courts, subject)
        assert own_motion.state == "draft"
        with pytest.raises(RelistingBarredError):
            accept(courts, application, own_motion)

    def test_bars_amending_and_issuing_too(self, courts: Courts) -> None:
        subject = invent()
        application = receive(courts, subject, received_on=courts.at.date() - timedelta(days=200))
        order = draft(courts, subject)
        accept(courts, application, order)
        courts.telling.submit(order, at=courts.at)
        courts.telling.check(order, subject, at=courts.at)
        courts.telling.issue_consumption_order(order, at=courts.at)
        earlier, _ = courts.order("removed")
        earlier.case_id, earlier.subject_id, earlier.end_reason = order.case_id, order.subject_id, "R3"
        courts.session.flush()

        with pytest.raises(ExclusionError):
            issue_order(
                courts.session,
                order.public_id,
                version=order.version,
                actor=courts.president,
                at=courts.at,
                vault=courts.vault,
            )
        order.state = "draft"
        courts.session.flush()
        with pytest.raises(ExclusionError):
            amend_draft(
                courts.session,
                order.public_id,
                draft_of(courts, subject),
                version=order.version,
                actor=courts.clerk,
                at=courts.at,
                vault=courts.vault,
            )

    def test_is_counted_on_the_courts_days(self, courts: Courts) -> None:
        subject = invent()
        early = courts.at.replace(month=6, day=15, hour=0, minute=30)  # the 14th in UTC
        listing = removed_at_request(courts, subject, at=early)

        def bar(on: date) -> date | None:
            return relisting_bar(courts.session, subject_id=listing.subject_id, case_id=listing.case_id, on=on)

        assert bar(date(2026, 12, 15)) == date(2026, 12, 15)
        assert bar(date(2026, 12, 16)) is None


class TestAccept:
    def test_by_the_draft_made_on_it(self, courts: Courts) -> None:
        subject = invent()
        application = receive(courts, subject)
        order = draft(courts, subject, application_id=application.id)

        accept(courts, application, order)

        assert (application.state, application.order_id) == ("accepted", order.id)

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": OrderKind.CONSUMPTION, "grounds": ()},
            {"case_number": parse_case_number(f"（2026）{CODE}执80003号")},
            {"debtor": None},
        ],
        ids=["another kind", "another case", "another person"],
    )
    def test_not_by_a_draft_of_something_else(self, courts: Courts, change: dict[str, Any]) -> None:
        subject = invent()
        application = receive(courts, subject)
        if "debtor" in change:
            change = {"debtor": courts.telling.party(invent(), today=courts.at.date())}
        order = draft(courts, subject, **change)

        with pytest.raises(InvalidError):
            accept(courts, application, order)
        assert application.state == "received"

    def test_given_up_it_waits_for_a_decision_again(self, courts: Courts) -> None:
        subject = invent()
        application = receive(courts, subject)
        order = draft(courts, subject)
        accept(courts, application, order)
        assert list_applications(courts.session, court_ids={courts.home}, waiting=True, most=9) == []

        abandon_draft(
            courts.session, order.public_id, reason="测试", version=order.version, actor=courts.clerk, at=courts.at
        )

        assert list_applications(courts.session, court_ids={courts.home}, waiting=True, most=9) == [application]
        assert accept(courts, application, draft(courts, subject)).state == "accepted"

    def test_not_twice(self, courts: Courts) -> None:
        subject = invent()
        application = receive(courts, subject)
        order = draft(courts, subject)
        accept(courts, application, order)

        with pytest.raises(TransitionError):
            accept(courts, application, order)
        with pytest.raises(TransitionError):
            refuse(courts, application)

    def test_only_on_what_was_seen(self, courts: Courts) -> None:
        subject = invent()
        application = receive(courts, subject)

        with pytest.raises(StaleVersionError):
            accept(courts, application, draft(courts, subject), version=7)


class TestRefuse:
    def test_takes_two_persons_and_tells_the_reason(self, courts: Courts) -> None:
        application = refuse(courts, receive(courts, invent()))
        assert application.state == "proposed"

        approve_refusal(
            courts.session,
            application.public_id,
            version=application.version,
            actor=courts.president,
            at=courts.at,
        )

        assert application.state == "refused"
        assert open_application(application, vault=courts.vault).refusal == "不属于有履行能力而拒不履行。"
        events = courts.session.scalars(
            select(AuditEntry.event).where(AuditEntry.object_id == application.id).order_by(AuditEntry.number)
        )
        assert list(events) == ["application.received", "application.refusal-proposed", "application.refused"]

    def test_who_proposed_does_not_decide(self, courts: Courts) -> None:
        everything = replace(
            courts.clerk, roles=frozenset((courts.home, role) for role in (Role.CLERK, Role.PRESIDENT))
        )
        application = refuse(courts, receive(courts, invent()), actor=everything)

        with pytest.raises(SamePersonError):
            approve_refusal(
                courts.session, application.public_id, version=application.version, actor=everything, at=courts.at
            )

    def test_the_president_may_disagree_and_it_waits_again(self, courts: Courts) -> None:
        application = refuse(courts, receive(courts, invent()))

        reject_refusal(
            courts.session,
            application.public_id,
            version=application.version,
            actor=courts.president,
            at=courts.at,
        )

        assert (application.state, application.refusal, application.proposer_id) == ("received", None, None)
        assert refuse(courts, application).state == "proposed"

    def test_not_without_a_reason_and_not_by_the_clerk_alone(self, courts: Courts) -> None:
        application = receive(courts, invent())
        with pytest.raises(InvalidError):
            refuse(courts, application, reason="  ")
        with pytest.raises(TransitionError):
            approve_refusal(
                courts.session,
                application.public_id,
                version=application.version,
                actor=courts.president,
                at=courts.at,
            )
        refuse(courts, application)
        with pytest.raises(MissingRoleError):
            approve_refusal(
                courts.session, application.public_id, version=application.version, actor=courts.clerk, at=courts.at
            )


class TestWithdraw:
    @pytest.mark.parametrize("proposed", [False, True])
    def test_until_it_is_decided(self, courts: Courts, proposed: bool) -> None:
        application = receive(courts, invent())
        if proposed:
            refuse(courts, application)

        withdraw_application(
            courts.session, application.public_id, version=application.version, actor=courts.clerk, at=courts.at
        )

        assert application.state == "withdrawn"
        with pytest.raises(TransitionError):
            refuse(courts, application)


class TestLists:
    def test_the_longest_waiting_first_and_the_decided_apart(self, courts: Courts) -> None:
        today = courts.at.date()
        new = receive(courts, invent(), received_on=today)
        old = receive(courts, invent(), received_on=today - timedelta(days=9))
        gone = receive(courts, invent())
        withdraw_application(courts.session, gone.public_id, version=gone.version, actor=courts.clerk, at=courts.at)

        def listed(waiting: bool) -> list[Application]:
            return list_applications(courts.session, court_ids={courts.home}, waiting=waiting, most=9)

        assert (listed(True), listed(False)) == ([old, new], [gone])
        assert list_applications(courts.session, court_ids={courts.other}, waiting=True, most=9) == []

    def test_another_courts_application_is_not_there(self, courts: Courts) -> None:
        application = receive(courts, invent())

        with pytest.raises(ApplicationNotFoundError):
            get_application(courts.session, application.public_id, actor=actor(1, (courts.other, Role.CLERK)))


def test_cases_of_the_tests_are_this_years(courts: Courts) -> None:
    """The control of the bar's tests: the demo's orders and the applications name the same case."""
    listing = removed_at_request(courts, invent(), at=courts.at - timedelta(days=30))

    assert courts.session.get_one(Case, listing.case_id).number == case_number(courts)
