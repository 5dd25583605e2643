"""Agencies, their purposes and keys, and the record of what they asked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, OPEN, PERSONAL, SEALED, Base, Blob, Id, Instant


class Agency(Base):
    """A subscriber; `name` is ASCII and host-like, `title` is Chinese."""

    __tablename__ = "agencies"
    __table_args__ = (CheckConstraint("state IN ('live','suspended','left')", name="state_known"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    name: Mapped[str] = mapped_column(String(100), unique=True, info=OPEN)
    title: Mapped[str] = mapped_column(String(100), info=OPEN)
    state: Mapped[str] = mapped_column(String(12), server_default="live", info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class AgencyPurpose(Base):
    """A purpose the agency may ask."""

    __tablename__ = "agency_purposes"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True, info=INTERNAL)
    purpose: Mapped[str] = mapped_column(String(40), primary_key=True, info=OPEN)


class AgencyKey(Base):
    """A key of an agency: shown once, here only a MAC of its secret."""

    __tablename__ = "agency_keys"
    __table_args__ = (CheckConstraint("environment IN ('test','live')", name="environment_known"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True, info=INTERNAL)
    key_id: Mapped[str] = mapped_column(String(20), unique=True, info=INTERNAL)
    last_four: Mapped[str] = mapped_column(String(4), info=INTERNAL)
    secret_mac: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    environment: Mapped[str] = mapped_column(String(4), info=INTERNAL)
    scopes: Mapped[str] = mapped_column(String(80), info=INTERNAL)  # "check notices"
    networks: Mapped[str] = mapped_column(String(400), server_default="", info=INTERNAL)  # CIDRs; "" = any
    rate: Mapped[int] = mapped_column(server_default="50", info=INTERNAL)  # calls a second
    burst: Mapped[int] = mapped_column(server_default="100", info=INTERNAL)
    daily_subjects: Mapped[int] = mapped_column(server_default="20000", info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    expires_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)


class Check(Base):
    """One question of an agency and its recorded answer (kept five years)."""

    __tablename__ = "checks"
    # No index of times, names or subjects: each would be a random write a check. The public name is made of the id, the
    # time is in it.
    __table_args__ = (
        Index(
            "uq_checks_denial_code",
            "denial_code",
            unique=True,
            sqlite_where=text("denial_code IS NOT NULL"),
            postgresql_where=text("denial_code IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), info=INTERNAL)  # NULL: at the terminal
    key_id: Mapped[int | None] = mapped_column(ForeignKey("agency_keys.id"), info=INTERNAL)
    purpose: Mapped[str] = mapped_column(String(40), info=INTERNAL)
    outcome: Mapped[str] = mapped_column(String(12), info=PERSONAL)
    subject_id: Mapped[int | None] = mapped_column(Id, info=INTERNAL)
    document_index: Mapped[bytes] = mapped_column(Blob, info=INTERNAL)
    reference: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)
    answer: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # NULL where the columns say it all (`clear`)
    denial_code: Mapped[str | None] = mapped_column(String(9), info=INTERNAL)
    at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class CheckOutcome(Base):
    """What the agency reports to have done after a check."""

    __tablename__ = "check_outcomes"
    __table_args__ = (
        CheckConstraint("action IN ('refused','proceeded','verified','permit_used')", name="action_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    check_row_id: Mapped[int] = mapped_column(ForeignKey("checks.id"), index=True, info=INTERNAL)
    action: Mapped[str] = mapped_column(String(12), info=INTERNAL)
    done_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    note: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)
    recorded_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class QuotaDay(Base):
    """How many distinct subjects a key asked about on a day."""

    __tablename__ = "quota_days"

    key_id: Mapped[int] = mapped_column(ForeignKey("agency_keys.id"), primary_key=True, info=INTERNAL)
    day: Mapped[date] = mapped_column(primary_key=True, info=INTERNAL)
    used: Mapped[int] = mapped_column(info=INTERNAL)


class QuotaSubject(Base):
    """A subject already counted for a key on a day: 63 bits of a hash over all three, nothing that leads back."""

    __tablename__ = "quota_subjects"

    mark: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    day: Mapped[date] = mapped_column(info=INTERNAL)


class RateBucket(Base):
    """A token bucket: exact over all workers, survives restarts (`security.md` H8, H9)."""

    __tablename__ = "rate_buckets"

    name: Mapped[str] = mapped_column(String(120), primary_key=True, info=PERSONAL)
    level: Mapped[float] = mapped_column(info=INTERNAL)
    filled_at: Mapped[datetime] = mapped_column(Instant, index=True, info=INTERNAL)
