"""Accounts of staff and their sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, PERSONAL, SEALED, Base, Blob, Id, Instant


class Account(Base):
    """A way to sign in; belongs to one person, is disabled and never deleted."""

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("state IN ('active','disabled')", name="state_known"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    username: Mapped[str] = mapped_column(String(60), unique=True, info=PERSONAL)
    password_hash: Mapped[str] = mapped_column(String(200), info=SEALED)
    password_changed_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    state: Mapped[str] = mapped_column(String(10), server_default="active", info=INTERNAL)
    failures: Mapped[int] = mapped_column(server_default="0", info=INTERNAL)
    locked_until: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class StaffSession(Base):
    """A signed-in session; the token itself is only in the browser, here is its hash."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[bytes] = mapped_column(Blob, primary_key=True, info=SEALED)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True, info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    last_seen_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    proved_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)  # when the password was last given
