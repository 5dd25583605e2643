"""Token buckets and distinct-subject quotas, drawn inside the record writer's transaction.

Exact over all processes: the rows are locked until the commit (PostgreSQL: FOR UPDATE in name order, SQLite: the one
write lock). See `security.md` H8, H9, I19.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, Executable, Select, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from blacklist.models import QuotaDay, QuotaSubject, RateBucket

if TYPE_CHECKING:
    from app.recording import Submission

_SEEN_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submission was refused and after how many seconds it may come again."""

    reason: Literal["rate", "quota"]
    retry_after: int


class RateLimits:
    """Buckets that fill at `rate` a second up to `burst`."""

    def draw(self, connection: Connection, group: list[Submission]) -> None:
        """Draw every submission's cost; mark those whose bucket is empty. A clock run backwards fills nothing."""
        names = sorted({one.bucket for one in group})
        rows = connection.execute(_buckets(connection), {"names": names}).all()
        if len(rows) < len(names) and connection.dialect.name == "postgresql":
            # A row that is not there cannot be locked: make it, then lock it.
            known = {row.name for row in rows}
            fresh = {one.bucket: one for one in group if one.bucket not in known}
            connection.execute(
                _BUCKET_INSERT,
                [{"name": name, "level": one.burst, "filled_at": one.at} for name, one in sorted(fresh.items())],
            )
            rows = connection.execute(_buckets(connection), {"names": names}).all()
        levels: dict[str, tuple[float, datetime]] = {row.name: (row.level, row.filled_at) for row in rows}
        for one in group:
            level, filled_at = levels.get(one.bucket, (one.burst, one.at))
            gained = max(0.0, (one.at - filled_at).total_seconds()) * one.rate
            level = min(one.burst, level + gained)
            if level < one.cost:
                one.refusal = Refusal("rate", max(1, math.ceil((one.cost - level) / one.rate)))
            else:
                level -= one.cost
            one.level = level
            levels[one.bucket] = (level, max(one.at, filled_at))
        values = [{"name": name, "level": levels[name][0], "filled_at": levels[name][1]} for name in names]
        connection.execute(_BUCKET_UPSERT[connection.dialect.name], values)


class DayQuota:
    """Distinct subjects a key may ask about on one day."""

    def __init__(self) -> None:
        # Subjects this process knows to be counted already: saves the insert, never the limit.
        self._seen: set[tuple[int, date, bytes]] = set()

    def forget(self) -> None:
        """Drop what a rolled-back transaction may have added."""
        self._seen.clear()

    def draw(self, connection: Connection, group: list[Submission]) -> None:
        """Count new subjects by key and day; mark submissions that would pass the limit."""
        by_key: dict[tuple[int, date], list[Submission]] = {}
        for one in group:
            if one.quota_key is not None and one.day is not None and one.refusal is None:
                by_key.setdefault((one.quota_key, one.day), []).append(one)
        for (key_id, day), submissions in sorted(by_key.items()):
            used = connection.execute(_DAY, {"key_id": key_id, "day": day}).scalar() or 0
            before = used
            for one in submissions:
                used = self._count(connection, one, used)
            if used != before:
                connection.execute(
                    _DAY_UPSERT[connection.dialect.name], {"key_id": key_id, "day": day, "used": used - before}
                )

    def _count(self, connection: Connection, one: Submission, used: int) -> int:
        assert one.quota_key is not None  # noqa: S101 - for the type checker; draw() selected these
        assert one.day is not None  # noqa: S101
        key_id, day = one.quota_key, one.day
        asked = {index for index in one.quota_subjects if (key_id, day, index) not in self._seen}
        if not asked:
            return used
        if used + len(asked) > one.quota_limit:
            known = {
                index
                for part in _parts(sorted(asked))
                for index in connection.execute(_KNOWN, {"key_id": key_id, "day": day, "indexes": part}).scalars()
            }
            asked -= known
            if used + len(asked) > one.quota_limit:
                one.refusal = Refusal("quota", _seconds_to_midnight(one.at))
                return used
        if asked:
            rows = [{"key_id": key_id, "day": day, "document_index": index} for index in asked]
            result = connection.execute(_SUBJECT_INSERT[connection.dialect.name], rows)
            used += max(result.rowcount, 0)
        if len(self._seen) > _SEEN_MOST:
            self._seen.clear()
        self._seen.update((key_id, day, index) for index in asked)
        return used


def _parts(indexes: list[bytes]) -> list[list[bytes]]:
    return [indexes[start : start + 500] for start in range(0, len(indexes), 500)]


def _seconds_to_midnight(at: datetime) -> int:
    # Quota days are the court's days: `at` is in Asia/Shanghai.
    return 86_400 - (at.hour * 3600 + at.minute * 60 + at.second)


def _buckets(connection: Connection) -> Select[str, float, datetime]:
    return _BUCKETS_LOCKED if connection.dialect.name == "postgresql" else _BUCKETS


_BUCKETS = select(RateBucket.name, RateBucket.level, RateBucket.filled_at).where(
    RateBucket.name.in_(bindparam("names", expanding=True))
)
_BUCKETS_LOCKED = _BUCKETS.order_by(RateBucket.name).with_for_update()
_DAY = select(QuotaDay.used).where(QuotaDay.key_id == bindparam("key_id"), QuotaDay.day == bindparam("day"))
_KNOWN = select(QuotaSubject.document_index).where(
    QuotaSubject.key_id == bindparam("key_id"),
    QuotaSubject.day == bindparam("day"),
    QuotaSubject.document_index.in_(bindparam("indexes", expanding=True)),
)
# Both dialects' inserts have the same ON CONFLICT methods; SQLAlchemy gives them no common type.
_INSERT_OF: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _upserts(table: type, key: list[str], changed: list[str]) -> dict[str, Executable]:
    statements: dict[str, Executable] = {}
    for name, insert in _INSERT_OF.items():
        statement = insert(table)
        statements[name] = statement.on_conflict_do_update(
            index_elements=key, set_={column: statement.excluded[column] for column in changed}
        )
    return statements


_BUCKET_UPSERT = _upserts(RateBucket, ["name"], ["level", "filled_at"])
_BUCKET_INSERT = postgresql.insert(RateBucket).on_conflict_do_nothing()
_DAY_UPSERT: dict[str, Executable] = {}
for _name, _insert in _INSERT_OF.items():
    _statement = _insert(QuotaDay)
    _DAY_UPSERT[_name] = _statement.on_conflict_do_update(
        index_elements=["key_id", "day"], set_={"used": QuotaDay.used + _statement.excluded.used}
    )
_SUBJECT_INSERT = {name: insert(QuotaSubject).on_conflict_do_nothing() for name, insert in _INSERT_OF.items()}
