"""One person proposes that an order ends, another decides; both see what it will change."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, must_prove, open_desk, prove_address, version_sent
from app.desk.blueprint import bp
from app.desk.effects import effect_of_ending
from app.desk.facts import view_proposal
from app.desk.forms import DecideForm, RemovalForm
from app.desk.views import removal_due_of, view_order
from blacklist.actors import Role
from blacklist.errors import Fault, ForbiddenError, InvalidError
from blacklist.identity.texts import clean_text
from blacklist.models import Order, Proposal
from blacklist.queries import orders as order_queries
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.removals import REMOVAL_TITLES, RemovalReason, basis_of, removal_reasons
from blacklist.services.proposing import NoProposalError
from blacklist.services.removing import approve_removal, propose_removal, reject_removal


@bp.get("/e/<public_id>/remove")
@for_audience(Audience.STAFF)
def show_remove(public_id: str) -> ResponseReturnValue:
    """Show the reasons this order can end for, and what its end will change."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    state_after(OrderState(order.state), Act.REMOVE)
    return _propose_page(desk, order, {}, errors={})


@bp.post("/e/<public_id>/remove")
@for_audience(Audience.STAFF)
@writes
def take_remove(public_id: str) -> ResponseReturnValue:
    """Propose it; the order stands until another person decides."""
    desk = open_desk()
    values, errors = read_form(RemovalForm(), request.form)
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    if not errors:
        try:
            _propose(desk, order, values)
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done(f"/desk/e/{public_id}", "proposed")
    return _propose_page(desk, order, dict(request.form), errors=errors), 422


@bp.get("/e/<public_id>/decide-removal")
@for_audience(Audience.STAFF)
def show_decide_removal(public_id: str) -> ResponseReturnValue:
    """Show the proposal to whoever may decide it, and to others why they may not."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    return _decide_page(desk, order, _open_proposal(desk, order), {})


@bp.post("/e/<public_id>/decide-removal")
@for_audience(Audience.STAFF)
@writes
def take_decide_removal(public_id: str) -> ResponseReturnValue:
    """Approve or reject; approving wants the password given within the last five minutes."""
    desk = open_desk()
    values, errors = read_form(DecideForm(), request.form)
    if not errors and values["do"] == "reject" and not values["note"].strip():
        errors = {"note": "请写明不同意的理由。"}
    if errors:
        order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
        return _decide_page(desk, order, _open_proposal(desk, order), errors), 422
    version = version_sent()
    if values["do"] == "reject":
        note = clean_text(values["note"], pointer="/note", most=1000, multiline=True)
        reject_removal(
            desk.session, public_id, note=note, version=version, actor=desk.actor, at=desk.at, vault=desk.vault
        )
        return done(f"/desk/e/{public_id}", "rejected")
    if must_prove(desk.at):
        return redirect(prove_address(f"/desk/e/{public_id}/decide-removal"), 303)
    approve_removal(desk.session, public_id, version=version, actor=desk.actor, at=desk.at, vault=desk.vault)
    return done(f"/desk/e/{public_id}", "removed")


def _propose(desk: Desk, order: Order, values: dict[str, str]) -> None:
    known = {reason.value: reason for reason in RemovalReason}
    if values["reason"] not in known:
        detail, english = "请选择事由。", "Choose a reason."
        raise InvalidError(detail, english, errors=(Fault("/reason", "unknown", detail, english),))
    reason = known[values["reason"]]
    basis = clean_text(values["basis"], pointer="/basis", most=200) or basis_of(reason, OrderKind(order.kind))
    propose_removal(
        desk.session,
        order.public_id,
        reason=reason,
        basis=basis,
        document=clean_text(values["document"], pointer="/document", most=200),
        note=clean_text(values["note"], pointer="/note", most=1000, multiline=True),
        version=version_sent(),
        actor=desk.actor,
        at=desk.at,
        vault=desk.vault,
    )


def _reasons(order: Order) -> tuple[RemovalReason, ...]:
    effective = OrderState(order.state) is not OrderState.ISSUED
    fitting = removal_reasons(OrderKind(order.kind), fixed_term=order.ends_on is not None, effective=effective)
    return (*fitting, RemovalReason.W)


def _propose_page(desk: Desk, order: Order, form: dict[str, str], *, errors: dict[str, str]) -> str:
    reasons = [
        (reason.value, REMOVAL_TITLES[reason], basis_of(reason, OrderKind(order.kind))) for reason in _reasons(order)
    ]
    if len(reasons) == 1:
        form = {"reason": reasons[0][0], **form}
    return render_template(
        "desk/remove.html",
        order=view_order(desk, order),
        reasons=reasons,
        bases=list(dict.fromkeys(reason[2] for reason in reasons)),
        form=form,
        effect=effect_of_ending(desk, order),
        errors=errors,
    )


def _decide_page(desk: Desk, order: Order, proposal: Proposal, errors: dict[str, str]) -> str:
    why_not = _why_not(desk, order, proposal)
    return render_template(
        "desk/decide_removal.html",
        order=view_order(desk, order),
        proposal=view_proposal(desk, order, proposal),
        due=removal_due_of(desk, order, proposal),
        effect=effect_of_ending(desk, order),
        may_decide=not why_not,
        why_not=why_not,
        prove_href=prove_address(f"/desk/e/{order.public_id}/decide-removal") if must_prove(desk.at) else "",
        errors=errors,
    )


def _why_not(desk: Desk, order: Order, proposal: Proposal) -> str:
    try:
        require_role(desk.actor, Role.PRESIDENT, order.court_id)
        require_other_person(desk.actor, proposal.proposer_id)
    except ForbiddenError as error:
        return error.detail
    return ""


def _open_proposal(desk: Desk, order: Order) -> Proposal:
    proposal = order_queries.find_open_proposal(desk.session, order.id)
    if proposal is None:
        raise NoProposalError("该决定没有待决定的解除申请。", "There is no open proposal for this order.")
    return proposal
