"""The years of the holiday calendar: what is loaded, what is proposed, what is missing."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.errors import NotFoundError
from blacklist.models import CalendarYear
from blacklist.rules.calendar_years import years_needed
from blacklist.rules.working_days import Calendar, Year


class YearNotFoundError(NotFoundError):
    """Nobody proposed or loaded this year."""

    code = "calendar-year-not-found"
    title = "没有该年度的节假日安排"
    title_english = "No such year in the calendar"


def load_calendar(session: Session) -> Calendar:
    """Return the calendar deadlines are counted by: loaded years only; a proposed year does not count."""
    loaded = session.scalars(select(CalendarYear).where(CalendarYear.state == "loaded").order_by(CalendarYear.year))
    return Calendar(tuple(year_of_row(row) for row in loaded))


def missing_years(session: Session, *, on: date) -> tuple[int, ...]:
    """Return the years that should be loaded on a day and are not; from 1 November the next year is among them."""
    loaded = set(session.scalars(select(CalendarYear.year).where(CalendarYear.state == "loaded")))
    return tuple(year for year in years_needed(on) if year not in loaded)


def list_years(session: Session) -> list[CalendarYear]:
    """Return all years, the newest first, proposed ones included."""
    return list(session.scalars(select(CalendarYear).order_by(CalendarYear.year.desc())))


def find_year(session: Session, year: int, *, lock: bool = False) -> CalendarYear | None:
    """Return the row of a year, or None."""
    query = select(CalendarYear).where(CalendarYear.year == year)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def get_year(session: Session, year: int, *, lock: bool = False) -> CalendarYear:
    """Return the row of a year.

    Raises:
        YearNotFoundError: there is none.
    """
    row = find_year(session, year, lock=lock)
    if row is None:
        raise YearNotFoundError("没有该年度的节假日安排。", "There is no arrangement of this year.")
    return row


def year_of_row(row: CalendarYear) -> Year:
    """Return what a row says as the value the rules count with."""
    return Year(
        year=row.year,
        source=row.source,
        holidays=frozenset(date.fromisoformat(day) for day in row.holidays),
        make_up_working_days=frozenset(date.fromisoformat(day) for day in row.make_up_working_days),
    )
