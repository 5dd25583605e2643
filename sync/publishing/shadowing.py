"""All shadows together: opened or built, moved to one size of the log, and what is signed of them; `sync.md` §6, step 3."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.documents import Document, DocumentType
from blacklist.identity.sealing import Vault
from blacklist.ledger.copy_faults import CopyError
from blacklist.ledger.copy_header import CopyOwner
from blacklist.ledger.statements import Statement
from blacklist.models import Agency, AgencyView, LogEntry, LogHead, Restriction, SubjectDocument, Subscriber, ViewKey
from config import Config
from sync.publishing.items import document_of, fingerprinter_of
from sync.publishing.shadows import Change, FolderLock, Shadow, ShadowTerms, seen_by, shadow_folder
from sync.publishing.signers import Signers
from sync.publishing.statements import SignedView, sign_view

log = logging.getLogger(__name__)

AT_ONCE: Final = 2_000
_DOCUMENTS_AT_ONCE: Final = 500
SERVED: Final = ("live", "down")

ShadowKey = tuple[int, int]  # agency id, key epoch


class Shadows:
    """The shadows one publisher has open. They are derived: whatever is wrong with one, it is built anew."""

    def __init__(self, config: Config, vault: Vault, signers: Signers) -> None:
        self._config = config
        self._vault = vault
        self._signers = signers
        self._open: dict[ShadowKey, Shadow] = {}
        self._lock: FolderLock | None = None

    def sign_all(self, session: Session, head: LogHead, *, size: int, root: bytes, at: datetime) -> list[SignedView]:
        """Move every shadow to `size`, whose log root is `root`, and sign what each is then.

        A shadow that fails is left out, and its agency goes stale; the others go on.

        Raises:
            BlockingIOError: another publisher on this machine has the shadows open.
        """
        if self._lock is None:
            self._lock = FolderLock(self._config.shadow_dir)
        reader = _Reader(session, self._vault)
        signed, wanted = [], set[ShadowKey]()
        for key, name in _served(session):
            place = (key.agency_id, key.key_epoch)
            wanted.add(place)
            try:
                shadow = self._moved(reader, key, name, head=head, size=size, root=root, at=at)
            except (CopyError, OSError):
                log.exception("shadow failed", extra={"agency": name, "key_epoch": key.key_epoch})
                self._drop(place)
                continue
            if shadow is None or shadow.size != size:
                continue
            statement = Statement(
                agency=name,
                epoch=head.epoch,
                key_epoch=key.key_epoch,
                size=size,
                n=shadow.view.count,
                view_root=shadow.view.root,
                log_root=root,
                time=int(at.timestamp()),
            )
            previous = session.get(AgencyView, place)
            signed.append(sign_view(statement, self._signers, agency_id=key.agency_id, previous=previous))
        for place in self._open.keys() - wanted:
            self._drop(place)
        return signed

    def close(self) -> None:
        """Let go of every file."""
        for place in list(self._open):
            self._drop(place)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _moved(
        self, reader: _Reader, key: ViewKey, name: str, *, head: LogHead, size: int, root: bytes, at: datetime
    ) -> Shadow | None:
        place = (key.agency_id, key.key_epoch)
        terms = self._terms(key, name, epoch=head.epoch)
        shadow = self._open.get(place) or Shadow.open(terms)
        if shadow is not None and shadow.size > head.size:
            shadow.close()
            shadow = None
        if shadow is None:
            # `restrictions` are of the head's size alone; a shadow is built when that is the one to be signed.
            if size != head.size:
                return None
            shadow = Shadow.build(terms, reader.entries(terms), size=size, log_root=root, at=at)
            log.info("shadow built", extra={"agency": name, "key_epoch": key.key_epoch, "entries": shadow.view.count})
        self._open[place] = shadow
        while shadow.size < size:
            step = reader.step(shadow.size, min(shadow.size + AT_ONCE, size))
            shadow.move(step.changes, step.keys)
        if shadow.size == size:
            shadow.compact(log_root=root, at=at)
        return shadow

    def _terms(self, key: ViewKey, name: str, *, epoch: str) -> ShadowTerms:
        return ShadowTerms(
            folder=shadow_folder(self._config, name, key.key_epoch),
            agency_id=key.agency_id,
            owner=CopyOwner(name, bytes.fromhex(epoch), key.key_epoch),
            fingerprinter=fingerprinter_of(key, vault=self._vault),
            mask=key.mask,
            sign=self._signers.view.sign_bytes,
            view_keys=(self._signers.view_public,),
        )

    def _drop(self, place: ShadowKey) -> None:
        shadow = self._open.pop(place, None)
        if shadow is not None:
            shadow.close()


@dataclass(frozen=True, slots=True)
class _Step:
    changes: list[Change]
    keys: dict[int, bytes]


class _Reader:
    """Reads for all shadows of one step what each of them needs, once."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault
        self._steps: dict[tuple[int, int], _Step] = {}

    def step(self, start: int, end: int) -> _Step:
        """Return entries `start` … `end` − 1 and the keys of the documents they touch."""
        if (start, end) not in self._steps:
            query = select(LogEntry.idx, LogEntry.hash, LogEntry.effect)
            rows = self._session.execute(query.where(LogEntry.idx >= start, LogEntry.idx < end).order_by(LogEntry.idx))
            changes = [Change(*row) for row in rows]
            if len(changes) != end - start:
                raise OSError("the log has a gap")
            touched: set[int] = {one["d"] for change in changes for one in _states(change)}
            self._steps[start, end] = _Step(changes, self._keys(touched))
        return self._steps[start, end]

    def entries(self, terms: ShadowTerms) -> Iterator[tuple[int, int]]:
        """Return (fingerprint, flags) of the whole view, from what stands against each document now."""
        query = (
            select(
                Restriction.flags,
                Restriction.confirm,
                Restriction.lifted,
                SubjectDocument.id,
                SubjectDocument.type,
                SubjectDocument.country,
                SubjectDocument.number,
            )
            .join(SubjectDocument, SubjectDocument.id == Restriction.document_id)
            .where(Restriction.flags.bitwise_and(terms.mask) != 0)
        )
        for row in self._session.execute(query, execution_options={"yield_per": 5_000}):
            flags, confirm, lifted, row_id, kind, country, number = row
            seen = seen_by({"f": flags, "q": confirm, "x": lifted}, terms.agency_id, terms.mask)
            if seen:
                clear = self._vault.open(number, table="documents", row=row_id, column="number")
                yield terms.fingerprinter.of(Document(DocumentType(kind), clear, country)), seen

    def _keys(self, document_ids: Collection[int]) -> dict[int, bytes]:
        ids, keys = sorted(document_ids), dict[int, bytes]()
        for at in range(0, len(ids), _DOCUMENTS_AT_ONCE):
            part = ids[at : at + _DOCUMENTS_AT_ONCE]
            for row in self._session.scalars(select(SubjectDocument).where(SubjectDocument.id.in_(part))):
                keys[row.id] = document_of(row, vault=self._vault).key
        return keys


def _states(change: Change) -> list[Any]:
    return list(change.effect)


def _served(session: Session) -> list[tuple[ViewKey, str]]:
    """Return the view keys that are served, each with its agency's name."""
    rows = session.execute(
        select(ViewKey, Agency.name)
        .join(Agency, Agency.id == ViewKey.agency_id)
        .join(Subscriber, Subscriber.agency_id == ViewKey.agency_id)
        .where(ViewKey.state != "retired", Subscriber.state.in_(SERVED), Agency.state == "live")
        .order_by(ViewKey.agency_id, ViewKey.key_epoch)
    )
    return [(row[0], row[1]) for row in rows]
