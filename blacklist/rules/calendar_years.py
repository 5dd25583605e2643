"""When the days of a year's arrangement can be the State Council's: real, of that year, once each, none forgotten."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from blacklist.errors import Fault, InvalidError
from blacklist.rules.working_days import Year

STATUTORY_DAYS = 13
FIRST_YEAR, LAST_YEAR = 2025, 2100  # the present thirteen days are those since 2025
_WARN_FROM = (11, 1)
_SATURDAY = 5
_DAY = timedelta(days=1)
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOST_SOURCE = 200


class DayKind(StrEnum):
    """What an arrangement says of a day."""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


@dataclass(frozen=True, slots=True)
class DayEntry:
    """A day as somebody wrote it, with its place in what was handed in."""

    pointer: str
    text: str
    kind: DayKind


class InvalidYearError(InvalidError):
    """These days cannot be a year's arrangement; `errors` locates every fault."""

    code = "invalid-calendar-year"
    title = "节假日安排有误"
    title_english = "Not a valid arrangement of a year"


@dataclass(frozen=True, slots=True)
class _Feast:
    """A statutory holiday: how many days on end are off within the days it can fall on."""

    name: str
    days: int
    first: tuple[int, int]
    last: tuple[int, int]


# The three lunar ones fall between these days in every year up to 2100; the notice names the very days.
_FEASTS = (
    _Feast("元旦", 1, (1, 1), (1, 1)),
    _Feast("春节", 4, (1, 20), (2, 23)),
    _Feast("清明节", 1, (4, 4), (4, 5)),
    _Feast("劳动节", 2, (5, 1), (5, 2)),
    _Feast("端午节", 1, (5, 27), (6, 25)),
    _Feast("国庆节", 3, (10, 1), (10, 3)),
)
# Mid-Autumn may fall into the National holiday, whose own three days do not stand for it.
_MID_AUTUMN = _Feast("中秋节", 1, (9, 7), (10, 8))


def years_needed(on: date) -> tuple[int, ...]:
    """Return the years a calendar must hold on a day: its own, and from 1 November the next one too."""
    return (on.year, on.year + 1) if (on.month, on.day) >= _WARN_FROM else (on.year,)


def arrange_year(year: int, source: str, entries: Iterable[DayEntry]) -> Year:
    """Return the year the entries make.

    Basis: HOLIDAYS 2; CPL 85.

    Raises:
        InvalidYearError: with every fault and its place: a date that is none, of another year or written twice, a
            holiday that is worked, a make-up working day that is no Saturday or Sunday, a statutory day forgotten.
    """
    faults = [*_head_faults(year, source)]
    days: dict[DayKind, set[date]] = {kind: set() for kind in DayKind}
    for entry in entries:
        day = _day_of(entry.text)
        fault = _fault_of(entry, day, year, days)
        if fault is not None:
            faults.append(fault)
        elif day is not None:
            days[entry.kind].add(day)
    if not faults:
        faults += _forgotten(year, days[DayKind.HOLIDAY])
    if faults:
        raise InvalidYearError(
            f"节假日安排有 {len(faults)} 处错误。", f"The arrangement has {len(faults)} faults.", errors=tuple(faults)
        )
    return Year(year, source, frozenset(days[DayKind.HOLIDAY]), frozenset(days[DayKind.MAKE_UP]))


def digest_of(year: Year) -> str:
    """Return SHA-256 over the year and its days; the wording of the source does not count."""
    content = {
        "year": year.year,
        "holidays": sorted(day.isoformat() for day in year.holidays),
        "make_up_working_days": sorted(day.isoformat() for day in year.make_up_working_days),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def weekdays_off(year: Year) -> int:
    """Return how many Mondays to Fridays are off.

    They are thirteen, a statutory day on a weekend being made good on a weekday, and one more for each make-up
    working day: another sum shows that a day was forgotten or that the year is an exceptional one.

    Basis: HOLIDAYS 2.
    """
    return sum(day.weekday() < _SATURDAY for day in year.holidays)


def is_balanced(year: Year) -> bool:
    """Tell whether as many weekdays are off as the law and the make-up working days give.

    Basis: HOLIDAYS 2.
    """
    return weekdays_off(year) == STATUTORY_DAYS + len(year.make_up_working_days)


def _head_faults(year: int, source: str) -> Iterable[Fault]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        yield Fault(
            "/year",
            "bad-year",
            f"年度应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。",
            f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.",
        )
    if not 1 <= len(source.strip()) <= _MOST_SOURCE:
        yield Fault("/source", "missing", "请写明来源文件的名称和文号。", "The source document must be named.")


def _fault_of(entry: DayEntry, day: date | None, year: int, days: dict[DayKind, set[date]]) -> Fault | None:
    if day is None:
        return Fault(
            entry.pointer,
            "bad-date",
            "不是真实的日期，应写作“年-月-日”，如 2027-01-01。",
            "Not a date like 2027-01-01.",
        )
    if day.year != year:
        return Fault(entry.pointer, "another-year", "日期不属于该年度。", "The day is of another year.")
    if day in days[entry.kind]:
        return Fault(entry.pointer, "listed-twice", "同一日期出现两次。", "The day stands here twice.")
    if any(day in others for kind, others in days.items() if kind is not entry.kind):
        return Fault(
            entry.pointer,
            "holiday-and-working-day",
            "同一日期既是放假日又是调休上班日。",
            "The day is both a holiday and a make-up working day.",
        )
    if entry.kind is DayKind.MAKE_UP and day.weekday() < _SATURDAY:
        return Fault(
            entry.pointer,
            "not-a-weekend",
            "调休上班日应是星期六或者星期日。",
            "A make-up working day is a Saturday or a Sunday.",
        )
    return None


def _forgotten(year: int, holidays: Collection[date]) -> Iterable[Fault]:
    for feast in _FEASTS:
        if _longest_run(year, feast, holidays.__contains__) < feast.days:
            yield _missing_feast(feast)
    national = {date(year, 10, day) for day in (1, 2, 3)}
    if _longest_run(year, _MID_AUTUMN, lambda day: day in holidays and day not in national) < _MID_AUTUMN.days:
        yield _missing_feast(_MID_AUTUMN)
    if len(holidays) < STATUTORY_DAYS:
        yield Fault(
            "/holidays",
            "statutory-day-missing",
            f"放假日少于法定的 {STATUTORY_DAYS} 天。",
            f"There are fewer holidays than the {STATUTORY_DAYS} of the law.",
        )


def _missing_feast(feast: _Feast) -> Fault:
    (month, day), (last_month, last_day) = feast.first, feast.last
    return Fault(
        "/holidays",
        "statutory-day-missing",
        f"缺少{feast.name}假日：{month}月{day}日至{last_month}月{last_day}日之间应有连续 {feast.days} 天放假。",
        f"A statutory holiday is missing: {feast.days} days on end between {month}-{day} and {last_month}-{last_day}.",
    )


def _longest_run(year: int, feast: _Feast, is_off: Callable[[date], bool]) -> int:
    longest = run = 0
    day, last = date(year, *feast.first), date(year, *feast.last)
    while day <= last:
        run = run + 1 if is_off(day) else 0
        longest = max(longest, run)
        day += _DAY
    return longest


def _day_of(text: str) -> date | None:
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
