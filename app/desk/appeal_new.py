"""An application for reconsideration on paper is entered, at the deciding court or the next higher one."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, open_desk
from app.desk.blueprint import bp
from app.desk.remedy_acts import plea_of
from app.desk.remedy_forms import AppealForm
from app.desk.remedy_views import case_due
from app.desk.views import view_order
from app.desk.words import choices
from app.errors import MalformedError
from blacklist.actors import Role
from blacklist.errors import Fault, InvalidError, MissingRoleError
from blacklist.models import Reconsideration
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.desk import courts_of_role
from blacklist.queries.remedies import RemedyNotFoundError
from blacklist.rules.remedies import CLAIM_TITLES, Claim
from blacklist.services.reconsidering import receive_reconsideration
from blacklist.services.remedying import Received


@bp.get("/appeals/new")
@for_audience(Audience.STAFF)
def show_appeal_new() -> ResponseReturnValue:
    """Show the form; `reference` in the address fills in what is challenged."""
    desk = open_desk()
    _require_receives(desk)
    if set(request.args) - {"reference"}:
        raise MalformedError("网址中有不能识别的参数。", "There is an unknown parameter.")
    form = {"reference": request.args.get("reference", "")[:80], "received_on": desk.today.isoformat()}
    return _form_page(form, errors={})


@bp.post("/appeals/new")
@for_audience(Audience.STAFF)
@writes
def take_appeal_new() -> ResponseReturnValue:
    """Receive it; the answer itself shows number and code, which are kept nowhere to be shown again."""
    desk = open_desk()
    _require_receives(desk)
    values, errors = read_form(AppealForm(), request.form)
    if not errors:
        try:
            return _receipt_page(desk, _receive(desk, values))
        except InvalidError as error:
            errors = faults_of(error)
        except RemedyNotFoundError as error:
            errors = {"reference": error.detail}
    return _form_page(dict(request.form), errors=errors), 422


def _receive(desk: Desk, values: dict[str, Any]) -> Received[Reconsideration]:
    reference = values["reference"].strip().replace("(", "（").replace(")", "）").upper()
    challenged = remedy_queries.find_challenged(desk.session, reference, actor=desk.actor)
    if challenged is not None and challenged.objection is not None:
        claim = Claim(challenged.objection.claim)
    elif values["claim"]:
        claim = Claim(values["claim"])
    else:
        detail, english = "对限制出境申请复议的，请选择理由。", "An exit ban is challenged for a reason."
        raise InvalidError(detail, english, errors=(Fault("/claim", "missing", detail, english),))
    return receive_reconsideration(
        desk.session,
        reference,
        plea_of(values, claim=claim),
        actor=desk.actor,
        at=desk.at,
        calendar=desk.calendar,
        vault=desk.vault,
    )


def _require_receives(desk: Desk) -> None:
    if not (courts_of_role(desk.actor, Role.CLERK) or courts_of_role(desk.actor, Role.REVIEWER)):
        raise MissingRoleError("您没有办理该事项的岗位权限。", "Clerks and reviewers receive applications.")


def _form_page(form: dict[str, Any], *, errors: dict[str, str]) -> str:
    return render_template("desk/appeal_new.html", claims=choices(CLAIM_TITLES), form=form, errors=errors)


def _receipt_page(desk: Desk, received: Received[Reconsideration]) -> str:
    case = received.case
    order = remedy_queries.order_of(desk.session, case)
    return render_template(
        "desk/remedy_receipt.html",
        order=view_order(desk, order),
        title="已收到复议申请",
        number=case.public_id,
        track_code=received.track_code,
        href=f"/desk/appeals/{case.public_id}",
        due=case_due(desk, case, order),
        suspend=None,
    )
