"""Where somebody stands in the log: `<epoch, 32 hex>.<size, decimal>`, "I hold everything below size"; `sync.md` §9."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from blacklist.ledger.encodings import read_number
from blacklist.ledger.faults import FormatError

_EPOCH: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A size of the log of one epoch."""

    epoch: str
    size: int

    def written(self) -> str:
        """Return the cursor as it travels."""
        return f"{self.epoch}.{self.size}"


def read_cursor(text: str) -> Cursor:
    """Read a cursor.

    Raises:
        FormatError: not in the one written form.
    """
    epoch, dot, size = text.partition(".")
    if not dot or _EPOCH.fullmatch(epoch) is None:
        raise FormatError("a cursor is an epoch and a size")
    return Cursor(epoch, read_number(size))
