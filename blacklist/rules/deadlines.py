"""Every clock of the law: what starts it, how long it runs, how it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from blacklist.rules.working_days import Calendar


class Clock(StrEnum):
    """An event that starts a period."""

    LISTING_APPLICATION = "listing_application"
    REMOVAL_EVENT = "removal_event"
    WRONG_FACTS_FOUND = "wrong_facts_found"
    OBJECTION_RECEIVED = "objection_received"
    OBJECTION_UPHELD = "objection_upheld"
    REJECTION_SERVED = "rejection_served"
    RECONSIDERATION_RECEIVED = "reconsideration_received"
    EXIT_BAN_RECEIVED = "exit_ban_received"
    EXIT_BAN_RECONSIDERATION_RECEIVED = "exit_ban_reconsideration_received"
    SUSPENSION_TO_CONFIRM = "suspension_to_confirm"  # ours: one person suspended on a doubt about identity
    AGENCY_OBJECTION_RECEIVED = "agency_objection_received"
    ANNOUNCEMENT_PUBLISHED = "announcement_published"


class Unit(StrEnum):
    """How a period is counted."""

    DAYS = "days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Period:
    """A period of the law: its length and unit, whether its end moves off a rest day, and its article."""

    length: int
    unit: Unit
    article: str
    moves_off_rest_days: bool = True


PERIODS: Mapping[Clock, Period] = MappingProxyType(
    {
        Clock.LISTING_APPLICATION: Period(15, Unit.DAYS, "LIST 5"),
        Clock.REMOVAL_EVENT: Period(3, Unit.WORKING_DAYS, "LIST 10"),
        Clock.WRONG_FACTS_FOUND: Period(3, Unit.WORKING_DAYS, "LIST 9"),
        Clock.OBJECTION_RECEIVED: Period(15, Unit.DAYS, "LIST 12"),
        Clock.OBJECTION_UPHELD: Period(3, Unit.WORKING_DAYS, "LIST 12"),
        Clock.REJECTION_SERVED: Period(10, Unit.DAYS, "LIST 12"),
        Clock.RECONSIDERATION_RECEIVED: Period(15, Unit.DAYS, "LIST 12"),
        Clock.EXIT_BAN_RECEIVED: Period(10, Unit.DAYS, "REVIEW 9"),
        Clock.EXIT_BAN_RECONSIDERATION_RECEIVED: Period(15, Unit.DAYS, "REVIEW 9"),
        Clock.SUSPENSION_TO_CONFIRM: Period(1, Unit.WORKING_DAYS, "LIST 12"),
        Clock.AGENCY_OBJECTION_RECEIVED: Period(15, Unit.DAYS, "NETQ 6"),
        Clock.ANNOUNCEMENT_PUBLISHED: Period(30, Unit.DAYS, "CPL 95", moves_off_rest_days=False),
    }
)


def deadline(clock: Clock, started_on: date, *, calendar: Calendar) -> date:
    """Return the last day of a period; it ends at 24:00 of that day in Asia/Shanghai.

    The day of the event does not count. A period of days that ends on a rest day ends on the first
    working day after; working days are counted as such.

    Basis: CPL 85.

    Raises:
        UnknownYearError: the count touches a year whose holidays are not loaded.
    """
    period = PERIODS[clock]
    if period.unit is Unit.WORKING_DAYS:
        return calendar.working_days_after(started_on, period.length)
    last = started_on + timedelta(days=period.length)
    return calendar.next_working_day(last) if period.moves_off_rest_days else last


def working_days_left(last: date, on: date, *, calendar: Calendar) -> int:
    """Return how many working days remain after `on` up to `last`; negative calendar days when it is over.

    Basis: CPL 85.
    """
    if on > last:
        return (last - on).days
    day, left = on, 0
    while day < last:
        day += timedelta(days=1)
        left += calendar.is_working_day(day)
    return left
