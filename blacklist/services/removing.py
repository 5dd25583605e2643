"""One person proposes that an order ends, another decides; removal is as fast as listing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, Fault, InvalidError, MissingRoleError, NotFoundError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.sealing import Vault
from blacklist.models import Order, Proposal
from blacklist.queries import orders as order_queries
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.removals import RemovalReason, act_of, removal_reasons
from blacklist.services import auditing, publishing
from blacklist.services.drafting import require_version, text_hash

_EVENT_OF = {Act.REMOVE: AuditEvent.ORDER_REMOVED, Act.WITHDRAW: AuditEvent.ORDER_WITHDRAWN}


class ProposalOpenError(ConflictError):
    """Somebody proposed to end this order already."""

    code = "proposal-open"
    title = "已有待决定的解除申请"
    title_english = "A proposal to end this order is open"


class NoProposalError(NotFoundError):
    """There is nothing to decide."""

    code = "no-open-proposal"
    title = "没有待决定的申请"
    title_english = "No open proposal"


def propose_removal(
    session: Session,
    public_id_: str,
    *,
    reason: RemovalReason,
    basis: str,
    document: str,
    note: str,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Proposal:
    """Propose to remove (or, for reason W, withdraw) an order; its state does not change.

    `basis` is the article, `document` the number of the paper the removal rests on.

    Raises:
        InvalidError: this reason does not end an order of this kind; ProposalOpenError: one is open.
    """
    order = order_queries.get_order(session, public_id_, actor=actor, lock=True)

    _require_may_propose(actor, order.court_id)
    require_version(order, version)
    act = act_of(reason)
    state_after(OrderState(order.state), act)
    _require_reason_fits(order, reason)
    if order_queries.find_open_proposal(session, order.id) is not None:
        raise ProposalOpenError("该决定已有待决定的解除申请。", "A proposal is open for this order.")

    row_id = new_id()
    proposal = Proposal(
        id=row_id,
        public_id=public_id(),
        order_id=order.id,
        act=act.value,
        state="open",
        reason=reason.value,
        basis=basis,
        document=document,
        document_hash=text_hash(document),
        note=vault.seal(note, table="proposals", row=row_id, column="note") if note else None,
        version_seen=version,
        proposer_id=actor.person_id,
        proposed_at=at,
    )
    session.add(proposal)

    auditing.record(
        session,
        AuditEvent.REMOVAL_PROPOSED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"reason": reason.value, "basis": basis, "document_hash": proposal.document_hash},
    )
    session.flush()
    return proposal


def approve_removal(session: Session, public_id_: str, *, version: int, actor: Actor, at: datetime) -> Order:
    """End the order: from now on it restricts nobody, and every public trace of it answers 410.

    Raises:
        NoProposalError: there is none to decide.
        SamePersonError: who proposed does not decide.
        StaleVersionError: the order changed since the decider looked.
    """
    order = order_queries.get_order(session, public_id_, actor=actor, lock=True)
    proposal = _open_proposal(session, order)

    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, proposal.proposer_id)
    require_version(order, version)
    act = Act(proposal.act)
    state = state_after(OrderState(order.state), act)

    _decide(proposal, "approved", actor=actor, at=at)
    session.flush()  # the decision first: the database refuses an end without it
    order.state, order.version = state.value, order.version + 1
    order.ended_at, order.end_reason = at, proposal.reason
    publishing.unpublish(session, order)

    auditing.record(
        session,
        _EVENT_OF[act],
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"reason": proposal.reason, "proposed_by": proposal.proposer_id, "document_hash": proposal.document_hash},
    )
    session.flush()
    return order


def reject_removal(
    session: Session, public_id_: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Refuse a proposal to end an order, with the reason; the order stands."""
    order = order_queries.get_order(session, public_id_, actor=actor, lock=True)
    proposal = _open_proposal(session, order)

    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, proposal.proposer_id)
    require_version(order, version)

    _decide(proposal, "rejected", actor=actor, at=at)
    proposal.decision_note = vault.seal(note, table="proposals", row=proposal.id, column="decision_note")

    auditing.record(session, AuditEvent.REMOVAL_REJECTED, order.id, actor=actor, at=at, court_id=order.court_id)
    session.flush()
    return order


def _open_proposal(session: Session, order: Order) -> Proposal:
    proposal = order_queries.find_open_proposal(session, order.id, lock=True)
    if proposal is None:
        raise NoProposalError("该决定没有待决定的解除申请。", "There is no open proposal for this order.")
    return proposal


def _decide(proposal: Proposal, state: str, *, actor: Actor, at: datetime) -> None:
    proposal.state, proposal.decider_id, proposal.decided_at = state, actor.person_id, at


def _require_may_propose(actor: Actor, court_id: int) -> None:
    if not any(actor.holds(role, court_id) for role in (Role.CLERK, Role.CHECKER, Role.PRESIDENT)):
        require_role(actor, Role.CLERK, court_id)
        raise MissingRoleError("您没有办理该事项的岗位权限。", "You may not propose a removal.")


def _require_reason_fits(order: Order, reason: RemovalReason) -> None:
    effective = OrderState(order.state) is not OrderState.ISSUED
    allowed = removal_reasons(OrderKind(order.kind), fixed_term=order.ends_on is not None, effective=effective)
    if reason is not RemovalReason.W and reason not in allowed:
        detail, english = "该事由不适用于此类决定。", "This reason does not end an order of this kind."
        raise InvalidError(detail, english, errors=(Fault("/reason", "reason-does-not-fit", detail, english),))
