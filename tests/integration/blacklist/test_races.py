"""Acts at the same moment and acts that break half-way: one wins, the other is told, and nothing is half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, StaleVersionError, TransitionError
from blacklist.models import AuditEntry, Order, Proposal
from blacklist.queries import orders as order_queries
from blacklist.queries.verification import verify_audit_chain, verify_orders
from blacklist.rules.extensions import ExtensionReason
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.services import extending
from blacklist.services.drafting import DuplicateOrderError
from blacklist.services.expiring import expire_due_orders
from blacklist.services.proposing import NoProposalError, ProposalOpenError
from tests.courts import ACTS, Courts, content, do, invent, propose, right_hand
from tests.races import Opened, assert_one_won, at_once


def assert_sound(courts: Courts) -> None:
    assert list(verify_audit_chain(courts.session)) == []
    assert list(verify_orders(courts.session)) == []


def length(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def day_after(order: Order, at: datetime) -> datetime:
    """Return the set hour of the first day on which the order's term is over."""
    assert order.ends_on is not None
    return datetime.combine(order.ends_on + timedelta(days=1), at.timetz())


class PlantedError(Exception):
    """The fault a test plants."""


def breaks_at(engine: Engine, number: int, act: Callable[[], None]) -> bool:
    """Run an act whose statement of this number fails; tell whether it has so many."""
    seen = 0

    def fail(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            raise PlantedError

    event.listen(engine, "before_cursor_execute", fail)
    try:
        act()
    except PlantedError:
        return True
    finally:
        event.remove(engine, "before_cursor_execute", fail)
    return False


@pytest.mark.requirement("I3")
@pytest.mark.parametrize("name", ACTS)
def test_an_act_whose_any_statement_fails_has_not_happened(own_engine: Engine, opened: Opened, name: str) -> None:
    with opened() as courts:
        order, subject = courts.order(ACTS[name].ready)
        version = order.version
        before = content(courts.session)

    def act() -> None:
        with opened() as mine:
            do(mine, name, order, subject, version=version)

    statements = 0
    while breaks_at(own_engine, statements + 1, act):
        statements += 1
        with opened() as courts:
            assert content(courts.session) == before, f"statement {statements}"

    assert statements >= 4
    with opened() as courts:
        assert courts.events(order)[-1] == ACTS[name].events[-1]
        assert_sound(courts)


@pytest.mark.requirement("I2")
@pytest.mark.usefixtures("again")
class TestAtOnce:
    """Two at the same moment."""

    @pytest.mark.parametrize("name", [name for name in ACTS if name not in ("abandon", "return")])
    def test_the_same_act_by_two_happens_once(self, opened: Opened, name: str) -> None:
        with opened() as courts:
            order, subject = courts.order(ACTS[name].ready)
            version, before = order.version, length(courts.session)
            second = courts.stranger(ACTS[name].role)

        def act(who: Actor) -> None:
            with opened() as mine:
                do(mine, name, order, subject, version=version, actor=who)

        results = at_once(lambda: act(right_hand(courts, ACTS[name])), lambda: act(second))

        assert_one_won(results, StaleVersionError, TransitionError, NoProposalError, ProposalOpenError)
        with opened() as courts:
            assert courts.events(order, since=before) == list(ACTS[name].events)
            assert_sound(courts)

    def test_approval_and_rejection(self, opened: Opened) -> None:
        with opened() as courts:
            order, subject = courts.order("proposed")
            version, before = order.version, length(courts.session)

        def act(name: str, who: Actor) -> None:
            with opened() as mine:
                do(mine, name, order, subject, version=version, actor=who)

        results = at_once(lambda: act("approve", courts.president), lambda: act("reject", courts.second))

        assert_one_won(results, StaleVersionError, NoProposalError)
        with opened() as courts:
            assert len(courts.events(order, since=before)) == 1
            state = courts.session.scalar(select(Order.state).where(Order.id == order.id))
            assert state == ("removed" if results[0] is None else "effective")
            assert_sound(courts)

    def test_a_removal_and_a_withdrawal_proposed(self, opened: Opened) -> None:
        with opened() as courts:
            order, _ = courts.order("effective")
            version = order.version

        def act(reason: RemovalReason, who: Actor) -> None:
            with opened() as mine:
                propose(mine, order, reason, version=version, actor=who)

        results = at_once(lambda: act(RemovalReason.R9, courts.clerk), lambda: act(RemovalReason.W, courts.checker))

        assert_one_won(results, ProposalOpenError)
        with opened() as courts:
            assert courts.session.scalar(select(func.count()).select_from(Proposal)) == 1
            assert_sound(courts)

    def test_a_removal_and_an_extension_decided(self, opened: Opened) -> None:
        """Whichever is first, the other is looked at again: nobody is freed and held at once."""
        with opened() as courts:
            order, subject = courts.order("effective")
            order.grounds = "G3,G4"
            extending.propose_extension(
                courts.session,
                order.public_id,
                reason=ExtensionReason.SEVERAL_KINDS,
                years=1,
                document="笔录（测试）",
                note="两项情形",
                version=order.version,
                actor=courts.clerk,
                at=courts.at,
                vault=courts.vault,
            )
            propose(courts, order)
            version, ends_on, before = order.version, order.ends_on, length(courts.session)

        def remove() -> None:
            with opened() as mine:
                do(mine, "approve", order, subject, version=version)

        def extend() -> None:
            with opened() as mine:
                extending.approve_extension(
                    mine.session,
                    order.public_id,
                    version=version,
                    actor=mine.second,
                    at=mine.at,
                    vault=mine.vault,
                )

        results = at_once(remove, extend)

        assert_one_won(results, StaleVersionError, TransitionError)
        with opened() as courts:
            now = courts.session.get_one(Order, order.id)
            if results[0] is None:
                assert (now.state, now.ends_on) == ("removed", ends_on)
            else:
                assert (now.state, now.extended_years) == ("effective", 1)
            assert len(courts.events(order, since=before)) == 1
            assert_sound(courts)

    def test_a_suspension_and_a_removal_decided(self, opened: Opened) -> None:
        with opened() as courts:
            order, subject = courts.order("suspension-proposed")
            propose(courts, order)
            version = order.version

        def act(name: str, who: Actor) -> None:
            with opened() as mine:
                do(mine, name, order, subject, version=version, actor=who)

        results = at_once(lambda: act("approve", courts.president), lambda: act("approve_suspension", courts.second))

        assert_one_won(results, StaleVersionError, TransitionError)
        with opened() as courts:
            state = courts.session.scalar(select(Order.state).where(Order.id == order.id))
            assert state == ("removed" if results[0] is None else "suspended")
            assert_sound(courts)

    @pytest.mark.requirement("I1")
    def test_the_end_of_the_term_and_a_removal(self, opened: Opened) -> None:
        with opened() as courts:
            order, subject = courts.order("proposed")
            bystander, _ = courts.order("effective")
            version, before = order.version, length(courts.session)
            over = day_after(order, courts.at)

        def expire() -> None:
            with opened() as mine:
                expire_due_orders(mine.session, at=over, vault=mine.vault)

        def approve() -> None:
            with opened() as mine:
                do(mine, "approve", order, subject, version=version, at=over)

        job, person = at_once(expire, approve)

        assert job is None
        assert person is None or isinstance(person, ConflictError)
        with opened() as courts:
            assert courts.events(order, since=before) == ["order.removed" if person is None else "order.expired"]
            assert courts.events(bystander, since=before) == ["order.expired"]
            assert_sound(courts)

    def test_two_clerks_draft_against_one_new_person_in_one_new_case(self, opened: Opened) -> None:
        subject = invent()
        with opened() as courts:
            second = courts.stranger(Role.CLERK)

        def act(who: Actor) -> None:
            with opened() as mine:
                telling = replace(mine.telling, staff=replace(mine.telling.staff, clerk=who))
                telling.draft(subject, OrderKind.LISTING, serial=7, at=mine.at, grounds=(Ground.G4,))

        results = at_once(lambda: act(courts.clerk), lambda: act(second))

        assert_one_won(results, DuplicateOrderError)
        with opened() as courts:
            assert courts.session.scalar(select(func.count()).select_from(Order)) == 1
            assert_sound(courts)

    @pytest.mark.requirement("I10")
    def test_two_clerks_draft_against_one_new_person_in_two_cases(self, opened: Opened) -> None:
        subject = invent()

        def act(serial: int) -> None:
            with opened() as mine:
                mine.telling.draft(subject, OrderKind.LISTING, serial=serial, at=mine.at, grounds=(Ground.G4,))

        results = at_once(lambda: act(8), lambda: act(9))

        assert results == [None, None]
        with opened() as courts:
            assert len(courts.session.scalars(select(Order.id)).all()) == 2
            assert len(set(courts.session.scalars(select(Order.subject_id)))) == 1
            assert_sound(courts)


@pytest.mark.requirement("I1")
def test_the_job_passes_over_what_a_person_ended_while_it_waited(opened: Opened) -> None:
    with opened() as courts:
        order, subject = courts.order("proposed")
        bystander, _ = courts.order("effective")
        before, version = length(courts.session), order.version
        over = day_after(order, courts.at)
    ended: list[int] = []

    def expire() -> None:
        with opened() as mine:
            ended.append(expire_due_orders(mine.session, at=over, vault=mine.vault))

    job = threading.Thread(target=expire)
    with opened() as mine:
        do(mine, "approve", order, subject, version=version, at=over)
        job.start()
        job.join(0.5)  # it has found both due and waits for the first
    job.join(10)

    assert ended == [1]
    with opened() as courts:
        assert courts.events(order, since=before) == ["order.removed"]
        assert courts.events(bystander, since=before) == ["order.expired"]


# SQLite's first reader in a writing session holds the one write lock, so nothing can change behind it.
@pytest.mark.requirement("T3")
@pytest.mark.parametrize("database_factory", ["postgresql"], indirect=True)
def test_an_order_read_before_it_changed_is_read_again_when_it_is_locked(opened: Opened) -> None:
    with opened() as courts:
        order, subject = courts.order("effective")
        version = order.version

    with opened() as late:
        seen = order_queries.get_order(late.session, order.public_id, actor=late.clerk)
        with opened() as early:
            do(early, "serve", order, subject, version=version)

        assert seen.version == version
        with pytest.raises(StaleVersionError):
            propose(late, order, version=version)
    assert seen.version == version + 1
