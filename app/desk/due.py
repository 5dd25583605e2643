"""One queue of everything that has a last day, whoever has to act: as a list by day, and as a month."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.desk.acting import Desk, open_desk
from app.desk.blueprint import bp
from app.desk.calendar import MonthView, missing_text, view_month
from app.desk.clocks import SOON, Due, unknown_year
from app.desk.due_words import DEEDS, due_of_item, title_of
from app.desk.words import KIND_TITLES
from app.errors import MalformedError
from app.paging import Page
from blacklist.queries.applications import get_application, open_application
from blacklist.queries.due import list_due
from blacklist.queries.due_items import DueItem
from blacklist.queries.subjects import open_subject
from blacklist.rules.masking import mask_number
from blacklist.rules.working_days import Calendar, UnknownYearError

PAGE = 50
DEEPEST = 500
_PARAMETERS = frozenset({"month", "day", "page", "done"})
_MONTH = re.compile(r"(20[2-9][0-9])-(0[1-9]|1[0-2])", re.ASCII)
_FAR = date.max


class Group(IntEnum):
    """How near a last day is, in the order of the list."""

    OVER = 1
    TODAY = 2
    UNKNOWN = 3
    SOON = 4
    LATER = 5
    WITHOUT = 6


GROUP_TITLES = {
    Group.OVER: "逾期",
    Group.TODAY: "今日",
    Group.UNKNOWN: "期限无法计算",
    Group.SOON: "三个工作日内",
    Group.LATER: "以后",
    Group.WITHOUT: "没有法定时限",
}


@dataclass(frozen=True, slots=True)
class Running:
    """A running clock with its last day counted: what the list is sorted and grouped by."""

    group: Group
    last: date | None
    item: DueItem
    due: Due


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A row of the queue: what, whose, by when, and the one act."""

    title: str
    name: str = field(repr=False)
    number_masked: str
    kind_title: str
    case_number: str
    due: Due
    act: str
    href: str


@dataclass(frozen=True, slots=True)
class DueGroup:
    """Rows that are equally near."""

    title: str
    rows: tuple[DueRow, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """All that runs at the actor's courts, the most urgent first; `partial`: some kinds have too many to list."""

    running: tuple[Running, ...]
    partial: bool

    def count(self, group: Group) -> int:
        """Return how many are in a group."""
        return sum(one.group is group for one in self.running)


@bp.get("/due")
@for_audience(Audience.STAFF)
def show_due() -> ResponseReturnValue:
    """Show the queue of deadlines; `month` shows a month, `day` one day's rows."""
    desk = open_desk()
    if not _PARAMETERS.issuperset(request.args):
        raise MalformedError("地址中有未知的条件。", "There is an unknown parameter.")
    month, day = _month(request.args.get("month", "")), _day(request.args.get("day", ""))
    queue = load_queue(desk)
    shown = [one for one in queue.running if _is_wanted(one, month, day)]
    number = _page_number(request.args.get("page", "1"))
    page = Page.of(number, min(len(shown), DEEPEST * PAGE), size=PAGE, path="/desk/due", query=_query())
    return render_template(
        "desk/due.html",
        groups=_groups(desk, shown[(number - 1) * PAGE : number * PAGE]),
        counts=[(GROUP_TITLES[group], queue.count(group)) for group in (Group.OVER, Group.TODAY, Group.SOON)],
        page=page,
        month=None if month is None else _view_month(desk, month),
        day_counts=Counter(one.last.isoformat() for one in queue.running if one.last is not None),
        this_month=f"{desk.today:%Y-%m}",
        months_beside=None if month is None else _months_beside(*month),
        day=day,
        missing=missing_text(desk),
        partial=queue.partial,
    )


def load_queue(desk: Desk) -> Queue:
    """Return every running clock of the actor's courts with its last day, the most urgent first."""
    items, partial = list_due(desk.session, court_ids=desk.actor.court_ids(), on=desk.today)
    running = [_run(item, on=desk.today, calendar=desk.calendar) for item in items]
    running.sort(key=lambda one: (one.group, one.last or one.item.started_on or _FAR, one.item.public_id))
    return Queue(tuple(running), partial)


def next_deadline(desk: Desk, queue: Queue) -> str:
    """Return the next last day to come in words, '' where nothing runs."""
    for one in queue.running:
        if one.group in (Group.TODAY, Group.SOON, Group.LATER):
            row = _row(desk, one)
            return f"{row.title}，{row.name}，{row.due.text}"
    return ""


def _run(item: DueItem, *, on: date, calendar: Calendar) -> Running:
    try:
        last = item.last_day(calendar)
        due = due_of_item(item, last, on=on, calendar=calendar)
    except UnknownYearError as error:
        return Running(Group.UNKNOWN, None, item, unknown_year(error))
    return Running(_group_of(last, on=on, calendar=calendar), last, item, due)


def _group_of(last: date | None, *, on: date, calendar: Calendar) -> Group:
    if last is None:
        return Group.WITHOUT
    if last <= on:
        return Group.TODAY if last == on else Group.OVER
    return Group.SOON if last <= _soon(on, calendar) else Group.LATER


def _soon(on: date, calendar: Calendar) -> date:
    """Return the third working day from `on`; where the year to come is not loaded, as many days later at least."""
    try:
        return calendar.working_days_after(on, SOON)
    except UnknownYearError:
        return date.fromordinal(on.toordinal() + SOON)


def _groups(desk: Desk, running: Sequence[Running]) -> list[DueGroup]:
    rows = {group: tuple(_row(desk, one) for one in running if one.group is group) for group in Group}
    return [DueGroup(GROUP_TITLES[group], found) for group, found in rows.items() if found]


def _row(desk: Desk, one: Running) -> DueRow:
    item, deed = one.item, DEEDS[one.item.kind]
    name, number = _whom(desk, item)
    return DueRow(
        title=title_of(item),
        name=name,
        number_masked=mask_number(number),
        kind_title=KIND_TITLES[item.order_kind],
        case_number=item.case_number,
        due=one.due,
        act=deed.act,
        href=deed.path.format(item.public_id),
    )


def _whom(desk: Desk, item: DueItem) -> tuple[str, str]:
    """Return name and number of whom it concerns; an application names its debtor itself."""
    if item.subject_id is None:
        application = get_application(desk.session, item.public_id, actor=desk.actor)
        opened = open_application(application, vault=desk.vault)
        return opened.name, opened.document.number
    subject = open_subject(desk.session, item.subject_id, vault=desk.vault)
    return subject.name, subject.number


def _is_wanted(one: Running, month: tuple[int, int] | None, day: date | None) -> bool:
    if day is not None:
        return one.last == day
    return month is None or (one.last is not None and (one.last.year, one.last.month) == month)


def _view_month(desk: Desk, month: tuple[int, int]) -> MonthView:
    arrangement = next((year for year in desk.calendar.years if year.year == month[0]), None)
    return view_month(*month, arrangement)


def _months_beside(year: int, month: int) -> tuple[str, str]:
    before = (year - 1, 12) if month == 1 else (year, month - 1)
    after = (year + 1, 1) if month == 12 else (year, month + 1)
    return "{:04}-{:02}".format(*before), "{:04}-{:02}".format(*after)


def _query() -> dict[str, str]:
    return {name: request.args.get(name, "") for name in ("month", "day")}


def _month(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    found = _MONTH.fullmatch(text)
    if found is None:
        raise MalformedError("月份应写作 2026-12。", "A month is written 2026-12.")
    return int(found[1]), int(found[2])


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MalformedError("日期应写作 2026-12-01。", "A day is written 2026-12-01.") from error


def _page_number(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= DEEPEST:
        return int(text)
    raise MalformedError("页码有误。", "There is no such page.")
