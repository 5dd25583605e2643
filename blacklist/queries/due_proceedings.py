"""Clocks of proceedings: proposals, objections, reconsiderations and applications that wait for a decision."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from blacklist.models import Application, CourtTask, Objection, Order, OrderVersion, Proposal, Reconsideration
from blacklist.queries.due_items import MOST, DueItem, DueKind, day_of, item_of, orders_with
from blacklist.rules.deadlines import Clock
from blacklist.rules.lifecycle import STANDING_STATES, Act, OrderKind, OrderState
from blacklist.rules.remedies import reconsideration_clock
from blacklist.rules.remedy_states import ReconsiderationState

_REMEDIAL_ACTS = (Act.REMOVE.value, Act.WITHDRAW.value, Act.CORRECT.value)
_STANDING = [state.value for state in STANDING_STATES]
_UNSIGNED = [state.value for state in (OrderState.DRAFT, OrderState.RETURNED, OrderState.CHECKED, OrderState.ABANDONED)]


def proceedings_of(session: Session, court_ids: Collection[int]) -> tuple[Iterator[DueItem], ...]:
    """Return what waits for a decision, from each source at most `MOST`."""
    return (
        _proposals(session, court_ids),
        _objections(session, court_ids),
        _reconsiderations(session, court_ids),
        _not_carried_out(session, court_ids),
        _applications(session, court_ids),
    )


def _proposals(session: Session, court_ids: Collection[int]) -> Iterator[DueItem]:
    clocks = {
        Act.REMOVE.value: (DueKind.REMOVAL, Clock.REMOVAL_EVENT),
        Act.WITHDRAW.value: (DueKind.WITHDRAWAL, Clock.WRONG_FACTS_FOUND),
        Act.CORRECT.value: (DueKind.CORRECTION, Clock.WRONG_FACTS_FOUND),
        Act.SUSPEND.value: (DueKind.CONFIRMATION, Clock.SUSPENSION_TO_CONFIRM),
    }
    unconfirmed = and_(Proposal.act == Act.SUSPEND.value, Order.state == OrderState.SUSPENDED.value)
    query = (
        orders_with(Proposal)
        .join(Proposal, Proposal.order_id == Order.id)
        .where(
            Order.court_id.in_(court_ids),
            Proposal.state == "open",
            or_(Proposal.act.in_(_REMEDIAL_ACTS), unconfirmed),
        )
        .order_by(Proposal.id)
        .limit(MOST)
    )
    for order, number, proposal in session.execute(query):
        kind, clock = clocks[proposal.act]
        started_on = proposal.event_on or day_of(proposal.proposed_at)
        yield item_of(kind, order, number, clock=clock, started_on=started_on)


def _objections(session: Session, court_ids: Collection[int]) -> Iterator[DueItem]:
    query = (
        orders_with(Objection)
        .join(Objection, Objection.order_id == Order.id)
        .where(Objection.court_id.in_(court_ids), Objection.state.in_(["received", "accepted"]))
        .order_by(Objection.received_on, Objection.id)
        .limit(MOST)
    )
    for order, number, objection in session.execute(query):
        yield item_of(
            DueKind.OBJECTION,
            order,
            number,
            public_id=objection.public_id,
            clock=Clock.OBJECTION_RECEIVED,
            started_on=objection.received_on,
        )


def _reconsiderations(session: Session, court_ids: Collection[int]) -> Iterator[DueItem]:
    query = (
        orders_with(Reconsideration)
        .join(Reconsideration, Reconsideration.order_id == Order.id)
        .where(Reconsideration.court_id.in_(court_ids), Reconsideration.state == "received")
        .order_by(Reconsideration.received_on, Reconsideration.id)
        .limit(MOST)
    )
    for order, number, case in session.execute(query):
        running = reconsideration_clock(
            ReconsiderationState(case.state), OrderKind(order.kind), received_on=case.received_on, decided_on=None
        )
        clock, started_on = running or (None, None)
        yield item_of(
            DueKind.RECONSIDERATION,
            order,
            number,
            public_id=case.public_id,
            court_id=case.court_id,
            clock=clock,
            started_on=started_on,
        )


def _not_carried_out(session: Session, court_ids: Collection[int]) -> Iterator[DueItem]:
    """Decisions for the person that nothing followed: what follows them is a proposal or a task of its own."""
    for kind, table, state in (
        (DueKind.UPHELD, Objection, "upheld"),
        (DueKind.CHANGED, Reconsideration, "changed"),
    ):
        query = (
            orders_with(table)
            .join(table, table.order_id == Order.id)
            .where(
                Order.court_id.in_(court_ids),
                table.state == state,
                Order.state.in_(_STANDING),
                ~exists().where(
                    Proposal.order_id == Order.id, Proposal.state == "open", Proposal.act.in_(_REMEDIAL_ACTS)
                ),
                ~exists().where(CourtTask.order_id == Order.id, CourtTask.opened_at >= table.decided_at),
                ~exists().where(OrderVersion.order_id == Order.id, OrderVersion.replaced_at >= table.decided_at),
            )
            .order_by(table.decided_at, table.id)
            .limit(MOST)
        )
        for order, number, case in session.execute(query):
            yield item_of(
                kind,
                order,
                number,
                public_id=case.public_id,
                clock=Clock.OBJECTION_UPHELD,
                started_on=day_of(case.decided_at),
            )


def _applications(session: Session, court_ids: Collection[int]) -> Iterator[DueItem]:
    """Applications without a decision; one accepted by a draft is decided when the draft is signed."""
    unsigned = exists().where(Order.id == Application.order_id, Order.state.in_(_UNSIGNED))
    query = (
        select(Application)
        .where(
            Application.court_id.in_(court_ids),
            or_(Application.state.in_(["received", "proposed"]), and_(Application.state == "accepted", unsigned)),
        )
        .order_by(Application.received_on, Application.id)
        .limit(MOST)
    )
    for one in session.scalars(query):
        yield DueItem(
            kind=DueKind.APPLICATION,
            public_id=one.public_id,
            court_id=one.court_id,
            order_kind=OrderKind(one.kind),
            case_number=one.case_number,
            clock=Clock.LISTING_APPLICATION,
            started_on=one.received_on,
        )
