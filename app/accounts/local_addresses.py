"""Where a form may lead back to: this site, nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

HOME = "/desk"
MOST = 500


def local_path(text: str | None, *, otherwise: str = HOME) -> str:
    """Return `text` if it is a path of this site with a query at most; `otherwise` for everything else.

    Browsers read a backslash as a slash and skip control characters, so neither is taken.
    """
    if not text or len(text) > MOST or not text.startswith("/") or text.startswith("//"):
        return otherwise
    if "\\" in text or any(ord(character) < 0x21 or ord(character) == 0x7F for character in text):
        return otherwise
    parts = urlsplit(text)
    return otherwise if parts.scheme or parts.netloc else text
