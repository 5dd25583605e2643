"""Many rows into one table at the driver's own speed: `executemany` on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Date, Dialect, Table

from blacklist.models.base import Instant

Values = tuple[Any, ...]


class BulkTable:
    """One table and the columns that are written, in the order of the tuples given.

    Values are the driver's own: days and instants go through `BulkTypes` first, sums are whole fen.
    """

    def __init__(self, table: Table, *columns: str) -> None:
        """Name the columns; each must exist."""
        self.name: Final = table.name
        self.columns: Final = tuple(table.c[column].name for column in columns)

    def insert(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Insert rows within the connection's transaction."""
        if not rows:
            return
        columns = ", ".join(self.columns)
        if connection.dialect.name == "postgresql":
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" * len(self.columns))
        # Names come from the tables' own definition, values never stand in the text.
        statement = f"INSERT INTO {self.name} ({columns}) VALUES ({marks})"  # noqa: S608
        connection.exec_driver_sql(statement, list(rows))


class BulkTypes:
    """Turns days and instants into what a driver stores, each distinct value once."""

    def __init__(self, dialect: Dialect) -> None:
        """Take the same conversions that SQLAlchemy would use."""
        self.day: Callable[[date | None], Any] = _cached(Date().dialect_impl(dialect).bind_processor(dialect))
        self.instant: Callable[[datetime | None], Any] = _cached(
            Instant().dialect_impl(dialect).bind_processor(dialect)
        )


def _cached(processor: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        return value if value is None or processor is None else processor(value)

    return lru_cache(16_384)(convert)
