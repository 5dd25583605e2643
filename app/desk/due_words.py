"""How the queue of deadlines names what is to be done, by when, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.desk.clocks import SOON, Due, last_day_in_words
from app.formats import day_cn
from blacklist.queries.due_items import DueItem, DueKind
from blacklist.rules.deadlines import PERIODS
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.renewals import TASK_TITLES
from blacklist.rules.working_days import Calendar


@dataclass(frozen=True, slots=True)
class Deed:
    """What a kind of clock asks for: its name, the words of the link, and where the link leads."""

    title: str
    act: str
    path: str


DEEDS: Mapping[DueKind, Deed] = MappingProxyType(
    {
        DueKind.REMOVAL: Deed("决定是否删除、解除", "查看并决定", "/desk/e/{}/decide-removal"),
        DueKind.WITHDRAWAL: Deed("决定是否撤销", "查看并决定", "/desk/e/{}/decide-removal"),
        DueKind.CORRECTION: Deed("决定是否更正", "查看并决定", "/desk/e/{}/decide-correction"),
        DueKind.CONFIRMATION: Deed("确认先行暂停", "查看并决定", "/desk/e/{}/decide-suspension"),
        DueKind.OBJECTION: Deed("审查纠正申请", "审查", "/desk/objections/{}"),
        DueKind.UPHELD: Deed("纠正申请成立，尚未落实", "查看", "/desk/objections/{}"),
        DueKind.RECONSIDERATION: Deed("审查复议申请", "审查", "/desk/appeals/{}"),
        DueKind.CHANGED: Deed("复议改变原决定，尚未落实", "查看", "/desk/appeals/{}"),
        DueKind.APPLICATION: Deed("审查申请执行人的申请", "审查", "/desk/applications/{}"),
        DueKind.TASK: Deed("系统提示待办", "办理", "/desk/tasks"),
        DueKind.PERMIT: Deed("决定单次许可申请", "查看并决定", "/desk/permits/{}"),
        DueKind.TERM: Deed("期限届满，自动不再限制", "查看", "/desk/e/{}"),
        DueKind.RENEWAL: Deed("审查限制出境是否续期", "查看", "/desk/e/{}"),
        DueKind.SUSPENSION: Deed("暂停到期，决定恢复或者终止", "查看", "/desk/e/{}"),
        DueKind.UNSERVED: Deed("签发后尚未送达", "登记送达", "/desk/e/{}/serve"),
    }
)
# What stands in brackets after the days left, where no clock of the law sets the day.
_NOTES: Mapping[DueKind, str] = MappingProxyType(
    {
        DueKind.TASK: "应于{}办结",
        DueKind.PERMIT: "拟自{}起使用",
        DueKind.TERM: "至{}",
        DueKind.RENEWAL: "至{}，不续期即失效",
        DueKind.SUSPENSION: "暂停至{}",
    }
)


def title_of(item: DueItem) -> str:
    """Return what is to be done."""
    return TASK_TITLES.get(item.task_kind, DEEDS[item.kind].title)


def due_of_item(item: DueItem, last: date | None, *, on: date, calendar: Calendar) -> Due:
    """Return the last day of an item in words.

    Raises:
        UnknownYearError: working days are counted over a year that is not loaded.
    """
    if item.clock is not None and last is not None:
        by_analogy = item.order_kind is not OrderKind.LISTING and PERIODS[item.clock].article.startswith("LIST ")
        return last_day_in_words(item.clock, last, on=on, calendar=calendar, by_analogy=by_analogy)
    if last is not None:
        return _until(item, last, on=on)
    if item.started_on is None:
        return Due("未定时限")
    days = (on - item.started_on).days
    return Due(f"签发后尚未送达 {days} 天（{day_cn(item.started_on)}签发）", "soon" if days >= SOON else "")


def _until(item: DueItem, last: date, *, on: date) -> Due:
    note = _NOTES[item.kind].format(day_cn(last))
    if on > last:
        return Due(f"逾期 {(on - last).days} 天（{note}）", "over")
    if on == last:
        return Due(f"今日到期（{note}）", "soon")
    left = (last - on).days
    return Due(f"余 {left} 天（{note}）", "soon" if left <= SOON else "")
