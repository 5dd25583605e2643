"""Which characters of a text no font of the papers holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.documents.errors import MissingGlyphsError
from app.documents.fonts import FontChain, font_chain


def missing_glyphs(text: str, *, court_fonts: Path | None = None) -> str:
    """Return the characters of `text` that would print as a box, each once, in order; "" where none is missing."""
    return _missing(text, font_chain(court_fonts))


def _missing(text: str, chain: FontChain) -> str:
    return "".join(dict.fromkeys(one for one in text if one not in "\n\r\t" and ord(one) not in chain.characters))


def require_glyphs(texts: Iterable[str], chain: FontChain) -> None:
    """Refuse a paper with a character that no font holds.

    Raises:
        MissingGlyphsError: naming the characters.
    """
    missing = _missing("".join(texts), chain)
    if missing:
        raise MissingGlyphsError(missing)
