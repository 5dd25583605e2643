"""A running clock at a court, as a plain row: what is to be done, about which order, since when or until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import load_only

from blacklist.models import Case, Order
from blacklist.rules.deadlines import Clock, deadline
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.working_days import Calendar

MOST: Final = 2000  # of each kind; a court with more is told that the list is not whole
_SHANGHAI = ZoneInfo("Asia/Shanghai")


class DueKind(StrEnum):
    """What is to be done by the last day."""

    REMOVAL = "removal"
    WITHDRAWAL = "withdrawal"
    CORRECTION = "correction"
    CONFIRMATION = "confirmation"
    OBJECTION = "objection"
    UPHELD = "upheld"
    RECONSIDERATION = "reconsideration"
    CHANGED = "changed"
    APPLICATION = "application"
    TASK = "task"
    PERMIT = "permit"
    TERM = "term"
    RENEWAL = "renewal"
    SUSPENSION = "suspension"
    UNSERVED = "unserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One running clock: a clock of the law with its start, or a last day that is known already, or neither.

    `public_id` is that of the thing to be acted on, `subject_id` whom it concerns; an application has no subject yet.
    """

    kind: DueKind
    public_id: str
    court_id: int
    order_kind: OrderKind
    case_number: str
    subject_id: int | None = None
    started_on: date | None = None
    clock: Clock | None = None
    last_on: date | None = None
    task_kind: str = ""

    def last_day(self, calendar: Calendar) -> date | None:
        """Return the last day, or None where nothing sets one.

        Raises:
            UnknownYearError: counting it touches a year that is not loaded.
        """
        if self.clock is not None and self.started_on is not None:
            return deadline(self.clock, self.started_on, calendar=calendar)
        return self.last_on


def orders_with(*more: Any) -> Select[Any]:
    """Begin a query of (order, case number, *more) without what is sealed in the orders."""
    plain = load_only(
        Order.public_id,
        Order.kind,
        Order.court_id,
        Order.subject_id,
        Order.decided_on,
        Order.ends_on,
        Order.suspended_until,
    )
    return select(Order, Case.number, *more).join(Case, Case.id == Order.case_id).options(plain)


def item_of(kind: DueKind, order: Order, case_number: str, **more: Any) -> DueItem:
    """Return an item about an order; `more` are further fields, or others than the order's own."""
    given: dict[str, Any] = {
        "public_id": order.public_id,
        "court_id": order.court_id,
        "subject_id": order.subject_id,
    } | more
    return DueItem(kind=kind, order_kind=OrderKind(order.kind), case_number=case_number, **given)


def day_of(at: datetime) -> date:
    """Return the court's date of an instant."""
    return at.astimezone(_SHANGHAI).date()
