"""One person bound beside the debtor is set free; the order stands for all others.

Nobody is added here: whom an order does not name is bound by a supplement order, which names this one as its
predecessor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import Fault, InvalidError, TransitionError
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.ledger.leaves import LeafKind
from blacklist.models import CourtTask, Order, Proposal
from blacklist.queries import orders as order_queries
from blacklist.queries.releasable import get_releasable, list_releasable, not_bound
from blacklist.rules.lifecycle import STANDING_STATES, Act, OrderKind, OrderState, state_after
from blacklist.rules.removals import RemovalReason, basis_of
from blacklist.rules.renewals import TaskKind
from blacklist.services import auditing, tasking
from blacklist.services.appending import LogEvent, append, has_restricted
from blacklist.services.drafting import require_version
from blacklist.services.proposing import (
    Grounds,
    details_of,
    open_proposal,
    reject_proposal,
    require_may_propose,
    take_decision,
)

_RELEASING = (Act.RELEASE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnd:
    """What the person proved: since when the role is over, by which paper, and that no other role binds him."""

    ended_on: date
    document: str
    evidence: str = field(repr=False)


def report_role_change(session: Session, public_id: str, *, actor: Actor, at: datetime) -> CourtTask:
    """Have the court look into a change of representative or principal it was told of; nobody is freed or bound by it.

    Raises:
        TransitionError: the order does not stand. NotBoundError: it binds nobody beside the debtor.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_may_propose(actor, order.court_id)
    if OrderState(order.state) not in STANDING_STATES:
        raise TransitionError("该决定尚未作出或者已经终止。", "The order does not stand.")
    if not list_releasable(session, order, on=at.date()):
        raise not_bound()

    task = tasking.open_task(session, TaskKind.ROLE_CHANGE, order, due_on=None, actor=actor, at=at)
    session.flush()
    return task


def propose_release(
    session: Session,
    public_id: str,
    *,
    binding_id: int,
    role_end: RoleEnd,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Proposal:
    """Propose that one person bound beside the debtor is set free; the burden of proof is the person's.

    Raises:
        InvalidError: no evidence, or the role ends in the future. NotBoundError: the order does not bind this person.
        ProposalOpenError: a release from this order is proposed already.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_may_propose(actor, order.court_id)
    require_version(order, version)
    state_after(OrderState(order.state), Act.RELEASE)
    _require_proved(role_end, on=at.date())
    binding = get_releasable(session, order, binding_id, on=at.date())

    reason = RemovalReason.ROLE_ENDED
    grounds = Grounds(
        reason=reason.value,
        basis=basis_of(reason, OrderKind(order.kind)),
        document=role_end.document,
        note=role_end.evidence,
    )
    details = {"binding": binding.id, "role_ended_on": role_end.ended_on.isoformat()}
    proposal = open_proposal(session, order, Act.RELEASE, grounds, details=details, actor=actor, at=at, vault=vault)

    auditing.record(
        session,
        AuditEvent.RELEASE_PROPOSED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"reason": reason.value, "role": binding.role, "document_hash": proposal.document_hash},
    )
    session.flush()
    return proposal


def approve_release(
    session: Session, public_id: str, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Set the person free from this moment on: checks answer without the order at once.

    A binding holds to the end of its last day, so the last day is set to yesterday, whenever the role ended: what was
    answered before the decision stays explained, and nothing is answered from it any more today.

    Raises:
        NoProposalError, SamePersonError, StaleVersionError: as `proposing.take_decision`.
        NotBoundError: the person was set free meanwhile.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    state_after(OrderState(order.state), Act.RELEASE)
    proposal = take_decision(session, order, _RELEASING, "approved", version=version, actor=actor, at=at)
    binding = get_releasable(session, order, _binding_id(proposal, vault=vault), on=at.date())

    binding.until_on = at.date() - timedelta(days=1)
    order.version += 1
    tasking.close_task(session, TaskKind.ROLE_CHANGE, order, actor=actor, at=at)

    auditing.record(
        session,
        AuditEvent.PERSON_RELEASED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={
            "reason": proposal.reason,
            "role": binding.role,
            "proposed_by": proposal.proposer_id,
            "document_hash": proposal.document_hash,
        },
    )
    session.flush()
    if has_restricted(order):
        append(session, [LogEvent(LeafKind.AMEND, order)], at=at, vault=vault)
    return order


def reject_release(
    session: Session, public_id: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Refuse to set the person free, with the reason; the order binds him on."""
    order = reject_proposal(session, public_id, _RELEASING, note=note, version=version, actor=actor, at=at, vault=vault)
    tasking.close_task(session, TaskKind.ROLE_CHANGE, order, actor=actor, at=at)
    return order


def released_binding(proposal: Proposal, *, vault: Vault) -> tuple[int, date]:
    """Return the binding a release is proposed for, and since when the role is over."""
    details = details_of(proposal, vault=vault)
    return _binding_id(proposal, vault=vault), date.fromisoformat(str(details["role_ended_on"]))


def _binding_id(proposal: Proposal, *, vault: Vault) -> int:
    return int(str(details_of(proposal, vault=vault)["binding"]))


def _require_proved(role_end: RoleEnd, *, on: date) -> None:
    faults = []
    if role_end.ended_on > on:
        faults.append(Fault("/ended_on", "in-the-future", "离任日期不能晚于今天。", "The role ends in the future."))
    if not role_end.document.strip():
        faults.append(Fault("/document", "missing", "请填写证明材料的名称和编号。", "Name the paper that proves it."))
    if not role_end.evidence.strip():
        detail = "请写明证明离任的证据，以及不属于影响债务履行的直接责任人员、实际控制人的理由。"
        faults.append(Fault("/evidence", "missing", detail, "State what proves that no role binds the person."))
    if faults:
        raise InvalidError("请补正下列内容。", "Some facts are missing or wrong.", errors=tuple(faults))
