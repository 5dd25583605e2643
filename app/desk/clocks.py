"""The law's clocks as the desk shows them: a date, what is left of it in words, and the article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.formats import day_cn
from blacklist.rules.articles import ARTICLES
from blacklist.rules.deadlines import PERIODS, Clock, Unit, deadline, working_days_left
from blacklist.rules.working_days import Calendar, UnknownYearError

SOON = 3
TEXT_TITLES: Mapping[str, str] = MappingProxyType(
    {"LIST": "名单规定", "REVIEW": "异议复议规定", "NETQ": "网络查控规定", "CPL": "民事诉讼法"}
)


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline in words; `level` is '', 'soon' or 'over'."""

    text: str
    level: str = ""


def due_in_words(clock: Clock, started_on: date, *, on: date, calendar: Calendar, by_analogy: bool = False) -> Due:
    """Return when a clock of the law runs out; an unknown year shows no date, it says so.

    `by_analogy`: the article speaks of listings and is followed for another kind of order.
    """
    try:
        last = deadline(clock, started_on, calendar=calendar)
        return last_day_in_words(clock, last, on=on, calendar=calendar, by_analogy=by_analogy)
    except UnknownYearError as error:
        return unknown_year(error)


def last_day_in_words(clock: Clock, last: date, *, on: date, calendar: Calendar, by_analogy: bool = False) -> Due:
    """Return what is left of a clock whose last day is `last`.

    Raises:
        UnknownYearError: working days are counted over a year that is not loaded.
    """
    basis = f"{'参照' if by_analogy else ''}{article_in_short(clock)}"
    if on > last:
        return Due(f"逾期 {(on - last).days} 天（应于{day_cn(last)}办结，{basis}）", "over")
    if on == last:
        return Due(f"今日到期（{day_cn(last)}，{basis}）", "soon")
    if PERIODS[clock].unit is Unit.WORKING_DAYS:
        left, unit = working_days_left(last, on, calendar=calendar), "个工作日"
    else:
        left, unit = (last - on).days, "天"
    return Due(f"余 {left} {unit}（至{day_cn(last)}，{basis}）", "soon" if left <= SOON else "")


def article_in_short(clock: Clock) -> str:
    """Return a clock's article as the desk's lists cite it: 名单规定第十条."""
    article = PERIODS[clock].article
    return f"{TEXT_TITLES[article.split()[0]]}{ARTICLES[article].number}"


def unknown_year(error: UnknownYearError) -> Due:
    """Return what stands in place of a date that cannot be counted."""
    return Due(error.detail.rstrip("。"), "soon")
