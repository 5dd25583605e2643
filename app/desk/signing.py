"""The president decides on what was checked."""

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
from app.desk.views import CheckView, view_order
from blacklist.actors import Role
from blacklist.errors import ExclusionError, InvalidError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import desk as desk_queries
from blacklist.queries import orders as order_queries
from blacklist.queries.desk import DeskState, OrderFilter
from blacklist.queries.staff import name_persons
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.terms import GRACE_MONTHS
from blacklist.services.issuing import issue_order, require_lawful
from blacklist.services.reviewing import return_order

MOST_IN_QUEUE = 50
GRACE_CHOICES = (("", "不设宽限期"), *((str(months), f"{months} 个月") for months in GRACE_MONTHS))


@bp.get("/sign")
@for_audience(Audience.STAFF)
def list_sign() -> ResponseReturnValue:
    """Show what was checked and waits for the decision; what the actor drafted never appears."""
    desk = open_desk()
    wanted = OrderFilter(
        court_ids=desk.courts(Role.PRESIDENT), state=DeskState.CHECKED, not_drafted_by=desk.actor.person_id
    )
    orders = desk_queries.list_desk_orders(desk.session, wanted, most=MOST_IN_QUEUE)
    rows = [view_order(desk, one, actions=(("查看并签发", f"/desk/sign/{one.public_id}"),)) for one in reversed(orders)]
    return render_template(
        "desk/queue.html", heading="待签发", rows=rows, empty="没有等待您签发的决定。", caption="录入最早的在前"
    )


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
    order = issue_order(
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
    checks = _checks(desk, order)
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


def _checks(desk: Desk, order: Order) -> list[CheckView]:
    """Return what the machine looked at; a failed one cannot be signed (the service refuses it too)."""
    names = name_persons(desk.session, [order.drafted_by, order.checked_by])
    drafter, checker = names.get(order.drafted_by, ""), names.get(order.checked_by or 0, "")
    checks = [
        CheckView("pass", "两人经办", f"录入：{drafter}；核验：{checker}，已对照原件盲录证件号码末六位"),
        _lawfulness(desk, order),
    ]
    if order.kind == OrderKind.LISTING.value:
        served = order.warned_on is not None
        checks.append(CheckView("pass" if served else "fail", "执行通知书载明风险提示并已送达"))
        checks.append(_companion_check(desk, order))
    duplicate = order_queries.find_standing_duplicate(
        desk.session,
        subject_id=order.subject_id,
        case_id=order.case_id,
        kind=OrderKind(order.kind),
        but=order.id,
    )
    checks.append(CheckView("pass" if duplicate is None else "warn", "同案无重复决定"))
    return checks


def _lawfulness(desk: Desk, order: Order) -> CheckView:
    try:
        require_lawful(desk.session, order, at=desk.at, vault=desk.vault)
    except (ExclusionError, InvalidError) as error:
        return CheckView("fail", "法定排除情形", error.detail)
    return CheckView("pass", "无法定排除情形（年龄、身份、情形）")


def _companion_check(desk: Desk, order: Order) -> CheckView:
    consumption = order_queries.find_standing_duplicate(
        desk.session, subject_id=order.subject_id, case_id=order.case_id, kind=OrderKind.CONSUMPTION
    )
    if consumption is None:
        return CheckView("warn", "该案没有限制消费令", "纳入名单的被执行人应当同时限制消费")
    return CheckView("pass", "该案有限制消费令")
