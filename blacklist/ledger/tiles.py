"""The log as tiles of 256 hashes, and as bundles of its entries: C2SP tlog-tiles.

Tile n of level l holds, for i from 0, the roots over leaves (n·256 + i)·256^l … (n·256 + i + 1)·256^l − 1. A full tile
has 256, a partial one 1 to 255. A bundle holds the entries of the level-0 tile of the same number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from blacklist.ledger.encodings import read_number
from blacklist.ledger.faults import FormatError
from blacklist.ledger.merkle import HASH_BYTES, MOST_SIZE, HashAt, node_hash

WIDTH: Final = 256
HEIGHT: Final = 8  # 2^8 = 256: a level of tiles is eight levels of the tree
MOST_LEVEL: Final = 63
MOST_ENTRY_BYTES: Final = (1 << 16) - 1
_PATH: Final = re.compile("tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:[.]p/([0-9]{1,3}))?")

StoredHashes = Callable[[int, int, int], Sequence[bytes]]
"""Answers (tile level, first, count): so many hashes of that level, each over 256^level leaves, the first's number given.

They never reach over the end of a tile, so one tile answers each call.
"""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The place of a tile (`level` from 0) or of a bundle (`level` is None), and how many hashes or entries it holds."""

    level: int | None
    n: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Refuse what no log has."""
        if self.level is not None and not 0 <= self.level <= MOST_LEVEL:
            raise FormatError("the level of a tile lies between 0 and 63")
        if not 0 <= self.n <= MOST_SIZE or not 1 <= self.width <= WIDTH:
            raise FormatError("not a tile of a log")

    @property
    def path(self) -> str:
        """The path below the log's prefix: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_index_path(self.n)}{partial}"


def read_tile_path(path: str) -> Tile:
    """Read the path of a tile or a bundle.

    Raises:
        FormatError: not in the one written form.
    """
    found = _PATH.fullmatch(path)
    if found is None:
        raise FormatError("not the path of a tile")
    level, index, width = found.groups()
    digits = index.replace("x", "").replace("/", "")
    tile = Tile(
        None if level == "entries" else read_number(level),
        read_number(digits.lstrip("0") or "0"),
        WIDTH if width is None else read_number(width, most=WIDTH - 1),
    )
    if tile.path != path:
        raise FormatError("not the one path of this tile")
    return tile


def tiles_of(size: int) -> list[Tile]:
    """Return the tiles and bundles that a tree of this size needs, full and partial, bundles first, level by level."""
    return new_tiles(0, size)


def new_tiles(before: int, after: int) -> list[Tile]:
    """Return the tiles and bundles that a tree of size `after` needs and one of size `before` did not.

    Raises:
        FormatError: not 0 ≤ before ≤ after ≤ 2^63 − 1.
    """
    if not 0 <= before <= after <= MOST_SIZE:
        raise FormatError("a tree only grows")
    found: list[Tile] = []
    level, old, new = 0, before, after
    while new:
        changed = [
            (n, min(WIDTH, new - n * WIDTH))
            for n in range(old // WIDTH, -(-new // WIDTH))
            if min(WIDTH, new - n * WIDTH) > max(0, old - n * WIDTH)
        ]
        if level == 0:
            found += [Tile(None, n, width) for n, width in changed]
        found += [Tile(level, n, width) for n, width in changed]
        level, old, new = level + 1, old // WIDTH, new // WIDTH
    return found


def tile_roots(nodes: Iterable[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """Return (tile level, n, root) of the full tiles among the perfect subtrees a leaf completed (`merkle.grow`)."""
    return [(level // HEIGHT - 1, index, root) for level, index, root in nodes if level and level % HEIGHT == 0]


def hash_at(stored: StoredHashes) -> HashAt:
    """Return how to find any perfect subtree's hash from the hashes of the tiles: at most 128 of them are joined."""

    def answer(level: int, index: int) -> bytes:
        below = level % HEIGHT
        hashes = list(stored(level // HEIGHT, index << below, 1 << below))
        if len(hashes) != 1 << below:
            raise FormatError("the tiles do not hold this part of the tree")
        while len(hashes) > 1:
            hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
        return hashes[0]

    return answer


def write_tile(hashes: Sequence[bytes]) -> bytes:
    """Write a tile of 1 to 256 hashes.

    Raises:
        FormatError: none or too many, or a hash is not 32 bytes.
    """
    if not 1 <= len(hashes) <= WIDTH or any(len(one) != HASH_BYTES for one in hashes):
        raise FormatError("a tile holds 1 to 256 hashes of 32 bytes")
    return b"".join(hashes)


def read_tile(content: bytes, *, width: int) -> tuple[bytes, ...]:
    """Read a tile of this width.

    Raises:
        FormatError: not 32 bytes for each hash.
    """
    if not 1 <= width <= WIDTH or len(content) != width * HASH_BYTES:
        raise FormatError("not a tile of this width")
    return tuple(content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES))


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Write a bundle of 1 to 256 entries: each after its length as big-endian u16.

    Raises:
        FormatError: none or too many, or an entry of more than 65,535 bytes.
    """
    if not 1 <= len(entries) <= WIDTH or any(len(one) > MOST_ENTRY_BYTES for one in entries):
        raise FormatError("a bundle holds 1 to 256 entries of at most 65,535 bytes")
    return b"".join(len(one).to_bytes(2, "big") + one for one in entries)


def read_bundle(content: bytes, *, width: int) -> tuple[bytes, ...]:
    """Read a bundle of this many entries.

    Raises:
        FormatError: cut off, or with more or fewer entries.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(content) and len(entries) <= width:
        start = at + 2
        at = start + int.from_bytes(content[at:start], "big")
        if at > len(content) or start > len(content):
            raise FormatError("the bundle is cut off")
        entries.append(content[start:at])
    if not 1 <= width <= WIDTH or len(entries) != width:
        raise FormatError("not a bundle of this many entries")
    return tuple(entries)


def _index_path(n: int) -> str:
    groups = [f"{n % 1000:03}"]
    while n := n // 1000:
        groups.append(f"x{n % 1000:03}")
    return "/".join(reversed(groups))
