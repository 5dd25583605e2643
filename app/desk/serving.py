"""The clerk puts service on record; the order may take effect with it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.effects import effect_of_service
from app.desk.forms import ServeForm
from app.desk.views import view_order
from app.desk.words import OUTCOME_TITLES, choices
from blacklist.actors import Role
from blacklist.errors import Fault, InvalidError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import Act, OrderState, state_after
from blacklist.rules.permissions import require_role
from blacklist.services.serving import WAY_TITLES, ServiceWay, record_service


@bp.get("/e/<public_id>/serve")
@for_audience(Audience.STAFF)
def show_serve(public_id: str) -> ResponseReturnValue:
    """Show the form for one service or attempt."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.CLERK, order.court_id)
    state_after(OrderState(order.state), Act.RECORD_SERVICE)
    return _page(desk, order, {"outcome": "served", "done_on": desk.today.isoformat()}, errors={})


@bp.post("/e/<public_id>/serve")
@for_audience(Audience.STAFF)
@writes
def take_serve(public_id: str) -> ResponseReturnValue:
    """Record it."""
    desk = open_desk()
    values, errors = read_form(ServeForm(), request.form)
    if not errors:
        try:
            return _record(desk, public_id, values)
        except InvalidError as error:
            errors = faults_of(error)
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.CLERK, order.court_id)
    return _page(desk, order, dict(request.form), errors=errors), 422


def _record(desk: Desk, public_id: str, values: dict[str, Any]) -> ResponseReturnValue:
    before = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    state_before = before.state
    order = record_service(
        desk.session,
        public_id,
        subject_id=_recipient(desk, before, values["recipient"]),
        way=ServiceWay(values["way"]),
        outcome=values["outcome"],
        done_on=values["done_on"],
        proof=clean_text(values["proof"], pointer="/proof", most=500, multiline=True),
        version=version_sent(),
        actor=desk.actor,
        at=desk.at,
        vault=desk.vault,
    )
    began = state_before == OrderState.ISSUED.value and order.state == OrderState.EFFECTIVE.value
    return done(f"/desk/e/{public_id}", "served-effective" if began else "served")


def _recipients(desk: Desk, order: Order) -> list[int]:
    bindings = order_queries.list_bindings(desk.session, order.id)
    return list(dict.fromkeys(one.subject_id for one in bindings))


def _recipient(desk: Desk, order: Order, sent: str) -> int:
    """Return the subject behind a choice; choices are numbered, ids stay inside."""
    recipients = _recipients(desk, order)
    for number, subject_id in enumerate(recipients, 1):
        if sent == str(number):
            return subject_id
    detail, english = "请选择受送达人。", "Choose the recipient."
    raise InvalidError(detail, english, errors=(Fault("/recipient", "unknown", detail, english),))


def _page(desk: Desk, order: Order, form: dict[str, str], *, errors: dict[str, str]) -> str:
    recipients = tuple(
        (str(number), open_subject(desk.session, subject_id, vault=desk.vault).name)
        for number, subject_id in enumerate(_recipients(desk, order), 1)
    )
    if len(recipients) == 1:
        form = {"recipient": "1", **form}
    return render_template(
        "desk/serve.html",
        order=view_order(desk, order),
        recipients=recipients,
        ways=choices(WAY_TITLES),
        outcomes=choices(OUTCOME_TITLES),
        form=form,
        effect=effect_of_service(order),
        errors=errors,
    )
