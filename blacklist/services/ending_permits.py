"""A permit ends before its use: its last day passes, or two persons take it back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import MACHINE, Actor, Role
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.sealing import Vault
from blacklist.ledger.leaves import LeafKind
from blacklist.models import Order, Permit, Proposal
from blacklist.queries import permits as permit_queries
from blacklist.rules.articles import ARTICLES
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.permits import PermitAct, PermitState, Revocation, permit_state_after, require_may_revoke
from blacklist.services.appending import LogEvent, append
from blacklist.services.drafting import text_hash
from blacklist.services.permitting import record_act, require_permit_version
from blacklist.services.proposing import NoProposalError, ProposalOpenError, details_of, require_may_propose

BASIS = ARTICLES["GOOD 17"].citation


def start_permits(session: Session, *, at: datetime, vault: Vault, limit: int = 200) -> int:
    """Let the log say of permits whose first day has come that their purpose is to be asked online; return how many."""
    due = permit_queries.list_due_to_start(session, on=at.date(), most=limit)
    if due:
        events = [LogEvent(LeafKind.PERMIT, session.get_one(Order, one.order_id), one) for one in due]
        append(session, events, at=at, vault=vault)
    return len(due)


def expire_permits(session: Session, *, at: datetime, vault: Vault, limit: int = 200) -> int:
    """End granted permits whose last day is over in Asia/Shanghai; return how many.

    Answers and uses do not wait for this: both go by the dates.
    """
    ended: list[Permit] = []
    for permit_id in permit_queries.list_due_to_expire(session, on=at.date(), most=limit):
        permit = permit_queries.lock_granted(session, permit_id)
        if permit is None:  # used up or revoked while we waited for the lock
            continue
        order = session.get_one(Order, permit.order_id)

        permit.state = permit_state_after(PermitState(permit.state), PermitAct.EXPIRE).value
        permit.version, permit.ended_at = permit.version + 1, at

        record_act(session, AuditEvent.PERMIT_EXPIRED, permit, order, actor=MACHINE, at=at)
        session.flush()
        ended.append(permit)
    record_ends(session, ended, at=at, vault=vault)
    return len(ended)


def record_ends(session: Session, permits: Sequence[Permit], *, at: datetime, vault: Vault) -> None:
    """Let the log say that these permits open nothing any more; those that never began are not in it."""
    begun = permit_queries.begun(session, permits)
    if begun:
        events = [LogEvent(LeafKind.PERMIT_END, session.get_one(Order, one.order_id), one) for one in begun]
        append(session, events, at=at, vault=vault)


def propose_revocation(
    session: Session,
    permit_public_id: str,
    *,
    reason: Revocation,
    document: str,
    note: str,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Proposal:
    """Propose to take a permit back; it opens its purpose until another person decides.

    `document` is the number of the paper it rests on, `version` the permit's.

    Raises:
        TransitionError: it was never granted, or is revoked. InvalidError: the reason does not fit any more.
        ProposalOpenError: a revocation under the same order is proposed already.
    """
    permit, order = permit_queries.lock_permit(session, permit_public_id, actor=actor)

    require_may_propose(actor, order.court_id)
    require_permit_version(permit, version)
    require_may_revoke(PermitState(permit.state), reason)
    if permit_queries.find_revocation(session, order.id) is not None:
        raise ProposalOpenError(
            "该决定项下已有待决定的撤销许可申请，请先决定该申请。", "A revocation under this order is proposed."
        )

    row_id = new_id()

    def sealed(text: str, column: str) -> bytes | None:
        return vault.seal(text, table="proposals", row=row_id, column=column) if text else None

    proposal = Proposal(
        id=row_id,
        public_id=public_id(),
        order_id=order.id,
        act=permit_queries.REVOKE,
        state="open",
        reason=reason.value,
        basis=BASIS,
        document=document,
        document_hash=text_hash(document),
        note=sealed(note, "note"),
        details=sealed(json.dumps({"permit": permit.public_id}), "details"),
        version_seen=version,
        proposer_id=actor.person_id,
        proposed_at=at,
    )
    session.add(proposal)

    facts: dict[str, str | int | None] = {"reason": reason.value, "document_hash": proposal.document_hash}
    record_act(session, AuditEvent.PERMIT_REVOCATION_PROPOSED, permit, order, actor=actor, at=at, facts=facts)
    session.flush()
    return proposal


def approve_revocation(
    session: Session, permit_public_id: str, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Permit:
    """Take the permit back: from now on its purpose is restricted again; after abuse no other is granted.

    Raises:
        NoProposalError: nobody proposed it. SamePersonError: who proposed does not decide.
        StaleVersionError: the permit changed since the decider looked.
    """
    permit, order = permit_queries.lock_permit(session, permit_public_id, actor=actor)
    proposal = _open_revocation(session, permit, vault=vault)

    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, proposal.proposer_id)
    require_permit_version(permit, version)
    state = require_may_revoke(PermitState(permit.state), Revocation(proposal.reason))

    was_open = PermitState(permit.state) is PermitState.GRANTED
    proposal.state, proposal.decider_id, proposal.decided_at = "approved", actor.person_id, at
    permit.state, permit.version = state.value, permit.version + 1
    permit.revoked_reason = proposal.reason
    permit.ended_at = permit.ended_at or at

    facts: dict[str, str | int | None] = {"reason": proposal.reason, "proposed_by": proposal.proposer_id}
    record_act(session, AuditEvent.PERMIT_REVOKED, permit, order, actor=actor, at=at, facts=facts)
    session.flush()
    if was_open:
        record_ends(session, [permit], at=at, vault=vault)
    return permit


def reject_revocation(
    session: Session, permit_public_id: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Permit:
    """Refuse to take it back, with the reason; the permit stands as it is.

    Raises:
        NoProposalError, SamePersonError, StaleVersionError: as `approve_revocation`.
    """
    permit, order = permit_queries.lock_permit(session, permit_public_id, actor=actor)
    proposal = _open_revocation(session, permit, vault=vault)

    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, proposal.proposer_id)
    require_permit_version(permit, version)

    proposal.state, proposal.decider_id, proposal.decided_at = "rejected", actor.person_id, at
    proposal.decision_note = vault.seal(note, table="proposals", row=proposal.id, column="decision_note")

    facts: dict[str, str | int | None] = {"act": proposal.act}
    record_act(session, AuditEvent.PROPOSAL_REJECTED, permit, order, actor=actor, at=at, facts=facts)
    session.flush()
    return permit


def find_open_revocation(session: Session, permit: Permit, *, vault: Vault, lock: bool = False) -> Proposal | None:
    """Return the open proposal to revoke this permit, or None."""
    proposal = permit_queries.find_revocation(session, permit.order_id, lock=lock)
    if proposal is None or details_of(proposal, vault=vault).get("permit") != permit.public_id:
        return None
    return proposal


def _open_revocation(session: Session, permit: Permit, *, vault: Vault) -> Proposal:
    proposal = find_open_revocation(session, permit, vault=vault, lock=True)
    if proposal is None:
        raise NoProposalError("该许可没有待决定的撤销申请。", "There is no open revocation of this permit.")
    return proposal
