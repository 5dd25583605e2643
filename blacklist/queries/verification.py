"""Re-checking the registry's own rows; imports no service."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.models import (
    AuditEntry,
    AuditHead,
    LogCheckpoint,
    LogEntry,
    LogHead,
    Order,
    OrderBinding,
    Publication,
    Restriction,
    SubjectDocument,
)


def verify_audit_chain(session: Session) -> Iterator[str]:
    """Yield a sentence for the first entry that breaks the chain, for a head that is not its end, and for an anchor.

    An anchor is what the public log says of the chain's length and end: a chain rebuilt whole no longer fits it.
    """
    anchored: dict[int, list[tuple[int, str]]] = {}
    for idx, leaf in session.execute(select(LogEntry.idx, LogEntry.leaf).where(LogEntry.kind == "audit")):
        try:
            content = json.loads(leaf)["p"]
            anchored.setdefault(content["length"], []).append((idx, content["head"]))
        except (ValueError, LookupError, TypeError):
            yield f"log_entries: index {idx} is no anchor"
    with session.execute(select(AuditEntry).order_by(AuditEntry.number).execution_options(yield_per=1000)) as rows:
        yield from _walk(session, rows.scalars(), anchored)


def _walk(session: Session, entries: Iterable[AuditEntry], anchored: dict[int, list[tuple[int, str]]]) -> Iterator[str]:
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
        for idx, end in anchored.pop(expected, ()):
            if end != b64encode(previous).decode("ascii"):
                yield f"audit_entries: the first {expected} are not those that index {idx} of the log anchors"
                return
    for length, anchors in sorted(anchored.items()):
        yield f"audit_entries: index {anchors[0][0]} of the log anchors {length} entries, there are {expected}"
    head = session.get(AuditHead, 1)
    if (head.length if head else 0) != expected or (head is not None and expected and head.hash != previous):
        yield "audit_head: is not the end of the chain (entries were cut off)"


# The entry without which an order made at the desk cannot be in this state; imported ones have an entry a file.
_ENTRY_BEHIND = {
    "issued": "order.issued",
    "effective": "order.effective",
    "suspended": "order.suspended",
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


def verify_log(session: Session) -> Iterator[str]:
    """Yield a sentence for whatever in the log is not as it was appended, signed, or added up.

    The first entry that was altered, a signed root that is not this log's, each restriction that is not the sum. Hashes are computed here anew after RFC 9162, 2.1.1, with nothing of the code that wrote them.
    """
    signed = {row.size: row.root for row in session.scalars(select(LogCheckpoint))}
    peaks: list[tuple[int, bytes]] = []  # the perfect subtrees so far, largest first: (leaves, root)
    size = 0
    last: dict[int, tuple[int, int]] = {}
    with session.execute(select(LogEntry).order_by(LogEntry.idx).execution_options(yield_per=1000)) as rows:
        for entry in rows.scalars():
            if entry.idx != size:
                yield f"log_entries: index {size} is missing"
                return
            if hashlib.sha256(b"\0" + entry.leaf).digest() != entry.hash:
                yield f"log_entries: index {entry.idx} was changed"
                return
            _grow(peaks, entry.hash)
            size += 1
            if size in signed and signed.pop(size) != _root(peaks):
                yield f"log_checkpoints: what was signed at size {size} is not what is here"
                return
            last.update({state["d"]: (state["f"], state["q"]) for state in entry.effect})
    head = session.get(LogHead, 1)
    if head is None or head.size != size or any(one > size for one in signed):
        yield "log_head: is not the end of the log (entries were cut off or added)"
    elif b"".join(root for _, root in peaks) != bytes(head.frontier):
        yield "log_head: its frontier is not that of the entries"
    known = {row.document_id: (row.flags, row.confirm) for row in session.scalars(select(Restriction))}
    for document_id in sorted(known.keys() | last.keys()):
        if known.get(document_id, (0, 0)) != last.get(document_id, (0, 0)):
            yield f"restrictions: document {document_id} is not as the log leaves it"


def _grow(peaks: list[tuple[int, bytes]], leaf: bytes) -> None:
    count, root = 1, leaf
    while peaks and peaks[-1][0] == count:
        root = hashlib.sha256(b"\1" + peaks.pop()[1] + root).digest()
        count *= 2
    peaks.append((count, root))


def _root(peaks: list[tuple[int, bytes]]) -> bytes:
    root = peaks[-1][1]
    for _, left in reversed(peaks[:-1]):
        root = hashlib.sha256(b"\1" + left + root).digest()
    return root


def verify_restrictions(session: Session) -> Iterator[str]:
    """Yield a sentence for each document restricted without an order in force, or in force and not restricted."""
    in_force = set(
        session.scalars(
            select(SubjectDocument.id)
            .join(OrderBinding, OrderBinding.subject_id == SubjectDocument.subject_id)
            .join(Order, Order.id == OrderBinding.order_id)
            .where(Order.state == "effective", SubjectDocument.document_index.is_not(None))
        )
    )
    restricted = set(session.scalars(select(Restriction.document_id).where(Restriction.flags != 0)))
    for document_id in sorted(restricted - in_force):
        yield f"restrictions: document {document_id} is restricted and no order in force says so"
    recorded = set(session.scalars(select(Restriction.document_id)))
    for document_id in sorted(in_force - recorded):
        yield f"restrictions: document {document_id} is bound by an order in force and not in the log"


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
