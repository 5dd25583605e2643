"""The president decides on one checked order, on its own page."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import read_form
from app.database import writes
from app.desk.acting import Desk, done, must_prove, open_desk, prove_address, version_sent
from app.desk.blueprint import bp
from app.desk.effects import effect_of_issuing
from app.desk.facts import all_facts, bound_views
from app.desk.forms import SignForm
from app.desk.sign_checks import checks_of
from app.desk.views import view_order
from blacklist.actors import Role
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.terms import GRACE_MONTHS
from blacklist.services.issuing import issue_with_companion
from blacklist.services.reviewing import return_order

GRACE_CHOICES = (("", "不设宽限期"), *((str(months), f"{months} 个月") for months in GRACE_MONTHS))


@bp.get("/sign/<public_id>")
@for_audience(Audience.STAFF)
def show_sign(public_id: str) -> ResponseReturnValue:
    """Show the facts, the machine's checks and what signing leads to."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.PRESIDENT, order.court_id)
    require_other_person(desk.actor, order.drafted_by)
    state_after(OrderState(order.state), Act.ISSUE)
    return _page(desk, order, {})


@bp.post("/sign/<public_id>")
@for_audience(Audience.STAFF)
@writes
def take_sign(public_id: str) -> ResponseReturnValue:
    """Issue or send back; issuing wants the password given within the last five minutes."""
    desk = open_desk()
    values, errors = read_form(SignForm(), request.form)
    if not errors and values["do"] == "return" and not values["reason"].strip():
        errors = {"reason": "请写明退回理由。"}
    if errors:
        order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
        require_role(desk.actor, Role.PRESIDENT, order.court_id)
        return _page(desk, order, errors), 422
    version = version_sent()
    if values["do"] == "return":
        reason = clean_text(values["reason"], pointer="/reason", most=500, multiline=True)
        return_order(desk.session, public_id, reason=reason, version=version, actor=desk.actor, at=desk.at)
        return done("/desk/sign", "returned")
    if must_prove(desk.at):
        return redirect(prove_address(f"/desk/sign/{public_id}"), 303)
    *_, order = issue_with_companion(
        desk.session,
        public_id,
        version=version,
        actor=desk.actor,
        at=desk.at,
        vault=desk.vault,
        grace_months=int(values["grace_months"]) if values["grace_months"] else None,
    )
    return done("/desk/sign", "effective" if order.state == OrderState.EFFECTIVE.value else "issued")


def _page(desk: Desk, order: Order, errors: dict[str, str]) -> str:
    checks = checks_of(desk, order)
    facts = all_facts(desk, order)
    facts += [(f"受限人员：{one.role_title}", f"{one.name}，{one.number_masked}") for one in bound_views(desk, order)]
    return render_template(
        "desk/sign.html",
        order=view_order(desk, order),
        facts=facts,
        checks=checks,
        may_issue=all(one.level != "fail" for one in checks),
        duty_public=order.duty_public or "",
        effect=effect_of_issuing(desk, order),
        grace_choices=() if order.kind == OrderKind.EXIT_BAN.value else GRACE_CHOICES,
        prove_href=prove_address(f"/desk/sign/{order.public_id}") if must_prove(desk.at) else "",
        errors=errors,
    )
