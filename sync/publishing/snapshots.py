"""Which copy file a download is of: the newest that is published, or the replaced one it began with; `sync.md` §9."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sync.publishing.cursors import Cursor
from sync.publishing.shadows import copy_path, copy_sizes

_TAG: Final = re.compile(r'"([0-9a-f]{32})\.(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,9})"', re.ASCII)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy file as it is downloaded."""

    path: Path
    cursor: Cursor
    key_epoch: int

    @property
    def tag(self) -> str:
        """What an `ETag` holds between its quotes."""
        return f"{self.cursor.written()}.{self.key_epoch}"


def find_snapshot(
    folder: Path, *, epoch: str, key_epoch: int, published: int, begun: str | None = None
) -> Snapshot | None:
    """Return the newest copy file up to the `published` size; None while there is none.

    `begun` is the `If-Range` of a download to be ended: its own file, if that is still kept.
    """
    sizes = [size for size in copy_sizes(folder) if size <= published]
    if not sizes:
        return None
    size = sizes[-1]
    found = _TAG.fullmatch(begun or "")
    if found is not None and (found[1], int(found[3])) == (epoch, key_epoch) and int(found[2]) in sizes:
        size = int(found[2])
    return Snapshot(copy_path(folder, size), Cursor(epoch, size), key_epoch)
