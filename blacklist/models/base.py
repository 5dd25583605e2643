"""Declarative base and the column types every table uses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)


class Secrecy(StrEnum):
    """Class of a column (`security.md` D1); an untagged column fails the architecture tests."""

    SEALED = "S"
    PERSONAL = "P"
    INTERNAL = "I"
    OPEN = "O"


def tag(secrecy: Secrecy) -> dict[str, str]:
    """Return the `info` of a column that holds data of this class."""
    return {"class": secrecy.value}


SEALED = tag(Secrecy.SEALED)
PERSONAL = tag(Secrecy.PERSONAL)
INTERNAL = tag(Secrecy.INTERNAL)
OPEN = tag(Secrecy.OPEN)

# INTEGER on SQLite makes the id the row's own key, without a second index.
Id = BigInteger().with_variant(Integer(), "sqlite")
Blob = LargeBinary()
ShortText = String(200)


class Instant(TypeDecorator[datetime]):
    """An aware instant: TIMESTAMPTZ on PostgreSQL, UTC text on SQLite; always comes back aware, in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant carries its offset")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the instant, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """A sum in CNY, kept as whole fen: exact on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return whole fen; a fraction of a fen is refused."""
        return None if value is None else int((value * 100).to_integral_exact())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the sum in yuan."""
        return None if value is None else Decimal(value) / 100
