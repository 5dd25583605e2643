"""What lies on a president's signing table: checked orders, the marks upon them, and what was signed just now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.models import Order, SignMark
from blacklist.rules.lifecycle import OrderState


def list_waiting(
    session: Session, *, court_ids: Collection[int], person_id: int | None, most: int, skip: int = 0
) -> list[Order]:
    """Return checked orders of these courts that somebody else than this person drafted, oldest first."""
    query = select(Order).where(*_waiting(court_ids, person_id)).order_by(Order.id).limit(most).offset(skip)
    return list(session.scalars(query))


def count_waiting(session: Session, *, court_ids: Collection[int], person_id: int | None) -> int:
    """Return how many there are."""
    return session.scalar(select(func.count()).select_from(Order).where(*_waiting(court_ids, person_id))) or 0


def list_marked(
    session: Session, *, court_ids: Collection[int], person_id: int | None, most: int
) -> list[tuple[Order, SignMark]]:
    """Return the waiting orders this person marked and that have not changed since, oldest first."""
    rows = session.execute(
        select(Order, SignMark)
        .join(SignMark, (SignMark.order_id == Order.id) & (SignMark.version == Order.version))
        .where(SignMark.person_id == person_id, *_waiting(court_ids, person_id))
        .order_by(Order.id)
        .limit(most)
    ).all()
    return [(order, mark) for order, mark in rows]


def marks_on(session: Session, orders: Collection[Order], *, person_id: int | None) -> dict[int, SignMark]:
    """Return this person's marks by order id; a mark on an earlier version of its order is none."""
    versions = {order.id: order.version for order in orders}
    marks = session.scalars(
        select(SignMark).where(SignMark.person_id == person_id, SignMark.order_id.in_(list(versions)))
    )
    return {mark.order_id: mark for mark in marks if mark.version == versions[mark.order_id]}


def find_mark(session: Session, order_id: int, *, person_id: int | None) -> SignMark | None:
    """Return this person's mark on an order, of whatever version."""
    return session.get(SignMark, (person_id, order_id), populate_existing=True)


def lock_batch(session: Session, public_ids: Collection[str], *, actor: Actor) -> list[Order]:
    """Return orders of the actor's courts, locked in the order of their ids; what is not there is left out.

    All batches lock in this order before they do anything else, so two that overlap wait for each other and never
    in a circle.
    """
    query = (
        select(Order)
        .where(Order.public_id.in_(list(public_ids)), Order.court_id.in_(actor.court_ids()))
        .order_by(Order.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def list_signed_since(session: Session, *, person_id: int | None, since: datetime) -> list[Order]:
    """Return the orders this person issued in batches since an instant, newest first; what was taken back is none."""
    query = (
        select(Order)
        .where(
            Order.issued_by == person_id,
            Order.issued_at >= since,
            Order.batch_id.is_not(None),
        )
        .order_by(Order.issued_at.desc(), Order.id)
    )
    return list(session.scalars(query))


def _waiting(court_ids: Collection[int], person_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        Order.court_id.in_(list(court_ids)),
        Order.state == OrderState.CHECKED.value,
        Order.drafted_by != person_id,
    )
