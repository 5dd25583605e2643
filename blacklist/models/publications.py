"""The public search index: holds a name for exactly as long as the listing under it is published."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, OPEN, Base, Instant


class Publication(Base):
    """One published order."""

    __tablename__ = "publications"
    __table_args__ = (Index("ix_publications_court_id_published_at", "court_id", "published_at"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True, autoincrement=False, info=INTERNAL)
    name: Mapped[str] = mapped_column(String(100), info=OPEN)
    name_key: Mapped[str] = mapped_column(String(200), index=True, info=OPEN)
    subject_kind: Mapped[str] = mapped_column(String(12), info=OPEN)
    sex: Mapped[str | None] = mapped_column(String(6), info=OPEN)
    birth_year: Mapped[int | None] = mapped_column(info=OPEN)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), info=OPEN)
    region: Mapped[str] = mapped_column(String(40), index=True, info=OPEN)
    published_at: Mapped[datetime] = mapped_column(Instant, index=True, info=OPEN)
    ends_on: Mapped[date | None] = mapped_column(info=OPEN)


class PublicationBigram(Base):
    """Two neighbouring characters of a published organisation's name (part-of-name search, units only)."""

    __tablename__ = "publication_bigrams"

    bigram: Mapped[str] = mapped_column(String(2), primary_key=True, info=OPEN)
    order_id: Mapped[int] = mapped_column(
        ForeignKey("publications.order_id", ondelete="CASCADE"), primary_key=True, index=True, info=INTERNAL
    )
