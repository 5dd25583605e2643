"""What proves a hit to an agency: the parts of the opening that concern it, and their place in the log; `sync.md` §12."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.documents import Document
from blacklist.identity.sealing import Vault
from blacklist.ledger.commitments import Opening, OpenPart, parse_opening
from blacklist.ledger.encodings import encode64
from blacklist.ledger.leaves import LeafKind
from blacklist.ledger.merkle import inclusion_proof
from blacklist.ledger.proofs import TlogProof
from blacklist.models import Court, LogCheckpoint, LogEntry, Order, Restriction, SubjectDocument
from blacklist.queries.log import hashes_of

_ORDER_PART: Final = 0
# Entries that bind: the newest of them says what the order is now. A permit's entry bears a tag of its own.
_BINDING: Final = tuple(kind.value for kind in (LeafKind.LIST, LeafKind.AMEND, LeafKind.CORRECT, LeafKind.RESUME))


@dataclass(frozen=True, slots=True)
class Evidence:
    """One order's entry: its leaf, the opening of the order and of the person asked about, and the path to the root."""

    leaf: bytes
    opening: Opening
    proof: TlogProof

    def members(self) -> dict[str, Any]:
        """Return the evidence as the door answers it."""
        return {
            "index": self.proof.index,
            "leaf": encode64(self.leaf),
            **self.opening.members(),
            "proof": self.proof.written(),
        }


def last_change(session: Session, document_index: bytes) -> int | None:
    """Return the index of the newest entry about a document; None if the log never spoke of it."""
    return session.scalars(
        select(Restriction.last_idx)
        .join(SubjectDocument, SubjectDocument.id == Restriction.document_id)
        .where(SubjectDocument.document_index == document_index)
    ).one_or_none()


def evidence_of(
    session: Session, order_no: str, document: Document, *, checkpoint: LogCheckpoint, vault: Vault
) -> Evidence | None:
    """Return the proof that an order binds a document, under the root of this checkpoint.

    None where the log has no such entry below it, or its opening was erased.
    """
    entry = session.scalars(
        select(LogEntry)
        .join(Order, Order.id == LogEntry.order_id)
        .where(Order.order_no == order_no, LogEntry.kind.in_(_BINDING), LogEntry.idx < checkpoint.size)
        .order_by(LogEntry.idx.desc())
        .limit(1)
    ).one_or_none()
    if entry is None or entry.opening is None:
        return None
    written = vault.open(entry.opening, table="log_entries", row=entry.idx, column="opening")
    opening = parse_opening(written.encode("utf-8"))
    shown = [
        at
        for at, part in enumerate(opening.parts)
        if isinstance(part, OpenPart) and (at == _ORDER_PART or _is_of(part, document))
    ]
    path = inclusion_proof(entry.idx, checkpoint.size, hashes_of(session))
    return Evidence(entry.leaf, opening.showing(shown), TlogProof(entry.idx, path, checkpoint.note))


def orders_of(session: Session, order_nos: Sequence[str]) -> dict[str, tuple[str, date | None]]:
    """Return the court's code and the last day in force of orders, by their numbers."""
    rows = session.execute(
        select(Order.order_no, Court.code, Order.ends_on)
        .join(Court, Court.id == Order.court_id)
        .where(Order.order_no.in_(order_nos))
    )
    return {row[0]: (row[1], row[2]) for row in rows if row[0] is not None}


def _is_of(part: OpenPart, document: Document) -> bool:
    value = part.value
    if not isinstance(value, Mapping):
        return False
    kind, number, country = value.get("type"), value.get("number"), value.get("country")
    if kind != document.type.value or not isinstance(number, str) or not isinstance(country, str | None):
        return False
    return Document(document.type, number, country).key == document.key  # re-issues of one permit share it
