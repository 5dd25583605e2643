"""Live sessions of staff."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.models import Account, StaffSession


def find_live(
    session: Session, token_hash: bytes, *, at: datetime, idle: timedelta, absolute: timedelta
) -> StaffSession | None:
    """Return the session with this token hash if it lives at `at` and its account is active; None otherwise."""
    return session.scalars(
        select(StaffSession)
        .join(Account, Account.id == StaffSession.account_id)
        .where(
            StaffSession.token_hash == token_hash,
            StaffSession.last_seen_at > at - idle,
            StaffSession.created_at > at - absolute,
            Account.state == "active",
        )
    ).one_or_none()
