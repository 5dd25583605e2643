"""What the pages of case events are given: what was recorded, and what the next event would bring."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from app.desk.acting import Desk
from app.desk.clocks import Due, due_in_words
from app.desk.facts import sum_text
from app.desk.views import Facts
from app.desk.words import KIND_TITLES, PERFORMANCE_TITLES
from app.formats import day_cn
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.queries import repair as repair_queries
from blacklist.queries.repair import Foreseen
from blacklist.queries.staff import name_persons
from blacklist.rules.articles import ARTICLES
from blacklist.rules.deadlines import Clock
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.removals import REMOVAL_TITLES, basis_of
from blacklist.rules.repair import CASE_EVENT_TITLES, CaseEventKind, Consequence, Force, Limit, Outcome, encouragement
from blacklist.services.happenings import Happening, performed_after

_FORCE_TITLES = {Force.MUST: "应当", Force.SHOULD: "一般应当", Force.MAY: "可以", Force.NONE: ""}


@dataclass(frozen=True, slots=True)
class EventView:
    """One recorded event."""

    title: str
    happened_on: date
    amount: Decimal | None
    document: str
    note: str = field(repr=False)
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class EventsView:
    """What happened in a case to one debtor; `hint` suggests what the clerk might consider, '' for nothing."""

    rows: tuple[EventView, ...]
    performance: str
    due: Decimal | None
    performed: Decimal | None
    hint: str


@dataclass(frozen=True, slots=True)
class ForeseenView:
    """What an event would do to one order: in words, on which provision, by when, and the sums afterwards."""

    kind_title: str
    order_no: str
    href: str
    text: str
    basis: str
    due: Due | None
    sums: str


def events_of(desk: Desk, order: Order) -> EventsView:
    """Return the events of an order's case about its debtor, for `desk/_events.html`."""
    events = repair_queries.list_case_events(desk.session, case_id=order.case_id, subject_id=order.subject_id)
    names = name_persons(desk.session, [one.recorded_by for one in events])
    rows = tuple(
        EventView(
            title=CASE_EVENT_TITLES[CaseEventKind(one.kind)],
            happened_on=one.happened_on,
            amount=one.amount,
            document=one.document,
            note=desk.vault.open(one.note, table="case_events", row=one.id, column="note") if one.note else "",
            recorded_by=names.get(one.recorded_by, ""),
            recorded_at=one.recorded_at,
        )
        for one in events
    )
    return EventsView(
        rows=rows,
        performance=PERFORMANCE_TITLES.get(order.performance, order.performance),
        due=order.amount_due,
        performed=order.amount_performed,
        hint=hint_of(order, order.amount_performed),
    )


def hint_of(order: Order, performed: Decimal | None) -> str:
    """Return a suggestion to consider an early end, '' where the rules give none."""
    found = encouragement(
        OrderKind(order.kind),
        fixed_term=order.ends_on is not None,
        grounds=order_queries.grounds_of(order),
        due=order.amount_due,
        performed=performed,
    )
    if found is None or OrderState(order.state) is OrderState.ISSUED or order.performance == "full":
        return ""
    basis = basis_of(found, OrderKind.LISTING)
    return f"被执行人已履行半数以上且无妨碍、规避执行情形，可以考虑提前删除（{basis}）。此为提示，是否提出由您决定。"


def facts_of(happening: Happening) -> Facts:
    """Return what will be recorded, for the read-back."""
    facts: Facts = [
        ("事项", CASE_EVENT_TITLES[happening.kind]),
        ("发生日期", day_cn(happening.happened_on)),
        ("依据文书编号", happening.document),
    ]
    if happening.amount is not None:
        facts.append(("本次金额", sum_text(happening.amount)))
    if happening.in_full:
        facts.append(("确认", "义务已经全部履行完毕"))
    facts.append(("说明", happening.note))
    return facts


def foreseen_views(desk: Desk, order: Order, happening: Happening) -> list[ForeseenView]:
    """Return what recording this would bring for each standing order of the case."""
    foreseen = repair_queries.foresee(desk.session, order, happening.kind, happening.happened_on, on=desk.today)
    return [_foreseen_view(desk, one, happening) for one in foreseen]


def remarks_of(desk: Desk, order: Order, happening: Happening) -> list[str]:
    """Return what the recording leaves untouched, so that nobody takes it for done."""
    others, under_way = repair_queries.count_others(desk.session, order, on=desk.today)
    lines = ["登记后各决定继续有效；拟出的申请由另一人决定。"]
    if others:
        lines.append(
            f"同案对其他被执行人的 {others} 份决定不随本次登记变化；涉及其他被执行人的，请在其决定中另行登记。"
        )
    if under_way:
        lines.append(f"该被执行人在本案另有 {under_way} 份尚未签发的决定，请核对后修改或者放弃。")
    hint = (
        hint_of(order, performed_after(order, happening)[1]) if happening.kind is CaseEventKind.PART_PERFORMED else ""
    )
    return [*lines, hint] if hint else lines


def _foreseen_view(desk: Desk, foreseen: Foreseen, happening: Happening) -> ForeseenView:
    order, consequence = foreseen.order, foreseen.consequence
    return ForeseenView(
        kind_title=KIND_TITLES[OrderKind(order.kind)],
        order_no=order.order_no or "",
        href=f"/desk/e/{order.public_id}",
        text=_text(foreseen, happening),
        basis=_basis(consequence, OrderKind(order.kind)),
        due=_due(desk, order, consequence, happening),
        sums=_sums(order, happening),
    )


def _text(foreseen: Foreseen, happening: Happening) -> str:
    consequence = foreseen.consequence
    force = _FORCE_TITLES[consequence.force]
    if consequence.outcome is Outcome.RECORD:
        return "只作登记，不改变该决定。"
    if consequence.outcome is Outcome.TASK:
        return "开启审查待办，由本院研究该决定是否继续。"
    if consequence.outcome is Outcome.SUSPEND:
        if OrderState(foreseen.order.state) is OrderState.SUSPENDED:
            return "该决定已在暂停中，开启审查待办。"
        return f"{force}暂停：拟出暂停申请。"
    reason = REMOVAL_TITLES[consequence.reason] if consequence.reason else ""
    if foreseen.proposed:
        return f"{force}终止（{reason}）；已有人提出，不重复提出。"
    if consequence.force is Force.MAY and not happening.with_optional:
        return f"{force}终止（{reason}）；按您的选择，本次不提出。"
    return f"{force}终止：拟出申请，事由为“{reason}”。"


def _basis(consequence: Consequence, kind: OrderKind) -> str:
    if consequence.reason is None:
        return "；".join(ARTICLES[key].citation for key in consequence.articles)
    further = [ARTICLES[key].citation for key in consequence.articles[1:]]
    return "；".join([basis_of(consequence.reason, kind), *further])


def _due(desk: Desk, order: Order, consequence: Consequence, happening: Happening) -> Due | None:
    if consequence.limit is Limit.NONE:
        return None
    if consequence.limit is Limit.SAME_DAY:
        return Due("当日办结", "soon")
    by_analogy = order.kind != OrderKind.LISTING.value
    return due_in_words(
        Clock.REMOVAL_EVENT, happening.happened_on, on=desk.today, calendar=desk.calendar, by_analogy=by_analogy
    )


def _sums(order: Order, happening: Happening) -> str:
    performance, performed = performed_after(order, happening)
    if (performance, performed) == (order.performance, order.amount_performed):
        return "不变"
    return f"{PERFORMANCE_TITLES[performance]}；金额 {sum_text(performed)}"
