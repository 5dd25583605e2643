"""The events of a case, and what the next one would do to the orders that stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from blacklist.models import CaseEvent, Order
from blacklist.queries import orders as order_queries
from blacklist.rules.lifecycle import STANDING_STATES, OrderKind, OrderState
from blacklist.rules.repair import CaseEventKind, Consequence, consequences

_STANDING = [state.value for state in STANDING_STATES]
_UNDER_WAY = [state.value for state in (OrderState.DRAFT, OrderState.RETURNED, OrderState.CHECKED)]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an event does to one order; `proposed` tells that somebody proposed its end already."""

    order: Order
    consequence: Consequence
    proposed: bool


def list_case_events(session: Session, *, case_id: int, subject_id: int) -> list[CaseEvent]:
    """Return what happened in a case to one debtor, in the order it happened."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.subject_id == subject_id)
    return list(session.scalars(query.order_by(CaseEvent.happened_on, CaseEvent.id)))


def list_standing(session: Session, *, case_id: int, subject_id: int, on: date, lock: bool = False) -> list[Order]:
    """Return the orders of a case against one debtor that stand on a day, the oldest first.

    `lock` locks them in that order, so that two who record the same event wait for one another.
    """
    query = (
        select(Order)
        .where(
            Order.case_id == case_id,
            Order.subject_id == subject_id,
            Order.state.in_(_STANDING),
            or_(Order.ends_on.is_(None), Order.ends_on >= on),
        )
        .order_by(Order.id)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(query))


def find_listing_beside(session: Session, order: Order, *, on: date) -> Order | None:
    """Return the listing that stands in the same case against the same debtor, or None."""
    standing = list_standing(session, case_id=order.case_id, subject_id=order.subject_id, on=on)
    return next((one for one in standing if one.kind == OrderKind.LISTING.value and one.id != order.id), None)


def count_others(session: Session, order: Order, *, on: date) -> tuple[int, int]:
    """Return how many orders of the case an event about this debtor leaves alone.

    The first number: standing ones against other debtors; the second: ones against this debtor not yet decided.
    """
    count = select(func.count()).select_from(Order).where(Order.case_id == order.case_id)
    others = count.where(
        Order.subject_id != order.subject_id,
        Order.state.in_(_STANDING),
        or_(Order.ends_on.is_(None), Order.ends_on >= on),
    )
    under_way = count.where(Order.subject_id == order.subject_id, Order.state.in_(_UNDER_WAY))
    return session.scalar(others) or 0, session.scalar(under_way) or 0


def find_present_ending(session: Session, case_id: int) -> date | None:
    """Return the day on which enforcement of the case was last ended for the present, or None."""
    return session.scalar(
        select(func.max(CaseEvent.happened_on)).where(
            CaseEvent.case_id == case_id, CaseEvent.kind == CaseEventKind.PRESENT_ENDED.value
        )
    )


def list_empty_searches(session: Session, *, case_id: int, subject_id: int) -> set[date]:
    """Return the days of the searches without result since enforcement was last ended for the present."""
    ended_on = find_present_ending(session, case_id)
    if ended_on is None:
        return set()
    query = select(CaseEvent.happened_on).where(
        CaseEvent.case_id == case_id,
        CaseEvent.subject_id == subject_id,
        CaseEvent.kind == CaseEventKind.EMPTY_SEARCH.value,
        CaseEvent.happened_on >= ended_on,
    )
    return set(session.scalars(query))


def foresee(session: Session, order: Order, event: CaseEventKind, happened_on: date, *, on: date) -> list[Foreseen]:
    """Return what an event about the debtor of `order` would do to each order of the case that stands on a day.

    A search counts once a day, however often it was recorded.
    """
    searches: set[date] = set()
    if event is CaseEventKind.EMPTY_SEARCH:
        earlier = list_empty_searches(session, case_id=order.case_id, subject_id=order.subject_id)
        searches = {*earlier, happened_on}
    return [
        Foreseen(
            order=one,
            consequence=consequences(
                event,
                OrderKind(one.kind),
                fixed_term=one.ends_on is not None,
                effective=OrderState(one.state) is not OrderState.ISSUED,
                empty_searches=len(searches),
            ),
            proposed=order_queries.find_open_proposal(session, one.id) is not None,
        )
        for one in list_standing(session, case_id=order.case_id, subject_id=order.subject_id, on=on)
    ]
