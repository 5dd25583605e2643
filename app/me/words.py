"""Words of the listed person's pages, Chinese with English beside: where a case stands and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from app.clock import SHANGHAI
from app.formats import day_cn
from blacklist.models import Objection, Order, Reconsideration
from blacklist.rules.deadlines import PERIODS, Clock, deadline
from blacklist.rules.lifecycle import KIND_TITLES, OrderKind
from blacklist.rules.remedies import (
    CLAIM_TITLES,
    Claim,
    clock_of_reconsideration,
    objection_clock,
    reconsideration_clock,
)
from blacklist.rules.remedy_states import ObjectionState, ReconsiderationState
from blacklist.rules.working_days import Calendar, UnknownYearError

REFUSED = "访问码、证件号码末六位或者姓名不符，或者该决定已经结束。请对照决定书核对后再试。"
REFUSED_ENGLISH = "Code, last six and name do not agree, or the order has ended. Compare with your decision."
NOT_TRACKED = "受理编号或者查询码不符，请核对后再试。"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence in both languages."""

    text: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a case stands, for who holds its code; nobody is named."""

    number: str
    title: Line
    kind_title: str
    claim_title: str
    court: str
    contact: str
    received_on: date
    decided_on: date | None
    served_on: date | None
    state: Line
    next: Line
    due: Line | None
    overdue: bool
    requests: tuple[tuple[date, str], ...] = field(repr=False)


_EXAMINE = PERIODS[Clock.OBJECTION_RECEIVED].length
_CORRECT = PERIODS[Clock.OBJECTION_UPHELD].length
_ASK = PERIODS[Clock.REJECTION_SERVED].length
_OBJECTION: Mapping[ObjectionState, tuple[Line, Line]] = MappingProxyType(
    {
        ObjectionState.RECEIVED: (
            Line("已收到，等待受理", "Received"),
            Line(
                f"法院自收到之日起 {_EXAMINE} 日内审查。", f"The court examines it within {_EXAMINE} days of receipt."
            ),
        ),
        ObjectionState.ACCEPTED: (
            Line("已受理，正在审查", "Being examined"),
            Line(
                f"法院自收到之日起 {_EXAMINE} 日内审查。", f"The court examines it within {_EXAMINE} days of receipt."
            ),
        ),
        ObjectionState.UPHELD: (
            Line("申请成立", "Found justified"),
            Line(f"法院在 {_CORRECT} 个工作日内纠正。", f"It is put right within {_CORRECT} working days."),
        ),
        ObjectionState.REJECTED: (
            Line("申请被驳回", "Rejected"),
            Line(
                f"不服的，自收到驳回决定之日起 {_ASK} 日内，可以向上一级人民法院申请复议。",
                f"Within {_ASK} days of receiving the rejection you may ask the next higher court.",
            ),
        ),
        ObjectionState.WITHDRAWN: (
            Line("已撤回", "Withdrawn"),
            Line("可以重新提出申请。", "You may object again."),
        ),
    }
)
_DECIDE = PERIODS[Clock.RECONSIDERATION_RECEIVED].length
_RECONSIDERATION: Mapping[ReconsiderationState, tuple[Line, Line]] = MappingProxyType(
    {
        ReconsiderationState.RECEIVED: (
            Line("上一级人民法院正在复议", "The higher court is reconsidering"),
            Line(f"自收到之日起 {_DECIDE} 日内作出决定。", f"It decides within {_DECIDE} days of receipt."),
        ),
        ReconsiderationState.CHANGED: (
            Line("复议改变原决定", "Changed by the higher court"),
            Line(f"原法院在 {_CORRECT} 个工作日内落实。", f"It is carried out within {_CORRECT} working days."),
        ),
        ReconsiderationState.MAINTAINED: (
            Line("复议维持原决定", "Maintained by the higher court"),
            Line("复议决定为最终决定。", "This is final."),
        ),
        ReconsiderationState.WITHDRAWN: (
            Line("已撤回", "Withdrawn"),
            Line("在期限内可以重新提出。", "Within the time you may ask again."),
        ),
    }
)


def promises(kind: OrderKind, clock: Clock, received_on: date, *, calendar: Calendar) -> list[Line]:
    """Return what the person is promised on handing in: until when it is answered, and what follows."""
    last = _last(clock, received_on, calendar=calendar)
    until, until_english = (f"（至{day_cn(last)}）", f" (by {last.isoformat()})") if last else ("", "")
    length = PERIODS[clock].length
    if clock is not Clock.OBJECTION_RECEIVED:
        return [
            Line(
                f"上一级人民法院应在收到之日起 {length} 日内作出决定{until}。",
                f"The next higher court decides within {length} days of receipt{until_english}.",
            ),
            Line("复议期间不停止原决定的执行。", "The order stands meanwhile."),
        ]
    ask = PERIODS[clock_of_reconsideration(kind)].length
    return [
        Line(
            f"法院应在收到之日起 {length} 日内审查{until}。",
            f"The court examines it within {length} days of receipt{until_english}.",
        ),
        Line(f"成立的，{_CORRECT} 个工作日内纠正。", f"If justified, it is put right within {_CORRECT} working days."),
        Line(
            f"被驳回而不服的，自收到之日起 {ask} 日内可以向上一级人民法院申请复议。",
            f"If rejected, you may ask the next higher court within {ask} days of receipt.",
        ),
        Line("审查期间不停止原决定的执行。", "The order stands meanwhile."),
    ]


def progress_of(
    case: Objection | Reconsideration,
    order: Order,
    *,
    claim: Claim,
    court: tuple[str, str],
    requests: tuple[tuple[date, str], ...],
    on: date,
    calendar: Calendar,
) -> Progress:
    """Return where a case stands on a day; `court` is its name and telephone."""
    decided_on = case.decided_at.astimezone(SHANGHAI).date() if case.decided_at else None
    if isinstance(case, Objection):
        state = ObjectionState(case.state)
        words, title = _OBJECTION[state], Line("纠正申请", "Objection")
        running = objection_clock(state, received_on=case.received_on, decided_on=decided_on, served_on=case.served_on)
    else:
        higher = ReconsiderationState(case.state)
        words, title = _RECONSIDERATION[higher], Line("复议申请", "Reconsideration")
        running = reconsideration_clock(
            higher, OrderKind(order.kind), received_on=case.received_on, decided_on=decided_on
        )
    due, overdue = _due(running, on=on, calendar=calendar)
    return Progress(
        number=case.public_id,
        title=title,
        kind_title=KIND_TITLES[OrderKind(order.kind)],
        claim_title=CLAIM_TITLES[claim],
        court=court[0],
        contact=court[1],
        received_on=case.received_on,
        decided_on=decided_on,
        served_on=case.served_on,
        state=words[0],
        next=words[1],
        due=due,
        overdue=overdue and case.decided_at is None,
        requests=requests,
    )


def _due(running: tuple[Clock, date] | None, *, on: date, calendar: Calendar) -> tuple[Line | None, bool]:
    if running is None:
        return None, False
    last = _last(*running, calendar=calendar)
    if last is None:
        return Line("节假日安排尚未公布，暂不能计算截止日。", "The last day cannot be counted yet."), False
    over = on > last
    words = "期限已于该日届满" if over else f"还有 {(last - on).days} 天"
    english = "over" if over else f"{(last - on).days} days left"
    return Line(f"{day_cn(last)}（{words}）", f"{last.isoformat()} ({english})"), over


def _last(clock: Clock, started_on: date, *, calendar: Calendar) -> date | None:
    try:
        return deadline(clock, started_on, calendar=calendar)
    except UnknownYearError:
        return None
