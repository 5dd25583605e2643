"""Courts, the people who work there, and what each may do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklist.models.base import INTERNAL, OPEN, PERSONAL, Base, Id, Instant


class Court(Base):
    """A people's court; its code is its word in case numbers (`京0199`)."""

    __tablename__ = "courts"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    code: Mapped[str] = mapped_column(String(12), unique=True, info=OPEN)
    name: Mapped[str] = mapped_column(String(100), info=OPEN)
    region: Mapped[str] = mapped_column(String(40), info=OPEN)
    contact: Mapped[str] = mapped_column(String(60), server_default="12368", info=OPEN)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("courts.id"), info=OPEN)


class Person(Base):
    """A member of staff as a human being; accounts come and go, the two-person rule counts persons."""

    __tablename__ = "persons"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    name: Mapped[str] = mapped_column(String(100), info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)


class RoleGrant(Base):
    """A role held by a person at a court for a time."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("role IN ('clerk','checker','president','reviewer','supervisor')", name="role_known"),
        Index(
            "uq_role_grants_one_live",
            "person_id",
            "court_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, info=INTERNAL)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), info=INTERNAL)
    court_id: Mapped[int] = mapped_column(ForeignKey("courts.id"), info=INTERNAL)
    role: Mapped[str] = mapped_column(String(20), info=INTERNAL)
    granted_at: Mapped[datetime] = mapped_column(Instant, info=INTERNAL)
    ended_at: Mapped[datetime | None] = mapped_column(Instant, info=INTERNAL)
