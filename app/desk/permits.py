"""Permits: what waits for an answer, one with all its facts, its decision and its revocation."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import read_form
from app.database import writes
from app.desk.acting import Desk, done, must_prove, open_desk, prove_address, version_sent
from app.desk.blueprint import bp
from app.desk.permit_forms import MOST_DOCUMENT, MOST_NOTE, PermitDecisionForm, RevocationDecisionForm, RevocationForm
from app.desk.permit_new import list_applicants
from app.desk.permit_views import (
    PermitView,
    application_facts,
    decision_facts,
    effect_of_granting,
    effect_of_revoking,
    use_views,
    view_permit,
    view_revocation,
)
from app.desk.views import ActionView, view_order
from blacklist.actors import Role
from blacklist.errors import ConflictError, ForbiddenError, InvalidError, StaleVersionError
from blacklist.identity.texts import clean_text
from blacklist.models import Order, Permit
from blacklist.queries import permits as permit_queries
from blacklist.rules.lifecycle import Act, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.permits import (
    PERMIT_STATE_AFTER,
    REVOCATION_TITLES,
    Leave,
    PermitAct,
    PermitState,
    Revocation,
    bars_further,
    is_past,
    must_allow_if_true,
)
from blacklist.services.ending_permits import (
    approve_revocation,
    find_open_revocation,
    propose_revocation,
    reject_revocation,
)
from blacklist.services.permitting import grant_permit, refuse_permit
from blacklist.services.proposing import require_may_propose

MOST_ROWS = 100
_ENDED = (PermitState.REFUSED, PermitState.USED, PermitState.EXPIRED, PermitState.REVOKED)


@bp.get("/permits")
@for_audience(Audience.STAFF)
def list_permits() -> ResponseReturnValue:
    """Show the permits of the actor's courts: what waits for an answer first, then what is open, then what has ended."""
    desk = open_desk()
    groups = (
        ("待决定", "按拟使用的第一天排列", _rows(desk, (PermitState.APPLIED,), soonest=True)),
        ("许可中", "按许可的第一天排列", _rows(desk, (PermitState.GRANTED,), soonest=True)),
        ("已终止", "最新的在前", _rows(desk, _ENDED, soonest=False)),
    )
    return render_template("desk/permits.html", groups=groups, most=MOST_ROWS)


@bp.get("/permits/<permit_id>")
@for_audience(Audience.STAFF)
def show_permit(permit_id: str) -> ResponseReturnValue:
    """Show a permit, and what this actor may decide about it."""
    desk = open_desk()
    return _page(desk, permit_queries.get_permit(desk.session, permit_id, actor=desk.actor), {}, errors={})


@bp.post("/permits/<permit_id>/decide")
@for_audience(Audience.STAFF)
@writes
def take_permit_decision(permit_id: str) -> ResponseReturnValue:
    """Grant or refuse; granting wants the password given within the last five minutes."""
    desk = open_desk()
    values, errors = read_form(PermitDecisionForm(), request.form)
    if not errors and values["do"] == "refuse" and not values["note"].strip():
        errors = {"note": "请写明不予许可的理由。"}
    if errors:
        return _again(desk, permit_id, errors)
    if values["do"] == "grant" and must_prove(desk.at):
        return redirect(prove_address(f"/desk/permits/{permit_id}"), 303)
    try:
        return done(f"/desk/permits/{permit_id}", _decide(desk, permit_id, values))
    except (InvalidError, StaleVersionError) as error:
        return _refused(desk, permit_id, error)


@bp.post("/permits/<permit_id>/revoke")
@for_audience(Audience.STAFF)
@writes
def take_revocation(permit_id: str) -> ResponseReturnValue:
    """Propose to take it back; it opens its purpose until another person decides."""
    desk = open_desk()
    values, errors = read_form(RevocationForm(), request.form)
    if errors:
        return _again(desk, permit_id, errors)
    try:
        propose_revocation(
            desk.session,
            permit_id,
            reason=Revocation(values["reason"]),
            document=clean_text(values["document"], pointer="/document", most=MOST_DOCUMENT),
            note=clean_text(values["note"], pointer="/note", most=MOST_NOTE, multiline=True),
            version=version_sent(),
            actor=desk.actor,
            at=desk.at,
            vault=desk.vault,
        )
    except (InvalidError, StaleVersionError) as error:
        return _refused(desk, permit_id, error)
    return done(f"/desk/permits/{permit_id}", "permit-revocation-proposed")


@bp.post("/permits/<permit_id>/decide-revocation")
@for_audience(Audience.STAFF)
@writes
def take_revocation_decision(permit_id: str) -> ResponseReturnValue:
    """Approve or reject; approving wants the password given within the last five minutes."""
    desk = open_desk()
    values, errors = read_form(RevocationDecisionForm(), request.form)
    if not errors and values["do"] == "reject" and not values["note"].strip():
        errors = {"note": "请写明不同意的理由。"}
    if errors:
        return _again(desk, permit_id, errors)
    if values["do"] == "approve" and must_prove(desk.at):
        return redirect(prove_address(f"/desk/permits/{permit_id}"), 303)
    try:
        return done(f"/desk/permits/{permit_id}", _decide_revocation(desk, permit_id, values))
    except (InvalidError, StaleVersionError) as error:
        return _refused(desk, permit_id, error)


def permit_actions(desk: Desk, order: Order) -> list[ActionView]:
    """Return what this actor may do about permits under an order, for the order's page."""
    state, may = OrderState(order.state), desk.actor.holds(Role.CLERK, order.court_id)
    if not may or state is not OrderState.EFFECTIVE or not list_applicants(desk, order):
        return []
    return [ActionView("受理单次许可申请", f"/desk/e/{order.public_id}/permits/new", "quiet")]


def permits_of(desk: Desk, order: Order) -> list[PermitView]:
    """Return the permits under an order, newest first, for `desk/_permits.html`."""
    return [_view(desk, permit, order) for permit in permit_queries.list_permits_of(desk.session, order.id)]


def _rows(desk: Desk, states: tuple[PermitState, ...], *, soonest: bool) -> list[PermitView]:
    found = permit_queries.list_permits(desk.session, actor=desk.actor, states=states, soonest=soonest, most=MOST_ROWS)
    return [_view(desk, permit, permit_queries.order_of(desk.session, permit)) for permit in found]


def _view(desk: Desk, permit: Permit, order: Order) -> PermitView:
    open_ = find_open_revocation(desk.session, permit, vault=desk.vault)
    return view_permit(desk, permit, order, revoking=open_ is not None)


def _decide(desk: Desk, permit_id: str, values: dict[str, str]) -> str:
    version = version_sent()
    if values["do"] == "grant":
        grant_permit(desk.session, permit_id, version=version, actor=desk.actor, at=desk.at, vault=desk.vault)
        return "permit-granted"
    note = clean_text(values["note"], pointer="/note", most=MOST_NOTE, multiline=True)
    refuse_permit(desk.session, permit_id, note=note, version=version, actor=desk.actor, at=desk.at, vault=desk.vault)
    return "permit-refused"


def _decide_revocation(desk: Desk, permit_id: str, values: dict[str, str]) -> str:
    version = version_sent()
    if values["do"] == "approve":
        approve_revocation(desk.session, permit_id, version=version, actor=desk.actor, at=desk.at, vault=desk.vault)
        return "permit-revoked"
    note = clean_text(values["note"], pointer="/note", most=MOST_NOTE, multiline=True)
    reject_revocation(
        desk.session, permit_id, note=note, version=version, actor=desk.actor, at=desk.at, vault=desk.vault
    )
    return "permit-revocation-rejected"


def _refused(desk: Desk, permit_id: str, error: InvalidError | StaleVersionError) -> ResponseReturnValue:
    """Show the permit as it is now with all faults in one text: most are no fault of a field of this page."""
    detail = "".join(fault.detail for fault in error.errors) or error.detail
    return _again(desk, permit_id, {"": detail}, status=409 if isinstance(error, StaleVersionError) else 422)


def _again(desk: Desk, permit_id: str, errors: dict[str, str], *, status: int = 422) -> ResponseReturnValue:
    permit = permit_queries.get_permit(desk.session, permit_id, actor=desk.actor)
    return _page(desk, permit, dict(request.form), errors=errors), status


def _page(desk: Desk, permit: Permit, form: dict[str, str], *, errors: dict[str, str]) -> str:
    order = permit_queries.order_of(desk.session, permit)
    state, proposal = PermitState(permit.state), find_open_revocation(desk.session, permit, vault=desk.vault)
    waits = state is PermitState.APPLIED
    why_not = _why_not(desk, order, permit.proposer_id if proposal is None else proposal.proposer_id)
    return render_template(
        "desk/permit.html",
        permit=view_permit(desk, permit, order, revoking=proposal is not None),
        order=view_order(desk, order),
        application=application_facts(desk, permit, order),
        decision=decision_facts(desk, permit),
        uses=use_views(desk, permit),
        waits=waits,
        grant_effect=effect_of_granting(desk, permit, order) if waits else [],
        must_allow=must_allow_if_true(Leave(permit.leave)),
        cannot_grant=_cannot_grant(desk, permit, order) if waits else "",
        revocation=view_revocation(desk, proposal) if proposal is not None else None,
        revoke_effect=effect_of_revoking(permit, Revocation(proposal.reason) if proposal is not None else None),
        revoke_reasons=_revoke_reasons(desk, order, state) if proposal is None else (),
        may_decide=not why_not,
        why_not=why_not,
        prove_href=prove_address(f"/desk/permits/{permit.public_id}") if must_prove(desk.at) else "",
        form=form,
        errors=errors,
    )


def _cannot_grant(desk: Desk, permit: Permit, order: Order) -> str:
    """Return why an application can only be refused, '' where it can be granted as far as this page knows."""
    if permit_queries.is_barred(desk.session, subject_id=permit.subject_id, court_id=order.court_id):
        return "该当事人曾因提供虚假证据或者违反承诺被撤销许可，再次申请不予批准。"
    try:
        state_after(OrderState(order.state), Act.PERMIT)
    except ConflictError:
        return "该决定目前不产生限制效力，无需也不能准予许可。"
    return "申请的日期已经过去。" if is_past(permit.valid_to, desk.today) else ""


def _revoke_reasons(desk: Desk, order: Order, state: PermitState) -> tuple[tuple[str, str], ...]:
    """Return the reasons this actor may propose now; none where there is nothing to revoke, or he may not."""
    if (state, PermitAct.REVOKE) not in PERMIT_STATE_AFTER:
        return ()
    try:
        require_may_propose(desk.actor, order.court_id)
    except ForbiddenError:
        return ()
    fitting = [one for one in Revocation if state is PermitState.GRANTED or bars_further(one)]
    return tuple((one.value, REVOCATION_TITLES[one]) for one in fitting)


def _why_not(desk: Desk, order: Order, proposer_id: int) -> str:
    try:
        require_role(desk.actor, Role.PRESIDENT, order.court_id)
        require_other_person(desk.actor, proposer_id)
    except ForbiddenError as error:
        return error.detail
    return ""
