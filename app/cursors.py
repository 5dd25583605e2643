"""Opaque cursors of lists: authenticated, bound to caller and filters, void after an hour."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import datetime

from app.errors import DoorError

LIFE_SECONDS = 3600
_FORM = struct.Struct(">qq")
_MAC_BYTES = 16


class BadCursorError(DoorError):
    """The cursor was not made here, for this caller and these filters, within the last hour."""

    error_code = "bad-cursor"
    title = "翻页游标无效"
    title_english = "The cursor is not valid"

    def __init__(self) -> None:
        super().__init__("翻页游标无效或已过期，请从第一页重新开始。", "The cursor is void; start from the first page.")


def make_cursor(position: int, *, scope: str, key: bytes, at: datetime) -> str:
    """Return a cursor for `position` (an inner id, which the cursor hides from nobody but does not depend on)."""
    body = _FORM.pack(position, int(at.timestamp()))
    return base64.urlsafe_b64encode(_sealed(body, key) + _mac(body, scope, key)).decode().rstrip("=")


def read_cursor(text: str, *, scope: str, key: bytes, at: datetime) -> int:
    """Return the position of a cursor.

    Raises:
        BadCursorError: it is forged, of another caller or other filters, or older than an hour.
    """
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise BadCursorError from error
    if len(raw) != _FORM.size + _MAC_BYTES:
        raise BadCursorError
    body = _sealed(raw[: _FORM.size], key)
    if not hmac.compare_digest(_mac(body, scope, key), raw[_FORM.size :]):
        raise BadCursorError
    position, made_at = _FORM.unpack(body)
    if not 0 <= at.timestamp() - made_at <= LIFE_SECONDS:
        raise BadCursorError
    return int(position)


def _mac(body: bytes, scope: str, key: bytes) -> bytes:
    return hmac.new(key, b"cursor\0" + scope.encode() + b"\0" + body, hashlib.sha256).digest()[:_MAC_BYTES]


def _sealed(body: bytes, key: bytes) -> bytes:
    """Hide the inner id behind a fixed pad: it is not secret, only not shown."""
    pad = hmac.new(key, b"cursor pad", hashlib.sha256).digest()[: _FORM.size]
    return bytes(one ^ other for one, other in zip(body, pad, strict=True))
