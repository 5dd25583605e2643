"""What templates of the desk are given: an order's facts for staff, numbers masked; never a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.clock import SHANGHAI
from app.desk.acting import Desk
from app.desk.clocks import Due, due_in_words
from app.desk.words import KIND_TITLES, SEX_TITLES
from blacklist.models import Order, Proposal
from blacklist.queries import orders as order_queries
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.subjects import OpenedSubject, open_subject
from blacklist.rules.deadlines import Clock
from blacklist.rules.exclusions import age_on
from blacklist.rules.lifecycle import ENDING_ACTS, STANDING_STATES, Act, OrderKind, OrderState
from blacklist.rules.tags import PROCEEDING_TAGS, Tag, tag_of
from blacklist.vocabulary import SubjectKind

WARN_BEFORE_END = timedelta(days=30)
Facts = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as a row of a list and as the head of its pages."""

    public_id: str
    version: int
    kind_title: str
    name: str = field(repr=False)
    number_masked: str
    person_text: str
    order_no: str | None
    case_number: str
    tags: tuple[Tag, ...]
    ends_on: date | None
    due: Due | None
    href: str
    edit_href: str
    returned_reason: str | None
    actions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BoundView:
    """Somebody an order binds."""

    name: str = field(repr=False)
    number_masked: str
    role_title: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service or an attempt at it."""

    recipient: str = field(repr=False)
    way_title: str
    outcome_title: str
    done_on: date
    proof: str = field(repr=False)
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the approval: what, who, when."""

    title: str
    person: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class HistoryView:
    """One entry of the audit trail in words."""

    number: int
    at: datetime
    actor: str
    act_title: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A proposal to end an order."""

    act_title: str
    reason_title: str
    basis: str
    document: str
    document_hash: str
    note: str = field(repr=False)
    proposer: str
    proposed_at: datetime
    href: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """A button of the order's page."""

    label: str
    href: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class CheckView:
    """One of the machine's checks; `level` is pass, warn or fail."""

    level: str
    text: str
    detail: str = ""


def view_order(desk: Desk, order: Order, *, actions: tuple[tuple[str, str], ...] = ()) -> OrderView:
    """Return an order for a page, its debtor's name opened and the number masked."""
    subject = open_subject(desk.session, order.subject_id, vault=desk.vault)
    proposal = order_queries.find_open_proposal(desk.session, order.id)
    return OrderView(
        public_id=order.public_id,
        version=order.version,
        kind_title=KIND_TITLES[OrderKind(order.kind)],
        name=subject.name,
        number_masked=subject.masked_number,
        person_text=describe_person(subject, on=desk.today),
        order_no=order.order_no if order.decided_on else None,  # a number taken back is spent, not the order's
        case_number=order_queries.get_case(desk.session, order.case_id).number,
        tags=tags_of(desk, order),
        ends_on=order.ends_on,
        due=due_of(order, on=desk.today) if proposal is None else removal_due_of(desk, order, proposal),
        href=f"/desk/e/{order.public_id}",
        edit_href=f"/desk/e/{order.public_id}/edit",
        returned_reason=order.returned_reason,
        actions=actions,
    )


def tags_of(desk: Desk, order: Order) -> tuple[Tag, ...]:
    """Return the tags of an order: its state, and an open proposal beside it."""
    in_grace = order.grace_until is not None and desk.today <= order.grace_until
    tag = tag_of(
        OrderState(order.state),
        kind=OrderKind(order.kind),
        submitted=order.submitted_at is not None,
        in_grace=in_grace,
    )
    running = {name for name, acts in _PROCEEDINGS if _proposed(desk, order, acts)}
    if order.state in STANDING_STATES:
        running |= set(remedy_queries.open_proceedings(desk.session, order.id))
    return (tag, *(shown for name, shown in PROCEEDING_TAGS.items() if name in running))


_PROCEEDINGS = (("correction", (Act.CORRECT,)), ("removal", ENDING_ACTS))


def _proposed(desk: Desk, order: Order, acts: tuple[Act, ...]) -> bool:
    return order_queries.find_open_proposal(desk.session, order.id, acts=acts) is not None


def describe_person(subject: OpenedSubject, *, on: date) -> str:
    """Return sex and age in words, '' for a unit or where neither is known."""
    if subject.kind is SubjectKind.ORGANISATION:
        return ""
    words = [SEX_TITLES[subject.sex]] if subject.sex else []
    if subject.birth_date:
        words.append(f"{age_on(subject.birth_date, on)} 岁")
    return "，".join(words)


def day_of(proposal: Proposal) -> date:
    """Return the court's date on which an act's clock starts: that of the event behind it, else of the proposal."""
    return proposal.event_on or proposal.proposed_at.astimezone(SHANGHAI).date()


def removal_due_of(desk: Desk, order: Order, proposal: Proposal) -> Due:
    """Return by when a proposed end must be decided; what the law says of listings is followed for the other kinds."""
    return due_in_words(
        Clock.WRONG_FACTS_FOUND if proposal.act == Act.WITHDRAW.value else Clock.REMOVAL_EVENT,
        day_of(proposal),
        on=desk.today,
        calendar=desk.calendar,
        by_analogy=order.kind != OrderKind.LISTING.value,
    )


def due_of(order: Order, *, on: date) -> Due | None:
    """Return the end of an order in force that is near, in words."""
    if order.state != OrderState.EFFECTIVE.value or order.ends_on is None:
        return None
    left = order.ends_on - on
    if left < timedelta(0):
        return Due("期限已满，不再限制", "over")
    if left > WARN_BEFORE_END:
        return None
    return Due("今日期满" if not left else f"余 {left.days} 天期满", "soon")
