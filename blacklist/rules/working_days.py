"""Which days count as working days: a calendar of loaded years, handed to the rules as a value."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import Any

from blacklist.errors import UnavailableError

_SATURDAY = 5
_DAY = timedelta(days=1)


class UnknownYearError(UnavailableError):
    """A count touches a year whose holidays are not loaded; no date is guessed."""

    code = "calendar-year-unknown"
    title = "节假日表缺少该年度"
    title_english = "The holidays of that year are not loaded"


@dataclass(frozen=True, slots=True)
class Year:
    """The State Council's arrangement of one year, complete: days without an entry follow the week."""

    year: int
    source: str
    holidays: frozenset[date]
    make_up_working_days: frozenset[date]

    def __post_init__(self) -> None:
        """Refuse days of another year and days that are both."""
        every = self.holidays | self.make_up_working_days
        if any(day.year != self.year for day in every) or self.holidays & self.make_up_working_days:
            raise ValueError(f"the calendar of {self.year} is not one")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Loaded years by number."""

    years: tuple[Year, ...]

    def is_working_day(self, day: date) -> bool:
        """Tell whether `day` is a working day, make-up working days (调休) included.

        Basis: CPL 85.

        Raises:
            UnknownYearError: its year is not loaded.
        """
        for year in self.years:
            if year.year == day.year:
                if day in year.make_up_working_days:
                    return True
                return day.weekday() < _SATURDAY and day not in year.holidays
        raise UnknownYearError(
            f"节假日表缺 {day.year} 年，期限无法计算。",
            f"The holidays of {day.year} are not loaded; no deadline can be computed.",
            year=str(day.year),
        )

    def working_days_after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; the day itself does not count.

        Basis: CPL 85; LIST 9; LIST 10.

        Raises:
            UnknownYearError: the count touches a year that is not loaded, at either end.
        """
        if count < 1:
            raise ValueError("a term has at least one day")
        self.is_working_day(day)
        while count:
            day += _DAY
            count -= self.is_working_day(day)
        return day

    def next_working_day(self, day: date) -> date:
        """Return `day`, or the first working day after it.

        Basis: CPL 85.
        """
        while not self.is_working_day(day):
            day += _DAY
        return day


def year_from(content: dict[str, Any]) -> Year:
    """Return a year from the content of its data file.

    Raises:
        ValueError: a date is malformed, of another year, or both a holiday and a working day.
    """
    return Year(
        year=int(content["year"]),
        source=str(content["source"]),
        holidays=frozenset(_days(content["holidays"])),
        make_up_working_days=frozenset(_days(content["make_up_working_days"])),
    )


def shipped_calendar() -> Calendar:
    """Return the calendar of the years this release ships."""
    folder = resources.files("blacklist.rules") / "data"
    files = sorted(one.name for one in folder.iterdir() if one.name.startswith("holidays-"))
    return Calendar(tuple(year_from(json.loads((folder / name).read_text("utf-8"))) for name in files))


def _days(texts: Iterable[str]) -> Iterable[date]:
    return (date.fromisoformat(text) for text in texts)
