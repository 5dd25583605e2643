"""Identifiers: row ids that rise with time, and public ones that tell nothing."""

from __future__ import annotations

import os
import secrets
import threading
import time
from datetime import datetime
from typing import Final

# Crockford's base 32: no I, L, O or U, so that a code read aloud or from paper comes back right.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_EPOCH_NS: Final = 1_704_067_200_000_000_000  # 2024-01-01T00:00:00Z
_TICK_NS: Final = 10_000_000
_TAG_BITS: Final = 16
_COUNTER_BITS: Final = 9
_COUNTER_END: Final = 1 << _COUNTER_BITS


class _IdSource:
    """Ids of 38 bits of time (10 ms, until 2111), 16 random bits of this process, 9 bits of counter.

    Two processes that draw the same 16 bits could give one id twice within a tick; the primary key then refuses the
    second, so nothing is ever overwritten. A clock set back does not bring old ids back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.start()

    def start(self) -> None:
        """Begin anew, in a new process: draw its tag, and a lock that no thread of the parent can hold."""
        self._lock = threading.Lock()
        self._tag = secrets.randbits(_TAG_BITS)
        self._tick = 0
        self._counter = 0

    def next(self) -> int:
        # Not a legal time: nothing is ever decided by it, so it is no clock in the sense of the house's rule.
        tick = (time.time_ns() - _EPOCH_NS) // _TICK_NS
        with self._lock:
            if tick > self._tick:
                self._tick = tick
                self._counter = 0
            else:
                self._counter += 1
                if self._counter == _COUNTER_END:
                    self._tick += 1
                    self._counter = 0
            return ((self._tick << _TAG_BITS | self._tag) << _COUNTER_BITS) | self._counter


_source = _IdSource()
os.register_at_fork(after_in_child=_source.start)


def first_id_at(at: datetime) -> int:
    """Return a number below every id drawn at or after `at`: what is older can be found without an index of times."""
    ticks = (int(at.timestamp() * 1_000_000_000) - _EPOCH_NS) // _TICK_NS
    return max(0, ticks) << (_TAG_BITS + _COUNTER_BITS)


def new_id() -> int:
    """Return a positive id below 2**63 that is greater than every earlier one of this process; threads may share."""
    return _source.next()


def public_id() -> str:
    """Return ten random characters that name an order in public; 50 bits, so ids cannot be walked through."""
    return _random_text(10)


def denial_code() -> str:
    """Return the code a refused person is given, such as `F7Q2-9KDM`: 40 random bits, short enough to dictate."""
    code = _random_text(8)
    return f"{code[:4]}-{code[4:]}"


def _random_text(length: int) -> str:
    # 256 is a multiple of 32, so every character is equally likely.
    return "".join([ALPHABET[byte & 31] for byte in secrets.token_bytes(length)])
