"""One page of the feed, read strictly: an item of a shape that is not known here ends what the agent follows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from blacklist.ledger.encodings import decode64
from blacklist.ledger.faults import FormatError
from blacklist.ledger.merkle import HASH_BYTES, MOST_SIZE
from sync.agent.refusals import Ground, RefusedError

_FINGERPRINT: Final = re.compile("[0-9a-f]{16}")
_CURSOR: Final = re.compile(r"([0-9a-f]{32})\.(0|[1-9][0-9]{0,18})")
_MOST_FLAGS: Final = (1 << 32) - 1
_MEMBERS: Final = frozenset({"i", "h", "d"})


@dataclass(frozen=True, slots=True)
class Cursor:
    """It says: "I hold everything below `size` of the log of this epoch"."""

    epoch: str
    size: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.size}"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the log as this agency sees it: its index, its leaf's hash, absolute flags by fingerprint."""

    index: int
    leaf_hash: bytes
    flags: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Items from `since` to `next`; the notes are not verified yet."""

    since: Cursor
    next: Cursor
    more: bool
    items: tuple[Item, ...]
    checkpoint: str | None
    statement: str | None


def read_cursor(text: object) -> Cursor:
    """Read a cursor.

    Raises:
        FormatError: it is none.
    """
    found = _CURSOR.fullmatch(text) if isinstance(text, str) else None
    if found is None or int(found[2]) > MOST_SIZE:
        raise FormatError("not a cursor")
    return Cursor(found[1], int(found[2]))


def read_page(members: Any) -> Page:
    """Read a page.

    Raises:
        RefusedError: an item is of a shape not known here (`unknown-item`), or it is no page (`bad-answer`).
    """
    try:
        page = _page(members)
    except (FormatError, KeyError, TypeError):
        raise RefusedError(Ground.BAD_ANSWER, "this is no page of the feed") from None
    indexes = [item.index for item in page.items]
    if indexes != [*range(page.since.size, page.next.size)]:
        raise RefusedError(Ground.BAD_ANSWER, "the items of a page do not follow one another")
    return page


def _page(members: Any) -> Page:
    items, more = members["items"], members["more"]
    if not isinstance(items, list) or not isinstance(more, bool):
        raise FormatError("not a page")
    return Page(
        read_cursor(members["since"]),
        read_cursor(members["next"]),
        more,
        tuple(map(_item, items)),
        _note(members["checkpoint"]),
        _note(members["statement"]),
    )


def _note(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise FormatError("a note is text")
    return value


def _item(value: Any) -> Item:
    try:
        if value.keys() != _MEMBERS or type(value["i"]) is not int or not isinstance(value["d"], list):
            raise FormatError("unknown members")
        return Item(value["i"], decode64(value["h"], size=HASH_BYTES), tuple(map(_flags, value["d"])))
    except (FormatError, AttributeError, TypeError, ValueError):
        raise RefusedError(Ground.UNKNOWN_ITEM, "an item of the feed is of a shape not known here") from None


def _flags(value: Any) -> tuple[int, int]:
    fingerprint, flags = value
    if not _FINGERPRINT.fullmatch(fingerprint) or type(flags) is not int or not 0 <= flags <= _MOST_FLAGS:
        raise FormatError("not a fingerprint with flags")
    return int(fingerprint, 16), flags
