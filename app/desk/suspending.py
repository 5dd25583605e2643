"""An order shall rest, or work again: the pages on which somebody proposes it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.act_forms import ResumeForm, SuspendForm
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.effects import effect_of_resuming, effect_of_suspending
from app.desk.views import view_order
from blacklist.errors import Fault, InvalidError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.rules.articles import ARTICLES
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.suspensions import SUSPENSION_TITLES, SuspensionReason, acts_alone, article_of
from blacklist.rules.terms import add_months
from blacklist.services.suspending import propose_resumption, propose_suspension, suspend_for_doubt

USUAL_MONTHS = 1
MOST_NOTE = 1000


@bp.get("/e/<public_id>/suspend")
@for_audience(Audience.STAFF)
def show_suspend(public_id: str) -> ResponseReturnValue:
    """Show the reasons an order can rest for, and what its rest will change."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    state_after(OrderState(order.state), Act.SUSPEND)
    until = add_months(desk.today, USUAL_MONTHS)
    if order.ends_on is not None:
        until = min(until, order.ends_on)
    form = {"until": until.isoformat(), "reason": request.args.get("reason", "")}
    return _suspend_page(desk, order, form, errors={})


@bp.post("/e/<public_id>/suspend")
@for_audience(Audience.STAFF)
@writes
def take_suspend(public_id: str) -> ResponseReturnValue:
    """Propose it; on a doubt about identity it may rest at once, and a second person confirms."""
    desk = open_desk()
    values, errors = read_form(SuspendForm(), request.form)
    if not errors:
        try:
            code = _suspend(desk, public_id, values)
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done(f"/desk/e/{public_id}", code)
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    return _suspend_page(desk, order, dict(request.form), errors=errors), 422


@bp.get("/e/<public_id>/resume")
@for_audience(Audience.STAFF)
def show_resume(public_id: str) -> ResponseReturnValue:
    """Show what the order will do once it works again."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    state_after(OrderState(order.state), Act.RESUME)
    return _resume_page(desk, order, {}, errors={})


@bp.post("/e/<public_id>/resume")
@for_audience(Audience.STAFF)
@writes
def take_resume(public_id: str) -> ResponseReturnValue:
    """Propose it; the order rests until another person decides."""
    desk = open_desk()
    values, errors = read_form(ResumeForm(), request.form)
    if not errors:
        try:
            propose_resumption(
                desk.session,
                public_id,
                basis=clean_text(values["basis"], pointer="/basis", most=200),
                document=clean_text(values["document"], pointer="/document", most=200),
                note=clean_text(values["note"], pointer="/note", most=MOST_NOTE, multiline=True),
                version=version_sent(),
                actor=desk.actor,
                at=desk.at,
                vault=desk.vault,
            )
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done(f"/desk/e/{public_id}", "resumption-proposed")
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    return _resume_page(desk, order, dict(request.form), errors=errors), 422


def _suspend(desk: Desk, public_id: str, values: dict[str, Any]) -> str:
    reason = SuspensionReason(values["reason"])
    alone = bool(values["alone"])
    if alone and not acts_alone(reason):
        detail, english = "只有对是否本人存在疑问时，才可以先行暂停。", "Only a doubt about identity allows it."
        raise InvalidError(detail, english, errors=(Fault("/alone", "not-allowed", detail, english),))
    common: dict[str, Any] = {
        "until": values["until"],
        "document": clean_text(values["document"], pointer="/document", most=200),
        "note": clean_text(values["note"], pointer="/note", most=MOST_NOTE, multiline=True),
        "version": version_sent(),
        "actor": desk.actor,
        "at": desk.at,
        "vault": desk.vault,
    }
    if alone:
        suspend_for_doubt(desk.session, public_id, **common)
        return "suspended-alone"
    propose_suspension(desk.session, public_id, reason=reason, **common)
    return "suspension-proposed"


def _suspend_page(desk: Desk, order: Order, form: dict[str, str], *, errors: dict[str, str]) -> str:
    kind = OrderKind(order.kind)
    reasons = [
        (reason.value, title, ARTICLES[article_of(reason, kind)].citation)
        for reason, title in SUSPENSION_TITLES.items()
    ]
    return render_template(
        "desk/suspend.html",
        order=view_order(desk, order),
        reasons=reasons,
        form=form,
        effect=effect_of_suspending(desk, order),
        errors=errors,
    )


def _resume_page(desk: Desk, order: Order, form: dict[str, str], *, errors: dict[str, str]) -> str:
    return render_template(
        "desk/resume.html",
        order=view_order(desk, order),
        form=form,
        suspended_until=order.suspended_until,
        effect=effect_of_resuming(desk, order),
        errors=errors,
    )
