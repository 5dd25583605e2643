"""The queue of running clocks, on both databases: every source, only while it runs, only at its own court."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from blacklist.identity.ids import new_id, public_id
from blacklist.identity.sealing import Vault
from blacklist.models import Application, CourtTask, Order, Proposal
from blacklist.queries.due import list_due
from blacklist.queries.due_items import DueItem, DueKind
from blacklist.queries.due_moves import list_moved
from blacklist.rules.corrections import CorrectableFact
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedies import Claim
from blacklist.rules.removals import RemovalReason
from blacklist.rules.renewals import TaskKind
from blacklist.rules.suspensions import SuspensionReason
from blacklist.rules.working_days import Calendar, UnknownYearError, Year, shipped_calendar
from blacklist.services import answering_objections, removing, suspending
from blacklist.services.correcting import propose_correction
from blacklist.services.tasking import open_task
from tests.courts import Courts, do, propose
from tests.permits import apply
from tests.remedies import CORRECTED, FOUNDED, Remedies, make_remedies

SHIPPED = shipped_calendar()
DAY = timedelta(days=1)


@pytest.fixture
def remedies(session: Session, vault: Vault, at: datetime) -> Remedies:
    return make_remedies(session, vault=vault, at=at)


@pytest.fixture
def courts(remedies: Remedies) -> Courts:
    return remedies.courts


def due(courts: Courts, *, court: int | None = None, on: date | None = None) -> list[DueItem]:
    """Return the queue of a court; consumption orders that only accompany a listing are never served here."""
    found, partial = list_due(courts.session, court_ids=[court or courts.home], on=on or courts.at.date())
    assert not partial
    return [one for one in found if one.kind is not DueKind.UNSERVED]


def only(courts: Courts, **asked: int | date) -> tuple[DueKind, str, date | None]:
    """Return the one running clock as (kind, public id, last day)."""
    (item,) = due(courts, **asked)  # type: ignore[arg-type]
    return item.kind, item.public_id, item.last_day(SHIPPED)


def suspend(courts: Courts, order: Order, *, until: date, alone: bool) -> None:
    given = {"version": order.version, "actor": courts.clerk, "at": courts.at, "vault": courts.vault}
    texts = {"until": until, "document": "（2026）京0199执1号之一", "note": "核实（测试）"}
    if alone:
        suspending.suspend_for_doubt(courts.session, order.public_id, **texts, **given)
        return
    suspending.propose_suspension(courts.session, order.public_id, reason=SuspensionReason.OBJECTION, **texts, **given)
    suspending.approve_suspension(
        courts.session, order.public_id, version=order.version, actor=courts.president, at=courts.at, vault=courts.vault
    )


class TestProposals:
    """LIST 9, LIST 10: three working days. The tests' today is Tuesday 24 November 2026."""

    def test_a_proposed_end_runs_from_its_proposal_until_it_is_decided(self, courts: Courts) -> None:
        order, subject = courts.order("effective")
        assert due(courts) == []

        propose(courts, order)
        assert only(courts) == (DueKind.REMOVAL, order.public_id, date(2026, 11, 27))
        do(courts, "approve", order, subject)
        assert due(courts) == []

    def test_it_runs_from_the_event_behind_it_where_that_is_known(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        propose(courts, order)
        courts.session.query(Proposal).filter_by(order_id=order.id).one().event_on = date(2026, 11, 20)

        assert only(courts)[2] == date(2026, 11, 25)

    def test_a_withdrawal_rests_on_the_article_of_wrong_listings(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        propose(courts, order, RemovalReason.W)

        (item,) = due(courts)
        assert item.kind is DueKind.WITHDRAWAL
        assert item.clock == "wrong_facts_found"

    def test_a_correction_runs_from_the_day_the_error_was_found(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        propose_correction(
            courts.session,
            order.public_id,
            facts={CorrectableFact.DUTY_PUBLIC: "偿还借款1元。"},
            reason="金额有误（测试）",
            document="核对笔录（测试）",
            found_on=courts.at.date() - DAY,
            version=order.version,
            actor=courts.clerk,
            at=courts.at,
            vault=courts.vault,
        )

        assert only(courts) == (DueKind.CORRECTION, order.public_id, date(2026, 11, 26))

    def test_a_suspension_one_person_made_is_confirmed_within_a_working_day(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        suspend(courts, order, until=courts.at.date() + 60 * DAY, alone=True)
        assert only(courts) == (DueKind.CONFIRMATION, order.public_id, date(2026, 11, 25))

        suspending.approve_suspension(
            courts.session,
            order.public_id,
            version=order.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )
        assert due(courts) == []


class TestRemedies:
    """LIST 12: fifteen days, then three working days."""

    def test_an_objection_runs_from_its_receipt_until_it_is_decided(self, remedies: Remedies) -> None:
        case = remedies.objection("accepted")
        last = date(2026, 12, 9)
        assert only(remedies.courts) == (DueKind.OBJECTION, case.public_id, last)

        answering_objections.propose_outcome(
            remedies.session, case.public_id, FOUNDED, version=case.version, **remedies.given(remedies.reviewer)
        )
        remedies.decide(case)
        assert [item.kind for item in due(remedies.courts)] == [DueKind.WITHDRAWAL]

    def test_what_an_upheld_objection_asks_for_runs_as_its_task(self, remedies: Remedies) -> None:
        remedies.objection("upheld", outcome=CORRECTED, plea=remedies.plea(Claim.INACCURATE))

        (item,) = due(remedies.courts)
        assert (item.kind, item.task_kind) == (DueKind.TASK, TaskKind.CORRECT_AFTER_OBJECTION)
        assert item.last_day(SHIPPED) == date(2026, 11, 27)

    def test_an_upheld_objection_nothing_follows_is_not_forgotten(self, remedies: Remedies) -> None:
        """LIST 12: the president rejects the end that the objection had brought about."""
        case = remedies.objection("upheld")
        order = remedies.session.get_one(Order, case.order_id)
        removing.reject_removal(
            remedies.session, order.public_id, note="理由（测试）", **remedies.given(remedies.courts.second),
            version=order.version,
        )  # fmt: skip

        assert only(remedies.courts) == (DueKind.UPHELD, case.public_id, date(2026, 11, 27))

    def test_a_reconsideration_runs_at_the_higher_court(self, remedies: Remedies) -> None:
        case = remedies.reconsideration("received")

        assert only(remedies.courts, court=remedies.high) == (
            DueKind.RECONSIDERATION,
            case.public_id,
            date(2026, 12, 9),
        )
        assert due(remedies.courts) == []


class TestApplications:
    """LIST 5: fifteen days to examine and decide."""

    @pytest.mark.parametrize(
        ("state", "order_state", "runs"),
        [
            ("received", None, True),
            ("proposed", None, True),
            ("accepted", "draft", True),
            ("accepted", "checked", True),
            ("accepted", "abandoned", True),
            ("accepted", "effective", False),
            ("withdrawn", None, False),
        ],
    )
    def test_run_until_somebody_signs(self, courts: Courts, state: str, order_state: str | None, runs: bool) -> None:
        order = None if order_state is None else courts.order(order_state)[0]
        row = Application(
            id=new_id(),
            public_id=public_id(),
            court_id=courts.home,
            kind="listing",
            case_number="（2026）京0199执77号",
            debtor_index=b"index",
            debtor=b"sealed",
            applicant=b"sealed",
            statement=b"sealed",
            received_on=date(2026, 11, 20),
            state=state,
            recorded_by=courts.clerk.person_id,
            recorded_at=courts.at,
            order_id=None if order is None else order.id,
        )
        courts.session.add(row)
        courts.session.flush()

        expected = [(DueKind.APPLICATION, row.public_id, date(2026, 12, 7))] if runs else []
        assert [(one.kind, one.public_id, one.last_day(SHIPPED)) for one in due(courts)] == expected


class TestDaysKnownAlready:
    def test_a_permit_is_decided_before_it_would_be_used(self, courts: Courts) -> None:
        order, _ = courts.order("effective", kind=OrderKind.CONSUMPTION)
        permit = apply(courts, order, valid_from=date(2026, 11, 28), valid_to=date(2026, 11, 29))

        assert only(courts) == (DueKind.PERMIT, permit.public_id, date(2026, 11, 28))

    def test_a_term_shows_from_thirty_days_before_its_end(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        assert order.ends_on is not None

        assert due(courts, on=order.ends_on - 31 * DAY) == []
        assert only(courts, on=order.ends_on - 30 * DAY) == (DueKind.TERM, order.public_id, order.ends_on)
        assert due(courts, on=order.ends_on + DAY) == []

    def test_an_exit_ban_asks_for_its_renewal_until_the_court_has_decided(self, courts: Courts) -> None:
        order, _ = courts.order("effective", kind=OrderKind.EXIT_BAN)
        assert order.ends_on is not None
        near = order.ends_on - 10 * DAY
        task = open_task(
            courts.session, TaskKind.RENEWAL, order, due_on=order.ends_on, actor=courts.clerk, at=courts.at
        )
        assert only(courts, on=near) == (DueKind.RENEWAL, order.public_id, order.ends_on)

        task.closed_at = courts.at
        courts.session.flush()
        assert only(courts, on=near)[0] is DueKind.TERM

    def test_a_suspension_shows_before_its_end_and_after_it(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        until = courts.at.date() + 40 * DAY
        suspend(courts, order, until=until, alone=False)

        assert due(courts) == []
        for on in (until - 30 * DAY, until, until + 5 * DAY):
            assert only(courts, on=on) == (DueKind.SUSPENSION, order.public_id, until)

    def test_a_task_with_a_day_runs_until_it_is_closed(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        with_day = open_task(
            courts.session,
            TaskKind.CASE_EVENT,
            order,
            due_on=date(2026, 11, 30),
            actor=courts.clerk,
            at=courts.at,
        )
        open_task(courts.session, TaskKind.ROLE_CHANGE, order, due_on=None, actor=courts.clerk, at=courts.at)
        assert only(courts) == (DueKind.TASK, order.public_id, date(2026, 11, 30))

        with_day.closed_at = courts.at
        courts.session.flush()
        assert due(courts) == []

    def test_a_remedial_task_of_an_unknown_year_is_kept_and_says_so(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        opened = datetime(2026, 12, 30, 9, 0, tzinfo=courts.at.tzinfo)
        courts.session.add(
            CourtTask(
                id=new_id(),
                kind=TaskKind.CORRECT_AFTER_OBJECTION.value,
                court_id=courts.home,
                order_id=order.id,
                due_on=None,
                opened_at=opened,
            )
        )
        courts.session.flush()

        (item,) = due(courts)
        with pytest.raises(UnknownYearError, match="2027"):
            item.last_day(SHIPPED)

    @pytest.mark.parametrize(("kind", "state"), [(OrderKind.CONSUMPTION, "issued"), (OrderKind.EXIT_BAN, "issued")])
    def test_what_is_signed_and_not_served_is_told_without_a_last_day(
        self, courts: Courts, kind: OrderKind, state: str
    ) -> None:
        order, subject = courts.order(state, kind=kind)
        found, _ = list_due(courts.session, court_ids=[courts.home], on=courts.at.date())
        assert [(one.kind, one.public_id, one.started_on) for one in found] == [
            (DueKind.UNSERVED, order.public_id, order.decided_on)
        ]
        assert found[0].last_day(SHIPPED) is None

        do(courts, "serve", order, subject)
        assert list_due(courts.session, court_ids=[courts.home], on=courts.at.date()) == ([], False)


@pytest.mark.requirement("I13")
def test_another_court_sees_none_of_it(remedies: Remedies) -> None:
    courts = remedies.courts
    propose(courts, courts.order("effective")[0])
    remedies.objection("received")
    courts.order("issued", kind=OrderKind.EXIT_BAN)

    assert list_due(courts.session, court_ids=[courts.other], on=courts.at.date()) == ([], False)
    assert list_due(courts.session, court_ids=[], on=courts.at.date()) == ([], False)


@pytest.mark.requirement("K4")
def test_a_changed_calendar_names_each_open_deadline_that_moves(courts: Courts) -> None:
    order, _ = courts.order("effective")
    propose(courts, order)
    untouched, _ = courts.order("effective", kind=OrderKind.CONSUMPTION)
    apply(courts, untouched, valid_from=date(2026, 11, 28), valid_to=date(2026, 11, 29))
    old = SHIPPED.years[1]
    amended = Year(2026, "补充通知", old.holidays | {date(2026, 11, 26)}, old.make_up_working_days)
    after = Calendar((SHIPPED.years[0], amended))

    (moved,) = list_moved(courts.session, SHIPPED, after, on=courts.at.date())

    assert (moved.item.public_id, moved.before, moved.after) == (
        order.public_id,
        date(2026, 11, 27),
        date(2026, 11, 30),
    )


@pytest.mark.parametrize(
    "state", ["draft", "submitted", "returned", "checked", "abandoned", "removed", "withdrawn", "expired"]
)
def test_an_order_not_yet_or_no_longer_in_force_runs_no_clock(courts: Courts, state: str) -> None:
    courts.order(state)

    assert due(courts) == []
