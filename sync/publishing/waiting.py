"""Long-poll: those who wait for the log to grow sleep on one condition, and one thread of the process looks for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 0.02  # seconds
_SHARE: Final = (3, 4)  # of a process's threads: the rest answer, whoever waits


def most_waiters(threads: int) -> int:
    """Return how many of a process's threads may wait: three of four, and none of one."""
    return threads * _SHARE[0] // _SHARE[1]


class Watch:
    """One a process. Its thread lives while somebody waits, and looks every 20 ms for the size of the log's head.

    `look` returns the newest published size; it is called by the watching thread alone.
    """

    def __init__(self, look: Callable[[], int], *, most: int) -> None:
        self._look = look
        self._most = most
        self._grown = threading.Condition()
        self._waiting = 0
        self._size = 0
        self._thread: threading.Thread | None = None
        self._failed = False

    def wait_beyond(self, size: int, *, seconds: float) -> bool:
        """Wait until the log is longer than `size`, or the time is over; tell whether it grew.

        Returns at once where too many wait already, and as soon as the database does not answer.
        """
        with self._grown:
            if self._waiting >= self._most:
                return False
            self._waiting += 1
            try:
                self._begin()
                self._grown.wait_for(lambda: self._size > size or self._failed, timeout=seconds)
                return self._size > size
            finally:
                self._waiting -= 1
                if not self._waiting:
                    self._grown.notify_all()

    def _begin(self) -> None:
        if self._thread is None:
            self._failed = False
            self._thread = threading.Thread(target=self._run, name="log-watch", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                size = self._look()
            except Exception as error:
                # Whoever waits asks the database itself and is told of its state.
                log.warning("the log cannot be watched", extra={"error": type(error).__name__})
                self._end(failed=True)
                return
            with self._grown:
                if size != self._size:
                    self._size = size
                    self._grown.notify_all()
                if not self._waiting:
                    self._thread = None
                    return
                # Nobody notifies this thread but the last one who leaves.
                self._grown.wait_for(lambda: not self._waiting, timeout=LOOK_EVERY)

    def _end(self, *, failed: bool) -> None:
        with self._grown:
            self._failed = failed
            self._thread = None
            self._grown.notify_all()
