"""Everything at some courts that has a last day: one list of running clocks, whatever set them going."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import Session, aliased

from blacklist.models import CourtTask, Order, Permit, ServiceAttempt
from blacklist.queries.due_items import MOST, DueItem, DueKind, day_of, item_of, orders_with
from blacklist.queries.due_proceedings import proceedings_of
from blacklist.rules.deadlines import Clock
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.renewals import RENEWAL_DAYS, TaskKind

NEAR = timedelta(days=RENEWAL_DAYS)
_IN_FORCE = [OrderState.EFFECTIVE.value, OrderState.SUSPENDED.value]
# Tasks whose order stands in this list in its own right.
_SHOWN_OTHERWISE = (TaskKind.RENEWAL.value, TaskKind.SUSPENSION_OVER.value)
_AFTER_OBJECTION = (TaskKind.CORRECT_AFTER_OBJECTION.value, TaskKind.END_AFTER_OBJECTION.value)


def list_due(session: Session, *, court_ids: Collection[int], on: date) -> tuple[list[DueItem], bool]:
    """Return the running clocks of these courts, unsorted, and whether some were left out for their number.

    Ends of terms and suspensions are among them from thirty days before.
    """
    sources = (
        *proceedings_of(session, court_ids),
        _tasks(session, court_ids),
        _permits(session, court_ids),
        _terms(session, court_ids, on),
        _suspensions(session, court_ids, on),
        _unserved(session, court_ids),
    )
    found = [list(source) for source in sources]
    return [item for items in found for item in items], any(len(items) >= MOST for items in found)


def _tasks(session: Session, court_ids: Collection[int]) -> Iterator[DueItem]:
    query = (
        orders_with(CourtTask)
        .join(CourtTask, CourtTask.order_id == Order.id)
        .where(
            CourtTask.court_id.in_(court_ids),
            CourtTask.closed_at.is_(None),
            CourtTask.kind.not_in(_SHOWN_OTHERWISE),
            or_(CourtTask.due_on.is_not(None), CourtTask.kind.in_(_AFTER_OBJECTION)),
        )
        .order_by(CourtTask.due_on, CourtTask.id)
        .limit(MOST)
    )
    for order, number, task in session.execute(query):
        upheld = task.kind in _AFTER_OBJECTION
        yield item_of(
            DueKind.TASK,
            order,
            number,
            court_id=task.court_id,
            clock=Clock.OBJECTION_UPHELD if upheld else None,
            started_on=day_of(task.opened_at) if upheld else None,
            last_on=task.due_on,
            task_kind=task.kind,
        )


def _permits(session: Session, court_ids: Collection[int]) -> Iterator[DueItem]:
    query = (
        orders_with(Permit)
        .join(Permit, Permit.order_id == Order.id)
        .where(Order.court_id.in_(court_ids), Permit.state == "applied")
        .order_by(Permit.valid_from, Permit.id)
        .limit(MOST)
    )
    for order, number, permit in session.execute(query):
        yield item_of(
            DueKind.PERMIT,
            order,
            number,
            public_id=permit.public_id,
            subject_id=permit.subject_id,
            last_on=permit.valid_from,
        )


def _terms(session: Session, court_ids: Collection[int], on: date) -> Iterator[DueItem]:
    query = (
        orders_with(_renewable())
        .where(Order.court_id.in_(court_ids), Order.state.in_(_IN_FORCE), Order.ends_on.between(on, on + NEAR))
        .order_by(Order.ends_on, Order.id)
        .limit(MOST)
    )
    for order, number, renewable in session.execute(query):
        yield item_of(DueKind.RENEWAL if renewable else DueKind.TERM, order, number, last_on=order.ends_on)


def _renewable() -> ColumnElement[bool]:
    """An exit ban near its end that no successor renews and about which the court has not made up its mind."""
    successor = aliased(Order)
    return and_(
        Order.kind == OrderKind.EXIT_BAN.value,
        ~exists().where(successor.predecessor_id == Order.id, successor.state != OrderState.ABANDONED.value),
        ~exists().where(
            CourtTask.order_id == Order.id,
            CourtTask.kind == TaskKind.RENEWAL.value,
            CourtTask.closed_at.is_not(None),
        ),
    )


def _suspensions(session: Session, court_ids: Collection[int], on: date) -> Iterator[DueItem]:
    query = (
        orders_with()
        .where(
            Order.court_id.in_(court_ids),
            Order.state == OrderState.SUSPENDED.value,
            Order.suspended_until <= on + NEAR,
        )
        .order_by(Order.suspended_until, Order.id)
        .limit(MOST)
    )
    for order, number in session.execute(query):
        yield item_of(DueKind.SUSPENSION, order, number, last_on=order.suspended_until)


def _unserved(session: Session, court_ids: Collection[int]) -> Iterator[DueItem]:
    exit_ban = and_(Order.kind == OrderKind.EXIT_BAN.value, Order.state == OrderState.EFFECTIVE.value)
    query = (
        orders_with()
        .where(
            Order.court_id.in_(court_ids),
            Order.source == "desk",
            or_(Order.state == OrderState.ISSUED.value, exit_ban),
            ~exists().where(ServiceAttempt.order_id == Order.id),
        )
        .order_by(Order.decided_on, Order.id)
        .limit(MOST)
    )
    for order, number in session.execute(query):
        yield item_of(DueKind.UNSERVED, order, number, started_on=order.decided_on)
