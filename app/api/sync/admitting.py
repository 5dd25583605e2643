"""Who calls `/sync/v1`, how often, and what stands in the query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import request

from app import clock
from app.accounts.agency_keys import require_agency
from app.database import database, reading_session
from app.errors import DoorError, MalformedError, TooManyError
from app.quotas import Submission
from blacklist.ledger.encodings import read_number
from blacklist.ledger.faults import FormatError
from blacklist.models import Subscriber
from blacklist.queries.agencies import KeyHolder
from sync.publishing.cursors import Cursor, read_cursor
from sync.publishing.refusals import AgencySuspendedError, NotSubscribedError

CALLS_A_SECOND: Final = 20
_SERVED: Final = frozenset({"live", "down"})  # to one that is down nothing is pushed; it may pull


class BadSyncCursorError(DoorError):
    """What should be a cursor of the log is none."""

    error_code = "bad-cursor"
    title = "同步游标格式有误"
    title_english = "Not a cursor of the log"


class BadLimitError(DoorError):
    """`limit`, `wait` or `until` lies outside its bounds."""

    error_code = "bad-limit"
    title = "limit、wait 或者 until 超出范围"
    title_english = "A limit is out of its bounds"


@dataclass(frozen=True, slots=True)
class Caller:
    """A subscribing agency as it calls."""

    holder: KeyHolder
    subscriber: Subscriber
    at: datetime

    @property
    def agency_id(self) -> int:
        """The agency's id."""
        return self.holder.agency_id


def admit() -> Caller:
    """Return who calls; 20 calls a second are answered.

    Raises:
        KeyNeededError; ScopeError; NetworkError; TooManyError; NotSubscribedError; AgencySuspendedError.
    """
    holder = require_agency("sync")
    at = clock.now()
    draw_call(f"sync:{holder.agency_id}", at=at, rate=CALLS_A_SECOND, burst=CALLS_A_SECOND)
    with reading_session() as session:
        subscriber = session.get(Subscriber, holder.agency_id)
    if subscriber is None:
        raise NotSubscribedError
    if subscriber.state not in _SERVED:
        raise AgencySuspendedError
    return Caller(holder, subscriber, at)


def draw_call(bucket: str, *, at: datetime, rate: float, burst: float) -> None:
    """Draw one call from a bucket that fills at `rate` a second up to `burst`.

    Raises:
        TooManyError: it is empty; the answer says when to come again.
    """
    refusal = database().recorder.submit(Submission(bucket=bucket, cost=1.0, rate=rate, burst=burst, at=at))
    if refusal is not None:
        raise TooManyError(
            "请求过于频繁，请稍后重试。",
            "Too many requests; please wait.",
            headers={"Retry-After": str(refusal.retry_after)},
        )


def cursor_of(text: str) -> Cursor:
    """Return a cursor as the caller wrote it.

    Raises:
        BadSyncCursorError: it is none.
    """
    try:
        return read_cursor(text)
    except FormatError:
        raise bad_cursor() from None


def bad_cursor() -> BadSyncCursorError:
    """Return the refusal of a cursor."""
    return BadSyncCursorError(
        "游标应为 <纪元，32 位十六进制>.<大小，十进制>，且大小应为检查点的大小。",
        "A cursor is <epoch, 32 hex digits>.<size, decimal>, where it must be the size of a checkpoint.",
    )


def read_query(*, required: Collection[str], optional: Collection[str] = ()) -> dict[str, str]:
    """Return the query's parameters, each at most once and none unknown.

    Raises:
        MalformedError: one is missing, unknown or comes twice.
    """
    found = {name: values[0] for name, values in request.args.lists() if len(values) == 1}
    known = {*required, *optional}
    if len(found) != len(request.args) or not found.keys() <= known or not set(required) <= found.keys():
        raise MalformedError(
            "查询参数缺少、重复或者不被接受。", "A query parameter is missing, unknown or comes twice."
        )
    return found


def number_in(text: str, *, least: int, most: int) -> int:
    """Return a number of the query between two bounds.

    Raises:
        BadLimitError: it is none, or lies outside.
    """
    try:
        number = read_number(text, most=most)
    except FormatError:
        number = least - 1
    if number < least:
        raise BadLimitError(
            f"应为 {least} 至 {most} 之间的整数。", f"A whole number from {least} to {most} is expected."
        )
    return number


def key_epoch_in(query: dict[str, str]) -> int:
    """Return the key epoch asked about.

    Raises:
        BadLimitError: it is no number.
    """
    return number_in(query["key"], least=0, most=(1 << 31) - 1)
