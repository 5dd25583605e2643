"""An objection on paper is entered, and its number and code are handed out once."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, open_desk
from app.desk.blueprint import bp
from app.desk.objections import suspension_of
from app.desk.remedy_acts import plea_of
from app.desk.remedy_forms import PleaForm
from app.desk.remedy_views import case_due
from app.desk.views import view_order
from app.desk.words import choices
from blacklist.errors import InvalidError, TransitionError
from blacklist.models import Objection, Order
from blacklist.queries import orders as order_queries
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import STANDING_STATES, OrderKind, OrderState
from blacklist.rules.remedies import CLAIM_TITLES, Claim, is_fast_lane, require_objection
from blacklist.services.objecting import receive_objection
from blacklist.services.remedying import RECEIVING, Received, require_any_role


@bp.get("/e/<public_id>/objections/new")
@for_audience(Audience.STAFF)
def show_objection_new(public_id: str) -> ResponseReturnValue:
    """Show the form."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_any_role(desk.actor, RECEIVING, order.court_id)
    require_objection(OrderKind(order.kind))
    if OrderState(order.state) not in STANDING_STATES:
        raise TransitionError("该决定尚未作出或者已经结束。", "The order is not made yet, or has ended.")
    name = open_subject(desk.session, order.subject_id, vault=desk.vault).name
    return _form_page(desk, order, {"applicant": name, "received_on": desk.today.isoformat()}, errors={})


@bp.post("/e/<public_id>/objections/new")
@for_audience(Audience.STAFF)
@writes
def take_objection_new(public_id: str) -> ResponseReturnValue:
    """Receive it; the answer itself shows number and code, which are kept nowhere to be shown again."""
    desk = open_desk()
    values, errors = read_form(PleaForm(), request.form)
    if not errors:
        try:
            received = receive_objection(
                desk.session,
                public_id,
                plea_of(values, claim=Claim(values["claim"])),
                actor=desk.actor,
                at=desk.at,
                vault=desk.vault,
            )
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return _receipt_page(desk, public_id, received)
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_any_role(desk.actor, RECEIVING, order.court_id)
    return _form_page(desk, order, dict(request.form), errors=errors), 422


def _form_page(desk: Desk, order: Order, form: dict[str, Any], *, errors: dict[str, str]) -> str:
    return render_template(
        "desk/objection_new.html",
        order=view_order(desk, order),
        claims=choices(CLAIM_TITLES),
        form=form,
        errors=errors,
    )


def _receipt_page(desk: Desk, public_id: str, received: Received[Objection]) -> str:
    case, order = received.case, order_queries.get_order(desk.session, public_id, actor=desk.actor)
    return render_template(
        "desk/remedy_receipt.html",
        order=view_order(desk, order),
        title="已收到纠正申请",
        number=case.public_id,
        track_code=received.track_code,
        href=f"/desk/objections/{case.public_id}",
        due=case_due(desk, case, order),
        fast_lane=is_fast_lane(Claim(case.claim)),
        suspend=suspension_of(desk, case, order),
    )
