"""The record writer: access records and limits, durable before the answer leaves (`security.md` I16, I19).

Group commit without a timer and without a thread of its own: the first request that finds no write under way writes
for everything that waits, as one transaction; whatever arrives meanwhile is the next group, written by one of those
that wait. A timed window was measured to be slower when callers wait; a writer thread costs every answer two hand-offs.

On SQLite a check is looked up within that transaction too: every commit empties the page cache of every other reader.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import Engine

from app.quotas import DayQuota, OverQuotaError, RateLimits, Read, Refusal, Submission
from blacklist.errors import UnavailableError
from blacklist.services.asking import CheckRow

_COLUMNS = CheckRow._fields
_INSERT = f"INSERT INTO checks ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
MOST_IN_A_GROUP = 400
MOST_ROWS_AT_ONCE = 32
WAIT_SECONDS = 8.0


class Recorder:
    """Writes submissions in groups, each group one durable transaction, on a connection of its own."""

    def __init__(self, engine: Engine, turn: AbstractContextManager[Any] | None, *, read: Read) -> None:
        """`read` serves the work of submissions on PostgreSQL, where their threads read side by side."""
        self._read = read
        self._connection = _WriterConnection(engine)
        self._turn: AbstractContextManager[Any] = turn if turn is not None else nullcontext()
        self._waiting: deque[Submission] = deque()
        self._guard = threading.Lock()
        self._writing = False
        self._limits = RateLimits(locking=self._connection.postgres)
        self._quota = DayQuota()

    def submit(self, submission: Submission) -> Refusal | None:
        """Wait until the submission is durable; return why it was refused, or None.

        Raises:
            UnavailableError: it could not be written; nothing of it counts and no answer may leave.
        """
        if submission.work is not None and self._connection.postgres:
            submission.work(self._read)
            submission.work = None
        submission.wakened.acquire()
        with self._guard:
            self._waiting.append(submission)
            leads = not self._writing
            self._writing = True
        if not leads and not submission.wakened.acquire(timeout=WAIT_SECONDS):
            self._give_up(submission)
        if not submission.finished:
            self._lead()
        if submission.failure is not None:
            raise _unwritten(submission.failure)
        if submission.error is not None:
            raise submission.error
        return submission.refusal

    def close(self) -> None:
        """Close the writer's connection; a later submission opens another."""
        self._connection.drop()

    def _give_up(self, submission: Submission) -> None:
        """Leave the queue after waiting too long, unless the lead was handed over at this very moment."""
        with self._guard:
            if submission.wakened.acquire(blocking=False):
                return
            if submission in self._waiting:
                self._waiting.remove(submission)
        raise _unwritten(None)

    def _lead(self) -> None:
        """Write what waits, then hand the lead to one of those who came meanwhile."""
        with self._guard:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_IN_A_GROUP))]
        ending: BaseException | None = None
        try:
            with self._turn:
                self._write(group)
        except BaseException as error:
            # Also when this thread is being ended: those who wait must hear of it, and somebody must lead on.
            ending = None if isinstance(error, Exception) else error
            for submission in group:
                submission.failure = error
        for submission in group:
            submission.finished = True
            submission.wakened.release()
        with self._guard:
            # Inside the guard: one who gives up either still stands in the queue or holds the lead already.
            self._writing = bool(self._waiting)
            if self._waiting:
                self._waiting[0].wakened.release()
        if ending is not None:
            raise ending

    def _write(self, group: Sequence[Submission]) -> None:
        ahead = self._limits.remember()
        try:
            try:
                self._write_with(group, self._quota.draw_together)
            except OverQuotaError:
                # Rolled back for certain, so what was drawn ahead before still is; nobody else pays for this key.
                self._connection.rollback()
                self._limits.restore(ahead)
                for one in group:
                    one.refusal = None
                self._write_with(group, self._quota.draw_singly)
        except BaseException:
            # Whether the commit took effect is not known: what was drawn ahead is given up, never doubled.
            self._connection.rollback()
            self._connection.drop()
            self._limits.restore({})
            self._quota.forget()
            raise

    def _write_with(self, group: Sequence[Submission], count: Any) -> None:
        connection = self._connection
        connection.begin()
        self._limits.draw(connection.execute, group)
        for one in group:
            if one.work is not None and one.refusal is None:
                self._do(one, one.work)
        count(connection.execute, connection.execute_many, group)
        rows = [row for one in group if one.refusal is None for row in one.records]
        if rows:
            connection.execute_many(_INSERT, rows)
        connection.commit()

    def _do(self, submission: Submission, work: Callable[[Read], None]) -> None:
        """Let a submission read on SQLite's writing connection: its pages are still in memory, a reader's never are.

        An error is the submission's own: the others of the group are written all the same.
        """
        submission.error = None
        try:
            work(self._connection.rows)
        except dbapi2.Error as error:
            submission.error = _unwritten(error)
        except Exception as error:
            submission.error = error


class _WriterConnection:
    """One driver connection kept for the life of the process; a broken one is dropped and opened again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.postgres = engine.dialect.name == "postgresql"
        self._raw: Any = None

    def begin(self) -> None:
        if self._raw is None:
            proxied = self._engine.raw_connection()
            proxied.detach()
            self._raw = proxied.dbapi_connection
        if not self.postgres:
            self._raw.execute("BEGIN IMMEDIATE")

    def execute(self, sql: str, values: Sequence[object]) -> Any:
        if self.postgres:
            return self._raw.execute(sql.replace("?", "%s"), values)
        return self._raw.execute(sql, [_sqlite_value(value) for value in values])

    def rows(self, sql: str, values: Sequence[object]) -> list[Any]:
        """Read within the transaction (SQLite)."""
        return list(self._raw.execute(sql, values).fetchall())

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> Any:
        if self.postgres:
            cursor = self._raw.cursor()
            cursor.executemany(sql.replace("?", "%s"), rows)
            return cursor
        # Of our rows only the last column can be a day or an instant, mostly the same one in a whole group.
        written: dict[object, object] = {}
        bound = []
        for row in rows:
            last = row[-1]
            if last not in written:
                written[last] = _sqlite_value(last)
            bound.append((*row[:-1], written[last]))
        if len(bound) > MOST_ROWS_AT_ONCE:
            return self._raw.executemany(sql, bound)
        # The driver gives up the interpreter at every step, and waits for it behind all other callers: one step for all.
        return self._raw.execute(_for_rows(sql, len(bound)), [value for row in bound for value in row])

    def commit(self) -> None:
        if self.postgres:
            self._raw.commit()
        else:
            self._raw.execute("COMMIT")

    def rollback(self) -> None:
        if self._raw is None:
            return
        try:
            self._raw.rollback()
        except Exception:
            self.drop()

    def drop(self) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            with suppress(Exception):  # it may be gone already, which is what was wanted
                raw.close()


@lru_cache(256)
def _for_rows(sql: str, count: int) -> str:
    """Return an INSERT of one row as one of `count` rows."""
    head, values, rest = sql.partition(" VALUES ")
    marks, close, tail = rest.partition(")")
    return head + values + ", ".join([marks + close] * count) + tail


def _sqlite_value(value: object) -> object:
    kind = type(value)
    if kind is datetime:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")  # type: ignore[attr-defined]
    if kind is date:
        return value.isoformat()  # type: ignore[attr-defined]
    return value


def _unwritten(cause: BaseException | None) -> UnavailableError:
    return UnavailableError(
        "查询记录暂时无法写入，本次不作答复，请稍后重试。",
        "The access record cannot be written, so there is no answer; please try again.",
        cause=type(cause).__name__,
    )
