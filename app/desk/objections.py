"""Objections at the deciding court: the list, one of them, and what is done in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.desk.acting import Desk, must_prove, open_desk, prove_address
from app.desk.blueprint import bp
from app.desk.facts import case_facts, debtor_facts, decision_facts, duty_of, service_views
from app.desk.remedy_acts import end_choices, remedy_choices, why_not_decide
from app.desk.remedy_views import SuspensionView, may, view_case, view_row
from app.desk.remedy_words import NOTE_TITLES
from app.desk.views import view_order
from app.desk.words import choices
from blacklist.actors import Role
from blacklist.models import Objection, Order
from blacklist.queries import remedies as remedy_queries
from blacklist.rules.deadlines import PERIODS, Clock
from blacklist.rules.lifecycle import OrderState
from blacklist.rules.remedies import Claim, is_fast_lane, suspends
from blacklist.rules.remedy_states import ObjectionState
from blacklist.services.remedying import RECEIVING

MOST_ROWS = 100
MOST_DECIDED = 20


@bp.get("/objections")
@for_audience(Audience.STAFF)
def show_objections() -> ResponseReturnValue:
    """Show the open objections of the actor's courts: wrong persons on top, then by deadline."""
    desk = open_desk()
    courts = desk.actor.court_ids()
    running = remedy_queries.list_objections(
        desk.session, court_ids=courts, states=remedy_queries.OPEN_OBJECTIONS, most=MOST_ROWS
    )
    fast = [one for one in running if is_fast_lane(Claim(one.claim))]
    return render_template(
        "desk/objections.html",
        fast=[view_row(desk, one) for one in fast],
        running=[view_row(desk, one) for one in running if one not in fast],
        unserved=[
            view_row(desk, one)
            for one in remedy_queries.list_unserved_rejections(desk.session, court_ids=courts, most=MOST_ROWS)
        ],
        decided=[
            view_row(desk, one)
            for one in remedy_queries.list_decided_objections(desk.session, court_ids=courts, most=MOST_DECIDED)
        ],
        more=len(running) == MOST_ROWS,
    )


@bp.get("/objections/<number>")
@for_audience(Audience.STAFF)
def show_objection(number: str) -> ResponseReturnValue:
    """Show claim, record and evidence side by side, with what this actor may do next."""
    desk = open_desk()
    return objection_page(desk, number, {}, {})


def objection_page(desk: Desk, number: str, form: dict[str, Any], errors: dict[str, str]) -> str:
    """Return the page of an objection, with a form as it was sent."""
    case = remedy_queries.get_objection(desk.session, number, actor=desk.actor)
    order = remedy_queries.order_of(desk.session, case)
    state, court, claim = ObjectionState(case.state), case.court_id, Claim(case.claim)
    reviews, receives = may(desk, court, Role.REVIEWER), may(desk, court, *RECEIVING)
    is_open = state in remedy_queries.OPEN_OBJECTIONS
    waits = state is ObjectionState.ACCEPTED and case.outcome is not None
    decided = state in (ObjectionState.UPHELD, ObjectionState.REJECTED)
    return render_template(
        "desk/objection.html",
        case=view_case(desk, case, order),
        order=view_order(desk, order),
        record=[*debtor_facts(desk, order), *case_facts(desk, order), *decision_facts(desk, order)],
        duty_full=duty_of(desk, order),
        services=service_views(desk, order),
        may_accept=reviews and state is ObjectionState.RECEIVED,
        may_note=receives and is_open,
        may_propose=reviews and state is ObjectionState.ACCEPTED,
        waits=waits,
        why_not=why_not_decide(desk, case) if waits else "",
        may_serve=receives and decided and case.served_on is None,
        may_withdraw=receives and is_open,
        may_appeal=receives and state is ObjectionState.REJECTED,
        suspend=suspension_of(desk, case, order),
        remedies=remedy_choices(claim),
        ends=end_choices(order, claim),
        note_kinds=choices(NOTE_TITLES),
        today_text=desk.today.isoformat(),
        prove_href=prove_address(f"/desk/objections/{number}") if must_prove(desk.at) else "",
        form=form,
        errors=errors,
    )


def suspension_of(desk: Desk, case: Objection, order: Order) -> SuspensionView | None:
    """Return what the one-key suspension sends, or None where it is not for this case, state or actor."""
    possible = (
        suspends(Claim(case.claim))
        and case.state in remedy_queries.OPEN_OBJECTIONS
        and order.state == OrderState.EFFECTIVE.value
        and may(desk, order.court_id, Role.CLERK, Role.CHECKER, Role.REVIEWER, Role.PRESIDENT)
    )
    if not possible:
        return None
    until = desk.today + timedelta(days=PERIODS[Clock.OBJECTION_RECEIVED].length)
    if order.ends_on is not None:
        until = min(until, order.ends_on)
    return SuspensionView(case.public_id, order.version, until)
