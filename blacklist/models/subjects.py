"""Subjects: natural persons and organisations, with their names and documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, PERSONAL, SEALED, Base, Blob, Id, Instant


class Subject(Base):
    """One person or organisation. Two subjects are never joined by name."""

    __tablename__ = "subjects"
    __table_args__ = (
        CheckConstraint("kind IN ('natural','organisation')", name="kind_known"),
        CheckConstraint("sex IS NULL OR sex IN ('male','female')", name="sex_known"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    kind: Mapped[str] = mapped_column(String(12), info=PERSONAL)
    sex: Mapped[str | None] = mapped_column(String(6), info=PERSONAL)
    birth_date: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # ISO date, sealed
    representative: Mapped[bytes | None] = mapped_column(Blob, info=SEALED)  # legal representative's name, sealed
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class SubjectName(Base):
    """A name of a subject: sealed as written, findable by a keyed index of its normal form."""

    __tablename__ = "subject_names"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"), index=True, info=INTERNAL)
    name: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    name_index: Mapped[bytes] = mapped_column(Blob, index=True, info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class SubjectDocument(Base):
    """A document of a subject. One without an index is masked: it can be shown and never answers a check."""

    __tablename__ = "documents"
    __table_args__ = (CheckConstraint("(type = 'masked') = (document_index IS NULL)", name="masked_has_no_index"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subjects.id"), index=True, info=INTERNAL)
    type: Mapped[str] = mapped_column(String(16), info=PERSONAL)
    country: Mapped[str | None] = mapped_column(String(3), info=PERSONAL)
    number: Mapped[bytes] = mapped_column(Blob, info=SEALED)
    document_index: Mapped[bytes | None] = mapped_column(Blob, unique=True, info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
