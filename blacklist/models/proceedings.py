"""What comes before and after an order: creditors' applications, events of a case, marks at the signing table."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, OPEN, SEALED, Base, Blob, Id, Instant, Money


class Application(Base):
    """A creditor's written application for an order; examined and decided within fifteen days (LIST 5)."""

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint("kind IN ('listing','consumption','exit_ban')", name="kind_known"),
        CheckConstraint("state IN ('received','proposed','accepted','refused','withdrawn')", name="state_known"),
        CheckConstraint("decider_id IS NULL OR decider_id <> proposer_id", name="decider_is_another_person"),
        CheckConstraint(
            "state <> 'refused' OR (proposer_id IS NOT NULL AND decider_id IS NOT NULL)",
            name="refused_by_two_persons",
        ),
        Index("ix_applications_court_id_state", "court_id", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    public_id: Mapped[str] = mapped_column(String(10), unique=True, info=INTERNAL)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), info=INTERNAL)
    kind: Mapped[str] = mapped_column(String(12), info=OPEN)
    case_number: Mapped[str] = mapped_column(String(60), index=True, info=OPEN)
    debtor_index: Mapped[bytes] = mapped_column(Blob, index=True, info=INTERNAL)
    debtor: Mapped[bytes] = mapped_column(Blob, info=SEALED)  # JSON: name and document
    applicant: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    statement: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    received_on: Mapped[date] = mapped_column(info=INTERNAL)
    state: Mapped[str] = mapped_column(String(10), info=INTERNAL)
    version: Mapped[int] = mapped_column(server_default="1", info=INTERNAL)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    recorded_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    refusal: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # the proposed or decided reason
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    proposed_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    decided_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True, info=INTERNAL)


class CaseEvent(Base):
    """Something that happened in a case and bears on its orders: payment, settlement, stay, death and so on."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True, info=INTERNAL)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), info=INTERNAL)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"), info=INTERNAL)
    kind: Mapped[str] = mapped_column(String(24), info=OPEN)
    happened_on: Mapped[date] = mapped_column(info=OPEN)
    amount: Mapped[Decimal | None] = mapped_column(Money, info=OPEN)
    document: Mapped[str] = mapped_column(String(200), info=INTERNAL)
    note: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    recorded_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class SignMark(Base):
    """What a president chose for one checked order before the batch is signed; saved card by card."""

    __tablename__ = "sign_marks"
    __table_args__ = (CheckConstraint("choice IN ('agree','return','hold')", name="choice_known"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id"), primary_key=True, autoincrement=False, info=INTERNAL
    )
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True, autoincrement=False, info=INTERNAL)
    version: Mapped[int] = mapped_column(info=INTERNAL)  # of the order, as it was seen
    choice: Mapped[str] = mapped_column(String(8), info=INTERNAL)
    reason: Mapped[str] = mapped_column(String(500), server_default="", info=INTERNAL)
    opened: Mapped[bool] = mapped_column(info=INTERNAL)  # the whole order was looked at
    reading_seconds: Mapped[int | None] = mapped_column(info=INTERNAL)
    marked_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
