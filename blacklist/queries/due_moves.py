"""Which running clocks end on another day when the calendar changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.models import Court
from blacklist.queries.due import list_due
from blacklist.queries.due_items import DueItem
from blacklist.rules.working_days import Calendar, UnknownYearError


@dataclass(frozen=True, slots=True)
class MovedDeadline:
    """A running clock and its last day by either calendar; None where one cannot tell."""

    item: DueItem
    before: date | None
    after: date | None


def list_moved(session: Session, before: Calendar, after: Calendar, *, on: date) -> list[MovedDeadline]:
    """Return the running clocks of all courts whose last day differs between two calendars."""
    items, _ = list_due(session, court_ids=session.scalars(select(Court.id)).all(), on=on)
    compared = [MovedDeadline(item, _last(item, before), _last(item, after)) for item in items]
    return [one for one in compared if one.before != one.after]


def _last(item: DueItem, calendar: Calendar) -> date | None:
    try:
        return item.last_day(calendar)
    except UnknownYearError:
        return None
