"""The audit trail: one entry an act, in the act's own transaction, chained by hash."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.events import AuditEvent
from blacklist.models import AuditEntry, AuditHead

FIRST_HASH = bytes(32)
Facts = dict[str, str | int | None]


def record(
    session: Session,
    event: AuditEvent,
    object_id: int | None,
    *,
    actor: Actor,
    at: datetime,
    court_id: int | None = None,
    facts: Facts | None = None,
) -> AuditEntry:
    """Append one entry to the audit chain. `facts` never holds a listed person's name or number.

    The head row is locked until the transaction ends, so the chain is gap-free and in commit order.
    """
    head = session.scalars(select(AuditHead).where(AuditHead.one == 1).with_for_update()).one_or_none()
    if head is None:
        head = AuditHead(one=1, length=0, hash=FIRST_HASH)
        session.add(head)
    entry = AuditEntry(
        number=head.length,
        event=event.value,
        object_id=object_id,
        court_id=court_id,
        actor_kind=actor.kind.value,
        person_id=actor.person_id,
        account_id=actor.account_id,
        facts=facts or {},
        at=at,
        hash=b"",
    )
    entry.hash = chain_hash(head.hash, entry)
    head.length, head.hash = head.length + 1, entry.hash
    session.add(entry)
    session.flush()
    return entry


def chain_hash(previous: bytes, entry: AuditEntry) -> bytes:
    """Return SHA-256 over the previous hash and the canonical JSON of the entry."""
    body = json.dumps(
        {
            "n": entry.number,
            "e": entry.event,
            "o": entry.object_id,
            "c": entry.court_id,
            "k": entry.actor_kind,
            "p": entry.person_id,
            "a": entry.account_id,
            "f": entry.facts,
            "t": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(previous + body.encode("utf-8")).digest()
