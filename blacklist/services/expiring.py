"""A time limit passes: the machine ends the order, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import MACHINE
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.ledger.leaves import LeafKind
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.rules.lifecycle import FINAL_STATES, Act, OrderState, state_after
from blacklist.services import auditing, publishing
from blacklist.services.appending import LogEvent, append, has_restricted
from blacklist.services.effecting import start_due_orders

__all__ = ["expire_due_orders", "start_due_orders"]


def expire_due_orders(session: Session, *, at: datetime, vault: Vault, limit: int = 200) -> int:
    """End standing orders whose last day is over in Asia/Shanghai; return how many.

    Answers do not wait for this: they compute the end from the dates (`security.md` I1).
    """
    ended: list[Order] = []
    events: list[LogEvent] = []
    for order in order_queries.lock_orders(
        session, order_queries.list_due_to_expire(session, on=at.date(), most=limit)
    ):
        if OrderState(order.state) in FINAL_STATES:  # a person ended it while we waited for the lock
            continue

        state = state_after(OrderState(order.state), Act.EXPIRE)
        if has_restricted(order):
            events.append(LogEvent(LeafKind.EXPIRE, order))

        order.state, order.version, order.ended_at = state.value, order.version + 1, at
        order.end_reason = "R8" if order.kind == "listing" else "term_over"
        publishing.unpublish(session, order)

        auditing.record(session, AuditEvent.ORDER_EXPIRED, order.id, actor=MACHINE, at=at, court_id=order.court_id)
        session.flush()
        ended.append(order)
    if events:
        append(session, events, at=at, vault=vault)
    return len(ended)
