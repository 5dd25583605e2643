"""What happened in a case is recorded once, and everything it ends is proposed in the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli.demo.cast import SandboxSubject
from blacklist.actors import Role
from blacklist.errors import (
    InvalidError,
    MissingRoleError,
    SamePersonError,
    StaleVersionError,
    TransitionError,
    WrongCourtError,
)
from blacklist.identity.sealing import Vault
from blacklist.models import CaseEvent, CourtTask, Order, OrderVersion, Proposal
from blacklist.queries.orders import OrderNotFoundError
from blacklist.queries.verification import verify_audit_chain
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.repair import CaseEventKind
from blacklist.services.calendars import load_shipped_years
from blacklist.services.happenings import Happening
from blacklist.services.performing import record_case_event
from blacklist.services.removing import ListingStandsError, approve_removal, reject_removal
from tests.courts import Courts, actor, invent, make_courts

UNIT = SandboxSubject("测试一号有限公司", (("uscc", "91350100M000100Y43", None),), "测试壬")


class Case:
    """One case with a listing, a consumption order and an exit ban against one debtor, all in force."""

    def __init__(
        self, courts: Courts, *, grounds: tuple[Ground, ...] = (Ground.G1,), subject: SandboxSubject | None = None
    ) -> None:
        self.courts = courts
        self.subject = subject or invent()
        self.serial = courts.session.scalar(select(func.count()).select_from(Order)) or 0
        self.serial += 70_000
        self.began = courts.at - timedelta(days=120)
        self.consumption = self._make(OrderKind.CONSUMPTION)
        self.listing = self._make(OrderKind.LISTING, grounds=grounds)
        self.exit_ban = (
            self._make(OrderKind.EXIT_BAN, exit_ban_months=12) if self.subject.representative is None else None
        )

    def _make(self, kind: OrderKind, **more: Any) -> Order:
        return self.courts.telling.make(self.subject, kind, serial=self.serial, at=self.began, **more)

    @property
    def orders(self) -> list[Order]:
        return [one for one in (self.listing, self.consumption, self.exit_ban) if one is not None]

    def record(self, kind: CaseEventKind, *, by: Any = None, on: Order | None = None, **change: Any) -> CaseEvent:
        order = on or self.listing
        version = change.pop("version", order.version)
        if kind is CaseEventKind.PERFORMED:
            change.setdefault("in_full", True)
        given = {"happened_on": self.courts.at.date() - timedelta(days=1), "document": "结案通知书1号"} | change
        return record_case_event(
            self.courts.session,
            order.public_id,
            Happening(kind=kind, **given),
            version=version,
            actor=by or self.courts.clerk,
            at=self.courts.at,
            vault=self.courts.vault,
        )

    def proposals(self, order: Order | None = None) -> dict[str, tuple[str, str]]:
        """Return (act, reason) of the newest proposal for each order, by kind."""
        session = self.courts.session
        rows = session.execute(
            select(Order.kind, Proposal)
            .join(Order, Order.id == Proposal.order_id)
            .where(Order.case_id == self.listing.case_id)
            .order_by(Proposal.id)
        )
        return {kind: (one.act, one.reason) for kind, one in rows}

    def tasks(self) -> dict[str, tuple[str, date | None]]:
        rows = self.courts.session.execute(
            select(Order.kind, CourtTask)
            .join(Order, Order.id == CourtTask.order_id)
            .where(Order.case_id == self.listing.case_id, CourtTask.closed_at.is_(None))
        )
        return {kind: (task.kind, task.due_on) for kind, task in rows}


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Iterator[Courts]:
    made = make_courts(session, vault=vault, at=at)
    load_shipped_years(session, actor=made.president, at=at)
    yield made
    assert list(verify_audit_chain(session)) == []


def removal(reason: str) -> tuple[str, str]:
    return "remove", reason


EVERYTHING = {
    "performed": {
        "listing": removal("R1"),
        "consumption": removal("performed"),
        "exit_ban": removal("performed"),
    },
    "settled_and_performed": {
        "listing": removal("R2"),
        "consumption": removal("performed"),
        "exit_ban": removal("performed"),
    },
    "settled_not_performed": {},
    "creditor_request": {"listing": removal("R3")},
    "creditor_consent": {"consumption": removal("consent"), "exit_ban": removal("consent")},
    "security_given": {"consumption": removal("security"), "exit_ban": removal("security")},
    "present_ended": {},
    "stayed": {"listing": removal("R5")},
    "stay_ended": {},
    "not_enforced": {
        "listing": removal("R6"),
        "consumption": removal("case_ended"),
        "exit_ban": removal("case_ended"),
    },
    "terminated": {
        "listing": removal("R7"),
        "consumption": removal("case_ended"),
        "exit_ban": removal("case_ended"),
    },
    "death": {"listing": ("suspend", "death"), "exit_ban": removal("case_ended")},
}


class TestProposals:
    """rules.repair's table, carried out."""

    @pytest.mark.parametrize("kind", EVERYTHING)
    def test_an_event_proposes_what_it_ends_and_nothing_else(self, courts: Courts, kind: str) -> None:
        case = Case(courts)
        before = [order.state for order in case.orders]

        case.record(CaseEventKind(kind))

        assert case.proposals() == EVERYTHING[kind]
        assert [order.state for order in case.orders] == before == ["effective"] * 3

    def test_a_fixed_term_is_proposed_to_end_early(self, courts: Courts) -> None:
        case = Case(courts, grounds=(Ground.G4,))

        case.record(CaseEventKind.PERFORMED)

        assert case.proposals()["listing"] == removal("R9")

    def test_a_proposal_names_article_paper_person_and_the_day_its_clock_runs_from(self, courts: Courts) -> None:
        case = Case(courts)
        happened_on = courts.at.date() - timedelta(days=9)

        case.record(CaseEventKind.PERFORMED, happened_on=happened_on, document="（2026）收据7号", note="一次付清")

        proposals = {
            order.kind: courts.session.scalars(select(Proposal).where(Proposal.order_id == order.id)).one()
            for order in case.orders
        }
        assert {one.event_on for one in proposals.values()} == {happened_on}
        assert {one.proposer_id for one in proposals.values()} == {courts.clerk.person_id}
        assert {one.document for one in proposals.values()} == {"（2026）收据7号"}
        assert proposals["listing"].basis.endswith("第十条第一款第（一）项")
        assert proposals["consumption"].basis.endswith("第九条")
        assert "第二十五条；" in proposals["exit_ban"].basis
        assert proposals["exit_ban"].basis.endswith("第六十五条")
        note = courts.vault.open(
            proposals["listing"].note or b"", table="proposals", row=proposals["listing"].id, column="note"
        )
        assert note == "2026年11月15日，本案出现“履行完毕（执行完毕）”的情形。\n一次付清"

    def test_one_proposed_already_is_left_alone(self, courts: Courts) -> None:
        case = Case(courts)
        case.record(CaseEventKind.SECURITY_GIVEN)

        case.record(CaseEventKind.PERFORMED)

        assert case.proposals() == {
            "listing": removal("R1"),
            "consumption": removal("security"),
            "exit_ban": removal("security"),
        }

    def test_what_the_court_need_not_decide_is_left_out_when_the_clerk_says_so(self, courts: Courts) -> None:
        case = Case(courts)

        case.record(CaseEventKind.SECURITY_GIVEN, with_optional=False)
        case.record(CaseEventKind.PERFORMED, with_optional=False)

        assert case.proposals() == EVERYTHING["performed"]

    def test_performed_before_effect_every_order_ends_as_performed_in_time(self, courts: Courts) -> None:
        listing, _ = courts.order("issued")

        record_case_event(
            courts.session,
            listing.public_id,
            Happening(kind=CaseEventKind.PERFORMED, happened_on=courts.at.date(), document="收据1号", in_full=True),
            version=listing.version,
            actor=courts.clerk,
            at=courts.at,
            vault=courts.vault,
        )

        reasons = courts.session.scalars(
            select(Proposal.reason).join(Order, Order.id == Proposal.order_id).where(Order.case_id == listing.case_id)
        )
        assert list(reasons) == ["performed_in_grace", "performed_in_grace"]

    def test_another_debtor_of_the_case_is_left_alone(self, courts: Courts) -> None:
        case = Case(courts)
        other = courts.telling.make(invent(), OrderKind.CONSUMPTION, serial=case.serial, at=case.began)
        assert other.case_id == case.listing.case_id

        case.record(CaseEventKind.PERFORMED)

        assert courts.session.scalars(select(Proposal).where(Proposal.order_id == other.id)).all() == []
        assert other.performance == "none"

    def test_an_order_that_ended_is_left_alone(self, courts: Courts) -> None:
        case = Case(courts)
        assert case.exit_ban is not None
        case.record(CaseEventKind.CREDITOR_CONSENT, on=case.exit_ban)
        approve_removal(
            courts.session,
            case.exit_ban.public_id,
            version=case.exit_ban.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )

        case.record(CaseEventKind.PERFORMED)

        assert case.exit_ban.performance == "none"
        assert case.proposals()["exit_ban"] == removal("consent")

    def test_a_unit_has_no_exit_ban_of_its_own_and_its_orders_follow_all_the_same(self, courts: Courts) -> None:
        case = Case(courts, subject=UNIT)

        case.record(CaseEventKind.TERMINATED)

        assert case.proposals() == {"listing": removal("R7"), "consumption": removal("case_ended")}


class TestTasks:
    """What only the court can weigh is a task."""

    def test_a_stay_has_the_measures_looked_into(self, courts: Courts) -> None:
        case = Case(courts)
        happened_on = date(2026, 11, 20)  # a Friday

        case.record(CaseEventKind.STAYED, happened_on=happened_on)

        assert case.tasks() == {
            "consumption": ("case-event-review", date(2026, 11, 25)),
            "exit_ban": ("case-event-review", date(2026, 11, 25)),
        }

    def test_a_listing_that_rests_already_is_looked_into_when_its_debtor_dies(self, courts: Courts) -> None:
        case = Case(courts)
        case.listing.state = "suspended"
        courts.session.flush()

        case.record(CaseEventKind.DEATH, on=case.consumption)

        assert case.proposals() == {"exit_ban": removal("case_ended")}
        assert {kind: task for kind, (task, _) in case.tasks().items()} == {
            "listing": "case-event-review",
            "consumption": "case-event-review",
        }

    def test_a_second_event_opens_no_second_task(self, courts: Courts) -> None:
        case = Case(courts)
        case.record(CaseEventKind.STAYED)
        case.record(CaseEventKind.STAYED)

        assert courts.session.scalar(select(func.count()).select_from(CourtTask)) == 2


class TestSearches:
    """LIST 10, item 4: the second search after enforcement was ended for the present."""

    def test_the_second_one_ends_the_open_listing_and_the_consumption_order_stays(self, courts: Courts) -> None:
        case = Case(courts)
        days = [courts.at.date() - timedelta(days=ago) for ago in (90, 60, 30)]
        case.record(CaseEventKind.PRESENT_ENDED, happened_on=days[0])

        case.record(CaseEventKind.EMPTY_SEARCH, happened_on=days[1])
        assert case.proposals() == {}
        case.record(CaseEventKind.EMPTY_SEARCH, happened_on=days[2])

        assert case.proposals() == {"listing": removal("R4")}

    def test_one_search_recorded_twice_counts_once(self, courts: Courts) -> None:
        case = Case(courts)
        ended_on = courts.at.date() - timedelta(days=90)
        case.record(CaseEventKind.PRESENT_ENDED, happened_on=ended_on)

        for order in (case.listing, case.consumption):
            case.record(CaseEventKind.EMPTY_SEARCH, happened_on=ended_on + timedelta(days=30), on=order)

        assert case.proposals() == {}

    def test_searches_before_a_later_ending_do_not_count(self, courts: Courts) -> None:
        case = Case(courts)
        today = courts.at.date()
        case.record(CaseEventKind.PRESENT_ENDED, happened_on=today - timedelta(days=90))
        case.record(CaseEventKind.EMPTY_SEARCH, happened_on=today - timedelta(days=80))
        case.record(CaseEventKind.PRESENT_ENDED, happened_on=today - timedelta(days=40))

        case.record(CaseEventKind.EMPTY_SEARCH, happened_on=today - timedelta(days=20))

        assert case.proposals() == {}

    def test_rejected_once_a_third_search_proposes_again(self, courts: Courts) -> None:
        case = Case(courts)
        today = courts.at.date()
        case.record(CaseEventKind.PRESENT_ENDED, happened_on=today - timedelta(days=90))
        for ago in (80, 60):
            case.record(CaseEventKind.EMPTY_SEARCH, happened_on=today - timedelta(days=ago))
        reject_removal(
            courts.session,
            case.listing.public_id,
            note="申请执行人提供了线索",
            version=case.listing.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )

        case.record(CaseEventKind.EMPTY_SEARCH, happened_on=today - timedelta(days=10))

        states = courts.session.scalars(select(Proposal.state).order_by(Proposal.id)).all()
        assert states == ["rejected", "open"]


class TestSums:
    """What the orders say of performance, with what they said before."""

    def versions(self, courts: Courts, order: Order) -> list[str]:
        rows = courts.session.scalars(
            select(OrderVersion).where(OrderVersion.order_id == order.id).order_by(OrderVersion.number)
        )
        return [
            courts.vault.open(row.content, table="order_versions", row=row.id, column="content")
            for row in rows
            if row.cause == "performance"
        ]

    def test_payments_add_up_on_every_order_of_the_debtor(self, courts: Courts) -> None:
        case = Case(courts)

        case.record(CaseEventKind.PART_PERFORMED, amount=Decimal("100000.00"))
        case.record(CaseEventKind.PART_PERFORMED, amount=Decimal("0.50"))

        assert {(one.performance, one.amount_performed) for one in case.orders} == {("part", Decimal("100000.50"))}
        assert self.versions(courts, case.consumption) == [
            '{"amount_performed": "0.00", "performance": "none"}',
            '{"amount_performed": "100000.00", "performance": "part"}',
        ]
        assert case.proposals() == {}

    def test_the_last_payment_is_full_performance(self, courts: Courts) -> None:
        case = Case(courts)
        case.record(CaseEventKind.PART_PERFORMED, amount=Decimal("30000.00"))

        case.record(CaseEventKind.PERFORMED, amount=Decimal("300000.00"), in_full=False)

        assert (case.listing.performance, case.listing.amount_performed) == ("full", Decimal("330000.00"))
        assert case.proposals() == EVERYTHING["performed"]

    def test_interest_beyond_the_sum_stands_in_the_event_alone(self, courts: Courts) -> None:
        case = Case(courts)

        event = case.record(CaseEventKind.PERFORMED, amount=Decimal("345678.90"))

        assert event.amount == Decimal("345678.90")
        assert case.listing.amount_performed == Decimal("330000.00")

    def test_a_settlement_performed_for_less_is_full_performance_of_a_smaller_sum(self, courts: Courts) -> None:
        case = Case(courts)

        case.record(CaseEventKind.SETTLED_AND_PERFORMED, amount=Decimal("200000.00"))

        assert (case.listing.performance, case.listing.amount_performed) == ("full", Decimal("200000.00"))

    def test_an_event_without_money_keeps_no_version(self, courts: Courts) -> None:
        case = Case(courts)

        case.record(CaseEventKind.PRESENT_ENDED)

        assert self.versions(courts, case.listing) == []


class TestRefusals:
    """What cannot have happened so, and who may not record it."""

    @pytest.mark.parametrize(
        ("kind", "change", "pointer", "code"),
        [
            ("performed", {"in_full": False}, "/in_full", "not-in-full"),
            ("performed", {"in_full": False, "amount": Decimal(1)}, "/in_full", "not-in-full"),
            ("part_performed", {}, "/amount", "missing"),
            ("part_performed", {"amount": Decimal(0)}, "/amount", "not-allowed"),
            ("part_performed", {"amount": Decimal(330000)}, "/kind", "performed-in-full"),
            ("stayed", {"amount": Decimal(1)}, "/amount", "not-allowed"),
            ("terminated", {"document": " "}, "/document", "missing"),
            ("terminated", {"happened_on": date(2026, 11, 25)}, "/happened_on", "impossible-date"),
            ("terminated", {"happened_on": date(2020, 1, 1)}, "/happened_on", "impossible-date"),
            ("empty_search", {}, "/kind", "not-ended-yet"),
        ],
    )
    def test_names_the_field(self, courts: Courts, kind: str, change: dict[str, Any], pointer: str, code: str) -> None:
        case = Case(courts)

        with pytest.raises(InvalidError) as refused:
            case.record(CaseEventKind(kind), **change)

        assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [(pointer, code)]
        assert courts.session.scalars(select(CaseEvent)).all() == []

    def test_a_search_before_the_ending(self, courts: Courts) -> None:
        case = Case(courts)
        case.record(CaseEventKind.PRESENT_ENDED)

        with pytest.raises(InvalidError) as refused:
            case.record(CaseEventKind.EMPTY_SEARCH, happened_on=courts.at.date() - timedelta(days=5))

        assert refused.value.errors[0].pointer == "/happened_on"

    def test_a_unit_does_not_die(self, courts: Courts) -> None:
        case = Case(courts, subject=UNIT)

        with pytest.raises(InvalidError):
            case.record(CaseEventKind.DEATH)

    def test_a_page_seen_before_a_change(self, courts: Courts) -> None:
        case = Case(courts)
        seen = case.listing.version
        case.record(CaseEventKind.PRESENT_ENDED)

        with pytest.raises(StaleVersionError):
            case.record(CaseEventKind.PRESENT_ENDED, version=seen)

    @pytest.mark.parametrize("state", ["draft", "checked", "removed"])
    def test_an_order_that_does_not_stand(self, courts: Courts, state: str) -> None:
        order, _ = courts.order(state)

        with pytest.raises(TransitionError):
            record_case_event(
                courts.session,
                order.public_id,
                Happening(kind=CaseEventKind.TERMINATED, happened_on=courts.at.date(), document="裁定1号"),
                version=order.version,
                actor=courts.clerk,
                at=courts.at,
                vault=courts.vault,
            )

    def test_who_is_no_clerk_of_the_court(self, courts: Courts) -> None:
        case = Case(courts)

        with pytest.raises((MissingRoleError, WrongCourtError)):
            case.record(CaseEventKind.TERMINATED, by=courts.president)
        with pytest.raises(OrderNotFoundError):
            case.record(CaseEventKind.TERMINATED, by=actor(courts.clerk.person_id, (courts.other, Role.CLERK)))


class TestListingFirst:
    """CONS 1: the court decides about the listing before it lifts the consumption order."""

    def approve(self, courts: Courts, order: Order) -> Order:
        return approve_removal(
            courts.session,
            order.public_id,
            version=order.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )

    def test_the_consumption_order_waits_for_the_listing(self, courts: Courts) -> None:
        case = Case(courts)
        case.record(CaseEventKind.PERFORMED)

        with pytest.raises(ListingStandsError) as refused:
            self.approve(courts, case.consumption)
        courts.session.flush()
        assert case.consumption.state == "effective"
        assert case.listing.order_no in refused.value.detail

        self.approve(courts, case.listing)
        self.approve(courts, case.consumption)
        assert (case.listing.state, case.consumption.state) == ("removed", "removed")

    def test_a_listing_whose_term_is_over_does_not_stand_in_the_way(self, courts: Courts) -> None:
        case = Case(courts, grounds=(Ground.G4,))
        case.record(CaseEventKind.CREDITOR_CONSENT)
        case.listing.ends_on = courts.at.date() - timedelta(days=1)
        courts.session.flush()

        assert self.approve(courts, case.consumption).state == "removed"

    def test_an_exit_ban_does_not_wait(self, courts: Courts) -> None:
        case = Case(courts)
        case.record(CaseEventKind.PERFORMED)
        assert case.exit_ban is not None

        assert self.approve(courts, case.exit_ban).state == "removed"


def test_one_who_holds_every_role_still_does_not_decide_what_he_recorded(courts: Courts) -> None:
    case = Case(courts)
    everything = replace(courts.clerk, roles=frozenset((courts.home, role) for role in (Role.CLERK, Role.PRESIDENT)))
    case.record(CaseEventKind.PERFORMED, by=everything)

    with pytest.raises(SamePersonError):
        approve_removal(
            courts.session,
            case.listing.public_id,
            version=case.listing.version,
            actor=everything,
            at=courts.at,
            vault=courts.vault,
        )
