"""Answering beside the process that keeps the copy: maps the same file, follows the same journal, never writes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from blacklist.ledger.faults import FormatError
from blacklist.ledger.journal import JournalReader, Record
from sync.agent.clocks import Clocks, boot_id
from sync.agent.folder import Folder, read_trust
from sync.agent.pages import Cursor
from sync.agent.records import record_discrepancy
from sync.agent.refusals import FolderError
from sync.agent.status import Glance, State, state_of
from sync.agent.store import Live, open_base

LOOK_SECONDS: Final = 0.05


class Reader:
    """A source that follows a folder; it looks at the disk at most twenty times a second."""

    def __init__(self, folder: Folder, clocks: Clocks) -> None:
        self._folder = folder
        self._clocks = clocks
        self._agency = folder.settings().agency
        self._boot = boot_id()
        self._lock = threading.Lock()
        self._generation: Path | None = None
        self._journal: JournalReader | None = None
        self._live: Live | None = None
        self._status: dict[str, Any] = {}
        self._looked: float | None = None
        self._listeners: list[Callable[[Iterable[int] | None], None]] = []
        self._problem: str | None = None

    def glance(self) -> Glance:
        """Return the copy as it stands."""
        now = self._clocks.monotonic()
        if self._looked is None or not 0 <= now - self._looked < LOOK_SECONDS:
            with self._lock:
                self._look()
                self._looked = now
        status = self._status
        seen, age = status.get("seen_ms"), None
        if isinstance(seen, int) and self._boot and status.get("boot") == self._boot:
            age = max(0.0, now - seen / 1000)
        state = state_of(age, diverged=bool(status.get("diverged")), refused=bool(status.get("refused")))
        if self._live is None:
            state = State.STARTING
        return Glance(self._live, state, age, self._problem or status.get("problem"), status.get("last_ack_at"))

    def listen(self, forget: Callable[[Iterable[int] | None], None]) -> None:
        """Call `forget` with the fingerprints that changed."""
        self._listeners.append(forget)

    def reach(self, cursor: Cursor, *, seconds: float) -> bool:
        """Wait until the copy is at least there; the process that keeps it pulls by itself."""
        until = time.monotonic() + seconds
        while True:
            live = self.glance().live
            if live is not None and live.cursor.epoch == cursor.epoch and live.size >= cursor.size:
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_SECONDS)

    def report(self, text: str) -> None:
        """Record that the registry contradicts the copy."""
        record_discrepancy(self._folder, self._clocks, text, size=0 if self._live is None else self._live.size)

    def close(self) -> None:
        """Let go of the journal."""
        with self._lock:
            if self._journal is not None:
                self._journal.close()
            self._journal, self._generation, self._live = None, None, None

    def _look(self) -> None:
        try:
            generation = self._folder.current()
            status = self._folder.read("status.json")
            if generation != self._generation:
                self._open(generation)
            if self._journal is not None and self._live is not None:
                self._apply(self._journal.more())
        except (FolderError, FormatError, OSError) as error:
            # Between two generations, or damaged: what was opened goes on until a sound one stands there.
            self._generation = None
            self._problem = f"the folder cannot be followed: {type(error).__name__}"
            return
        self._problem = None
        self._status = status if isinstance(status, dict) else {}

    def _open(self, generation: Path) -> None:
        trust = read_trust(generation)
        _, live = open_base(generation, agency=self._agency, trust=trust)
        journal = JournalReader(generation / "journal", epoch=trust.epoch_bytes, size=live.size)
        if self._journal is not None:
            self._journal.close()
        self._live = live.after(journal.more())
        self._generation, self._journal = generation, journal
        self._tell(None)

    def _apply(self, records: list[Record]) -> None:
        if records and self._live is not None:
            self._live = self._live.after(records)
            self._tell([fingerprint for record in records for fingerprint, _ in record.items])

    def _tell(self, changed: list[int] | None) -> None:
        for forget in self._listeners:
            forget(changed)
