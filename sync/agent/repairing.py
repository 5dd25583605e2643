"""Mending a copy that differs: level 1, level 2, the differing buckets; every step is held against the one above."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from blacklist.ledger.buckets import Bucket, read_buckets
from blacklist.ledger.copies import CopyView
from blacklist.ledger.digest_tree import DIGEST_BYTES, LEVEL_BYTES, differing
from blacklist.ledger.faults import FormatError
from blacklist.ledger.statements import Statement
from sync.agent.http import Registry
from sync.agent.pages import Cursor, read_cursor
from sync.agent.refusals import AgentError, Ground, ProblemError, RefusedError, SnapshotNeededError

MOST_BUCKETS: Final = 65_536 // 50
AT_ONCE: Final = 256


class OtherSizeError(AgentError):
    """The registry's copy stands at another size by now: pull to it and ask again."""

    def __init__(self, cursor: Cursor) -> None:
        super().__init__(f"the registry's copy is at {cursor}")
        self.cursor = cursor


@dataclass(frozen=True, slots=True)
class Repair:
    """A mended view, and which buckets had differed."""

    view: CopyView
    buckets: tuple[int, ...]


def repaired(view: CopyView, statement: Statement, registry: Registry) -> Repair:
    """Return the view that the statement means; nothing unsigned is believed on the way.

    Raises:
        OtherSizeError: ask again at that size. SnapshotNeededError: more than 2 % of the buckets differ.
        RefusedError: what the registry serves is not what it signed.
    """
    try:
        numbers, digests = _differing_buckets(view, statement, registry)
        if len(numbers) > MOST_BUCKETS:
            raise SnapshotNeededError("more than 2 % of the buckets differ")
        buckets: dict[int, Bucket] = {}
        for some in _some(numbers):
            data = registry.buckets(_at(statement), key=statement.key_epoch, numbers=some)
            buckets |= read_buckets(data, mask=view.mask)
    except ProblemError as problem:
        raise _other_size(problem) or problem from None
    except FormatError as error:
        raise _refused(f"a bucket cannot be used: {error}") from None
    if sorted(buckets) != numbers or any(buckets[one].digest() != digests[one] for one in numbers):
        raise _refused("the buckets are not those of the digests")
    mended = view.replaced(buckets)
    if (mended.root, mended.count) != (statement.view_root, statement.n):
        raise _refused("the mended copy has another root than the statement")
    return Repair(mended, tuple(numbers))


def _differing_buckets(view: CopyView, statement: Statement, registry: Registry) -> tuple[list[int], dict[int, bytes]]:
    at, key = _at(statement), statement.key_epoch
    level1 = registry.digest(at, key=key, level=1)
    root = hashlib.sha256(statement.n.to_bytes(8, "little") + level1).digest()
    if len(level1) != LEVEL_BYTES or root != statement.view_root:
        raise _refused("level 1 is not that of the statement")
    blocks = differing(view.level1(), level1)
    digests: dict[int, bytes] = {}
    for some in _some(blocks):
        data = registry.digest(at, key=key, level=2, of=some)
        if len(data) != LEVEL_BYTES * len(some):
            raise _refused("level 2 has another length than asked")
        for place, block in enumerate(some):
            level2 = data[place * LEVEL_BYTES : (place + 1) * LEVEL_BYTES]
            if hashlib.sha256(level2).digest()[:DIGEST_BYTES] != _digest_at(level1, block):
                raise _refused("level 2 is not that of level 1")
            digests |= {block * 256 + one: _digest_at(level2, one) for one in differing(view.level2(block), level2)}
    return sorted(digests), digests


def _digest_at(level: bytes, place: int) -> bytes:
    return level[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]


def _some(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(numbers), AT_ONCE):
        yield numbers[at : at + AT_ONCE]


def _at(statement: Statement) -> str:
    return str(Cursor(statement.epoch, statement.size))


def _other_size(problem: ProblemError) -> OtherSizeError | None:
    if problem.code != "copy-at-other-size":
        return None
    try:
        return OtherSizeError(read_cursor(problem.members.get("cursor")))
    except FormatError:
        return None


def _refused(text: str) -> RefusedError:
    return RefusedError(Ground.BAD_ANSWER, text)
