"""Forgetting what nobody may keep longer: sessions, kept answers, limits, run records, old checks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, CursorResult, delete, inspect, select, tuple_
from sqlalchemy.orm import Session

from blacklist.actors import MACHINE
from blacklist.events import AuditEvent
from blacklist.identity.ids import first_id_at
from blacklist.models import (
    Base,
    Check,
    CheckOutcome,
    KeptAnswer,
    PermitUse,
    QuotaDay,
    QuotaSubject,
    RateBucket,
    StaffSession,
    SyncRun,
)
from blacklist.services.auditing import record

# Most rows of one table that one call removes: the transaction stays short, and the writers beside it wait little.
BATCH: Final = 2_000

SESSION_LIFE: Final = timedelta(hours=8)
SESSION_IDLE: Final = timedelta(minutes=30)
ANSWERS_KEPT: Final = timedelta(days=7)
LIMITS_KEPT: Final = timedelta(days=2)
RUNS_KEPT: Final = timedelta(days=183)
CHECK_YEARS_KEPT: Final = 5


def purge(session: Session, *, at: datetime) -> dict[str, int]:
    """Remove rows past their retention, at most `BATCH` of each table, and record how many went.

    A table whose count reaches `BATCH` may have more; call again in a new transaction. `at` is aware; the days of
    quotas are days of its zone, which is the courts'.
    """
    quota_day = (at - LIMITS_KEPT).date()
    counts = {
        "staff_sessions": _remove(
            session,
            StaffSession,
            (StaffSession.created_at <= at - SESSION_LIFE) | (StaffSession.last_seen_at <= at - SESSION_IDLE),
        ),
        "kept_answers": _remove(session, KeptAnswer, KeptAnswer.kept_at < at - ANSWERS_KEPT),
        "rate_buckets": _remove(session, RateBucket, RateBucket.filled_at < at - LIMITS_KEPT),
        "quota_days": _remove(session, QuotaDay, QuotaDay.day < quota_day),
        "quota_subjects": _remove(session, QuotaSubject, QuotaSubject.day < quota_day),
        "sync_runs": _remove(session, SyncRun, SyncRun.started_at < at - RUNS_KEPT),
        "checks": _remove_checks(session, before=years_before(at, CHECK_YEARS_KEPT)),
    }
    gone = {name: count for name, count in counts.items() if count}
    if gone:
        record(session, AuditEvent.DATA_PURGED, None, actor=MACHINE, at=at, facts=dict(gone))
    session.flush()
    return counts


def years_before(at: datetime, years: int) -> datetime:
    """Return the same instant of the calendar `years` earlier; 29 February becomes 28 February."""
    try:
        return at.replace(year=at.year - years)
    except ValueError:
        return at.replace(year=at.year - years, day=28)


def _remove(session: Session, model: type[Base], condition: ColumnElement[bool]) -> int:
    key = inspect(model).primary_key
    due = select(*key).where(condition).limit(BATCH)
    where = key[0].in_(due) if len(key) == 1 else tuple_(*key).in_(due)
    return _count(session.execute(delete(model).where(where).execution_options(synchronize_session=False)))


def _remove_checks(session: Session, *, before: datetime) -> int:
    old = select(Check.id).where(Check.id < first_id_at(before))
    # What was done about a check goes with it, first: its rows point at the check. The trail keeps that a permit was used.
    due = session.scalars(old.order_by(Check.id).limit(BATCH)).all()
    if not due:
        return 0
    for model in (CheckOutcome, PermitUse):
        session.execute(delete(model).where(model.check_row_id.in_(due)).execution_options(synchronize_session=False))
    return _count(session.execute(delete(Check).where(Check.id.in_(due)).execution_options(synchronize_session=False)))


def _count(result: Any) -> int:
    return max(result.rowcount, 0) if isinstance(result, CursorResult) else 0
