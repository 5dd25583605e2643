"""The law's clocks as the desk shows them: a date, what is left of it in words, and the article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.formats import day_cn
from blacklist.rules.articles import ARTICLES
from blacklist.rules.deadlines import PERIODS, Clock, deadline, working_days_left
from blacklist.rules.working_days import Calendar, UnknownYearError, shipped_calendar


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline in words; `level` is '', 'soon' or 'over'."""

    text: str
    level: str = ""


def removal_due(proposed_on: date, *, on: date) -> Due:
    """Return by when a proposed removal must be decided; an unknown year shows no date, it says so."""
    try:
        last = deadline(Clock.REMOVAL_EVENT, proposed_on, calendar=_calendar())
        left = working_days_left(last, on, calendar=_calendar())
    except UnknownYearError as error:
        return Due(error.detail, "soon")
    article = ARTICLES[PERIODS[Clock.REMOVAL_EVENT].article].number
    if left < 0:
        return Due(f"逾期 {-left} 天（应于{day_cn(last)}办结，名单规定{article}）", "over")
    words = "今日到期" if last == on else f"余 {left} 个工作日"
    return Due(f"{words}（至{day_cn(last)}，名单规定{article}）", "soon")


@lru_cache(maxsize=1)
def _calendar() -> Calendar:
    return shipped_calendar()
