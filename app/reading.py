"""Prebuilt statements straight through the driver, one connection a thread: the hot paths' reads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from blacklist.errors import UnavailableError


class FastReader:
    """Runs SQL written with `?` on a connection kept by the calling thread.

    Every statement is its own snapshot. A connection that broke is replaced once; a second failure is *unknown*.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._local = threading.local()
        self._opened: list[Any] = []
        self._postgres = engine.dialect.name == "postgresql"

    def rows(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        """Return all rows of one statement.

        Raises:
            UnavailableError: the database did not answer.
        """
        try:
            return self._run(sql, parameters)
        except self._failures():
            self._drop()
        try:
            return self._run(sql, parameters)
        except self._failures() as error:
            self._drop()
            raise UnavailableError(
                "数据库暂时不可用，请稍后重试。", "The database is not available.", cause=type(error).__name__
            ) from error

    def _run(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open()
        if self._postgres:
            return list(connection.execute(sql.replace("?", "%s"), parameters).fetchall())
        return list(connection.execute(sql, parameters).fetchall())

    def _open(self) -> Any:
        # Kept outside the pool for the thread's life: detached, so that it never counts against the pool.
        proxied = self._engine.raw_connection()
        proxied.detach()
        connection = proxied.dbapi_connection
        if self._postgres:
            connection.autocommit = True  # type: ignore[union-attr]
        self._local.connection = connection
        self._opened.append(connection)
        return connection

    def close(self) -> None:
        """Close every thread's connection; to be called when no request is under way."""
        while self._opened:
            self._opened.pop().close()
        self._local = threading.local()

    def _drop(self) -> None:
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            self._opened.remove(connection)
            connection.close()

    def _failures(self) -> tuple[type[BaseException], ...]:
        return (self._engine.dialect.loaded_dbapi.OperationalError, DBAPIError)
