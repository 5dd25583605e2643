"""Orders: one by one for acting on, in lists for the desk."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TypeVar

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import NotFoundError
from blacklist.models import (
    AuditEntry,
    Case,
    Court,
    Order,
    OrderBinding,
    OrderVersion,
    Proposal,
    ServiceAttempt,
    SubjectDocument,
)
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import ENDING_ACTS, Act, OrderKind, OrderState

RowT = TypeVar("RowT")


class OrderNotFoundError(NotFoundError):
    """There is no such order, or not for this actor."""

    code = "order-not-found"
    title = "未找到该决定"
    title_english = "No such order"


def get_order(session: Session, public_id: str, *, actor: Actor, lock: bool = False) -> Order:
    """Return an order of one of the actor's courts.

    Raises:
        OrderNotFoundError: absent, or another court's: the two are not told apart.
    """
    query = _scoped(select(Order).where(Order.public_id == public_id), actor)
    order = session.scalars(_locking(query) if lock else query).one_or_none()
    if order is None:
        raise OrderNotFoundError("没有这份决定，或不属于您所在的法院。", "There is no such order.")
    return order


def lock_order(session: Session, order_id: int) -> Order:
    """Return an order by its inner id, locked; for the machine's own acts."""
    return session.scalars(_locking(select(Order).where(Order.id == order_id))).one()


def lock_orders(session: Session, order_ids: Collection[int]) -> list[Order]:
    """Return orders by their inner ids, all locked, in the order in which everybody locks several."""
    query = select(Order).where(Order.id.in_(order_ids)).order_by(Order.id)
    return list(session.scalars(_locking(query)))


def _locking(query: Select[RowT]) -> Select[RowT]:
    """Lock what is found and read it again: what the session read before the lock may have changed meanwhile."""
    return query.with_for_update().execution_options(populate_existing=True)


def _scoped(query: Select[Order], actor: Actor) -> Select[Order]:
    return query.where(Order.court_id.in_(actor.court_ids()))


def list_orders(
    session: Session,
    *,
    actor: Actor,
    states: Collection[OrderState] = (),
    kind: OrderKind | None = None,
    case_number: str | None = None,
    subject_ids: Collection[int] | None = None,
    most: int = 50,
    skip: int = 0,
) -> list[Order]:
    """Return orders of the actor's courts, newest first; all states where none is named."""
    query = _scoped(select(Order), actor)
    if states:
        query = query.where(Order.state.in_([state.value for state in states]))
    if kind is not None:
        query = query.where(Order.kind == kind.value)
    if case_number is not None:
        query = query.join(Case, Case.id == Order.case_id).where(Case.number == case_number)
    if subject_ids is not None:
        query = query.where(Order.subject_id.in_(subject_ids))
    return list(session.scalars(query.order_by(Order.id.desc()).limit(most).offset(skip)))


def grounds_of(order: Order) -> tuple[Ground, ...]:
    """Return the grounds of a listing; none for other kinds."""
    return tuple(Ground(code) for code in order.grounds.split(",") if code)


def get_case(session: Session, case_id: int) -> Case:
    """Return a case."""
    return session.get_one(Case, case_id)


def get_court(session: Session, court_id: int) -> Court:
    """Return a court."""
    return session.get_one(Court, court_id)


def list_bindings(session: Session, order_id: int) -> list[OrderBinding]:
    """Return whom an order binds."""
    return list(
        session.scalars(select(OrderBinding).where(OrderBinding.order_id == order_id).order_by(OrderBinding.id))
    )


def list_service_attempts(session: Session, order_id: int) -> list[ServiceAttempt]:
    """Return the attempts at service of an order, oldest first."""
    return list(
        session.scalars(select(ServiceAttempt).where(ServiceAttempt.order_id == order_id).order_by(ServiceAttempt.id))
    )


def list_versions(session: Session, order_id: int) -> list[OrderVersion]:
    """Return what an order said before each correction or record of performance, oldest first."""
    return list(
        session.scalars(select(OrderVersion).where(OrderVersion.order_id == order_id).order_by(OrderVersion.number))
    )


def list_history(session: Session, order_id: int) -> list[AuditEntry]:
    """Return the audit entries of an order, oldest first."""
    return list(session.scalars(select(AuditEntry).where(AuditEntry.object_id == order_id).order_by(AuditEntry.number)))


def place_of(order_no: str) -> int:
    """Return the count at the end of a decision's number: 2 of `（2026）京0199执1234号-失信2`, 0 where there is none."""
    digits = order_no[len(order_no.rstrip("0123456789")) :]
    return int(digits) if digits else 0


def find_open_proposal(
    session: Session, order_id: int, *, acts: Collection[Act] = ENDING_ACTS, lock: bool = False
) -> Proposal | None:
    """Return the open proposal for one of `acts` (by default: to end the order), or None."""
    query = select(Proposal).where(
        Proposal.order_id == order_id, Proposal.state == "open", Proposal.act.in_([act.value for act in acts])
    )
    return session.scalars(_locking(query) if lock else query).first()


def find_standing_duplicate(
    session: Session, *, subject_id: int, case_id: int, kind: OrderKind, but: int | None = None
) -> Order | None:
    """Return an order of this kind against this subject in this case that is under way or in force, or None."""
    dead = [OrderState.ABANDONED.value, OrderState.REMOVED.value, OrderState.WITHDRAWN.value, OrderState.EXPIRED.value]
    query = select(Order).where(
        Order.subject_id == subject_id,
        Order.case_id == case_id,
        Order.kind == kind.value,
        Order.state.not_in(dead),
    )
    if but is not None:
        query = query.where(Order.id != but)
    return session.scalars(query).first()


def find_consumption_order(session: Session, listing: Order, *, states: Collection[OrderState]) -> Order | None:
    """Return the consumption order of a listing's case against the same debtor in one of `states`, newest first."""
    return session.scalars(
        select(Order)
        .where(
            Order.case_id == listing.case_id,
            Order.subject_id == listing.subject_id,
            Order.kind == OrderKind.CONSUMPTION.value,
            Order.state.in_([state.value for state in states]),
        )
        .order_by(Order.id.desc())
    ).first()


def has_effective(session: Session, subject_id: int, kind: OrderKind, *, court_id: int, but: int, on: date) -> bool:
    """Tell whether another order of this kind by the same court is in force against the subject on a day."""
    found = session.scalars(
        select(Order.id).where(
            Order.subject_id == subject_id,
            Order.kind == kind.value,
            Order.court_id == court_id,
            Order.state == OrderState.EFFECTIVE.value,
            Order.id != but,
            or_(Order.ends_on.is_(None), Order.ends_on >= on),
        )
    ).first()
    return found is not None


def count_documents(session: Session, subject_id: int) -> int:
    """Return how many identity documents of a subject are on record."""
    query = select(func.count()).select_from(SubjectDocument).where(SubjectDocument.subject_id == subject_id)
    return session.scalar(query) or 0


def list_due_to_expire(session: Session, *, on: date, most: int) -> list[int]:
    """Return ids of standing orders whose last day is before `on`, earliest end first."""
    standing = [OrderState.ISSUED.value, OrderState.EFFECTIVE.value, OrderState.SUSPENDED.value]
    return list(
        session.scalars(
            select(Order.id)
            .where(Order.state.in_(standing), Order.ends_on < on)
            .order_by(Order.ends_on, Order.id)
            .limit(most)
        )
    )


def list_due_to_start(session: Session, *, on: date, most: int) -> list[int]:
    """Return ids of issued orders whose grace period ended before `on` and whose service is on record."""
    attempted = (
        select(ServiceAttempt.id)
        .where(ServiceAttempt.order_id == Order.id, ServiceAttempt.subject_id == Order.subject_id)
        .exists()
    )
    return list(
        session.scalars(
            select(Order.id)
            .where(Order.state == OrderState.ISSUED.value, Order.grace_until < on, attempted)
            .order_by(Order.grace_until, Order.id)
            .limit(most)
        )
    )
