"""What an operator asks: is the schema current, when did a job last run, how much is there of everything."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from blacklist.models import Check, Order, Publication, SyncRun

SCHEMA_HEAD = "0003_log"


def schema_is_current(session: Session) -> bool:
    """Tell whether the database is at the revision this release was written for."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return False
    return session.execute(text("SELECT version_num FROM alembic_version")).scalar() == SCHEMA_HEAD


def newest_run_at(session: Session) -> datetime | None:
    """Return when a job last started, or None."""
    return session.scalar(select(func.max(SyncRun.started_at)))


def count_all(session: Session) -> dict[tuple[str, str], int]:
    """Return counts by (metric, labels): orders by kind and state, checks by outcome, publications."""
    counts: dict[tuple[str, str], int] = {}
    for kind, state, count in session.execute(
        select(Order.kind, Order.state, func.count()).group_by(Order.kind, Order.state)
    ):
        counts["orders", f'kind="{kind}",state="{state}"'] = count
    for outcome, count in session.execute(select(Check.outcome, func.count()).group_by(Check.outcome)):
        counts["checks_total", f'outcome="{outcome}"'] = count
    counts["publications", ""] = session.scalar(select(func.count()).select_from(Publication)) or 0
    return counts
