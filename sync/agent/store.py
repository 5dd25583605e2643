"""The copy of this agency on disk and in memory: opened whole and checked, changed by one writer, followed by others."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blacklist.ledger.canonical import Json
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_faults import CopyError
from blacklist.ledger.copy_file import Anchor, CopyFile, open_copy
from blacklist.ledger.copy_header import CopyHeader, CopyOwner
from blacklist.ledger.copy_writing import CopyLabel, write_copy
from blacklist.ledger.encodings import decode64, encode64
from blacklist.ledger.faults import FormatError
from blacklist.ledger.journal import Journal, Record, open_journal
from blacklist.ledger.merkle import push, root_of
from blacklist.ledger.signed_notes import parse_note
from blacklist.ledger.statements import Statement, open_statement, parse_statement
from sync.agent.clocks import Clocks
from sync.agent.folder import Folder, Lock, write_durably
from sync.agent.leaf_hashes import keep_leaf_hashes
from sync.agent.pages import Cursor
from sync.agent.refusals import FolderError
from sync.agent.salvage import salvaged
from sync.agent.trust import Trust

Named = Callable[[str], None]
"""Called at each named point of writing; tests stop the process there."""

COMPACT_BYTES: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Live:
    """The copy at one size of the log, verified; a change makes another one."""

    epoch: str
    key_epoch: int
    size: int
    frontier: tuple[bytes, ...]
    view: CopyView

    @property
    def root(self) -> bytes:
        """The root of the log at this size, as computed here."""
        return root_of(self.frontier, self.size)

    @property
    def cursor(self) -> Cursor:
        """Up to where this copy goes."""
        return Cursor(self.epoch, self.size)

    def after(self, records: Sequence[Record]) -> Live:
        """Return the copy after these entries.

        Raises:
            FormatError: a change has flags outside the mask.
        """
        frontier, size = self.frontier, self.size
        for record in records:
            frontier, size = push(frontier, size, record.leaf_hash), record.size
        view = self.view.changed(item for record in records for item in record.items)
        return Live(self.epoch, self.key_epoch, size, frontier, view)

    def with_view(self, view: CopyView) -> Live:
        """Return the same moment with other entries."""
        return Live(self.epoch, self.key_epoch, self.size, self.frontier, view)


@dataclass(frozen=True, slots=True)
class Base:
    """What is known of a generation's copy file: its size, the frontier there, and the statement it was verified by."""

    key_epoch: int
    size: int
    frontier: tuple[bytes, ...]
    statement: str | None

    def write(self, generation: Path, trust: Trust) -> None:
        """Write it, and what it was verified by, beside the copy file; durably."""
        write_durably(generation / "trust.json", trust.written())
        members: dict[str, Json] = {
            "key_epoch": self.key_epoch,
            "size": self.size,
            "frontier": [encode64(one) for one in self.frontier],
            "statement": self.statement,
        }
        Folder(generation).write("base.json", members)

    @classmethod
    def read(cls, generation: Path) -> Base:
        """Read it.

        Raises:
            FolderError: it is missing or damaged.
        """
        members = Folder(generation).read("base.json")
        try:
            if not isinstance(members, dict):
                raise FormatError("no object")
            frontier = tuple(decode64(one, size=32) for one in members["frontier"])
            return cls(members["key_epoch"], members["size"], frontier, members["statement"])
        except (FormatError, KeyError, TypeError):
            raise FolderError(f"{generation}/base.json is damaged") from None


def open_base(generation: Path, *, agency: str, trust: Trust) -> tuple[CopyFile, Live]:
    """Map the copy file of a generation and check all of it; the journal is not read yet.

    Raises:
        CopyError: the file is damaged or of somebody else. FolderError: what belongs to it is missing.
    """
    base = Base.read(generation)
    owner = CopyOwner(agency, trust.epoch_bytes, base.key_epoch)
    anchor = None if base.statement is None else _anchor(base.statement, trust)
    file = open_copy(generation / "copy", owner, keys=trust.snapshot_keys, anchor=anchor)
    live = Live(trust.epoch, base.key_epoch, base.size, base.frontier, CopyView(file))
    _require_root(file.header, live)
    return file, live


def _anchor(note: str, trust: Trust) -> Anchor:
    try:
        statement = open_statement(note, view_keys=trust.view_keys)
    except FormatError as error:
        raise FolderError(f"the statement of the copy file does not verify: {error}") from None
    return Anchor(statement.size, statement.n, statement.view_root, statement.log_root)


def _require_root(header: CopyHeader, live: Live) -> None:
    try:
        sound = header.size == live.size and live.root == header.log_root
    except FormatError:
        sound = False
    if not sound:
        raise FolderError("the frontier is not the copy file's")


@dataclass(frozen=True, slots=True)
class Mark:
    """The last statement that this agency countersigned, verified, and the notes of it and of its checkpoint."""

    said: Statement
    statement: str
    checkpoint: str


def read_mark(folder: Folder, trust: Trust) -> Mark | None:
    """Return it; None before the first one of this epoch of the log.

    Raises:
        FolderError: it is damaged: without it a rollback could pass unseen.
    """
    members = folder.read("mark.json")
    if members is None:
        return None
    try:
        if not isinstance(members, dict):
            raise FormatError("no object")
        statement, checkpoint = str(members["statement"]), str(members["checkpoint"])
        if parse_statement(parse_note(statement).text).epoch != trust.epoch:
            return None
        return Mark(open_statement(statement, view_keys=trust.view_keys), statement, checkpoint)
    except (FormatError, KeyError) as error:
        raise FolderError(f"mark.json cannot be used: {error}") from None


def write_mark(folder: Folder, *, statement: str, checkpoint: str) -> None:
    """Remember what is countersigned, durably, before it is handed in."""
    folder.write("mark.json", {"statement": statement, "checkpoint": checkpoint})


class Store:
    """The one writer of a folder. `live` is replaced by one assignment, and only by what was verified."""

    def __init__(self, folder: Folder, clocks: Clocks, *, named: Named = lambda _: None) -> None:
        self.folder = folder
        self.settings = folder.settings()
        self.trust = folder.trust()
        self.salvaged = False
        self._clocks = clocks
        self._named = named
        self._lock = Lock(folder.path)
        try:
            self._generation = folder.current()
            self._journal, self.live = self._open()
            folder.sweep()
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        """Let go of the folder."""
        self._journal.close()
        self._lock.release()

    def keep(self, live: Live, records: Sequence[Record], *, statement: str, checkpoint: str) -> None:
        """Let what was verified go live: durable first, then one assignment. The acknowledgement comes after this.

        Raises:
            OSError: the disk is full or fails; nothing has changed.
        """
        self._named("before-journal")
        if records:
            try:
                self._journal.append(records)
            except OSError:
                self._reopen_journal()
                raise
        self._named("after-journal")
        self.keep_mark(statement, checkpoint)
        self._named("after-mark")
        self.live = live
        if records and (self._generation / "journal").stat().st_size > max(COMPACT_BYTES, self._base_bytes() // 4):
            self.replace(live, statement=statement)

    def keep_mark(self, statement: str, checkpoint: str) -> None:
        """Remember what is about to be countersigned: no registry may ever show less."""
        write_mark(self.folder, statement=statement, checkpoint=checkpoint)

    def mark(self) -> Mark | None:
        """Return the last countersigned statement and checkpoint."""
        return read_mark(self.folder, self.trust)

    def replace(self, live: Live, records: Sequence[Record] = (), *, statement: str) -> None:
        """Write a new copy file of a verified view, and let it count; `records` led to it and are in no journal."""
        generation = self.folder.new_generation()
        header_root = live.root
        owner = CopyOwner(self.settings.agency, self.trust.epoch_bytes, live.key_epoch)
        created = int(self._clocks.wall().timestamp() * 1000)
        label = CopyLabel(owner=owner, mask=live.view.mask, size=live.size, log_root=header_root, created=created)
        view = live.view.compacted(generation / "copy", label)
        self._named("new-copy-written")
        Base(live.key_epoch, live.size, live.frontier, statement).write(generation, self.trust)
        self.adopt(generation, live.with_view(view), records)

    def adopt(self, generation: Path, live: Live, records: Sequence[Record] = ()) -> None:
        """Let a complete generation count, with the journal that stands beside it."""
        leaves, old = self.folder.path / "leaves", self._generation / "journal"
        keep_leaf_hashes(leaves, old, records, self.trust, self._clocks.wall())
        self._named("before-switch")
        size = Base.read(generation).size
        journal, _ = open_journal(generation / "journal", epoch=self.trust.epoch_bytes, size=size)
        self.folder.switch(generation)
        self._named("after-switch")
        self._journal.close()
        self._generation, self._journal, self.live = generation, journal, live
        self.trust = self.folder.trust()
        self.folder.sweep()

    def _open(self) -> tuple[Journal, Live]:
        try:
            _, live = open_base(self._generation, agency=self.settings.agency, trust=self.trust)
        except CopyError:
            live = self._salvage()
        journal, records = open_journal(self._generation / "journal", epoch=self.trust.epoch_bytes, size=live.size)
        return journal, live.after(records)

    def _salvage(self) -> Live:
        """Keep the sound buckets of a damaged file; the first statement tells which others must be fetched."""
        base = Base.read(self._generation)
        owner = CopyOwner(self.settings.agency, self.trust.epoch_bytes, base.key_epoch)
        header, buckets = salvaged(self._generation / "copy", owner)
        log_root = root_of(base.frontier, base.size)
        label = CopyLabel(owner=owner, mask=header.mask, size=base.size, log_root=log_root, created=header.created)
        file = write_copy(self._generation / "salvaged", buckets, label)
        self.salvaged = True
        return Live(self.trust.epoch, base.key_epoch, base.size, base.frontier, CopyView(file))

    def _reopen_journal(self) -> None:
        self._journal.close()
        size = Base.read(self._generation).size
        self._journal, _ = open_journal(self._generation / "journal", epoch=self.trust.epoch_bytes, size=size)

    def _base_bytes(self) -> int:
        return os.stat(self._generation / "copy").st_size
