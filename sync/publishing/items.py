"""What one agency is told of each entry: the fingerprints whose flags in its view the entry changed, `sync.md` §9.

Effects are absolute and by document. An agency must learn nothing of what does not concern it, not even that something
happened: so a document is told only where what this agency sees of it becomes different from what it saw before.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.documents import Document, DocumentType
from blacklist.identity.fingerprints import Fingerprinter
from blacklist.identity.sealing import Vault
from blacklist.models import LogEntry, OrderBinding, SubjectDocument, ViewKey
from blacklist.rules.views import view_flags

_AT_ONCE: Final = 500

Item = tuple[int, int]
"""A fingerprint and the flags it has from then on; 0 = take out."""


@dataclass(frozen=True, slots=True)
class TreeItem:
    """An entry as one agency is told of it."""

    index: int
    leaf_hash: bytes
    items: tuple[Item, ...]


def items_between(session: Session, start: int, end: int, *, key: ViewKey, vault: Vault) -> list[TreeItem]:
    """Return entries `start` … `end` − 1 as the agency of this key is told of them, dense and in order."""
    rows = session.execute(
        select(LogEntry.idx, LogEntry.hash, LogEntry.effect)
        .where(LogEntry.idx >= start, LogEntry.idx < end)
        .order_by(LogEntry.idx)
    ).all()
    documents = _documents(session, {one["d"] for row in rows for one in row.effect})
    seen = _seen_before(session, documents.values(), start, key=key)
    fingerprints = fingerprinter_of(key, vault=vault)
    found = []
    for index, leaf_hash, effect in rows:
        items = []
        for one in effect:
            document = documents.get(one["d"])
            flags = _flags_in(one, key=key)
            if document is None or flags == seen.get(document.id, 0):
                continue
            seen[document.id] = flags
            items.append((fingerprints.of(document_of(document, vault=vault)), flags))
        found.append(TreeItem(index, leaf_hash, tuple(items)))
    return found


def fingerprinter_of(key: ViewKey, *, vault: Vault) -> Fingerprinter:
    """Return what makes the fingerprints of one agency and key epoch; the key is sealed as base64."""
    return Fingerprinter(b64decode(vault.open(key.fp_key, table="view_keys", row=key.row_id, column="fp_key")))


def document_of(row: SubjectDocument, *, vault: Vault) -> Document:
    """Return a findable document as its fingerprint is made of it."""
    number = vault.open(row.number, table="documents", row=row.id, column="number")
    return Document(DocumentType(row.type), number, row.country)


def _documents(session: Session, ids: Collection[int]) -> dict[int, SubjectDocument]:
    found: dict[int, SubjectDocument] = {}
    for part in _parts(sorted(ids)):
        rows = session.scalars(select(SubjectDocument).where(SubjectDocument.id.in_(part)))
        found.update({row.id: row for row in rows if row.document_index is not None})
    return found


def _seen_before(
    session: Session, documents: Collection[SubjectDocument], start: int, *, key: ViewKey
) -> dict[int, int]:
    """Return what the agency saw of each document just before entry `start`.

    The entries that told of a document are those of the orders that bind or bound its subject: bindings are ended,
    never taken away.
    """
    seen: dict[int, int] = {}
    wanted = {one.id for one in documents}
    for part in _parts(sorted({one.subject_id for one in documents})):
        rows = session.execute(
            select(LogEntry.idx, LogEntry.effect)
            .where(
                LogEntry.order_id.in_(select(OrderBinding.order_id).where(OrderBinding.subject_id.in_(part))),
                LogEntry.idx < start,
            )
            .order_by(LogEntry.idx)
        )
        for _, effect in rows:
            seen.update({one["d"]: _flags_in(one, key=key) for one in effect if one["d"] in wanted})
    return seen


def _flags_in(state: Mapping[str, Any], *, key: ViewKey) -> int:
    return view_flags(state["f"], state["q"], state["x"].get(str(key.agency_id), 0), key.mask)


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE)]
