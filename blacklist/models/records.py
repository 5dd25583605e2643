"""What the registry writes about itself: audit trail, idempotent answers, runs of jobs, imports, facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, PERSONAL, SEALED, Base, Blob, Id, Instant


class AuditEntry(Base):
    """One act: who, when, on what. Append-only, chained by hash, holds no listed person's name or number."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_object_id", "object_id"),)

    number: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    event: Mapped[str] = mapped_column(String(40), info=INTERNAL)
    object_id: Mapped[int | None] = mapped_column(Id, info=INTERNAL)
    court_id: Mapped[int | None] = mapped_column(Id, info=INTERNAL)
    actor_kind: Mapped[str] = mapped_column(String(10), info=INTERNAL)
    person_id: Mapped[int | None] = mapped_column(Id, info=PERSONAL)
    account_id: Mapped[int | None] = mapped_column(Id, info=PERSONAL)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, info=INTERNAL)
    at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    hash: Mapped[bytes] = mapped_column(Blob, info=INTERNAL)


class AuditHead(Base):
    """Length and last hash of the audit chain: one row."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("one = 1", name="one_row"),)

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=INTERNAL)
    length: Mapped[int] = mapped_column(Id, info=INTERNAL)
    hash: Mapped[bytes] = mapped_column(Blob, info=INTERNAL)


class KeptAnswer(Base):
    """The answer to a request with an Idempotency-Key, kept seven days."""

    __tablename__ = "kept_answers"

    caller: Mapped[str] = mapped_column(String(60), primary_key=True, info=INTERNAL)
    route: Mapped[str] = mapped_column(String(120), primary_key=True, info=INTERNAL)
    key: Mapped[str] = mapped_column(String(255), primary_key=True, info=INTERNAL)
    row_id: Mapped[int] = mapped_column(Id, info=INTERNAL)
    body_hash: Mapped[bytes] = mapped_column(Blob, info=INTERNAL)
    status: Mapped[int] = mapped_column(info=INTERNAL)
    answer: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    kept_at: Mapped[datetime] = mapped_column(Instant, index=True, info=INTERNAL)


class SyncRun(Base):
    """One run of a job for one slot of its timetable; the pair is unique, so no slot runs twice."""

    __tablename__ = "sync_runs"
    __table_args__ = (UniqueConstraint("job", "slot"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    job: Mapped[str] = mapped_column(String(40), info=INTERNAL)
    slot: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    started_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    ended_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    outcome: Mapped[str] = mapped_column(String(10), server_default="running", info=INTERNAL)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, info=INTERNAL)


class ImportRun(Base):
    """One file brought in; a finished one is known by its hash and refused a second time."""

    __tablename__ = "import_runs"
    __table_args__ = (
        CheckConstraint("state IN ('running','done')", name="state_known"),
        CheckConstraint("decider_id <> proposer_id", name="decider_is_another_person"),
    )

    file_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=INTERNAL)
    state: Mapped[str] = mapped_column(String(10), info=INTERNAL)
    rows: Mapped[int] = mapped_column(info=INTERNAL)
    written: Mapped[int] = mapped_column(info=INTERNAL)
    proposer_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    decider_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    started_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    ended_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)


class RegistryFact(Base):
    """A fact about this database: its environment, the probe that proves the keys fit."""

    __tablename__ = "registry_facts"

    name: Mapped[str] = mapped_column(String(40), primary_key=True, info=INTERNAL)
    value: Mapped[str] = mapped_column(String(400), info=INTERNAL)
