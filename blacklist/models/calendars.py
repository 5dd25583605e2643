"""Public holidays and make-up working days, a year a row; a year counts once two persons loaded it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, OPEN, Base, Instant


class CalendarYear(Base):
    """The State Council's arrangement of one year. Shipped years have no persons; later ones have two."""

    __tablename__ = "calendar_years"
    __table_args__ = (
        CheckConstraint("state IN ('proposed','loaded')", name="state_known"),
        CheckConstraint("decider_id IS NULL OR decider_id <> proposer_id", name="decider_is_another_person"),
        CheckConstraint(
            "shipped OR proposer_id IS NOT NULL",
            name="proposed_by_a_person",
        ),
        CheckConstraint(
            "shipped OR (state = 'loaded') = (decider_id IS NOT NULL)",
            name="loaded_by_two_persons",
        ),
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=OPEN)
    state: Mapped[str] = mapped_column(String(10), info=INTERNAL)
    source: Mapped[str] = mapped_column(String(200), info=OPEN)
    holidays: Mapped[list[Any]] = mapped_column(JSON, info=OPEN)  # ISO dates
    make_up_working_days: Mapped[list[Any]] = mapped_column(JSON, info=OPEN)
    digest: Mapped[str] = mapped_column(String(64), info=OPEN)  # SHA-256 of the canonical content
    shipped: Mapped[bool] = mapped_column(info=INTERNAL)
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    proposed_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    decided_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
