"""A listing of two years is made longer, once, by two persons; it takes a new decision letter and its service."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.ledger.leaves import LeafKind
from blacklist.models import Order, Proposal, Publication
from blacklist.queries import orders as order_queries
from blacklist.rules.articles import ARTICLES
from blacklist.rules.extensions import ExtensionReason, extended_term
from blacklist.rules.lifecycle import ENDING_ACTS, Act, OrderKind, OrderState, state_after
from blacklist.rules.terms import Term
from blacklist.services import auditing
from blacklist.services.appending import LogEvent, append
from blacklist.services.drafting import require_version
from blacklist.services.proposing import (
    Grounds,
    details_of,
    open_proposal,
    reject_proposal,
    require_may_propose,
    take_decision,
)

_EXTENDING = (Act.EXTEND,)


def propose_extension(
    session: Session,
    public_id: str,
    *,
    reason: ExtensionReason,
    years: int,
    document: str,
    note: str,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Proposal:
    """Propose one to three years more; the present end stands until another person decides.

    Raises:
        ExclusionError, InvalidError: as `rules.extensions.extended_term`.
        ProposalOpenError: an extension, or the end of the order, is proposed already.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_may_propose(actor, order.court_id)
    require_version(order, version)
    state_after(OrderState(order.state), Act.EXTEND)
    term = _longer(order, reason, years, at=at)
    grounds = Grounds(reason=reason.value, basis=f"{ARTICLES['LIST 2'].citation}第一款", document=document, note=note)
    proposal = open_proposal(
        session,
        order,
        Act.EXTEND,
        grounds,
        details={"years": years},
        besides=ENDING_ACTS,
        actor=actor,
        at=at,
        vault=vault,
    )

    auditing.record(
        session,
        AuditEvent.EXTENSION_PROPOSED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"reason": reason.value, "years": years, "ends_on": str(term.ends_on)},
    )
    session.flush()
    return proposal


def approve_extension(
    session: Session, public_id: str, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Move the order's last day as proposed.

    Raises:
        NoProposalError, SamePersonError, StaleVersionError: as `proposing.take_decision`.
        ExclusionError, InvalidError: the law does not allow it any more.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    proposal = take_decision(session, order, _EXTENDING, "approved", version=version, actor=actor, at=at)
    years = int(str(details_of(proposal, vault=vault)["years"]))
    term = _longer(order, ExtensionReason(proposal.reason), years, at=at)

    order.state = state_after(OrderState(order.state), Act.EXTEND).value
    order.version += 1
    order.ends_on, order.extended_years = term.ends_on, years
    shown = session.get(Publication, order.id)
    if shown is not None:
        shown.ends_on = term.ends_on

    auditing.record(
        session,
        AuditEvent.ORDER_EXTENDED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"reason": proposal.reason, "years": years, "proposed_by": proposal.proposer_id},
    )
    session.flush()
    append(session, [LogEvent(LeafKind.AMEND, order)], at=at, vault=vault)
    return order


def reject_extension(
    session: Session, public_id: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Refuse an extension with the reason; the end stands."""
    return reject_proposal(session, public_id, _EXTENDING, note=note, version=version, actor=actor, at=at, vault=vault)


def _longer(order: Order, reason: ExtensionReason, years: int, *, at: datetime) -> Term:
    if order.decided_on is None:
        raise ValueError("only decided orders are extended")
    return extended_term(
        OrderKind(order.kind),
        order_queries.grounds_of(order),
        Term(order.decided_on, order.ends_on),
        reason=reason,
        years=years,
        on=at.date(),
    )
