"""Public names of checks, made of their row ids and turned back into them: no column, no index, nothing to walk through.

A name is 80 bits in Crockford's base 32: the 64-bit id through a keyed permutation (four Feistel rounds), and 16 bits
that tell a forged name from a real one before the database is asked.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from blacklist.identity.ids import ALPHABET

PREFIX: Final = "chk_"
_LENGTH: Final = 16
_HALF: Final = 0xFFFFFFFF
_PAIRS: Final = tuple(one + other for one in ALPHABET for other in ALPHABET)
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_ROUNDS: Final = (b"\0", b"\1", b"\2", b"\3")


class CheckNames:
    """Names row ids with a key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._rounds = tuple(blake2b(mark, key=key, digest_size=4) for mark in _ROUNDS)
        self._tags = blake2b(b"tag", key=key, digest_size=2)

    def name(self, row_id: int) -> str:
        """Return the public name of a row id."""
        left, right = row_id >> 32, row_id & _HALF
        for one in self._rounds:
            digest = one.copy()  # written out: a batch makes thousands of names
            digest.update(right.to_bytes(4, "big"))
            left, right = right, left ^ int.from_bytes(digest.digest(), "big")
        number = (left << 32 | right) << 16 | self._tag(left, right)
        pairs = _PAIRS
        return (
            PREFIX
            + pairs[number >> 70]
            + pairs[number >> 60 & 1023]
            + pairs[number >> 50 & 1023]
            + pairs[number >> 40 & 1023]
            + pairs[number >> 30 & 1023]
            + pairs[number >> 20 & 1023]
            + pairs[number >> 10 & 1023]
            + pairs[number & 1023]
        )

    def row_id(self, name: str) -> int | None:
        """Return the row id of a name, or None for what was never given out by this registry."""
        text = name.removeprefix(PREFIX)
        if not name.startswith(PREFIX) or len(text) != _LENGTH or not set(text) <= _VALUES.keys():
            return None
        number = 0
        for character in text:
            number = number << 5 | _VALUES[character]
        tag, number = number & 0xFFFF, number >> 16
        left, right = number >> 32, number & _HALF
        if self._tag(left, right) != tag:
            return None
        for one in reversed(self._rounds):
            left, right = right ^ _mixed(one, left), left
        row_id = left << 32 | right
        return row_id if row_id < 1 << 63 else None

    def _tag(self, left: int, right: int) -> int:
        digest = self._tags.copy()
        digest.update((left << 32 | right).to_bytes(8, "big"))
        return int.from_bytes(digest.digest(), "big")


def _mixed(prepared: blake2b, half: int) -> int:
    digest = prepared.copy()
    digest.update(half.to_bytes(4, "big"))
    return int.from_bytes(digest.digest(), "big")
