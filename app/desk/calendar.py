"""The holiday calendar as the desk shows it: years, months, what is missing; never a row of the database."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from app.desk.acting import Desk
from blacklist.models import CalendarYear
from blacklist.queries.calendars import list_years, missing_years
from blacklist.queries.staff import name_persons
from blacklist.rules.calendar_years import STATUTORY_DAYS, is_balanced, weekdays_off
from blacklist.rules.working_days import Year

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
STATE_WORDS: Mapping[str, str] = MappingProxyType({"proposed": "待另一人核对载入", "loaded": "已载入"})
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DayView:
    """A day of a month table; `word` is 休 or 班 where the day departs from its week, '' where it follows it."""

    number: int
    iso: str
    word: str = ""
    title: str = ""
    weekend: bool = False


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month as weeks from Monday to Sunday; None is a day of another month."""

    title: str
    weeks: tuple[tuple[DayView | None, ...], ...]


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day the arrangement names, and how it departs from a plain week."""

    day: date
    weekday: str
    word: str
    departs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YearView:
    """A year of the calendar as a row of the list and as the head of its own page."""

    year: int
    state_word: str
    loaded: bool
    source: str
    holiday_count: int
    make_up_count: int
    weekdays_off: int
    balance_text: str
    balanced: bool
    digest: str
    origin: str
    proposed_at: datetime
    decided_at: datetime | None
    href: str


def list_year_views(desk: Desk) -> list[YearView]:
    """Return every year, the newest first."""
    return [view_year(desk, row) for row in list_years(desk.session)]


def view_year(desk: Desk, row: CalendarYear) -> YearView:
    """Return a year with its persons in words."""
    year = Year(
        row.year,
        row.source,
        frozenset(map(date.fromisoformat, row.holidays)),
        frozenset(map(date.fromisoformat, row.make_up_working_days)),
    )
    return YearView(
        year=row.year,
        state_word=STATE_WORDS[row.state],
        loaded=row.state == "loaded",
        source=row.source,
        holiday_count=len(row.holidays),
        make_up_count=len(row.make_up_working_days),
        weekdays_off=weekdays_off(year),
        balance_text=balance_text(year),
        balanced=is_balanced(year),
        digest=row.digest,
        origin=_origin(desk, row),
        proposed_at=row.proposed_at,
        decided_at=row.decided_at,
        href=f"/desk/calendar/{row.year}",
    )


def missing_text(desk: Desk) -> str:
    """Return the early warning, '' while nothing is missing."""
    missing = missing_years(desk.session, on=desk.today)
    if not missing:
        return ""
    years = "、".join(str(year) for year in missing)
    return f"节假日表缺 {years} 年：期限触及该年度的，一律不显示日期，请尽快导入国务院办公厅的安排。"


def balance_text(year: Year) -> str:
    """Return the sum by which a forgotten day shows."""
    off, due = weekdays_off(year), STATUTORY_DAYS + len(year.make_up_working_days)
    words = f"周一至周五放假 {off} 天；法定 {STATUTORY_DAYS} 天加调休 {len(year.make_up_working_days)} 天为 {due} 天"
    return f"{words}，相符。" if off == due else f"{words}，不相符，请对照原件核对是否漏列。"


def list_days(year: Year) -> list[ListedDay]:
    """Return every day the arrangement names, in the order of the year."""
    every = [(day, "放假") for day in year.holidays] + [(day, "上班") for day in year.make_up_working_days]
    return [
        ListedDay(day, f"星期{WEEKDAYS[day.weekday()]}", word, word == "上班" or day.weekday() < _SATURDAY)
        for day, word in sorted(every)
    ]


def view_months(year: Year) -> list[MonthView]:
    """Return the twelve months of a year."""
    return [view_month(year.year, month, year) for month in range(1, 13)]


def view_month(year: int, month: int, arrangement: Year | None) -> MonthView:
    """Return one month; without an arrangement no day is marked."""
    weeks = tuple(
        tuple(None if day.month != month else _view_day(day, arrangement) for day in week)
        for week in Weeks().monthdatescalendar(year, month)
    )
    return MonthView(f"{year}年{month}月", weeks)


def _view_day(day: date, year: Year | None) -> DayView:
    weekend = day.weekday() >= _SATURDAY
    if year is not None and day in year.holidays:
        return DayView(day.day, day.isoformat(), "休", "放假", weekend)
    if year is not None and day in year.make_up_working_days:
        return DayView(day.day, day.isoformat(), "班", "调休上班", weekend)
    return DayView(day.day, day.isoformat(), weekend=weekend)


def _origin(desk: Desk, row: CalendarYear) -> str:
    if row.shipped:
        return "随发行版载入"
    names = name_persons(desk.session, [row.proposer_id, row.decider_id])
    words = f"{names.get(row.proposer_id or 0, '')} 提交"
    return f"{words}，{names.get(row.decider_id, '')} 核对载入" if row.decider_id else words
