"""Answers that were confirmed online, kept until one of their fingerprints changes in the feed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, Generic, TypeVar

T = TypeVar("T")
Key = tuple[str, tuple[int, ...]]
"""The purpose, and the fingerprints of the document."""

MOST: Final = 100_000
MOST_CHANGES: Final = 10_000


class Memory(Generic[T]):
    """Safe to share between threads. An answer that was on its way while its fingerprint changed is not kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, T] = OrderedDict()
        self._keys: dict[int, set[Key]] = {}
        self._changes = 0
        self._changed: OrderedDict[int, int] = OrderedDict()
        self._oldest = 0  # changes up to here are not remembered one by one

    def now(self) -> int:
        """Return the number of changes so far; take it before asking."""
        return self._changes

    def get(self, key: Key) -> T | None:
        """Return what is kept."""
        return self._kept.get(key)

    def keep(self, key: Key, answer: T, *, seen: int) -> None:
        """Keep an answer that was asked for when `seen` changes had come."""
        with self._lock:
            if seen < self._oldest or any(self._changed.get(one, 0) > seen for one in key[1]):
                return
            self._kept[key] = answer
            for one in key[1]:
                self._keys.setdefault(one, set()).add(key)
            if len(self._kept) > MOST:
                self._drop(next(iter(self._kept)))

    def forget(self, fingerprints: Iterable[int] | None) -> None:
        """Drop what concerns these fingerprints, or all of it."""
        with self._lock:
            self._changes += 1
            if fingerprints is None:
                self._oldest = self._changes
                self._kept.clear()
                self._keys.clear()
                return
            for one in fingerprints:
                self._changed[one] = self._changes
                self._changed.move_to_end(one)
                for key in [*self._keys.get(one, ())]:
                    self._drop(key)
            while len(self._changed) > MOST_CHANGES:
                _, self._oldest = self._changed.popitem(last=False)

    def _drop(self, key: Key) -> None:
        self._kept.pop(key, None)
        for one in key[1]:
            keys = self._keys.get(one, set())
            keys.discard(key)
            if not keys:
                self._keys.pop(one, None)
