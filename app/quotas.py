"""Token buckets and distinct-subject quotas, drawn inside the record writer's transaction.

Exact over all processes: what is drawn is taken from the row, under its lock (PostgreSQL: FOR UPDATE in name order,
SQLite: the one write lock), before it is spent. See `security.md` H8, H9, I19.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any, Literal

ADVANCE_SECONDS = 1.0  # a process may draw this much of a bucket's filling ahead, so that not every call writes
_SEEN_MOST = 200_000

# Runs one statement (parameters as `?`) and returns its cursor.
Execute = Callable[..., Any]
# Runs one statement and returns its rows.
Read = Callable[[str, Sequence[object]], list[Any]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submission was refused and after how many seconds it may come again."""

    reason: Literal["rate", "quota"]
    retry_after: int


@dataclass(slots=True, eq=False)
class Submission:
    """What one request wants to have on disk: a draw from a bucket, and check records with their quota.

    `work` finds records and subjects by reading; it is done within the writing transaction where that is cheaper.
    """

    bucket: str
    cost: float
    rate: float
    burst: float
    at: datetime
    records: Sequence[tuple[object, ...]] = ()
    quota_key: int | None = None
    quota_limit: int = 0
    quota_subjects: Sequence[bytes] = ()
    work: Callable[[Read], None] | None = None
    day: date | None = None
    refusal: Refusal | None = None
    level: float = 0.0  # what is left in the bucket
    failure: BaseException | None = None  # of the writing, for all who were to be written together
    error: Exception | None = None  # of its own work
    finished: bool = False
    wakened: threading.Lock = field(default_factory=threading.Lock)


class OverQuotaError(Exception):
    """A key's day went over its limit while counting quickly; the group is counted again, one by one."""


class RateLimits:
    """Buckets that fill at `rate` a second up to `burst`."""

    def __init__(self, *, locking: bool) -> None:
        self._select = _SELECT + (" FOR UPDATE" if locking else "")
        self._locking = locking
        # By bucket: drawn from the row already and not spent yet (lost, never doubled, when the process ends), and what
        # the row held after that draw.
        self._ahead: dict[str, tuple[float, float]] = {}

    def remember(self) -> dict[str, tuple[float, float]]:
        """Return what is drawn ahead now, for `restore`."""
        return dict(self._ahead)

    def restore(self, ahead: dict[str, tuple[float, float]]) -> None:
        """Go back to what was drawn ahead before a transaction that was rolled back."""
        self._ahead = ahead

    def draw(self, execute: Execute, group: Sequence[Submission]) -> None:
        """Draw every submission's cost; mark those whose bucket is empty. A clock run backwards fills nothing."""
        for one in sorted(group, key=_bucket_of) if self._locking else group:
            ahead, left = self._ahead.get(one.bucket, (0.0, 0.0))
            if ahead >= one.cost:
                self._ahead[one.bucket] = (ahead - one.cost, left)
                one.level = ahead - one.cost + left
            else:
                self._draw_row(execute, one, ahead)

    def _draw_row(self, execute: Execute, one: Submission, ahead: float) -> None:
        row = execute(self._select, (one.bucket,)).fetchone()
        if row is None and self._locking:
            # A row that is not there cannot be locked: make it, then lock it.
            execute(_CREATE, (one.bucket, one.burst, one.at))
            row = execute(self._select, (one.bucket,)).fetchone()
        level, filled_at = (one.burst, one.at) if row is None else (float(row[1]), _instant(row[2]))
        gained = max(0.0, (one.at - filled_at).total_seconds()) * one.rate
        level = min(one.burst, level + gained) + ahead
        self._ahead.pop(one.bucket, None)
        if level < one.cost:
            one.refusal = Refusal("rate", max(1, math.ceil((one.cost - level) / one.rate)))
        else:
            level -= one.cost
            drawn = min(level, one.rate * ADVANCE_SECONDS) if one.rate > 1.0 else 0.0
            if drawn >= 1.0:
                level -= drawn
                self._ahead[one.bucket] = (drawn, level)
        one.level = level + self._ahead.get(one.bucket, (0.0, 0.0))[0]
        execute(_UPSERT, (one.bucket, level, max(one.at, filled_at)))


class DayQuota:
    """Distinct subjects a key may ask about on one day."""

    def __init__(self) -> None:
        # Marks this process knows to be counted already: saves the insert, never the limit.
        self._seen: set[int] = set()

    def forget(self) -> None:
        """Drop what a transaction of unknown outcome may have added."""
        self._seen.clear()

    def draw_together(self, execute: Execute, execute_many: Execute, group: Sequence[Submission]) -> None:
        """Count the new subjects of all submissions of a key in two statements.

        Raises:
            OverQuotaError: the day is over its limit; roll back, then count with `draw_singly`.
        """
        limits: dict[tuple[int, date], int] = {}
        fresh: dict[tuple[int, date], set[int]] = {}
        for one in group:
            if one.quota_key is None or one.day is None or one.refusal is not None:
                continue
            key = (one.quota_key, one.day)
            limits[key] = min(one.quota_limit, limits.get(key, one.quota_limit))
            some = fresh.setdefault(key, set())
            some.update(_marks(one, key) - self._seen)
        for (key_id, day), marks in sorted(fresh.items()):
            if not marks:
                continue
            added = execute_many(_SUBJECT, [(mark, day) for mark in sorted(marks)]).rowcount
            used = execute(_DAY, (key_id, day, max(added, 0))).fetchone()[0]
            if used > limits[key_id, day]:
                raise OverQuotaError
            self._remember(marks)

    def draw_singly(self, execute: Execute, execute_many: Execute, group: Sequence[Submission]) -> None:
        """Count submission by submission and mark those that would pass the limit; each counts wholly or not at all."""
        for one in group:
            if one.quota_key is None or one.day is None or one.refusal is not None:
                continue
            key_id, day = one.quota_key, one.day
            row = execute(_USED, (key_id, day)).fetchone()
            used = int(row[0]) if row else 0
            marks = sorted(_marks(one, (key_id, day)))
            new = [mark for mark in marks if execute(_KNOWN, (mark,)).fetchone() is None]
            if used + len(new) > one.quota_limit:
                one.refusal = Refusal("quota", _seconds_to_midnight(one.at))
            elif new:
                execute_many(_SUBJECT, [(mark, day) for mark in new])
                execute(_DAY, (key_id, day, len(new)))

    def _remember(self, marks: set[int]) -> None:
        if len(self._seen) > _SEEN_MOST:
            self._seen.clear()
        self._seen |= marks


def _marks(one: Submission, key: tuple[int, date]) -> set[int]:
    """Return 63 bits for each subject, different for every key and day: small rows, and nothing that leads back."""
    prepared = blake2b(f"{key[0]} {key[1]}".encode(), digest_size=8)
    marks = set()
    for index in one.quota_subjects:
        digest = prepared.copy()
        digest.update(index)
        marks.add(int.from_bytes(digest.digest(), "big") >> 1)
    return marks


def _bucket_of(one: Submission) -> str:
    return one.bucket


def _instant(value: str | datetime) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _seconds_to_midnight(at: datetime) -> int:
    # Quota days are the court's days: `at` is in Asia/Shanghai.
    return 86_400 - (at.hour * 3600 + at.minute * 60 + at.second)


_SELECT = "SELECT name, level, filled_at FROM rate_buckets WHERE name = ?"
_CREATE = "INSERT INTO rate_buckets (name, level, filled_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_UPSERT = (
    "INSERT INTO rate_buckets (name, level, filled_at) VALUES (?, ?, ?) "
    "ON CONFLICT (name) DO UPDATE SET level = excluded.level, filled_at = excluded.filled_at"
)
_SUBJECT = "INSERT INTO quota_subjects (mark, day) VALUES (?, ?) ON CONFLICT DO NOTHING"
_DAY = (
    "INSERT INTO quota_days (key_id, day, used) VALUES (?, ?, ?) "
    "ON CONFLICT (key_id, day) DO UPDATE SET used = quota_days.used + excluded.used RETURNING used"
)
_USED = "SELECT used FROM quota_days WHERE key_id = ? AND day = ?"
_KNOWN = "SELECT 1 FROM quota_subjects WHERE mark = ?"
