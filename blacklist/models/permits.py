"""A court's leave for one purpose under one order, and each use of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, OPEN, PERSONAL, SEALED, Base, Blob, Id, Instant


class Permit(Base):
    """Leave for one person, one purpose, some days and some uses; it opens its own order only."""

    __tablename__ = "permits"
    __table_args__ = (
        CheckConstraint("state IN ('applied','granted','refused','used','expired','revoked')", name="state_known"),
        CheckConstraint("decider_id IS NULL OR decider_id <> proposer_id", name="decider_is_another_person"),
        CheckConstraint("(state = 'applied') = (decider_id IS NULL)", name="decided_has_decider"),
        CheckConstraint("valid_from <= valid_to", name="days_in_order"),
        CheckConstraint("uses_left >= 0 AND uses_left <= uses", name="uses_counted"),
        CheckConstraint("state <> 'used' OR uses_left = 0", name="used_has_none_left"),
        Index(
            "ix_permits_granted",
            "order_id",
            "subject_id",
            sqlite_where=text("state = 'granted'"),
            postgresql_where=text("state = 'granted'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    public_id: Mapped[str] = mapped_column(String(10), unique=True, info=INTERNAL)
    permit_no: Mapped[str | None] = mapped_column(String(20), unique=True, info=OPEN)  # P-2026-00017, once granted
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True, info=INTERNAL)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"), index=True, info=INTERNAL)
    purpose: Mapped[str] = mapped_column(String(40), info=PERSONAL)
    leave: Mapped[str] = mapped_column(String(20), info=INTERNAL)  # personal_assets | necessary | urgent_travel
    cause: Mapped[str] = mapped_column(String(24), info=PERSONAL)
    state: Mapped[str] = mapped_column(String(10), info=INTERNAL)
    version: Mapped[int] = mapped_column(server_default="1", info=INTERNAL)
    received_on: Mapped[date] = mapped_column(info=INTERNAL)
    valid_from: Mapped[date] = mapped_column(info=PERSONAL)
    valid_to: Mapped[date] = mapped_column(info=PERSONAL)  # both days inclusive
    uses: Mapped[int] = mapped_column(info=INTERNAL)
    uses_left: Mapped[int] = mapped_column(info=INTERNAL)
    evidence: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    undertaken_on: Mapped[date | None] = mapped_column(info=INTERNAL)  # the written undertaking
    proposer_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    proposed_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    decided_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    decision_note: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)
    ended_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
    revoked_reason: Mapped[str | None] = mapped_column(String(24), info=INTERNAL)


class PermitUse(Base):
    """One use of a permit, told by the agency at whose counter it was used; a check uses it once."""

    __tablename__ = "permit_uses"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permits.id"), index=True, info=INTERNAL)
    check_row_id: Mapped[int] = mapped_column(ForeignKey("checks.id"), unique=True, info=INTERNAL)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), info=INTERNAL)
    used_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
