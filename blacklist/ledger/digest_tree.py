"""The digests of a view, two levels of 256, and its root: they depend on content, never on layout. `sync.md` §8."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from blacklist.ledger.faults import FormatError

FAN: Final = 256
DIGEST_BYTES: Final = 16
LEVEL_BYTES: Final = FAN * DIGEST_BYTES


class DigestTree:
    """The digests of all 65,536 buckets. It never changes: `changed` returns another one that shares most of it."""

    __slots__ = ("_blocks", "level1")

    def __init__(self, blocks: tuple[bytes, ...]) -> None:
        self._blocks = blocks
        self.level1 = b"".join([_digest(block) for block in blocks])

    @classmethod
    def of(cls, digests: Iterable[bytes]) -> DigestTree:
        """Return the tree of 65,536 bucket digests, in order."""
        joined = b"".join(digests)
        if len(joined) != FAN * LEVEL_BYTES:
            raise ValueError("there are 65,536 buckets")
        return cls(tuple(joined[at : at + LEVEL_BYTES] for at in range(0, len(joined), LEVEL_BYTES)))

    def level2(self, index: int) -> bytes:
        """Return the digests of buckets 256·index … 256·index + 255, 4,096 bytes."""
        return self._blocks[index]

    def changed(self, digests: Mapping[int, bytes]) -> DigestTree:
        """Return the tree with these buckets' digests in place of the old ones."""
        opened: dict[int, bytearray] = {}
        for number, digest in digests.items():
            index, at = number >> 8, (number & 0xFF) * DIGEST_BYTES
            opened.setdefault(index, bytearray(self._blocks[index]))[at : at + DIGEST_BYTES] = digest
        blocks = list(self._blocks)
        level1 = bytearray(self.level1)
        for index, block in opened.items():
            blocks[index] = bytes(block)
            level1[index * DIGEST_BYTES : (index + 1) * DIGEST_BYTES] = _digest(block)
        tree = DigestTree.__new__(DigestTree)
        tree._blocks, tree.level1 = tuple(blocks), bytes(level1)
        return tree

    def root(self, count: int) -> bytes:
        """Return the view root, 32 bytes, of a view with `count` entries."""
        return hashlib.sha256(count.to_bytes(8, "little") + self.level1).digest()


def differing(ours: bytes, theirs: bytes) -> list[int]:
    """Return the places, 0 to 255, at which two levels of digests differ.

    Raises:
        FormatError: they are not levels of the same length.
    """
    if len(ours) != LEVEL_BYTES or len(theirs) != LEVEL_BYTES:
        raise FormatError("a level has 4,096 bytes")
    places = range(0, LEVEL_BYTES, DIGEST_BYTES)
    return [at // DIGEST_BYTES for at in places if ours[at : at + DIGEST_BYTES] != theirs[at : at + DIGEST_BYTES]]


def _digest(block: bytes | bytearray) -> bytes:
    return hashlib.sha256(block).digest()[:DIGEST_BYTES]
