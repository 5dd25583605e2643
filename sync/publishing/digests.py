"""Digests and buckets of an agency's view at exactly its own size, from the shadow, read-only; `sync.md` §13."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_faults import CopyError
from blacklist.ledger.copy_header import CopyOwner
from sync.publishing.refusals import ViewNotReadyError
from sync.publishing.shadows import ShadowReader, copy_sizes

MOST_AT_ONCE: Final = 256
_MOST_OPEN: Final = 64


class ShadowViews:
    """The shadows that this process has read, each open until its files were replaced. Threads may share it."""

    def __init__(self, view_keys: Sequence[Ed25519PublicKey]) -> None:
        self._view_keys = tuple(view_keys)
        self._guard = threading.Lock()
        self._open: dict[tuple[Path, CopyOwner], ShadowReader] = {}

    def view_at(self, folder: Path, owner: CopyOwner, size: int) -> CopyView | None:
        """Return the view at this size of the log; None if the shadow does not go back so far, or has not come so far.

        Raises:
            ViewNotReadyError: the shadow is being built.
        """
        with self._guard:
            reader = self._open.get((folder, owner))
            if reader is not None:
                view = self._still(reader, folder, size)
                if view is not None:
                    return view
                self._close(folder, owner)
            return self._anew(folder, owner, size)

    def close(self) -> None:
        """Let go of all files."""
        with self._guard:
            while self._open:
                self._open.popitem()[1].close()

    def _still(self, reader: ShadowReader, folder: Path, size: int) -> CopyView | None:
        """Ask a reader that is open; None where another one must be opened to know."""
        sizes = copy_sizes(folder)
        if not sizes or sizes[-1] != reader.file.header.size:
            return None
        try:
            return reader.view_at(size)
        except (CopyError, OSError):
            return None

    def _anew(self, folder: Path, owner: CopyOwner, size: int) -> CopyView | None:
        try:
            reader = ShadowReader(folder, owner, self._view_keys)
        except (CopyError, OSError):
            raise ViewNotReadyError from None
        if len(self._open) >= _MOST_OPEN:
            self._open.pop(next(iter(self._open))).close()
        self._open[folder, owner] = reader
        try:
            return reader.view_at(size)
        except (CopyError, OSError):  # replaced at this very moment
            self._close(folder, owner)
            raise ViewNotReadyError from None

    def _close(self, folder: Path, owner: CopyOwner) -> None:
        self._open.pop((folder, owner)).close()


def upper_digests(view: CopyView) -> bytes:
    """Return level 1: 256 digests, 4,096 bytes."""
    return view.level1()


def lower_digests(view: CopyView, indexes: Sequence[int]) -> bytes:
    """Return level 2 below each of these, 4,096 bytes each, in the order asked."""
    return b"".join([view.level2(index) for index in indexes])


def packed_buckets(view: CopyView, numbers: Sequence[int]) -> bytes:
    """Return these buckets as they travel, in the order asked."""
    return b"".join([view.packed(number) for number in numbers])
