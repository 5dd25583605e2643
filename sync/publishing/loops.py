"""The publisher's threads in the leading worker: one publishes and signs, one sends wakes, a few wait for answers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from blacklist.identity.sealing import Vault
from sync.publishing.hooks import Hooks
from sync.publishing.publisher import Publisher, Sessions, publish_once, require_consistent, sign_statements
from sync.publishing.waking import Wake, due_wakes, record_reply

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.02
STATEMENT_SECONDS: Final = 10.0
SWEEP_SECONDS: Final = 3_600.0
FAILED_SECONDS: Final = 1.0
WAKE_SECONDS: Final = 0.5  # between looks for wakes whose back-off is over
CALLS_AT_ONCE: Final = 16

Clock = Callable[[], datetime]


class WatchedSessions(Sessions, Protocol):
    """Sessions that can also tell cheaply whether anything may have been committed."""

    def may_have_changed(self) -> bool:
        """Tell whether anybody may have committed since the last call."""
        ...


class PublishingLoop:
    """Publishes while `may_go_on`: looks every 20 ms, signs again every 10 s, outlives every failure."""

    def __init__(
        self, sessions: WatchedSessions, publisher: Publisher, clock: Clock, *, woken: threading.Event
    ) -> None:
        self._sessions = sessions
        self._publisher = publisher
        self._clock = clock
        self._woken = woken

    def run(self, may_go_on: Callable[[], bool]) -> None:
        """Run until leadership is lost or the worker stops."""
        sign_at = sweep_at = time.monotonic()
        compared = pending = False
        try:
            while may_go_on():
                try:
                    compared = compared or self._compare()
                    pending = self._sessions.may_have_changed() or pending
                    if pending:
                        pending = self._publish()
                    if time.monotonic() >= sign_at:
                        sign_at = time.monotonic() + STATEMENT_SECONDS
                        sign_statements(self._sessions, self._publisher, at=self._clock())
                    if time.monotonic() >= sweep_at:
                        sweep_at = time.monotonic() + SWEEP_SECONDS
                        self._sweep()
                except Exception:
                    log.exception("publishing failed; it is tried again")
                    pending = True
                    time.sleep(FAILED_SECONDS)
                if not pending:
                    time.sleep(LOOK_SECONDS)
        finally:
            self._publisher.close()

    def _compare(self) -> bool:
        require_consistent(self._sessions, self._publisher, at=self._clock())
        return True

    def _publish(self) -> bool:
        """Publish one step; tell whether there may be another."""
        done = publish_once(self._sessions, self._publisher, at=self._clock())
        if done:
            self._woken.set()
        return done

    def _sweep(self) -> None:
        with self._sessions.reading() as session:
            self._publisher.drop_partial_tiles(session, at=self._clock())


class WakingLoop:
    """Sends due wakes while `may_go_on`, one in flight an agency: a slow one holds nobody else up."""

    def __init__(
        self, sessions: Sessions, hooks: Hooks, clock: Clock, *, origin: str, vault: Vault, woken: threading.Event
    ) -> None:
        self._sessions = sessions
        self._hooks = hooks
        self._clock = clock
        self._origin = origin
        self._vault = vault
        self._woken = woken
        self._in_flight: set[int] = set()
        self._turn = threading.Lock()

    def run(self, may_go_on: Callable[[], bool]) -> None:
        """Run until leadership is lost or the worker stops."""
        try:
            while may_go_on():
                try:
                    for wake in self._due():
                        # A thread of its own, which holds up neither the others nor the end of this process.
                        threading.Thread(target=self.deliver, args=(wake,), name="wake", daemon=True).start()
                except Exception:
                    log.exception("wakes not sent; it is tried again")
                    time.sleep(FAILED_SECONDS)
                self._woken.wait(WAKE_SECONDS)
                self._woken.clear()
        finally:
            self._hooks.close()

    def deliver(self, wake: Wake) -> None:
        """Make one call and record what became of it."""
        try:
            reply = self._hooks.post(wake, at=self._clock())
            with self._sessions.writing() as session:
                record_reply(session, wake, reply, at=self._clock())
        except Exception:
            log.exception("wake not recorded", extra={"agency_id": wake.agency_id})
        finally:
            with self._turn:
                self._in_flight.discard(wake.agency_id)
            self._woken.set()  # it may be due again: the log grew meanwhile

    def _due(self) -> list[Wake]:
        with self._sessions.reading() as session:
            due = due_wakes(session, origin=self._origin, at=self._clock(), vault=self._vault)
        with self._turn:
            free = CALLS_AT_ONCE - len(self._in_flight)
            fresh = [wake for wake in due if wake.agency_id not in self._in_flight][:free]
            self._in_flight.update(wake.agency_id for wake in fresh)
        return fresh
