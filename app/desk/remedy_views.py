"""Objections and reconsiderations as templates of the desk are given them: opened, in words, never a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode

from app.clock import SHANGHAI
from app.desk.acting import Desk
from app.desk.clocks import Due, due_in_words
from app.desk.remedy_words import (
    NOTE_TITLES,
    OBJECTION_TAGS,
    OUTCOME_TITLES,
    PROPOSED_TAG,
    RECONSIDERATION_TAGS,
    VIA_TITLES,
)
from app.desk.views import ActionView, Facts
from app.desk.words import KIND_TITLES
from app.formats import day_cn
from blacklist.actors import Role
from blacklist.models import Objection, Order, Reconsideration
from blacklist.queries import orders as order_queries
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.staff import name_persons
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import STANDING_STATES, OrderKind, OrderState
from blacklist.rules.remedies import (
    CLAIM_TITLES,
    REMEDY_TITLES,
    Way,
    is_fast_lane,
    objection_clock,
    reconsideration_clock,
    remedy_of,
)
from blacklist.rules.remedy_states import ObjectionState, ReconsiderationState
from blacklist.rules.removals import REMOVAL_TITLES
from blacklist.rules.tags import Tag
from blacklist.services.remedying import RECEIVING


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyRow:
    """A row of a list; `href` is '' where this actor may not open it."""

    number: str
    href: str
    title: str
    claim_title: str
    name: str = field(repr=False)
    kind_title: str
    court: str
    tags: tuple[Tag, ...]
    received_on: date
    served_on: date | None
    due: Due | None


@dataclass(frozen=True, slots=True)
class NoteView:
    """Something heard, handed in or asked for."""

    title: str
    text: str = field(repr=False)
    happened_on: date
    person: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """An objection or reconsideration with its plea and outcome opened."""

    number: str
    version: int
    tags: tuple[Tag, ...]
    claim_title: str
    fast_lane: bool
    via_title: str
    applicant: str = field(repr=False)
    contact: str = field(repr=False)
    statement: str = field(repr=False)
    received_on: date
    due: Due | None
    outcome_title: str
    remedy_title: str
    end_title: str
    reasons: str = field(repr=False)
    proposer: str
    proposed_at: datetime | None
    decider: str
    decided_at: datetime | None
    served_on: date | None
    notes: tuple[NoteView, ...]


@dataclass(frozen=True, slots=True)
class SuspensionView:
    """What one key sends to rest the order of a doubted person: the order's version, and the last day of the rest."""

    number: str
    order_version: int
    until: date


def view_case(desk: Desk, case: Objection | Reconsideration, order: Order) -> CaseView:
    """Return a case opened for its page."""
    opened = remedy_queries.open_remedy(case, vault=desk.vault)
    names = name_persons(desk.session, [case.proposer_id, case.decider_id])
    return CaseView(
        number=case.public_id,
        version=case.version,
        tags=case_tags(case),
        claim_title=CLAIM_TITLES[opened.claim],
        fast_lane=is_fast_lane(opened.claim),
        via_title=VIA_TITLES[case.via],
        applicant=opened.applicant,
        contact=opened.contact,
        statement=opened.statement,
        received_on=case.received_on,
        due=case_due(desk, case, order),
        outcome_title=OUTCOME_TITLES.get(case.outcome or "", ""),
        remedy_title=REMEDY_TITLES[opened.remedy] if opened.remedy else "",
        end_title=REMOVAL_TITLES[opened.end] if opened.end else "",
        reasons=opened.reasons,
        proposer=names.get(case.proposer_id or 0, ""),
        proposed_at=case.proposed_at,
        decider=names.get(case.decider_id or 0, ""),
        decided_at=case.decided_at,
        served_on=case.served_on,
        notes=_notes(desk, case),
    )


def view_row(desk: Desk, case: Objection | Reconsideration) -> RemedyRow:
    """Return a case as a row."""
    order = remedy_queries.order_of(desk.session, case)
    claim = remedy_queries.open_remedy(case, vault=desk.vault).claim
    objection = isinstance(case, Objection)
    return RemedyRow(
        number=case.public_id,
        href=_href(desk, case, order),
        title="纠正申请" if objection else "复议",
        claim_title=CLAIM_TITLES[claim],
        name=open_subject(desk.session, order.subject_id, vault=desk.vault).name,
        kind_title=KIND_TITLES[OrderKind(order.kind)],
        court=order_queries.get_court(desk.session, case.court_id).name,
        tags=case_tags(case),
        received_on=case.received_on,
        served_on=case.served_on,
        due=case_due(desk, case, order),
    )


def rows_of_order(desk: Desk, order: Order) -> list[RemedyRow]:
    """Return every remedy against an order, for its page (`desk/_objections.html`)."""
    cases: list[Objection | Reconsideration] = []
    cases += remedy_queries.list_objections_to(desk.session, order.id)
    cases += remedy_queries.list_reconsiderations_of(desk.session, order.id)
    return [view_row(desk, one) for one in cases]


def remedy_actions(desk: Desk, order: Order) -> list[ActionView]:
    """Return what this actor may receive against an order now; the services decide again."""
    if OrderState(order.state) not in STANDING_STATES:
        return []
    if not any(desk.actor.holds(role, order.court_id) for role in RECEIVING):
        return []
    if remedy_of(OrderKind(order.kind)) is Way.OBJECTION:
        return [ActionView("登记纠正申请", f"/desk/e/{order.public_id}/objections/new", "quiet")]
    return [ActionView("登记复议申请", f"/desk/appeals/new?{urlencode({'reference': order.order_no})}", "quiet")]


def rejection_facts(desk: Desk, case: Reconsideration) -> Facts:
    """Return what the court below answered, or [] for an exit ban, which goes straight up."""
    if case.objection_id is None:
        return []
    objection = desk.session.get_one(Objection, case.objection_id)
    opened = remedy_queries.open_remedy(objection, vault=desk.vault)
    return [
        ("受理编号", objection.public_id),
        ("主张", opened.statement),
        ("驳回的理由", opened.reasons),
        ("决定日期", day_cn(objection.decided_at)),
        ("送达申请人日期", day_cn(objection.served_on) if objection.served_on else "尚未登记"),
    ]


def case_tags(case: Objection | Reconsideration) -> tuple[Tag, ...]:
    """Return the tag of a case's state, and beside it that an outcome waits for the president."""
    if isinstance(case, Objection):
        state = OBJECTION_TAGS[ObjectionState(case.state)]
    else:
        state = RECONSIDERATION_TAGS[ReconsiderationState(case.state)]
    waits = case.outcome is not None and case.decided_at is None
    return (state, PROPOSED_TAG) if waits else (state,)


def case_due(desk: Desk, case: Objection | Reconsideration, order: Order) -> Due | None:
    """Return what is left of the clock that runs now, in words."""
    kind = OrderKind(order.kind)
    decided_on = case.decided_at.astimezone(SHANGHAI).date() if case.decided_at else None
    if isinstance(case, Objection):
        running = objection_clock(
            ObjectionState(case.state), received_on=case.received_on, decided_on=decided_on, served_on=case.served_on
        )
    else:
        running = reconsideration_clock(
            ReconsiderationState(case.state), kind, received_on=case.received_on, decided_on=decided_on
        )
    if running is None or (decided_on is not None and OrderState(order.state) not in STANDING_STATES):
        return None
    clock, started_on = running
    by_analogy = kind is OrderKind.CONSUMPTION
    return due_in_words(clock, started_on, on=desk.today, calendar=desk.calendar, by_analogy=by_analogy)


def may(desk: Desk, court_id: int, *roles: Role) -> bool:
    """Tell whether the actor holds one of these roles at a court."""
    return any(desk.actor.holds(role, court_id) for role in roles)


def _href(desk: Desk, case: Objection | Reconsideration, order: Order) -> str:
    courts = desk.actor.court_ids()
    if isinstance(case, Objection):
        return f"/desk/objections/{case.public_id}" if case.court_id in courts else ""
    return f"/desk/appeals/{case.public_id}" if {case.court_id, order.court_id} & courts else ""


def _notes(desk: Desk, case: Objection | Reconsideration) -> tuple[NoteView, ...]:
    notes = remedy_queries.list_notes(desk.session, case)
    names = name_persons(desk.session, [one.person_id for one in notes])
    return tuple(
        NoteView(
            title=NOTE_TITLES[one.kind],
            text=remedy_queries.open_note(one, vault=desk.vault),
            happened_on=one.happened_on,
            person=names.get(one.person_id or 0, ""),
            at=one.at,
        )
        for one in notes
    )
