"""A whole copy: fetched into a generation of its own, checked in every respect, and only then let count."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_file import open_copy
from blacklist.ledger.copy_header import CopyHeader, CopyOwner
from blacklist.ledger.faults import FormatError
from blacklist.ledger.journal import open_journal
from blacklist.ledger.merkle import root_of, verify_consistency
from blacklist.ledger.statements import Statement
from sync.agent.acknowledging import Ack
from sync.agent.folder import Folder, Settings
from sync.agent.http import Registry
from sync.agent.pages import read_cursor, read_page
from sync.agent.refusals import Ground, ProblemError, RefusedError, UnreachableError
from sync.agent.store import Base, Live, read_mark, write_mark
from sync.agent.trust import Trust
from sync.agent.verifying import Staged, Verifier, is_met

MOST_BYTES: Final = 1 << 36
BUILDING_TRIES: Final = 60


def begin_with(folder: Folder, fetched: Fetched) -> None:
    """Let a fetched copy count where no process keeps the folder open."""
    folder.switch(fetched.generation)
    write_mark(folder, statement=fetched.ack.statement, checkpoint=fetched.ack.checkpoint)
    folder.sweep()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A generation, complete and verified, that does not count yet; and what is to be countersigned for it."""

    generation: Path
    live: Live
    statement: Statement
    ack: Ack


def fetch(
    folder: Folder, registry: Registry, *, trust: Trust, key_epoch: int, stop: threading.Event | None = None
) -> Fetched:
    """Fetch a whole copy and follow on to the newest statement, beside the copy that serves.

    Its tree must extend every one this agency countersigned.

    Raises:
        RefusedError: something about it does not hold. UnreachableError: it could not be fetched.
        ProblemError: the registry refuses this agency or this key epoch.
    """
    settings = folder.settings()
    verifier = Verifier(trust, settings.agency)
    generation = folder.new_generation()
    try:
        header, view = _download(generation, registry, settings, trust, key_epoch=key_epoch, stop=stop)
        frontier = registry.frontier(header.size)
        _require_frontier(frontier, header)
        _require_extension(folder, registry, verifier, header)
        Base(key_epoch, header.size, frontier, None).write(generation, trust)
        live = Live(trust.epoch, key_epoch, header.size, frontier, view)
        staged, statement, ack = _caught_up(registry, verifier, Staged(live))
        journal, _ = open_journal(generation / "journal", epoch=trust.epoch_bytes, size=live.size)
        try:
            journal.append(staged.records)
        finally:
            journal.close()
        return Fetched(generation, staged.live, statement, ack)
    except BaseException:
        shutil.rmtree(generation, ignore_errors=True)
        raise


def _caught_up(registry: Registry, verifier: Verifier, staged: Staged) -> tuple[Staged, Statement, Ack]:
    """Follow on from a snapshot until a statement is met."""
    while True:
        page = read_page(registry.feed(str(staged.live.cursor), key=staged.live.key_epoch))
        if page.since != staged.live.cursor:
            raise RefusedError(Ground.BAD_ANSWER, "the page is not the one that was asked for")
        staged, statement = verifier.page(staged, page)
        if statement is None or page.statement is None or page.checkpoint is None:
            continue
        if not is_met(staged, statement):
            raise RefusedError(Ground.BAD_SNAPSHOT, "the snapshot does not lead to the statement", page.statement)
        return staged, statement, Ack(page.statement, page.checkpoint)


def _download(
    generation: Path,
    registry: Registry,
    settings: Settings,
    trust: Trust,
    *,
    key_epoch: int,
    stop: threading.Event | None,
) -> tuple[CopyHeader, CopyView]:
    part = generation / "copy.part"
    with part.open("w+b") as file:
        cursor = read_cursor_of(_wait_for(registry, file, key_epoch, stop or threading.Event()))
        file.flush()
        os.fsync(file.fileno())
    owner = CopyOwner(settings.agency, trust.epoch_bytes, key_epoch)
    try:
        copy = open_copy(part, owner, keys=trust.snapshot_keys)
    except FormatError as error:
        raise RefusedError(Ground.BAD_SNAPSHOT, f"the snapshot is not sound: {error}") from None
    if cursor != copy.header.size:
        raise RefusedError(Ground.BAD_SNAPSHOT, "the snapshot is of another size than its cursor")
    part.rename(generation / "copy")
    return copy.header, CopyView(copy)


def read_cursor_of(written: str) -> int:
    """Return the size of a `Sync-Cursor`.

    Raises:
        RefusedError: it is none.
    """
    try:
        return read_cursor(written).size
    except FormatError:
        raise RefusedError(Ground.BAD_SNAPSHOT, "the snapshot bears no cursor") from None


def _wait_for(registry: Registry, file: object, key_epoch: int, stop: threading.Event) -> str:
    for tries in range(BUILDING_TRIES):
        try:
            return registry.snapshot(file, key=key_epoch, most=MOST_BYTES)  # type: ignore[arg-type]
        except UnreachableError as error:
            if error.retry_after is None or tries == BUILDING_TRIES - 1:
                raise
            if stop.wait(min(error.retry_after, 30.0)):
                break
    raise UnreachableError("stopped while the snapshot was being built")


def _require_frontier(frontier: tuple[bytes, ...], header: CopyHeader) -> None:
    try:
        root = root_of(frontier, header.size)
    except FormatError:
        root = b""
    if root != header.log_root:
        raise RefusedError(Ground.BAD_SNAPSHOT, "the frontier does not hash to the snapshot's root of the log")


def _require_extension(folder: Folder, registry: Registry, verifier: Verifier, header: CopyHeader) -> None:
    mark = read_mark(folder, verifier.trust)
    note = None if mark is None else mark.checkpoint
    first, first_root = header.size, header.log_root
    if note is not None:
        old = verifier.open_checkpoint(note)
        if old.size > header.size:
            tell_rollback(registry, note)
            raise RefusedError(Ground.ROLLBACK, "the snapshot is older than what this agency countersigned", note)
        first, first_root = old.size, old.root
    path, newest = registry.consistency(first, header.size)
    head = verifier.open_checkpoint(newest)
    if (head.size, head.root) != (header.size, header.log_root):
        raise RefusedError(Ground.FORK, "the log signed another root than the snapshot bears", newest)
    try:
        verify_consistency(
            first=first, second=header.size, path=path, first_root=first_root, second_root=header.log_root
        )
    except FormatError as error:
        evidence = (newest,) if note is None else (note, newest)
        raise RefusedError(Ground.FORK, f"the log does not extend what was countersigned: {error}", *evidence) from None


def tell_rollback(registry: Registry, checkpoint: str) -> None:
    """Show the registry that it once was larger; it fences itself. Whether it takes it changes nothing here."""
    try:
        registry.rollback(checkpoint)
    except (ProblemError, UnreachableError, RefusedError):
        return
