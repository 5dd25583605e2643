"""Reconsiderations, in and out: those this court decides, and those asked against its own orders."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.desk.acting import Desk, must_prove, open_desk, prove_address
from app.desk.blueprint import bp
from app.desk.facts import case_facts, debtor_facts, decision_facts, duty_of, service_views
from app.desk.remedy_acts import end_choices, remedy_choices, why_not_decide
from app.desk.remedy_views import may, rejection_facts, view_case, view_row
from app.desk.remedy_words import NOTE_TITLES
from app.desk.views import view_order
from app.desk.words import choices
from blacklist.actors import Role
from blacklist.models import Order, Reconsideration
from blacklist.queries import remedies as remedy_queries
from blacklist.rules.remedy_states import ReconsiderationState
from blacklist.services.remedying import RECEIVING

MOST_ROWS = 100


@bp.get("/appeals")
@for_audience(Audience.STAFF)
def show_appeals() -> ResponseReturnValue:
    """Show the reconsiderations of the actor's courts, in and out, oldest receipt first."""
    desk = open_desk()

    def listed(*, decided_here: bool) -> list[Reconsideration]:
        return remedy_queries.list_reconsiderations(
            desk.session,
            court_ids=desk.actor.court_ids(),
            decided_here=decided_here,
            open_only=False,
            most=MOST_ROWS,
        )

    received = ReconsiderationState.RECEIVED.value
    here = listed(decided_here=True)
    return render_template(
        "desk/appeals.html",
        running=[view_row(desk, one) for one in here if one.state == received],
        ended=[view_row(desk, one) for one in here if one.state != received],
        out=[view_row(desk, one) for one in listed(decided_here=False)],
        may_receive=any(desk.actor.holds(role, court) for role in RECEIVING for court in desk.actor.court_ids()),
    )


@bp.get("/appeals/<number>")
@for_audience(Audience.STAFF)
def show_appeal(number: str) -> ResponseReturnValue:
    """Show a reconsideration with the order, which may be another court's, and what this actor may do next."""
    desk = open_desk()
    return appeal_page(desk, number, {}, {})


def _paper_href(order: Order, case: Reconsideration) -> str:
    """Return where the decision of a reconsideration is made as a paper."""
    asked = urlencode({"kind": "reconsideration_decision", "about": case.public_id})
    return f"/desk/e/{order.public_id}/papers/new?{asked}"


def appeal_page(desk: Desk, number: str, form: dict[str, Any], errors: dict[str, str]) -> str:
    """Return the page of a reconsideration, with a form as it was sent."""
    case = remedy_queries.get_reconsideration(desk.session, number, actor=desk.actor)
    order = remedy_queries.order_of(desk.session, case)
    state, court = ReconsiderationState(case.state), case.court_id
    claim = remedy_queries.open_remedy(case, vault=desk.vault).claim
    receives, is_open = may(desk, court, *RECEIVING), state is ReconsiderationState.RECEIVED
    waits = is_open and case.outcome is not None
    decided = state in (ReconsiderationState.CHANGED, ReconsiderationState.MAINTAINED)
    return render_template(
        "desk/appeal.html",
        case=view_case(desk, case, order),
        order=view_order(desk, order),
        own_order=order.court_id in desk.actor.court_ids(),
        rejection=rejection_facts(desk, case),
        record=[*debtor_facts(desk, order), *case_facts(desk, order), *decision_facts(desk, order)],
        duty_full=duty_of(desk, order),
        services=service_views(desk, order),
        may_note=receives and is_open,
        may_propose=may(desk, court, Role.REVIEWER) and is_open,
        waits=waits,
        why_not=why_not_decide(desk, case) if waits else "",
        may_serve=receives and decided and case.served_on is None,
        may_withdraw=receives and is_open,
        paper_href=_paper_href(order, case) if decided else "",
        remedies=remedy_choices(claim),
        ends=end_choices(order, claim),
        note_kinds=choices(NOTE_TITLES),
        today_text=desk.today.isoformat(),
        prove_href=prove_address(f"/desk/appeals/{number}") if must_prove(desk.at) else "",
        form=form,
        errors=errors,
    )
