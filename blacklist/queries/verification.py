"""Re-checking the registry's own rows; imports no service."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.models import AuditEntry, AuditHead, Order, Publication


def verify_audit_chain(session: Session) -> Iterator[str]:
    """Yield a sentence for the first entry that breaks the chain, and for a head that is not its end."""
    with session.execute(select(AuditEntry).order_by(AuditEntry.number).execution_options(yield_per=1000)) as rows:
        yield from _walk(session, rows.scalars())


def _walk(session: Session, entries: Iterable[AuditEntry]) -> Iterator[str]:
    previous, expected = bytes(32), 0
    for entry in entries:
        if entry.number != expected:
            yield f"audit_entries: number {expected} is missing"
            return
        body = {
            "n": entry.number,
            "e": entry.event,
            "o": entry.object_id,
            "c": entry.court_id,
            "k": entry.actor_kind,
            "p": entry.person_id,
            "a": entry.account_id,
            "f": entry.facts,
            "t": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(previous + text.encode("utf-8")).digest()
        if previous != entry.hash:
            yield f"audit_entries: number {entry.number} was changed"
            return
        expected += 1
    head = session.get(AuditHead, 1)
    if (head.length if head else 0) != expected or (head is not None and expected and head.hash != previous):
        yield "audit_head: is not the end of the chain (entries were cut off)"


# The entry without which an order made at the desk cannot be in this state; imported ones have an entry a file.
_ENTRY_BEHIND = {
    "issued": "order.issued",
    "effective": "order.effective",
    "removed": "order.removed",
    "withdrawn": "order.withdrawn",
    "expired": "order.expired",
}


def verify_states(session: Session) -> Iterator[str]:
    """Yield a sentence for each order whose state no entry of the audit trail accounts for.

    Finds a state written past the services, and a trail that was emptied together with its head.
    """
    for state, event in _ENTRY_BEHIND.items():
        accounted = (
            select(AuditEntry.number).where(AuditEntry.object_id == Order.id, AuditEntry.event == event).exists()
        )
        for public_id in session.scalars(
            select(Order.public_id).where(Order.state == state, Order.source == "desk", ~accounted)
        ):
            yield f"orders: {public_id} is {state} and no entry {event} says why"


def verify_orders(session: Session) -> Iterator[str]:
    """Yield a sentence for each order whose two persons are one, and for each publication of an order not in force."""
    rows = session.execute(
        select(Order.public_id, Order.drafted_by, Order.checked_by, Order.issued_by).where(
            (Order.issued_by == Order.drafted_by) | (Order.checked_by == Order.drafted_by)
        )
    )
    for row in rows:
        yield f"orders: {row.public_id} was not decided by two persons"
    stray = session.scalars(
        select(Order.public_id)
        .join(Publication, Publication.order_id == Order.id)
        .where((Order.state != "effective") | (Order.kind != "listing"))
    )
    for public_id in stray:
        yield f"publications: {public_id} is shown and not in force"
