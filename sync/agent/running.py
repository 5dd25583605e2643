"""The process that keeps the copy: a long-poll always open, a wake when one comes, a plain poll every 30 seconds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from sync.agent.acknowledging import Acknowledger
from sync.agent.clocks import Clocks
from sync.agent.following import Follower, Step
from sync.agent.refusals import AgentError, RefusedError, UnreachableError

log = logging.getLogger("sync.agent")

WAIT_SECONDS: Final = 25
HASTY_SECONDS: Final = 2
POLL_SECONDS: Final = 30.0
LEAST_SECONDS: Final = 0.1  # between two requests of one loop: at most ten a second, whatever the log does
WAKE_GRACE_SECONDS: Final = 0.03
MOST_BACKOFF_SECONDS: Final = 30.0
NEXT_KEY_SECONDS: Final = 60.0


class Keeper:
    """Runs the loops of one follower in threads of their own."""

    def __init__(self, follower: Follower, acknowledger: Acknowledger, clocks: Clocks) -> None:
        self._follower = follower
        self._acknowledger = acknowledger
        self._clocks = clocks
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._want = 0
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin."""
        loops: list[Callable[[], None]] = [self._long_poll, self._poll, self._next_key]
        loops.append(lambda: self._acknowledger.run(self._stop))
        self._threads = [threading.Thread(target=loop, daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()

    def stop(self, *, seconds: float = 2.0) -> None:
        """Ask the loops to end; a request that hangs is left behind, and the process ends without it."""
        self._stop.set()
        self._woken.set()
        for thread in self._threads:
            thread.join(seconds)

    def wake(self, size: int | None) -> None:
        """Pull now, unless that size is here already."""
        self._want = max(self._want, size if size is not None else self._follower.store.live.size + 1)
        self._woken.set()

    def _long_poll(self) -> None:
        failures = 0
        while not self._stop.is_set():
            began = self._clocks.monotonic()
            pause = self._tried(self._step, failures)
            if pause is not None:
                failures += 1
                self._stop.wait(pause)
                continue
            failures = 0
            # An answer at once with nothing new: all waiting places were taken.
            quick = self._clocks.monotonic() - began < 1.0 and self._last is Step.SAME
            self._stop.wait(1.0 if quick else LEAST_SECONDS)

    _last: Step = Step.SAME

    def _step(self) -> Step:
        """Wait long for what comes; only briefly while the copy is not fresh, for the next statement makes it so."""
        return self._follower.step(wait=WAIT_SECONDS if self._follower.glance().is_fresh else HASTY_SECONDS)

    def _poll(self) -> None:
        failures = 0
        while not self._stop.is_set():
            woken = self._woken.wait(POLL_SECONDS)
            self._woken.clear()
            if woken:
                self._stop.wait(WAKE_GRACE_SECONDS)  # the long-poll is mostly on its way already
                if self._follower.store.live.size >= self._want:
                    continue
            if self._stop.is_set():
                return
            pause = self._tried(self._follower.pull, failures)
            failures = 0 if pause is None else failures + 1
            self._stop.wait(LEAST_SECONDS if pause is None else pause)

    def _next_key(self) -> None:
        """Where the next fingerprint key is here: fetch its copy beside, swap at one instant."""
        while not self._stop.wait(NEXT_KEY_SECONDS):
            following = self._follower.store.live.key_epoch + 1
            if str(following) in self._follower.store.folder.settings().fp_key_files:
                try:
                    self._follower.fetch(following)
                except AgentError as error:
                    log.info("the next key's copy is not there yet", extra={"error": str(error)})

    def _tried(self, act: Callable[[], Step], failures: int) -> float | None:
        """Do it; return None, or after a failure how many seconds to wait."""
        try:
            step = act()
            if act is not self._follower.pull:
                self._last = step
        except RefusedError:
            return MOST_BACKOFF_SECONDS  # recorded by the follower; a person must look
        except UnreachableError as error:
            log.info("registry not reached", extra={"error": str(error)})
            return (
                error.retry_after if error.retry_after is not None else min(2.0**failures * 0.5, MOST_BACKOFF_SECONDS)
            )
        except (AgentError, OSError) as error:
            log.warning("not followed", extra={"error": str(error)})
            return min(2.0**failures, MOST_BACKOFF_SECONDS)
        return None
