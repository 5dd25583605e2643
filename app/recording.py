"""The record writer: access records and limits, durable before the answer leaves (`security.md` I16, I19).

One thread a process takes everything that waits and commits it as one transaction; whatever arrives meanwhile is the
next group. There is no timer: a timed window was measured to be slower when callers wait.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from app.quotas import DayQuota, RateLimits, Refusal
from blacklist.errors import UnavailableError

_COLUMNS = (
    "id",
    "check_id",
    "agency_id",
    "key_id",
    "purpose",
    "outcome",
    "subject_id",
    "document_index",
    "reference",
    "answer",
    "denial_code",
    "at",
)
_INSERT = f"INSERT INTO checks ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
MOST_IN_A_GROUP = 400
WAIT_SECONDS = 8.0


@dataclass(slots=True)
class Submission:
    """What one request wants to have on disk: a draw from a bucket, and check records with their quota."""

    bucket: str
    cost: float
    rate: float
    burst: float
    at: datetime
    records: Sequence[tuple[object, ...]] = ()
    quota_key: int | None = None
    quota_limit: int = 0
    quota_subjects: Sequence[bytes] = ()
    day: date | None = None
    refusal: Refusal | None = None
    level: float = 0.0  # what is left in the bucket
    failure: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Recorder:
    """Writes submissions in groups, each group one durable transaction."""

    def __init__(self, engine: Engine, turn: AbstractContextManager[Any] | None) -> None:
        self._engine = engine
        self._turn = turn
        self._waiting: deque[Submission] = deque()
        self._arrived = threading.Condition()
        self._thread: threading.Thread | None = None
        self._limits = RateLimits()
        self._quota = DayQuota()

    def submit(self, submission: Submission) -> Refusal | None:
        """Wait until the submission is durable; return why it was refused, or None.

        Raises:
            UnavailableError: it could not be written; nothing of it counts and no answer may leave.
        """
        with self._arrived:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()
            self._waiting.append(submission)
            self._arrived.notify()
        if not submission.done.wait(WAIT_SECONDS) or submission.failure is not None:
            raise UnavailableError(
                "查询记录暂时无法写入，本次不作答复，请稍后重试。",
                "The access record cannot be written, so there is no answer; please try again.",
                cause=type(submission.failure).__name__,
            )
        return submission.refusal

    def _run(self) -> None:
        while True:
            with self._arrived:
                while not self._waiting:
                    self._arrived.wait()
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_IN_A_GROUP))]
            try:
                self._write(group)
            except Exception as error:
                self._quota.forget()
                for submission in group:
                    submission.failure = error
            for submission in group:
                submission.done.set()

    def _write(self, group: list[Submission]) -> None:
        if self._turn is None:
            self._write_group(group)
            return
        with self._turn:
            self._write_group(group)

    def _write_group(self, group: list[Submission]) -> None:
        with self._engine.begin() as connection:
            self._limits.draw(connection, group)
            self._quota.draw(connection, group)
            rows = [row for one in group if one.refusal is None for row in one.records]
            if rows:
                run(connection, _INSERT, rows)


def run(connection: Connection, sql: str, rows: Sequence[tuple[object, ...]]) -> Any:
    """Run one statement for every row, through the driver, on either database."""
    if connection.dialect.name == "postgresql":
        sql = sql.replace("?", "%s")
        return connection.exec_driver_sql(sql, list(rows))
    return connection.exec_driver_sql(sql, [tuple(map(_sqlite_value, row)) for row in rows])


def _sqlite_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value
