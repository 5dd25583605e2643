"""Enforcement cases, the orders made in them, and everything two persons did to an order."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, OPEN, PERSONAL, SEALED, Base, Blob, Id, Instant, Money

_DECIDED = "state IN ('issued','effective','suspended','removed','withdrawn','expired')"


class Case(Base):
    """An enforcement case of a court."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), index=True, info=OPEN)
    number: Mapped[str] = mapped_column(String(60), unique=True, info=OPEN)
    filed_on: Mapped[date] = mapped_column(info=OPEN)
    basis_number: Mapped[str] = mapped_column(String(100), info=OPEN)
    basis_maker: Mapped[str] = mapped_column(String(100), info=OPEN)
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class Order(Base):
    """One decision of one court against one subject in one case."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("kind IN ('listing','consumption','exit_ban')", name="kind_known"),
        CheckConstraint(
            "state IN ('draft','returned','abandoned','checked','issued','effective',"
            "'suspended','removed','withdrawn','expired')",
            name="state_known",
        ),
        CheckConstraint("checked_by IS NULL OR checked_by <> drafted_by", name="checker_is_another_person"),
        CheckConstraint("issued_by IS NULL OR issued_by <> drafted_by", name="issuer_is_another_person"),
        CheckConstraint("state <> 'checked' OR checked_by IS NOT NULL", name="checked_has_checker"),
        CheckConstraint(
            f"NOT ({_DECIDED}) OR (checked_by IS NOT NULL AND issued_by IS NOT NULL AND issued_at IS NOT NULL"
            " AND order_no IS NOT NULL AND decided_on IS NOT NULL)",
            name="decided_by_two_persons",
        ),
        CheckConstraint("state <> 'effective' OR effective_at IS NOT NULL", name="effective_has_instant"),
        CheckConstraint(
            "state NOT IN ('removed','withdrawn') OR (ended_at IS NOT NULL AND end_reason IS NOT NULL)",
            name="ended_has_reason",
        ),
        CheckConstraint(f"kind <> 'exit_ban' OR NOT ({_DECIDED}) OR ends_on IS NOT NULL", name="exit_ban_has_end"),
        Index("ix_orders_court_id_state", "court_id", "state"),
        Index("uq_orders_access_code_index", "access_code_index", unique=True),
        Index(
            "ix_orders_due_to_expire",
            "ends_on",
            sqlite_where=text("state IN ('issued','effective','suspended')"),
            postgresql_where=text("state IN ('issued','effective','suspended')"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    public_id: Mapped[str] = mapped_column(String(10), unique=True, info=OPEN)
    order_no: Mapped[str | None] = mapped_column(String(80), unique=True, info=OPEN)
    kind: Mapped[str] = mapped_column(String(12), info=OPEN)
    state: Mapped[str] = mapped_column(String(12), info=INTERNAL)
    version: Mapped[int] = mapped_column(server_default="1", info=INTERNAL)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), info=OPEN)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True, info=OPEN)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"), index=True, info=INTERNAL)
    grounds: Mapped[str] = mapped_column(String(20), server_default="", info=OPEN)  # "G1,G4"; listings only
    evidence: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # what the ground rests on
    warned_on: Mapped[date | None] = mapped_column(info=INTERNAL)  # execution notice with warning served (LIST 5)
    duty: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # the whole text, names third parties
    duty_public: Mapped[str | None] = mapped_column(Text, info=OPEN)  # reviewed text without third parties
    performance: Mapped[str] = mapped_column(String(10), server_default="none", info=OPEN)  # none | part | full
    amount_due: Mapped[Decimal | None] = mapped_column(Money, info=OPEN)
    amount_performed: Mapped[Decimal | None] = mapped_column(Money, info=OPEN)
    exit_ban_months: Mapped[int | None] = mapped_column(info=INTERNAL)
    decided_on: Mapped[date | None] = mapped_column(info=OPEN)
    ends_on: Mapped[date | None] = mapped_column(info=OPEN)  # last day in force, Asia/Shanghai; NULL: no fixed term
    grace_until: Mapped[date | None] = mapped_column(info=INTERNAL)
    effective_at: Mapped[datetime | None] = mapped_column(Instant, info=OPEN)
    ended_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    end_reason: Mapped[str | None] = mapped_column(String(24), info=INTERNAL)
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), info=INTERNAL)
    drafted_by: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    drafted_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    checked_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    issued_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    returned_reason: Mapped[str | None] = mapped_column(String(500), info=INTERNAL)
    batch_id: Mapped[str | None] = mapped_column(String(10), info=INTERNAL)  # signed together; may be taken back
    suspended_until: Mapped[date | None] = mapped_column(info=INTERNAL)  # last day of a suspension
    suspended_reason: Mapped[str | None] = mapped_column(String(24), info=INTERNAL)
    extended_years: Mapped[int | None] = mapped_column(info=INTERNAL)  # LIST 2: once, one to three
    circumstances: Mapped[str] = mapped_column(String(200), server_default="", info=INTERNAL)  # codes, comma between
    warnings: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # JSON: soft warnings with their answers
    access_code: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # printed in the decision
    access_code_index: Mapped[bytes | None] = mapped_column(Blob, info=INTERNAL)
    log_salt: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # base64; makes the order's tag in the log
    rule_version: Mapped[str] = mapped_column(String(20), info=OPEN)
    source: Mapped[str] = mapped_column(String(10), server_default="desk", info=INTERNAL)  # desk | import


class OrderBinding(Base):
    """A subject an order binds, with the role and the days it holds."""

    __tablename__ = "order_bindings"
    __table_args__ = (UniqueConstraint("order_id", "subject_id", "role"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True, info=INTERNAL)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"), index=True, info=INTERNAL)
    role: Mapped[str] = mapped_column(String(24), info=PERSONAL)
    from_on: Mapped[date] = mapped_column(info=PERSONAL)
    until_on: Mapped[date | None] = mapped_column(info=PERSONAL)


class ServiceAttempt(Base):
    """Service of a decision on one recipient, or an attempt at it."""

    __tablename__ = "service_attempts"
    __table_args__ = (CheckConstraint("outcome IN ('served','attempted')", name="outcome_known"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True, info=INTERNAL)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"), info=INTERNAL)
    way: Mapped[str] = mapped_column(String(20), info=INTERNAL)
    outcome: Mapped[str] = mapped_column(String(10), info=INTERNAL)
    done_on: Mapped[date] = mapped_column(info=INTERNAL)
    proof: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    recorded_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class Proposal(Base):
    """One person proposes an act on an order, another decides; the act happens with the decision."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("decider_id IS NULL OR decider_id <> proposer_id", name="decider_is_another_person"),
        CheckConstraint("state IN ('open','approved','rejected')", name="state_known"),
        CheckConstraint("(state = 'open') = (decider_id IS NULL)", name="decided_has_decider"),
        Index(
            "uq_proposals_one_open",
            "order_id",
            "act",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    public_id: Mapped[str] = mapped_column(String(10), unique=True, info=INTERNAL)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True, info=INTERNAL)
    act: Mapped[str] = mapped_column(String(20), info=INTERNAL)
    state: Mapped[str] = mapped_column(String(10), server_default="open", info=INTERNAL)
    reason: Mapped[str] = mapped_column(String(24), info=INTERNAL)
    basis: Mapped[str] = mapped_column(String(200), info=INTERNAL)
    document: Mapped[str] = mapped_column(String(200), info=INTERNAL)  # number of the paper it rests on
    document_hash: Mapped[str] = mapped_column(String(64), info=INTERNAL)
    note: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)
    details: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # JSON: what the act needs beside its reason
    event_on: Mapped[date | None] = mapped_column(info=INTERNAL)  # the event that started the act's clock
    version_seen: Mapped[int] = mapped_column(info=INTERNAL)
    proposer_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    proposed_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    decided_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    decision_note: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)


class CourtTask(Base):
    """Something a court must look into, opened by the machine; one open task of a kind per order."""

    __tablename__ = "court_tasks"
    __table_args__ = (
        Index(
            "uq_court_tasks_one_open",
            "kind",
            "order_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    kind: Mapped[str] = mapped_column(String(40), info=INTERNAL)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), index=True, info=INTERNAL)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), info=INTERNAL)
    due_on: Mapped[date | None] = mapped_column(info=INTERNAL)
    opened_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    closed_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    closing_note: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)


class OrderVersion(Base):
    """What an order said before a correction; never changed, never removed."""

    __tablename__ = "order_versions"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), info=INTERNAL)
    number: Mapped[int] = mapped_column(info=INTERNAL)
    content: Mapped[bytes] = mapped_column(Blob, info=SEALED)  # JSON: the earlier value of each corrected fact
    cause: Mapped[str] = mapped_column(String(24), info=INTERNAL)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"), info=INTERNAL)
    replaced_by: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    replaced_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
