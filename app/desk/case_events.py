"""The clerk records what happened in a case; before it is saved the page shows what it will set off."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.case_event_forms import MOST_DOCUMENT, MOST_NOTE, CaseEventForm
from app.desk.case_event_views import events_of, facts_of, foreseen_views, remarks_of
from app.desk.views import ActionView, view_order
from app.desk.words import choices
from blacklist.actors import Role
from blacklist.errors import Fault, InvalidError, TransitionError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.rules.lifecycle import STANDING_STATES, OrderState
from blacklist.rules.money import parse_money
from blacklist.rules.permissions import require_role
from blacklist.rules.repair import CASE_EVENT_TITLES, CaseEventKind
from blacklist.services.drafting import require_version
from blacklist.services.happenings import Happening, require_possible
from blacklist.services.performing import record_case_event


@bp.get("/e/<public_id>/events/new")
@for_audience(Audience.STAFF)
def show_event_new(public_id: str) -> ResponseReturnValue:
    """Show the form to a clerk of the court, for an order that stands."""
    desk = open_desk()
    order = _recordable(desk, public_id)
    return _page(desk, order, {"happened_on": desk.today.isoformat(), "optional": "yes"}, errors={})


@bp.post("/e/<public_id>/events/new")
@for_audience(Audience.STAFF)
@writes
def take_event_new(public_id: str) -> ResponseReturnValue:
    """Show what recording it sets off; record it once that was confirmed."""
    desk = open_desk()
    order = _recordable(desk, public_id)
    values, errors = read_form(CaseEventForm(), request.form)
    if errors:
        return _page(desk, order, dict(request.form), errors=errors), 422
    if values["do"] == "change":
        return _page(desk, order, dict(request.form), errors={})
    try:
        happening = _read(values)
        if values["do"] == "confirm":
            record_case_event(
                desk.session,
                public_id,
                happening,
                version=version_sent(),
                actor=desk.actor,
                at=desk.at,
                vault=desk.vault,
            )
            return done(f"/desk/e/{public_id}", "case-event")
        require_version(order, version_sent())
        require_possible(desk.session, order, happening, on=desk.today)
    except InvalidError as error:
        return _page(desk, order, dict(request.form), errors=faults_of(error)), 422
    return _preview(desk, order, happening, dict(request.form))


def event_actions(desk: Desk, order: Order) -> list[ActionView]:
    """Return what this actor may do about the events of an order's case, for the order's page."""
    standing = OrderState(order.state) in STANDING_STATES
    if not standing or not desk.actor.holds(Role.CLERK, order.court_id):
        return []
    return [ActionView("登记履行、和解等情况", f"/desk/e/{order.public_id}/events/new", "quiet")]


def _recordable(desk: Desk, public_id: str) -> Order:
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.CLERK, order.court_id)
    if OrderState(order.state) not in STANDING_STATES:
        raise TransitionError("该决定尚未作出或者已经终止，不能登记案件事项。", "The order does not stand.")
    return order


def _read(values: dict[str, Any]) -> Happening:
    return Happening(
        kind=CaseEventKind(values["kind"]),
        happened_on=values["happened_on"],
        document=clean_text(values["document"], pointer="/document", most=MOST_DOCUMENT),
        amount=_money(values["amount"]) if values["amount"].strip() else None,
        in_full=bool(values["in_full"]),
        note=clean_text(values["note"], pointer="/note", most=MOST_NOTE, multiline=True),
        with_optional=bool(values["optional"]),
    )


def _money(text: str) -> Any:
    try:
        return parse_money(text)
    except InvalidError as error:
        fault = Fault("/amount", "bad-money", error.detail, error.english)
        raise InvalidError(error.detail, error.english, errors=(fault,)) from None


def _preview(desk: Desk, order: Order, happening: Happening, form: dict[str, str]) -> str:
    return render_template(
        "desk/event_preview.html",
        order=view_order(desk, order),
        facts=facts_of(happening),
        foreseen=foreseen_views(desk, order, happening),
        remarks=remarks_of(desk, order, happening),
        form={name: form.get(name, "") for name in CaseEventForm().fields if name not in ("do", "version")},
    )


def _page(desk: Desk, order: Order, form: dict[str, str], *, errors: dict[str, str]) -> str:
    return render_template(
        "desk/event_new.html",
        order=view_order(desk, order),
        kinds=choices(CASE_EVENT_TITLES),
        events=events_of(desk, order),
        form=form,
        errors=errors,
    )
