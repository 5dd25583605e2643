"""One order with all its facts, what may be done with it now, and the whole number on a reason."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.accounts.members import signed_in
from app.accounts.throttling import draw_limit
from app.database import writes
from app.desk.acting import Desk, open_desk
from app.desk.blueprint import bp
from app.desk.case_event_views import events_of
from app.desk.case_events import event_actions
from app.desk.checking import may_check
from app.desk.extending import may_extend
from app.desk.facts import (
    act_title,
    bound_views,
    case_facts,
    debtor_facts,
    decision_facts,
    duty_of,
    history_views,
    service_views,
    step_views,
)
from app.desk.forms import RevealForm
from app.desk.in_force import change_of
from app.desk.paper_views import paper_actions, papers_of
from app.desk.permits import permit_actions, permits_of
from app.desk.proposals import open_proposals
from app.desk.releasing import release_actions
from app.desk.remedy_views import remedy_actions, rows_of_order
from app.desk.versions import suspension_of, version_views
from app.desk.views import ActionView, view_order
from blacklist.actors import Role
from blacklist.errors import InvalidError
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.rules.lifecycle import ENDING_ACTS, STANDING_STATES, Act, OrderKind, OrderState
from blacklist.services.revealing import reveal_number

REVEALS_AN_HOUR = 60
_ACTING = (Role.CLERK, Role.CHECKER, Role.PRESIDENT)


@bp.get("/e/<public_id>")
@for_audience(Audience.STAFF)
def show_order(public_id: str) -> ResponseReturnValue:
    """Show an order of one of the actor's courts."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    return _page(desk, order)


@bp.post("/e/<public_id>/reveal")
@for_audience(Audience.STAFF)
def take_reveal(public_id: str) -> ResponseReturnValue:
    """Show the whole number once, in this answer only."""
    draw_limit(f"reveal:{signed_in().person_id}", rate=REVEALS_AN_HOUR / 3600, burst=REVEALS_AN_HOUR, at=clock.now())
    return _reveal(public_id)


@writes
def _reveal(public_id: str) -> ResponseReturnValue:
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    values, errors = read_form(RevealForm(), request.form)
    if not errors:
        try:
            number = reveal_number(
                desk.session, public_id, reason=values["reason"], actor=desk.actor, at=desk.at, vault=desk.vault
            )
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return _page(desk, order, revealed=number)
    return _page(desk, order, errors=errors), 422


def _page(desk: Desk, order: Order, *, revealed: str | None = None, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "desk/order.html",
        order=view_order(desk, order),
        facts=[*debtor_facts(desk, order), *case_facts(desk, order), *decision_facts(desk, order)],
        duty_full=duty_of(desk, order),
        duty_public=order.duty_public or "",
        returned_reason=order.returned_reason or "",
        actions=list_actions(desk, order),
        bound=bound_views(desk, order),
        services=service_views(desk, order),
        approvals=step_views(desk, order),
        proposals=open_proposals(desk, order),
        suspension=suspension_of(order),
        versions=version_views(desk, order),
        permits=permits_of(desk, order),
        change=change_of(desk, order),
        decided=order.decided_on is not None,
        events=events_of(desk, order),
        papers=papers_of(desk, order),
        remedies=rows_of_order(desk, order),
        history=history_views(desk, order),
        siblings=_siblings(desk, order),
        may_reveal=any(desk.actor.holds(role, order.court_id) for role in _ACTING),
        revealed=revealed,
        errors=errors or {},
    )


def list_actions(desk: Desk, order: Order) -> list[ActionView]:
    """Return what this actor may do with the order now, the main act first; the services decide again."""
    base, state = f"/desk/e/{order.public_id}", OrderState(order.state)
    clerk = desk.actor.holds(Role.CLERK, order.court_id)
    actions: list[ActionView] = []
    if clerk and state is OrderState.DRAFT and order.submitted_at is None:
        actions += [ActionView("核对并送核验", f"{base}/check"), ActionView("修改", f"{base}/edit", "quiet")]
    if clerk and state is OrderState.RETURNED:
        actions.append(ActionView("补正", f"{base}/edit"))
    if clerk and state in (OrderState.DRAFT, OrderState.RETURNED):
        actions.append(ActionView("放弃", f"{base}/abandon", "quiet"))
    if may_check(desk, order):
        actions.append(ActionView("核验", f"/desk/review/{order.public_id}"))
    decides = desk.actor.holds(Role.PRESIDENT, order.court_id)
    if decides and state is OrderState.CHECKED and order.drafted_by != desk.actor.person_id:
        actions.append(ActionView("查看并签发", f"/desk/sign/{order.public_id}"))
    if state in STANDING_STATES:
        actions += paper_actions(desk, order)
        if clerk:
            actions.append(ActionView("登记送达", f"{base}/serve", "" if state is OrderState.ISSUED else "quiet"))
        if any(desk.actor.holds(role, order.court_id) for role in _ACTING):
            actions += _proceeding_actions(desk, order)
            actions += _proposing_actions(desk, order)
    return actions


def _proceeding_actions(desk: Desk, order: Order) -> list[ActionView]:
    """Return what can be received or recorded about an order: events of its case, permits, objections, releases."""
    return [
        *event_actions(desk, order),
        *permit_actions(desk, order),
        *remedy_actions(desk, order),
        *release_actions(desk, order),
    ]


def _proposing_actions(desk: Desk, order: Order) -> list[ActionView]:
    """Return the acts that can be proposed now: those without an open proposal of their own."""
    base, state = f"/desk/e/{order.public_id}", OrderState(order.state)

    def free(*acts: Act) -> bool:
        return order_queries.find_open_proposal(desk.session, order.id, acts=acts) is None

    actions = []
    if free(Act.CORRECT):
        actions.append(ActionView("提出更正", f"{base}/correct", "quiet"))
    if state is OrderState.EFFECTIVE and free(Act.SUSPEND):
        actions.append(ActionView("提出暂停", f"{base}/suspend", "quiet"))
    if state is OrderState.SUSPENDED and free(Act.RESUME, Act.SUSPEND):
        actions.append(ActionView("提出恢复", f"{base}/resume", "quiet"))
    if may_extend(order) and free(Act.EXTEND):
        actions.append(ActionView("提出延长期限", f"{base}/extend", "quiet"))
    if free(*ENDING_ACTS):
        title = act_title(OrderKind(order.kind), Act.REMOVE)
        actions.append(ActionView(f"提出{title}或者撤销", f"{base}/remove", "danger"))
    return actions


def _siblings(desk: Desk, order: Order) -> list[object]:
    """Return the other orders of this case that the actor may see."""
    case = order_queries.get_case(desk.session, order.case_id)
    others = order_queries.list_orders(desk.session, actor=desk.actor, case_number=case.number, most=20)
    return [view_order(desk, one) for one in others if one.id != order.id]
