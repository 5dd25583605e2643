"""The publisher: makes what was committed public, signed and known to every agency's shadow; `sync.md` §6.

The leading worker alone runs it, yet nothing rests on that: signatures are deterministic, a size is a primary key, and a
second publisher writes the same bytes and loses. Nothing is signed that is not durably exported.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.ledger.merkle import leaf_hash
from blacklist.models import Discrepancy, LogCheckpoint, LogHead
from blacklist.queries import log as log_queries
from config import Config
from sync.publishing import exporting, shadowing
from sync.publishing.checkpoints import ContradictionError, Signed, last_signed, next_size, sign_next
from sync.publishing.keys import public_keys
from sync.publishing.shadowing import Shadows
from sync.publishing.signers import Signers
from sync.publishing.statements import SignedView, keep_views
from sync.publishing.waking import want_wakes

log = logging.getLogger(__name__)

CONTRADICTION: Final = "log-contradicts-signature"


class Sessions(Protocol):
    """How the publisher reads and writes (`sync.runner.Transactions`)."""

    def reading(self) -> AbstractContextManager[Session]:
        """Give a session that reads the state of one moment."""
        ...

    def writing(self) -> AbstractContextManager[Session]:
        """Give a session that commits when the block ends."""
        ...


@dataclass(frozen=True, slots=True)
class Publication:
    """One step, exported and signed, not yet in the tables. `note` is None where the log did not grow."""

    epoch: str
    size: int
    root: bytes
    note: str | None
    views: list[SignedView]


class Publisher:
    """What a publisher keeps between steps: keys, places, and the shadows it has open."""

    def __init__(self, config: Config, vault: Vault, signers: Signers) -> None:
        self._config = config
        self._vault = vault
        self._signers = signers
        self._shadows = Shadows(config, vault, signers)

    def prepare(self, session: Session, *, at: datetime) -> Publication | None:
        """Export and sign the next size of the log, its entries durable first; None if there is nothing to sign.

        Raises:
            ContradictionError: tables, export and signatures differ. OSError: the disk is full or fails.
        """
        head = log_queries.head_of(session)
        stored = log_queries.newest_checkpoint(session)
        if head.fenced or (stored is not None and stored.size == head.size):
            return None
        last = self._last_signed(session, head, at=at)
        size = next_size(session, head, last)
        if size is None:
            return None
        folder = exporting.export_folder(self._config, head.epoch)
        for start in range(last.exported_size, size, shadowing.AT_ONCE):
            _require_hashes(session, start, min(start + shadowing.AT_ONCE, size))
        exporting.export_entries(session, folder, start=last.exported_size, size=size, vault=self._vault)
        root, note = sign_next(session, size, last, self._signers)
        exporting.export_checkpoint(folder, note)
        views = self._shadows.sign_all(session, head, size=size, root=root, at=at)
        return Publication(head.epoch, size, root, note, views)

    def require_export(self, session: Session, *, at: datetime) -> None:
        """Compare the log with what was signed and exported, as a leader does at its start.

        Raises:
            ContradictionError: the log is shorter than what was signed, or differs from it.
        """
        head = log_queries.head_of(session)
        last = self._last_signed(session, head, at=at)
        next_size(session, head, last)
        sign_next(session, last.size, last, self._signers)

    def prepare_statements(self, session: Session, *, at: datetime) -> Publication | None:
        """Sign again what was said of every view, of the newest checkpoint's size; None while there is none."""
        head = log_queries.head_of(session)
        stored = log_queries.newest_checkpoint(session)
        if head.fenced or stored is None:
            return None
        views = self._shadows.sign_all(session, head, size=stored.size, root=stored.root, at=at)
        return Publication(head.epoch, stored.size, stored.root, None, views)

    def drop_partial_tiles(self, session: Session, *, at: datetime) -> int:
        """Remove partial tiles from the export whose full tile has stood for an hour."""
        head, stored = log_queries.head_of(session), log_queries.newest_checkpoint(session)
        if stored is None:
            return 0
        folder = exporting.export_folder(self._config, head.epoch)
        return exporting.drop_partial_tiles(folder, size=stored.size, at=at)

    def close(self) -> None:
        """Let go of the shadows."""
        self._shadows.close()

    def _last_signed(self, session: Session, head: LogHead, *, at: datetime) -> Signed:
        keys = public_keys(session, self._signers, at=at).log
        return last_signed(session, exporting.export_folder(self._config, head.epoch), keys)


def publish_once(sessions: Sessions, publisher: Publisher, *, at: datetime) -> bool:
    """Publish the next step of the log, if there is one; tell whether this publisher did so.

    A contradiction fences the log: nothing is appended and nothing is signed until two persons act.
    """
    try:
        with sessions.reading() as session:
            made = publisher.prepare(session, at=at)
        if made is None:
            return False
    except ContradictionError as error:
        _fence(sessions, error, at=at)
        return False
    try:
        with sessions.writing() as session:
            record(session, made, at=at)
    except IntegrityError:
        log.info("another publisher was first", extra={"size": made.size})
        return False
    log.debug("published", extra={"size": made.size})
    return True


def sign_statements(sessions: Sessions, publisher: Publisher, *, at: datetime) -> int:
    """Say again of every view what it is; return of how many."""
    with sessions.reading() as session:
        made = publisher.prepare_statements(session, at=at)
    if made is None or not made.views:
        return 0
    with sessions.writing() as session:
        return keep_views(session, made.views, at=at)


def require_consistent(sessions: Sessions, publisher: Publisher, *, at: datetime) -> bool:
    """Compare log, signatures and export at a leader's start, and fence the log if they differ; tell if they agree."""
    try:
        with sessions.reading() as session:
            publisher.require_export(session, at=at)
    except ContradictionError as error:
        _fence(sessions, error, at=at)
        return False
    return True


def record(session: Session, made: Publication, *, at: datetime) -> None:
    """Write a publication into the tables: checkpoint, statements, and whom to wake.

    Raises:
        IntegrityError: this size is signed already.
    """
    if made.note is not None:
        session.add(LogCheckpoint(size=made.size, root=made.root, note=made.note, signed_at=at))
        session.flush()
    keep_views(session, made.views, at=at)
    want_wakes(session, made.size, at=at)


def _require_hashes(session: Session, start: int, end: int) -> None:
    for entry in log_queries.entries_between(session, start, end):
        if leaf_hash(entry.leaf) != entry.hash:
            raise ContradictionError(f"the leaf {entry.idx} is not the one that was hashed")
        session.expunge(entry)


def _fence(sessions: Sessions, error: ContradictionError, *, at: datetime) -> None:
    log.critical("the log is fenced", extra={"cause": str(error)})
    with sessions.writing() as session:
        head = session.scalars(select(LogHead).where(LogHead.one == 1).with_for_update()).one()
        if head.fenced:
            return
        head.fenced = True
        facts = {"cause": str(error), "size": head.size}
        session.add(Discrepancy(id=new_id(), kind=CONTRADICTION, facts=facts, found_at=at))
        session.flush()
