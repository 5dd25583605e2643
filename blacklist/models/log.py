"""The append-only log of restrictions, what it adds up to, and what each agency countersigned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, OPEN, SEALED, Base, Blob, Id, Instant


class LogHead(Base):
    """Where the log ends: one row, locked by every append until it commits."""

    __tablename__ = "log_head"
    __table_args__ = (CheckConstraint("one = 1", name="one_row"), {"postgresql_with": {"fillfactor": 50}})

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=INTERNAL)
    epoch: Mapped[str] = mapped_column(String(32), info=OPEN)
    size: Mapped[int] = mapped_column(Id, info=OPEN)
    frontier: Mapped[bytes] = mapped_column(Blob, info=OPEN)  # roots of the perfect subtrees, largest first
    fenced: Mapped[bool] = mapped_column(info=INTERNAL)


class LogEntry(Base):
    """One leaf: a public commitment; the opening stays here, sealed, until it is erased."""

    __tablename__ = "log_entries"

    idx: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=OPEN)
    event_id: Mapped[str] = mapped_column(String(32), unique=True, info=INTERNAL)
    kind: Mapped[str] = mapped_column(String(12), info=OPEN)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True, info=INTERNAL)
    permit_id: Mapped[int | None] = mapped_column(ForeignKey("permits.id"), index=True, info=INTERNAL)
    tag: Mapped[str | None] = mapped_column(String(32), index=True, info=OPEN)
    leaf: Mapped[bytes] = mapped_column(Blob, info=OPEN)
    hash: Mapped[bytes] = mapped_column(Blob, info=OPEN)
    opening: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)
    effect: Mapped[list[Any]] = mapped_column(JSON, info=INTERNAL)  # [{"d":…,"f":…,"q":…,"x":{…}}], absolute
    at: Mapped[datetime] = mapped_column(Instant, info=OPEN)


class LogTile(Base):
    """The root of a full tile of 256 hashes."""

    __tablename__ = "log_tiles"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=OPEN)
    n: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=OPEN)
    hash: Mapped[bytes] = mapped_column(Blob, info=OPEN)


class LogCheckpoint(Base):
    """A signed size and root of the log."""

    __tablename__ = "log_checkpoints"

    size: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=OPEN)
    root: Mapped[bytes] = mapped_column(Blob, info=OPEN)
    note: Mapped[str] = mapped_column(Text, info=OPEN)
    signed_at: Mapped[datetime] = mapped_column(Instant, info=OPEN)


class Restriction(Base):
    """What stands against one document now, derived from the log; written under the lock of its head only."""

    __tablename__ = "restrictions"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id"), primary_key=True, autoincrement=False, info=INTERNAL
    )
    flags: Mapped[int] = mapped_column(Id, info=INTERNAL)
    confirm: Mapped[int] = mapped_column(Id, info=INTERNAL)
    lifted: Mapped[dict[str, Any]] = mapped_column(JSON, info=INTERNAL)
    last_idx: Mapped[int] = mapped_column(Id, info=INTERNAL)


class ViewKey(Base):
    """The fingerprint key of one agency and key epoch, with the purposes it sees."""

    __tablename__ = "view_keys"
    __table_args__ = (CheckConstraint("state IN ('next','live','retired')", name="state_known"),)

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True, info=INTERNAL)
    key_epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=INTERNAL)
    row_id: Mapped[int] = mapped_column(Id, unique=True, info=INTERNAL)  # what the sealed key is bound to
    fp_key: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    mask: Mapped[int] = mapped_column(Id, info=INTERNAL)
    state: Mapped[str] = mapped_column(String(8), info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class Subscriber(Base):
    """How an agency is told of changes, and the keys it countersigns with."""

    __tablename__ = "subscribers"
    __table_args__ = (CheckConstraint("state IN ('live','down','suspended','left')", name="state_known"),)

    agency_id: Mapped[int] = mapped_column(
        ForeignKey("agencies.id"), primary_key=True, autoincrement=False, info=INTERNAL
    )
    state: Mapped[str] = mapped_column(String(10), info=INTERNAL)
    hook_url: Mapped[str | None] = mapped_column(String(400), info=INTERNAL)
    hook_secrets: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # JSON: one, or two while one is replaced
    ack_vkey: Mapped[str] = mapped_column(String(200), info=OPEN)
    witness_vkey: Mapped[str] = mapped_column(String(200), info=OPEN)
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)


class AgencyView(Base):
    """The newest statement about one agency's view."""

    __tablename__ = "agency_views"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True, info=INTERNAL)
    key_epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=INTERNAL)
    size: Mapped[int] = mapped_column(Id, info=INTERNAL)
    n: Mapped[int] = mapped_column(Id, info=INTERNAL)
    view_root: Mapped[bytes] = mapped_column(Blob, info=INTERNAL)
    statement: Mapped[str] = mapped_column(Text, info=INTERNAL)
    signed_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class AgencyWake(Base):
    """The one row that is retry, breaker and dead letter of an agency's wakes."""

    __tablename__ = "agency_wakes"
    __table_args__ = (Index("ix_agency_wakes_due_at", "due_at"),)

    agency_id: Mapped[int] = mapped_column(
        ForeignKey("agencies.id"), primary_key=True, autoincrement=False, info=INTERNAL
    )
    want_size: Mapped[int] = mapped_column(Id, info=INTERNAL)
    due_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    failures: Mapped[int] = mapped_column(server_default="0", info=INTERNAL)
    last_error: Mapped[str | None] = mapped_column(String(200), info=INTERNAL)


class AgencyAck(Base):
    """An agency's countersignature over a size: since then it is in force there."""

    __tablename__ = "agency_acks"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True, info=INTERNAL)
    size: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=OPEN)
    view_root: Mapped[bytes] = mapped_column(Blob, info=INTERNAL)
    note: Mapped[str] = mapped_column(Text, info=OPEN)
    cosignature: Mapped[str] = mapped_column(Text, info=OPEN)
    at: Mapped[datetime] = mapped_column(Instant, info=OPEN)


class Discrepancy(Base):
    """A difference between two places that should be equal: found, healed, and to be explained."""

    __tablename__ = "discrepancies"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    kind: Mapped[str] = mapped_column(String(40), info=INTERNAL)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True, info=INTERNAL)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, info=INTERNAL)
    found_at: Mapped[datetime] = mapped_column(Instant, index=True, info=INTERNAL)
    healed_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
