"""One person proposes that an order ends, another decides; removal is as fast as listing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import ConflictError, Fault, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.ledger.leaves import LeafKind
from blacklist.models import Order, Proposal
from blacklist.queries import orders as order_queries
from blacklist.queries.repair import find_listing_beside
from blacklist.rules.lifecycle import ENDING_ACTS, Act, OrderKind, OrderState, state_after
from blacklist.rules.removals import RemovalReason, act_of, removal_reasons
from blacklist.rules.renewals import TaskKind
from blacklist.rules.repair import waits_for_listing
from blacklist.services import auditing, publishing, tasking
from blacklist.services.appending import LogEvent, append, has_restricted
from blacklist.services.drafting import require_version
from blacklist.services.proposing import Grounds, open_proposal, reject_proposal, require_may_propose, take_decision

_EVENT_OF = {Act.REMOVE: AuditEvent.ORDER_REMOVED, Act.WITHDRAW: AuditEvent.ORDER_WITHDRAWN}


class ListingStandsError(ConflictError):
    """A consumption order is not lifted while the listing beside it stands; the court decides both (CONS 1)."""

    code = "listing-stands"
    title = "同案的失信名单尚未删除"
    title_english = "The listing beside it still stands"


def propose_removal(
    session: Session,
    public_id: str,
    *,
    reason: RemovalReason,
    basis: str,
    document: str,
    note: str,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
    event_on: date | None = None,
) -> Proposal:
    """Propose to remove (or, for reason W, withdraw) an order; its state does not change.

    `basis` is the article, `document` the number of the paper the removal rests on, `event_on` the day of the event
    from which the law counts (the day of the proposal where none is given).

    Raises:
        InvalidError: this reason does not end an order of this kind; ProposalOpenError: one is open.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_may_propose(actor, order.court_id)
    require_version(order, version)
    act = act_of(reason)
    state_after(OrderState(order.state), act)
    _require_reason_fits(order, reason)
    grounds = Grounds(reason=reason.value, basis=basis, document=document, note=note, event_on=event_on)
    proposal = open_proposal(session, order, act, grounds, besides=ENDING_ACTS, actor=actor, at=at, vault=vault)

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


def approve_removal(
    session: Session, public_id: str, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """End the order: from now on it restricts nobody, and every public trace of it answers 410.

    Raises:
        NoProposalError: there is none to decide.
        SamePersonError: who proposed does not decide.
        StaleVersionError: the order changed since the decider looked.
        ListingStandsError: a consumption order, and the listing beside it has not ended.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    _require_listing_ended(session, order, on=at.date())
    proposal = take_decision(session, order, ENDING_ACTS, "approved", version=version, actor=actor, at=at)
    act = Act(proposal.act)
    state = state_after(OrderState(order.state), act)

    session.flush()  # the decision first: the database refuses an end without it
    order.state, order.version = state.value, order.version + 1
    order.ended_at, order.end_reason = at, proposal.reason
    publishing.unpublish(session, order)
    tasking.close_task(session, TaskKind.END_AFTER_OBJECTION, order, actor=actor, at=at)

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
    if has_restricted(order):
        append(session, [LogEvent(LeafKind.REMOVE, order)], at=at, vault=vault)
    return order


def reject_removal(
    session: Session, public_id: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Refuse a proposal to end an order, with the reason; the order stands."""
    return reject_proposal(
        session,
        public_id,
        ENDING_ACTS,
        note=note,
        version=version,
        actor=actor,
        at=at,
        vault=vault,
        event=AuditEvent.REMOVAL_REJECTED,
    )


def _require_listing_ended(session: Session, order: Order, *, on: date) -> None:
    proposal = order_queries.find_open_proposal(session, order.id)
    if proposal is None or not waits_for_listing(OrderKind(order.kind), RemovalReason(proposal.reason)):
        return
    listing = find_listing_beside(session, order, on=on)
    if listing is not None:
        raise ListingStandsError(
            f"同案纳入失信被执行人名单决定 {listing.order_no} 尚未删除，应当先决定该名单，再解除限制消费令。",
            "The listing in the same case still stands; decide about it first.",
            article="CONS 1",
        )


def _require_reason_fits(order: Order, reason: RemovalReason) -> None:
    effective = OrderState(order.state) is not OrderState.ISSUED
    allowed = removal_reasons(OrderKind(order.kind), fixed_term=order.ends_on is not None, effective=effective)
    if reason is not RemovalReason.W and reason not in allowed:
        detail, english = "该事由不适用于此类决定。", "This reason does not end an order of this kind."
        raise InvalidError(detail, english, errors=(Fault("/reason", "reason-does-not-fit", detail, english),))
