"""The log as it is read: its head, its signed sizes, and the hashes from which every proof is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blacklist.ledger.faults import FormatError
from blacklist.ledger.leaves import LeafKind
from blacklist.ledger.merkle import HashAt, frontier_of, root_of
from blacklist.ledger.tiles import MOST_LEVEL, WIDTH, StoredHashes, Tile, hash_at
from blacklist.models import LogCheckpoint, LogEntry, LogHead, LogTile

MOST_TAGGED: Final = 1_000
_RELIEVING: Final = tuple(
    kind.value for kind in (LeafKind.REMOVE, LeafKind.EXPIRE, LeafKind.SUSPEND, LeafKind.PERMIT, LeafKind.LIFT)
)


def head_of(session: Session) -> LogHead:
    """Return where the log ends; without a lock, so it may be longer already."""
    return session.scalars(select(LogHead).where(LogHead.one == 1)).one()


def newest_checkpoint(session: Session) -> LogCheckpoint | None:
    """Return the signed size and root that is newest; None before the first."""
    return session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)).one_or_none()


def checkpoint_at(session: Session, size: int) -> LogCheckpoint | None:
    """Return the checkpoint of exactly this size, if there is one."""
    return session.get(LogCheckpoint, size)


def entries_between(session: Session, start: int, end: int) -> Sequence[LogEntry]:
    """Return the entries start … end − 1, in order."""
    return session.scalars(
        select(LogEntry).where(LogEntry.idx >= start, LogEntry.idx < end).order_by(LogEntry.idx)
    ).all()


def last_relieving(session: Session, start: int, end: int) -> int | None:
    """Return the index of the last entry of start … end − 1 that frees somebody."""
    return session.scalars(
        select(func.max(LogEntry.idx)).where(LogEntry.idx >= start, LogEntry.idx < end, LogEntry.kind.in_(_RELIEVING))
    ).one()


def tagged_entries(session: Session, tag: str, *, size: int) -> list[tuple[int, bytes]]:
    """Return (index, leaf) of the entries below `size` that bear this tag, in order; at most a thousand."""
    rows = session.execute(
        select(LogEntry.idx, LogEntry.leaf)
        .where(LogEntry.tag == tag, LogEntry.idx < size)
        .order_by(LogEntry.idx)
        .limit(MOST_TAGGED)
    )
    return [(row[0], row[1]) for row in rows]


def stored_hashes(session: Session) -> StoredHashes:
    """Return how to read the hashes of the tiles: leaves from the entries, all above from the full tiles' roots."""

    def stored(level: int, first: int, count: int) -> Sequence[bytes]:
        if level == 0:
            query = select(LogEntry.hash).where(LogEntry.idx >= first, LogEntry.idx < first + count)
            return session.scalars(query.order_by(LogEntry.idx)).all()
        above = select(LogTile.hash).where(LogTile.level == level - 1, LogTile.n >= first, LogTile.n < first + count)
        return session.scalars(above.order_by(LogTile.n)).all()

    return stored


def hashes_of(session: Session) -> HashAt:
    """Return how to find the hash of any perfect subtree of the log."""
    return hash_at(stored_hashes(session))


def frontier_at(session: Session, size: int) -> tuple[bytes, ...]:
    """Return the roots of the perfect subtrees of the tree of this size, left to right.

    Raises:
        FormatError: the log is not that long.
    """
    return frontier_of(size, hashes_of(session))


def root_at(session: Session, size: int) -> bytes:
    """Return the root of the tree of this size, from what the tables hold.

    Raises:
        FormatError: the log is not that long.
    """
    return root_of(frontier_at(session, size), size)


def tile_hashes(session: Session, tile: Tile) -> tuple[bytes, ...]:
    """Return the hashes of a tile.

    Raises:
        FormatError: the log does not fill it.
    """
    found = tuple(stored_hashes(session)(tile.level or 0, tile.n * WIDTH, tile.width))
    if len(found) != tile.width:
        raise FormatError("the log does not fill this tile")
    return found


def bundle_entries(session: Session, tile: Tile) -> tuple[bytes, ...]:
    """Return the leaves of a bundle.

    Raises:
        FormatError: the log does not fill it.
    """
    start = tile.n * WIDTH
    query = select(LogEntry.leaf).where(LogEntry.idx >= start, LogEntry.idx < start + tile.width)
    found = tuple(session.scalars(query.order_by(LogEntry.idx)))
    if len(found) != tile.width:
        raise FormatError("the log does not fill this bundle")
    return found


def is_required(session: Session, tile: Tile) -> bool:
    """Tell whether a checkpoint required this tile or bundle: a full one once it is full, a partial one of its width."""
    level = tile.level or 0
    if level > MOST_LEVEL // 8:
        return False  # no log of 2^63 entries has tiles so high
    span = WIDTH**level
    least = (tile.n * WIDTH + tile.width) * span
    query = select(LogCheckpoint.size).where(LogCheckpoint.size >= least).limit(1)
    if tile.width < WIDTH:
        query = query.where(LogCheckpoint.size < least + span)
    return least < 1 << 63 and session.scalars(query).first() is not None
