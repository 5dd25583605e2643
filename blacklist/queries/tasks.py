"""What courts have been told to look into, and what they should be told next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from blacklist.errors import NotFoundError
from blacklist.models import CourtTask, Order
from blacklist.rules.lifecycle import FINAL_STATES, OrderKind, OrderState
from blacklist.rules.renewals import RENEWAL_DAYS, TaskKind

_ENDED = [state.value for state in FINAL_STATES]


class TaskNotFoundError(NotFoundError):
    """There is no such task, or not for this actor."""

    code = "task-not-found"
    title = "未找到该待办"
    title_english = "No such task"


def find_open_task(session: Session, order_id: int, kind: str, *, lock: bool = False) -> CourtTask | None:
    """Return the open task of a kind about an order, or None."""
    query = select(CourtTask).where(
        CourtTask.order_id == order_id, CourtTask.kind == kind, CourtTask.closed_at.is_(None)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def list_open_tasks(
    session: Session, *, court_ids: Collection[int], most: int, skip: int = 0
) -> list[tuple[CourtTask, Order]]:
    """Return open tasks of these courts with their orders: the nearest due first, those without a day last."""
    rows = session.execute(
        select(CourtTask, Order)
        .join(Order, Order.id == CourtTask.order_id)
        .where(CourtTask.court_id.in_(court_ids), CourtTask.closed_at.is_(None))
        .order_by(CourtTask.due_on.is_(None), CourtTask.due_on, CourtTask.id)
        .limit(most)
        .offset(skip)
    ).all()
    return [(task, order) for task, order in rows]


def list_due_for_renewal(session: Session, *, on: date, most: int) -> list[int]:
    """Return ids of exit bans whose end is near, that no successor renews and nobody was asked about yet."""
    successor = aliased(Order)
    renewed = exists().where(successor.predecessor_id == Order.id, successor.state != OrderState.ABANDONED.value)
    query = (
        select(Order.id)
        .where(
            Order.kind == OrderKind.EXIT_BAN.value,
            Order.state.in_([OrderState.EFFECTIVE.value, OrderState.SUSPENDED.value]),
            Order.ends_on >= on,
            Order.ends_on <= on + timedelta(days=RENEWAL_DAYS),
            ~_has_task(TaskKind.RENEWAL, open_only=False),
            ~renewed,
        )
        .order_by(Order.ends_on, Order.id)
    )
    return list(session.scalars(query.limit(most)))


def list_suspensions_over(session: Session, *, on: date, most: int) -> list[int]:
    """Return ids of orders still suspended after the last day of their suspension, without an open task."""
    query = (
        select(Order.id)
        .where(_suspension_over(on), ~_has_task(TaskKind.SUSPENSION_OVER, open_only=True))
        .order_by(Order.suspended_until, Order.id)
    )
    return list(session.scalars(query.limit(most)))


def list_settled_tasks(session: Session, *, on: date, most: int) -> list[tuple[int, str]]:
    """Return (order id, kind) of open tasks whose cause is gone: the order ended, or it rests no longer or anew."""
    settled = (
        select(CourtTask.order_id, CourtTask.kind)
        .join(Order, Order.id == CourtTask.order_id)
        .where(
            CourtTask.closed_at.is_(None),
            CourtTask.kind.in_([kind.value for kind in TaskKind]),
            or_(
                Order.state.in_(_ENDED),
                and_(CourtTask.kind == TaskKind.SUSPENSION_OVER.value, ~_suspension_over(on)),
            ),
        )
        .order_by(CourtTask.id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in session.execute(settled).all()]


def _suspension_over(on: date) -> ColumnElement[bool]:
    return and_(
        Order.state == OrderState.SUSPENDED.value, Order.suspended_until.is_not(None), Order.suspended_until < on
    )


def _has_task(kind: TaskKind, *, open_only: bool) -> ColumnElement[bool]:
    asked = exists().where(CourtTask.order_id == Order.id, CourtTask.kind == kind.value)
    return asked.where(CourtTask.closed_at.is_(None)) if open_only else asked
