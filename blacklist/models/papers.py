"""What the registry wrote: decisions, permits, certificates; each verifiable by its code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, OPEN, SEALED, Base, Blob, Id, Instant


class Paper(Base):
    """One paper as it was made: number, code, facts, the exact bytes and their hash."""

    __tablename__ = "papers"
    __table_args__ = (
        CheckConstraint("state IN ('valid','void')", name="state_known"),
        CheckConstraint("(state = 'void') = (voided_at IS NOT NULL)", name="void_has_instant"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    public_id: Mapped[str] = mapped_column(String(10), unique=True, info=INTERNAL)
    code: Mapped[str] = mapped_column(String(14), unique=True, info=OPEN)  # K7Q2-9KDM-4TXA, printed on it
    number: Mapped[str] = mapped_column(String(100), unique=True, info=OPEN)
    kind: Mapped[str] = mapped_column(String(24), info=OPEN)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), info=OPEN)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True, info=INTERNAL)
    # The row the paper tells of, where it is not the order's own decision: a permit, an objection, a proposal.
    about_id: Mapped[int | None] = mapped_column(Id, index=True, info=INTERNAL)
    facts: Mapped[bytes] = mapped_column(Blob, info=SEALED)  # JSON
    template_version: Mapped[str] = mapped_column(String(60), info=INTERNAL)
    pdf: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    pdf_hash: Mapped[str] = mapped_column(String(64), info=OPEN)
    state: Mapped[str] = mapped_column(String(8), server_default="valid", info=OPEN)
    made_by: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    made_at: Mapped[datetime] = mapped_column(Instant, info=OPEN)
    voided_at: Mapped[datetime | None] = mapped_column(Instant, info=OPEN)
    void_reason: Mapped[str | None] = mapped_column(String(200), info=INTERNAL)
