"""An invented arrangement of the first year that no release ships, for tests that load one."""

from __future__ import annotations

from datetime import date

from blacklist.rules.working_days import Year

NEXT = Year(
    2027,
    "测试安排（并非国务院办公厅通知）",
    frozenset(
        date(2027, month, day)
        for month, days in {1: (1, 2, 3), 2: range(5, 12), 4: (3, 4, 5), 5: (1, 2, 3), 6: (9,), 9: (15,)}.items()
        for day in days
    )
    | frozenset(date(2027, 10, day) for day in range(1, 8)),
    frozenset({date(2027, 2, 13), date(2027, 10, 9)}),
)


def as_csv(year: Year, *more: str) -> str:
    """Return a year as the file an operator uploads, with further lines at its end."""
    rows = [f"{day},holiday," for day in sorted(year.holidays)]
    rows += [f"{day},make_up_working_day," for day in sorted(year.make_up_working_days)]
    return "\n".join(["date,kind,name", *rows, *more])
