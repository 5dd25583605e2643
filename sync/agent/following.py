"""Following the log: pull, verify, make durable, let go live, acknowledge. Pages may come twice, late or not at all."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from blacklist.ledger.statements import Statement
from sync.agent.acknowledging import Ack, Acknowledger
from sync.agent.clocks import Clocks
from sync.agent.http import Registry
from sync.agent.pages import Cursor, Page, read_page
from sync.agent.records import record_discrepancy, record_refusal
from sync.agent.refusals import Ground, ProblemError, RefusedError, SnapshotNeededError, UnreachableError
from sync.agent.repairing import OtherSizeError, repaired
from sync.agent.snapshots import fetch, tell_rollback
from sync.agent.status import Glance, State, last_seen, state_of, write_status
from sync.agent.store import Store
from sync.agent.verifying import Staged, Verifier, is_met

log = logging.getLogger("sync.agent")

DIGEST_SECONDS: Final = 10.0
REPAIR_TRIES: Final = 5
MOST_IDLE: Final = 20


class Step(StrEnum):
    """What one page led to."""

    IGNORED = "ignored"  # it does not begin where this copy ends: doubled, late, overtaken
    STAGED = "staged"
    SAME = "same"
    LIVE = "live"
    MENDED = "mended"


class Follower:
    """Keeps one store equal with the registry. Threads may call `pull` and `step` at the same time."""

    def __init__(self, store: Store, registry: Registry, acknowledger: Acknowledger, clocks: Clocks) -> None:
        self.store = store
        self.refused: Ground | None = None
        self._registry = registry
        self._acknowledger = acknowledger
        self._clocks = clocks
        self._verifier = Verifier(store.trust, store.settings.agency)
        self._staged: Staged | None = None
        self._until: int | None = None
        self._repairs = 0
        mark = store.mark()
        self._last = None if mark is None else mark.said
        self._seen = last_seen(store.folder)
        self._digested: float | None = None
        self._diverged = store.salvaged
        self._problem: str | None = None
        self._listeners: list[Callable[[Iterable[int] | None], None]] = []
        self._lock = threading.RLock()
        self._moved = threading.Condition()

    # Source: what answers are made of

    def glance(self) -> Glance:
        """Return the copy as it stands."""
        age = None if self._seen is None else self._clocks.monotonic() - self._seen
        state = state_of(age, diverged=self._diverged, refused=self.refused is not None)
        problem = self._problem or self._acknowledger.problem
        return Glance(self.store.live, state, age, problem, self._acknowledger.last_at)

    def listen(self, forget: Callable[[Iterable[int] | None], None]) -> None:
        """Call `forget` with the fingerprints that changed."""
        self._listeners.append(forget)

    def reach(self, cursor: Cursor, *, seconds: float) -> bool:
        """Pull until the copy is at least there; tell whether it is."""
        until = self._clocks.monotonic() + seconds
        while self.store.live.size < cursor.size and self._clocks.monotonic() < until:
            before = self.tip.size
            try:
                self.step()
            except Exception as error:  # whatever it is, the thread that follows meets it too and tells it
                log.info("not reached", extra={"error": type(error).__name__})
                return False
            if self.tip.size == before:
                with self._moved:
                    self._moved.wait(0.05)
        return self.store.live.size >= cursor.size

    def report(self, text: str) -> None:
        """Record that the registry contradicts the copy; the next heartbeat digests all of it."""
        with self._lock:
            self._digested = None
        record_discrepancy(self.store.folder, self._clocks, text, size=self.store.live.size)

    def close(self) -> None:
        """Hold nothing: the store is its owner's."""

    # Following

    @property
    def tip(self) -> Cursor:
        """Where the next page must begin."""
        staged = self._staged
        return self.store.live.cursor if staged is None else staged.live.cursor

    def pull(self) -> Step:
        """Pull until the newest statement is met; return how it was.

        Raises:
            UnreachableError: the registry was not reached. RefusedError: what it served does not hold.
            ProblemError: it refused this agency.
        """
        idle = 0
        while True:
            before = self.tip
            step = self.step()
            idle = idle + 1 if self.tip == before else 0
            if idle > MOST_IDLE:
                raise UnreachableError("the registry says nothing of the newest size")
            if step in (Step.SAME, Step.LIVE, Step.MENDED):
                return step

    def step(self, *, wait: int = 0) -> Step:
        """Fetch one page and take it.

        Raises:
            as `pull`.
        """
        with self._lock:
            tip, until = self.tip, self._next_until()
            if self._staged is not None or until is not None:
                wait = 0
        try:
            try:
                key = self.store.live.key_epoch
                members = self._registry.feed(str(tip), key=key, wait=wait, until=until)
            except ProblemError as problem:
                return self._answer(problem)
            page = read_page(members)
            with self._lock:
                return self.take(page)
        except SnapshotNeededError:
            return self._fetch()
        except RefusedError as error:
            self._refuse(error)
            raise

    def _fetch(self) -> Step:
        mending = self._diverged
        try:
            step = self.fetch(self.store.live.key_epoch)
            return Step.MENDED if mending else step
        except RefusedError as error:
            self._refuse(error)
            raise

    def take(self, page: Page) -> Step:
        """Take one page, whatever was taken before it; only one that begins at the tip counts.

        Raises:
            RefusedError: it does not hold; what was staged is dropped.
        """
        with self._lock:
            if page.since != self.tip:
                return Step.IGNORED
            try:
                staged, statement = self._verifier.page(self._staged or Staged(self.store.live), page)
                self._require_mark(staged, page)
            except RefusedError:
                self._staged = None
                raise
            if statement is None or page.statement is None or page.checkpoint is None:
                self._staged = staged
                return Step.STAGED
            return self._meet(staged, statement, Ack(page.statement, page.checkpoint))

    def _meet(self, staged: Staged, statement: Statement, ack: Ack) -> Step:
        """Compare the whole with what the view key said, and let it go live or mend it."""
        newer = self._last is None or statement.is_newer_than(self._last)
        if not newer and not staged.records and not self._diverged:
            self._staged = None
            self._settled(statement, ack, newer=False)
            return Step.SAME
        staged = self._digest(staged)
        if not is_met(staged, statement):
            return self._mend(staged, statement, ack)
        if not newer and self._last is not None and statement.text() != self._last.text():
            raise RefusedError(Ground.BAD_STATEMENT, "the statement is older than one before it", ack.statement)
        if self.store.salvaged:
            self.store.replace(staged.live, staged.records, statement=ack.statement)
            self.store.salvaged = False
            staged = Staged(self.store.live)
        self.store.keep(staged.live, staged.records, statement=ack.statement, checkpoint=ack.checkpoint)
        self._staged = None
        self._tell(staged)
        self._settled(statement, ack, newer=newer)
        return Step.LIVE if staged.records else Step.SAME

    def _digest(self, staged: Staged) -> Staged:
        """Digest everything anew at each heartbeat; between two changes at most every 10 seconds."""
        now = self._clocks.monotonic()
        if staged.records and self._digested is not None and now - self._digested < DIGEST_SECONDS:
            return staged
        self._digested = now
        return Staged(staged.live.with_view(staged.live.view.digested()), staged.records)

    def _mend(self, staged: Staged, statement: Statement, ack: Ack) -> Step:
        self._staged, self._diverged, self._problem = staged, True, "the copy differed from the statement"
        self._write_status()
        self._repairs += 1
        if self._repairs > REPAIR_TRIES:
            raise SnapshotNeededError("the copy could not be mended")
        try:
            repair = repaired(staged.live.view, statement, self._registry)
        except OtherSizeError as other:
            self._until = other.cursor.size if other.cursor.size > staged.live.size else None
            return Step.STAGED
        live = staged.live.with_view(repair.view)
        self.store.replace(live, staged.records, statement=ack.statement)
        self.store.salvaged = False
        self.store.keep_mark(ack.statement, ack.checkpoint)
        text = "the copy differed and was mended"
        record_discrepancy(self.store.folder, self._clocks, text, size=live.size, buckets=repair.buckets)
        log.error("copy mended", extra={"size": live.size, "buckets": len(repair.buckets)})
        self._staged = None
        self._tell(None)
        self._settled(statement, ack, newer=True)
        return Step.MENDED

    def fetch(self, key_epoch: int) -> Step:
        """Fetch a whole copy under this key epoch, and let it count at one instant; until then the old one serves.

        Raises:
            as `pull`.
        """
        fetched = fetch(self.store.folder, self._registry, trust=self.store.trust, key_epoch=key_epoch)
        with self._lock:
            if fetched.live.size < self.store.live.size and key_epoch == self.store.live.key_epoch:
                shutil.rmtree(fetched.generation)
                return Step.IGNORED
            self.store.adopt(fetched.generation, fetched.live)
            self.store.keep_mark(fetched.ack.statement, fetched.ack.checkpoint)
            self.store.salvaged, self._staged = False, None
            self._tell(None)
            self._settled(fetched.statement, fetched.ack, newer=True)
        return Step.LIVE

    def _answer(self, problem: ProblemError) -> Step:
        """Do what a problem of the feed asks for, or refuse to go on."""
        if problem.code == "too-far-behind":
            raise SnapshotNeededError("too far behind the log")
        if problem.code == "ahead-of-registry":
            mark = self.store.mark()
            if mark is not None:
                tell_rollback(self._registry, mark.checkpoint)
            evidence = () if mark is None else (mark.checkpoint,)
            raise RefusedError(Ground.ROLLBACK, "the registry is behind what it signed before", *evidence)
        if problem.code == "epoch-changed":
            epoch = problem.members.get("epoch")
            raise RefusedError(Ground.NEW_EPOCH, f"the log has a new epoch, {epoch}: a person must accept it")
        if problem.code == "key-epoch-retired":
            return self._next_key(problem.members.get("key"))
        if problem.status == 400:
            raise RefusedError(Ground.BAD_ANSWER, f"the registry did not understand: {problem.code}")
        raise problem

    def _next_key(self, key: object) -> Step:
        if not isinstance(key, int) or str(key) not in self.store.settings.fp_key_files:
            raise RefusedError(Ground.KEY_RETIRED, "this key epoch is over, and the next key is not here")
        return self.fetch(key)

    def _next_until(self) -> int | None:
        """Return where the next page must end: at the size that repair or an earlier countersignature asks for."""
        size = self.tip.size
        if self._last is not None and size < self._last.size:
            return self._last.size
        if self._until is not None and size < self._until:
            return self._until
        return None

    def _require_mark(self, staged: Staged, page: Page) -> None:
        """Refuse a log that has another root at the size this agency countersigned last."""
        if self._last is not None and staged.live.size == self._last.size and staged.live.root != self._last.log_root:
            mark = self.store.mark()
            notes = (None if mark is None else mark.checkpoint, page.checkpoint)
            raise RefusedError(Ground.FORK, "the log differs from what was countersigned", *filter(None, notes))

    def _settled(self, statement: Statement, ack: Ack, *, newer: bool) -> None:
        if newer:
            self._seen = self._clocks.monotonic()
            self._last = statement
            self._until, self._repairs, self._diverged = None, 0, False
            self._problem, self.refused = None, None
        if newer or self._acknowledger.last_at is None:
            self._acknowledger.offer(ack)
        self._write_status()

    def _tell(self, staged: Staged | None) -> None:
        changed = None if staged is None else [one for record in staged.records for one, _ in record.items]
        if changed is None or changed:
            for forget in self._listeners:
                forget(changed)
        with self._moved:
            self._moved.notify_all()

    def _refuse(self, error: RefusedError) -> None:
        with self._lock:
            self._staged = None
            if self.refused is not error.ground:
                record_refusal(self.store.folder, self._clocks, error)
                log.error("refused", extra={"ground": error.ground.value, "error": str(error)})
            self.refused, self._problem = error.ground, str(error)
            self._write_status()

    def _write_status(self) -> None:
        glance = self.glance()
        refused = glance.state is State.REFUSED
        write_status(self.store.folder, glance, seen=self._seen, diverged=self._diverged, refused=refused)
