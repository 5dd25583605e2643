"""What one agency is told of a document: the flags of its view, `sync.md` §3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from blacklist.rules.purposes import bits_of

CONFIRM: Final = 1 << 31
"""Ask the registry before acting on any other bit. It is never a purpose and never stands alone."""

_PURPOSES: Final = CONFIRM - 1


def mask_of(codes: Iterable[str]) -> int:
    """Return the mask of an agency that may ask these purposes; bit 31 is always in it.

    Raises:
        InvalidError: there is no such purpose (`unknown-purpose`).
    """
    return bits_of(codes) | CONFIRM


def view_flags(flags: int, confirm: int, lifted: int, mask: int) -> int:
    """Return what an agency with `mask` sees of a document; 0 means the document is not in its view at all.

    `flags` is what orders in force block, `confirm` which of these purposes must be asked online (a permit may stand),
    `lifted` what this one agency lets pass. A rail copy says nothing about loans, and bit 31 alone never appears.
    """
    seen = flags & mask & ~lifted & _PURPOSES
    return seen | CONFIRM if seen & confirm else seen
