"""Opaque cursors of lists: authenticated, bound to caller and filters, void after an hour."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from datetime import datetime

from app.errors import DoorError

LIFE_SECONDS = 3600
_FORM = struct.Struct(">qqqq")
_MAC_BYTES = 16

Position = tuple[int, int, int]  # an instant in microseconds, an inner id, the number of the page


class BadCursorError(DoorError):
    """The cursor was not made here, for this caller and these filters, within the last hour."""

    error_code = "bad-cursor"
    title = "翻页游标无效"
    title_english = "The cursor is not valid"

    def __init__(self) -> None:
        super().__init__("翻页游标无效或已过期，请从第一页重新开始。", "The cursor is void; start from the first page.")


def make_cursor(position: Position, *, scope: str, key: bytes, at: datetime) -> str:
    """Return a cursor for a position; `scope` names the caller and the filters."""
    body = _FORM.pack(*position, int(at.timestamp()))
    tag = _mac(body, scope, key)
    return base64.urlsafe_b64encode(tag + _masked(body, tag, key)).decode()


def read_cursor(text: str, *, scope: str, key: bytes, at: datetime) -> Position:
    """Return the position of a cursor.

    Raises:
        BadCursorError: it is forged, of another caller or other filters, or older than an hour.
    """
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadCursorError from error
    if len(raw) != _MAC_BYTES + _FORM.size:
        raise BadCursorError
    tag = raw[:_MAC_BYTES]
    body = _masked(raw[_MAC_BYTES:], tag, key)
    if not hmac.compare_digest(_mac(body, scope, key), tag):
        raise BadCursorError
    instant, inner_id, page, made_at = _FORM.unpack(body)
    if not 0 <= at.timestamp() - made_at <= LIFE_SECONDS:
        raise BadCursorError
    return instant, inner_id, page


def _mac(body: bytes, scope: str, key: bytes) -> bytes:
    return hmac.new(key, b"cursor\0" + scope.encode() + b"\0" + body, hashlib.sha256).digest()[:_MAC_BYTES]


def _masked(body: bytes, tag: bytes, key: bytes) -> bytes:
    """Hide or show a body (the same step) under a pad of its own tag, so that no two cursors share a pad."""
    pad = hmac.new(key, b"cursor pad\0" + tag, hashlib.sha256).digest()
    return bytes(one ^ other for one, other in zip(body, pad, strict=True))
