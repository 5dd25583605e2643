"""Another person checks what was handed in, the number's last six typed unseen."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.facts import all_facts, bound_views
from app.desk.forms import CheckForm
from app.desk.views import Facts, view_order
from blacklist.actors import Role
from blacklist.errors import SamePersonError, TransitionError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import desk as desk_queries
from blacklist.queries import orders as order_queries
from blacklist.queries.desk import DeskState, OrderFilter
from blacklist.queries.staff import name_persons
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.services.reviewing import check_order, return_order

MOST_IN_QUEUE = 50


@bp.get("/review")
@for_audience(Audience.STAFF)
def list_review() -> ResponseReturnValue:
    """Show what waits for this checker; own drafts never appear."""
    desk = open_desk()
    wanted = OrderFilter(
        court_ids=desk.courts(Role.CHECKER), state=DeskState.SUBMITTED, not_drafted_by=desk.actor.person_id
    )
    orders = desk_queries.list_desk_orders(desk.session, wanted, most=MOST_IN_QUEUE)
    rows = [view_order(desk, one, actions=(("核验", f"/desk/review/{one.public_id}"),)) for one in reversed(orders)]
    return render_template(
        "desk/queue.html", heading="待核验", rows=rows, empty="没有等待您核验的决定。", caption="送核验最早的在前"
    )


@bp.get("/review/<public_id>")
@for_audience(Audience.STAFF)
def show_review(public_id: str) -> ResponseReturnValue:
    """Show the facts to compare with the paper; the number is nowhere on the page."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.CHECKER, order.court_id)
    require_other_person(desk.actor, order.drafted_by)
    state_after(OrderState(order.state), Act.CHECK)
    if order.submitted_at is None:
        raise TransitionError("该决定尚未提交核验。", "The draft has not been submitted.")
    return _page(desk, order, {})


@bp.post("/review/<public_id>")
@for_audience(Audience.STAFF)
@writes
def take_review(public_id: str) -> ResponseReturnValue:
    """Pass the draft, or send it back; unlike typing sends it back too."""
    desk = open_desk()
    values, errors = read_form(CheckForm(), request.form)
    passes = values.get("do") == "pass"
    if not errors and passes and not values["last_six"].strip():
        errors = {"last_six": "请看着原件录入末六位。"}
    if not errors and not passes and not values["reason"].strip():
        errors = {"reason": "请写明退回理由。"}
    if errors:
        order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
        require_role(desk.actor, Role.CHECKER, order.court_id)
        return _page(desk, order, errors), 422
    version = version_sent()
    if not passes:
        reason = clean_text(values["reason"], pointer="/reason", most=500, multiline=True)
        return_order(desk.session, public_id, reason=reason, version=version, actor=desk.actor, at=desk.at)
        return done("/desk/review", "returned")
    order = check_order(
        desk.session,
        public_id,
        last_six=values["last_six"],
        version=version,
        actor=desk.actor,
        at=desk.at,
        vault=desk.vault,
    )
    return done("/desk/review", "checked" if order.state == OrderState.CHECKED.value else "mismatch")


def _page(desk: Desk, order: Order, errors: dict[str, str]) -> str:
    facts: Facts = all_facts(desk, order)
    if order.kind != OrderKind.LISTING.value:
        facts += [(f"受限人员：{one.role_title}", one.name) for one in bound_views(desk, order)]
    return render_template(
        "desk/check.html",
        order=view_order(desk, order),
        facts=facts,
        duty_public=order.duty_public or "",
        drafter=name_persons(desk.session, [order.drafted_by]).get(order.drafted_by, ""),
        errors=errors,
    )


def may_check(desk: Desk, order: Order) -> bool:
    """Tell whether the actor is one who may check this order now."""
    try:
        require_other_person(desk.actor, order.drafted_by)
    except SamePersonError:
        return False
    waits = order.state == OrderState.DRAFT.value and order.submitted_at is not None
    return waits and desk.actor.holds(Role.CHECKER, order.court_id)
