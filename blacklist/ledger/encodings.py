"""Numbers, base64 and hex as the note formats write them: one form each, everything else refused."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from blacklist.ledger.faults import FormatError

MOST_NUMBER: Final = (1 << 63) - 1
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NUMBER: Final = re.compile("0|[1-9][0-9]{0,18}")


def encode64(content: bytes) -> str:
    """Write bytes in standard base64 with padding (RFC 4648 §4)."""
    return base64.b64encode(content).decode("ascii")


def decode64(text: str, *, size: int | None = None) -> bytes:
    """Read standard base64 with padding; `size` is the number of bytes it must hold.

    Raises:
        FormatError: another alphabet, padding or length, or bits set that no byte carries.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FormatError("not base64") from None
    if encode64(content) != text:
        raise FormatError("not the canonical base64")
    if size is not None and len(content) != size:
        raise FormatError(f"not {size} bytes of base64")
    return content


def read_number(text: str, *, most: int = MOST_NUMBER) -> int:
    """Read a decimal number from 0 to `most`: ASCII digits, no sign, no leading zero.

    Raises:
        FormatError: anything else.
    """
    if _NUMBER.fullmatch(text) is None or int(text) > most:
        raise FormatError("not a decimal number of the format, or too large")
    return int(text)


def check_number(number: int, *, most: int = MOST_NUMBER) -> None:
    """Refuse a number that `read_number` would not read.

    Raises:
        FormatError: below 0 or above `most`.
    """
    if not 0 <= number <= most:
        raise FormatError("a number is negative or too large")


def decode_text(content: str | bytes, *, most: int) -> str:
    """Return the text of at most `most` bytes of UTF-8 without ASCII control characters other than newline.

    Raises:
        FormatError: too long, not UTF-8, or with a control character.
    """
    try:
        raw = content if isinstance(content, bytes) else content.encode("utf-8")
        text = raw.decode("utf-8")
    except UnicodeError:
        raise FormatError("not UTF-8") from None
    if len(raw) > most:
        raise FormatError(f"longer than {most} bytes")
    if _CONTROL.search(text):
        raise FormatError("a control character other than newline")
    return text
