"""An issued order begins to restrict, in the transaction of the act that met the last condition."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import MACHINE, Actor
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.ledger.leaves import LeafKind
from blacklist.models import Order, ServiceAttempt
from blacklist.queries import orders as order_queries
from blacklist.rules.effect import ServiceProgress, may_take_effect
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.services import auditing, publishing
from blacklist.services.appending import LogEvent, append


def take_effect_if_due(
    session: Session,
    order: Order,
    *,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> bool:
    """Let an issued order restrict and be published if nothing is left to wait for; tell whether it does."""
    attempts = order_queries.list_service_attempts(session, order.id)

    due = OrderState(order.state) is OrderState.ISSUED and may_take_effect(
        OrderKind(order.kind),
        on=at.date(),
        service=progress_of(order, attempts),
        grace_until=order.grace_until,
    )
    if not due:
        return False

    order.state = state_after(OrderState(order.state), Act.TAKE_EFFECT).value
    order.version += 1
    order.effective_at = at
    publishing.publish(session, order, vault=vault, at=at)

    auditing.record(session, AuditEvent.ORDER_EFFECTIVE, order.id, actor=actor, at=at, court_id=order.court_id)
    append(session, [LogEvent(LeafKind.LIST, order)], at=at, vault=vault)
    return True


def start_due_orders(session: Session, *, at: datetime, vault: Vault, limit: int = 200) -> int:
    """Let orders restrict whose grace period is over and whose service is on record; return how many."""
    due = order_queries.lock_orders(session, order_queries.list_due_to_start(session, on=at.date(), most=limit))
    return sum(take_effect_if_due(session, order, actor=MACHINE, at=at, vault=vault) for order in due)


def progress_of(order: Order, attempts: list[ServiceAttempt]) -> ServiceProgress:
    """Return how far service on the debtor has come."""
    outcomes = {attempt.outcome for attempt in attempts if attempt.subject_id == order.subject_id}
    if "served" in outcomes:
        return ServiceProgress.PROVEN
    return ServiceProgress.ATTEMPTED if outcomes else ServiceProgress.NONE
