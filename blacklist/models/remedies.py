"""What a person may do against an order: objections and reconsiderations, and what was heard on the way."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, SEALED, Base, Blob, Id, Instant


class Objection(Base):
    """An application for correction (LIST 11, 12; GOOD 18), received at the desk or online."""

    __tablename__ = "objections"
    __table_args__ = (
        CheckConstraint(
            "state IN ('received','accepted','upheld','rejected','withdrawn')",
            name="state_known",
        ),
        CheckConstraint("via IN ('desk','online')", name="via_known"),
        CheckConstraint("outcome IS NULL OR outcome IN ('upheld','rejected')", name="outcome_known"),
        CheckConstraint("decider_id IS NULL OR decider_id <> proposer_id", name="decider_is_another_person"),
        CheckConstraint(
            "state NOT IN ('upheld','rejected') OR (proposer_id IS NOT NULL AND decider_id IS NOT NULL)",
            name="decided_by_two_persons",
        ),
        Index("ix_objections_court_id_state", "court_id", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    public_id: Mapped[str] = mapped_column(String(10), unique=True, info=INTERNAL)  # 受理编号
    track_index: Mapped[bytes] = mapped_column(Blob, info=INTERNAL)  # MAC of the 查询码, shown once
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True, info=INTERNAL)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), info=INTERNAL)
    claim: Mapped[str] = mapped_column(String(24), info=INTERNAL)
    state: Mapped[str] = mapped_column(String(12), info=INTERNAL)
    version: Mapped[int] = mapped_column(server_default="1", info=INTERNAL)
    via: Mapped[str] = mapped_column(String(8), info=INTERNAL)
    statement: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    applicant: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    contact: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)
    received_on: Mapped[date] = mapped_column(info=INTERNAL)
    received_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    received_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)  # None: online
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    outcome: Mapped[str | None] = mapped_column(String(10), info=INTERNAL)
    remedy: Mapped[str | None] = mapped_column(String(16), info=INTERNAL)  # correct | remove | withdraw
    reasons: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    proposed_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    decided_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    served_on: Mapped[date | None] = mapped_column(info=INTERNAL)  # the decision, on the applicant
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)


class RemedyNote(Base):
    """Something heard, handed in or asked for in an objection or reconsideration; append-only by use."""

    __tablename__ = "remedy_notes"
    __table_args__ = (
        CheckConstraint("(objection_id IS NULL) <> (reconsideration_id IS NULL)", name="belongs_to_one"),
        CheckConstraint("kind IN ('hearing','material','request','note')", name="kind_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"), index=True, info=INTERNAL)
    reconsideration_id: Mapped[int | None] = mapped_column(ForeignKey("reconsiderations.id"), index=True, info=INTERNAL)
    kind: Mapped[str] = mapped_column(String(10), info=INTERNAL)
    text: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    happened_on: Mapped[date] = mapped_column(info=INTERNAL)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class Reconsideration(Base):
    """Reconsideration at the next higher court: of a rejection, or straight of an exit ban."""

    __tablename__ = "reconsiderations"
    __table_args__ = (
        CheckConstraint("state IN ('received','changed','maintained','withdrawn')", name="state_known"),
        CheckConstraint("via IN ('desk','online')", name="via_known"),
        CheckConstraint("outcome IS NULL OR outcome IN ('changed','maintained')", name="outcome_known"),
        CheckConstraint("decider_id IS NULL OR decider_id <> proposer_id", name="decider_is_another_person"),
        CheckConstraint(
            "state NOT IN ('changed','maintained') OR (proposer_id IS NOT NULL AND decider_id IS NOT NULL)",
            name="decided_by_two_persons",
        ),
        Index(
            "uq_reconsiderations_one_open",
            "order_id",
            unique=True,
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
        Index("ix_reconsiderations_court_id_state", "court_id", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    public_id: Mapped[str] = mapped_column(String(10), unique=True, info=INTERNAL)
    track_index: Mapped[bytes] = mapped_column(Blob, info=INTERNAL)
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"), index=True, info=INTERNAL)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True, info=INTERNAL)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), info=INTERNAL)  # the higher court, which decides
    state: Mapped[str] = mapped_column(String(12), info=INTERNAL)
    version: Mapped[int] = mapped_column(server_default="1", info=INTERNAL)
    via: Mapped[str] = mapped_column(String(8), info=INTERNAL)
    statement: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    applicant: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    received_on: Mapped[date] = mapped_column(info=INTERNAL)
    received_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    outcome: Mapped[str | None] = mapped_column(String(10), info=INTERNAL)
    remedy: Mapped[str | None] = mapped_column(String(16), info=INTERNAL)
    reasons: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    proposed_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    decided_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    served_on: Mapped[date | None] = mapped_column(info=INTERNAL)
