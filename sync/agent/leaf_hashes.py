"""Leaf hashes of 30 days: should registry and export be lost, the agencies' (index, leaf hash) rebuild the tree.

A record is u64 index, u64 Unix seconds when it was put here, the leaf hash (32 bytes); little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from blacklist.ledger.copy_faults import CopyError
from blacklist.ledger.journal import Record, read_journal
from sync.agent.folder import write_durably
from sync.agent.trust import Trust

_RECORD: Final = struct.Struct("<QQ32s")
_KEPT: Final = timedelta(days=30)


def keep_leaf_hashes(path: Path, journal: Path, more: Sequence[Record], trust: Trust, at: datetime) -> None:
    """Take over the leaf hashes of a journal that is about to end, and drop what is older than 30 days."""
    oldest = int((at - _KEPT).timestamp())
    kept = [record for record in read_leaf_hashes(path) if record[1] >= oldest]
    last = kept[-1][0] if kept else -1
    try:
        records = [*read_journal(journal, trust.epoch_bytes), *more]
    except (CopyError, FileNotFoundError):
        records = [*more]
    now = int(at.timestamp())
    kept += [(record.size - 1, now, record.leaf_hash) for record in records if record.size - 1 > last]
    write_durably(path, b"".join([_RECORD.pack(*record) for record in kept]))


def read_leaf_hashes(path: Path) -> list[tuple[int, int, bytes]]:
    """Return (index, Unix seconds, leaf hash); a file that is missing holds none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    return [*_RECORD.iter_unpack(content[: len(content) // _RECORD.size * _RECORD.size])]
