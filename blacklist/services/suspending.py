"""An order rests, and works again: by two persons; on a doubt about identity by one, whom a second confirms."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import Fault, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.ledger.leaves import LeafKind
from blacklist.models import Order, Proposal
from blacklist.queries import orders as order_queries
from blacklist.rules.articles import ARTICLES
from blacklist.rules.lifecycle import ENDING_ACTS, Act, OrderKind, OrderState, state_after
from blacklist.rules.suspensions import SuspensionReason, acts_alone, article_of, require_suspension_days
from blacklist.services import auditing, publishing
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

_SUSPENDING = (Act.SUSPEND,)
_RESUMING = (Act.RESUME,)


def propose_suspension(
    session: Session,
    public_id: str,
    *,
    reason: SuspensionReason,
    until: date,
    document: str,
    note: str,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Proposal:
    """Propose that an order rests until the end of `until`; it works on until another person decides.

    Raises:
        InvalidError: the day is impossible. ProposalOpenError: a suspension is proposed already.
        TransitionError: the order is not in force.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_may_propose(actor, order.court_id)
    require_version(order, version)
    proposal = _propose(
        session, order, reason, until=until, document=document, note=note, actor=actor, at=at, vault=vault
    )

    session.flush()
    return proposal


def suspend_for_doubt(
    session: Session,
    public_id: str,
    *,
    until: date,
    document: str,
    note: str,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Order:
    """Let an order rest at once, on one person's word that it may name the wrong person.

    The proposal stays open beside it: a second person confirms it (`approve_suspension`) or lifts it
    (`reject_suspension`) within one working day; else the president is alarmed and the order stays suspended.

    Raises:
        as `propose_suspension`.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_may_propose(actor, order.court_id)
    require_version(order, version)
    reason = SuspensionReason.IDENTITY_DOUBT
    _propose(session, order, reason, until=until, document=document, note=note, actor=actor, at=at, vault=vault)

    _suspend(session, order, reason, until=until, actor=actor, at=at, vault=vault)
    return order


def approve_suspension(
    session: Session, public_id: str, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Suspend the order as proposed, or confirm the suspension one person made.

    Raises:
        NoProposalError, SamePersonError, StaleVersionError: as `proposing.take_decision`.
        InvalidError: the day proposed has passed meanwhile.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    proposal = take_decision(session, order, _SUSPENDING, "approved", version=version, actor=actor, at=at)
    until = date.fromisoformat(str(details_of(proposal, vault=vault)["until"]))

    if OrderState(order.state) is OrderState.SUSPENDED:
        order.version += 1
        auditing.record(session, AuditEvent.SUSPENSION_CONFIRMED, order.id, actor=actor, at=at, court_id=order.court_id)
    else:
        require_suspension_days(until, on=at.date(), ends_on=order.ends_on)
        _suspend(session, order, SuspensionReason(proposal.reason), until=until, actor=actor, at=at, vault=vault)
    session.flush()
    return order


def reject_suspension(
    session: Session, public_id: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Refuse a suspension with the reason. One that a single person made ends with it: the order works again."""
    order = reject_proposal(
        session, public_id, _SUSPENDING, note=note, version=version, actor=actor, at=at, vault=vault
    )
    if OrderState(order.state) is OrderState.SUSPENDED:
        _resume(session, order, actor=actor, at=at, vault=vault)
    session.flush()
    return order


def propose_resumption(
    session: Session,
    public_id: str,
    *,
    basis: str,
    document: str,
    note: str,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Proposal:
    """Propose that a suspended order works again; nothing does so by itself, not even a day that has passed.

    Raises:
        TransitionError: it is not suspended. ConflictError: its suspension is not confirmed yet, or its end is proposed.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_may_propose(actor, order.court_id)
    require_version(order, version)
    state_after(OrderState(order.state), Act.RESUME)
    grounds = Grounds(reason="resume", basis=basis, document=document, note=note)
    besides = {Act.SUSPEND, *ENDING_ACTS}
    proposal = open_proposal(session, order, Act.RESUME, grounds, besides=besides, actor=actor, at=at, vault=vault)

    auditing.record(session, AuditEvent.RESUMPTION_PROPOSED, order.id, actor=actor, at=at, court_id=order.court_id)
    session.flush()
    return proposal


def approve_resumption(
    session: Session, public_id: str, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Let the order work again from now on, and be published where its kind is.

    Raises:
        NoProposalError, SamePersonError, StaleVersionError: as `proposing.take_decision`.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    take_decision(session, order, _RESUMING, "approved", version=version, actor=actor, at=at)

    _resume(session, order, actor=actor, at=at, vault=vault)
    session.flush()
    return order


def reject_resumption(
    session: Session, public_id: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Refuse a resumption with the reason; the order stays suspended."""
    return reject_proposal(session, public_id, _RESUMING, note=note, version=version, actor=actor, at=at, vault=vault)


def _propose(
    session: Session,
    order: Order,
    reason: SuspensionReason,
    *,
    until: date,
    document: str,
    note: str,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Proposal:
    state_after(OrderState(order.state), Act.SUSPEND)
    require_suspension_days(until, on=at.date(), ends_on=order.ends_on)
    if reason is SuspensionReason.CONDITIONAL_REPAIR and not note.strip():
        detail, english = "附条件暂停的，须写明条件和核对日期。", "A conditional suspension states its condition."
        raise InvalidError(detail, english, errors=(Fault("/note", "missing", detail, english),))
    basis = ARTICLES[article_of(reason, OrderKind(order.kind))].citation
    proposal = open_proposal(
        session,
        order,
        Act.SUSPEND,
        Grounds(reason=reason.value, basis=basis, document=document, note=note),
        details={"until": until.isoformat()},
        actor=actor,
        at=at,
        vault=vault,
    )
    auditing.record(
        session,
        AuditEvent.SUSPENSION_PROPOSED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"reason": reason.value, "alone": int(acts_alone(reason)), "until": until.isoformat()},
    )
    return proposal


def _suspend(
    session: Session, order: Order, reason: SuspensionReason, *, until: date, actor: Actor, at: datetime, vault: Vault
) -> None:
    order.state = state_after(OrderState(order.state), Act.SUSPEND).value
    order.version += 1
    order.suspended_reason, order.suspended_until = reason.value, until
    publishing.unpublish(session, order)
    auditing.record(
        session,
        AuditEvent.ORDER_SUSPENDED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"reason": reason.value, "until": until.isoformat()},
    )
    append(session, [LogEvent(LeafKind.SUSPEND, order)], at=at, vault=vault)


def _resume(session: Session, order: Order, *, actor: Actor, at: datetime, vault: Vault) -> None:
    order.state = state_after(OrderState(order.state), Act.RESUME).value
    order.version += 1
    order.suspended_reason = order.suspended_until = None
    publishing.publish(session, order, vault=vault, at=at, since=order.effective_at)
    auditing.record(session, AuditEvent.ORDER_RESUMED, order.id, actor=actor, at=at, court_id=order.court_id)
    append(session, [LogEvent(LeafKind.RESUME, order)], at=at, vault=vault)
