"""One worker leads, the others wait. Leadership saves work; that no slot runs twice rests on `sync_runs`."""

from __future__ import annotations

import fcntl
import logging
import os
from typing import Final, Protocol

import psycopg
from sqlalchemy.engine import make_url

log = logging.getLogger(__name__)

# Any constant will do that nothing else in this database uses as an advisory lock.
LOCK: Final = 0x7265676973747279


class Leadership(Protocol):
    """The right to run the timetable."""

    def acquire(self) -> bool:
        """Try to lead; returns at once."""
        ...

    def held(self) -> bool:
        """Tell whether this process leads still."""
        ...

    def release(self) -> None:
        """Lead no longer."""
        ...


def leadership_of(database_url: str) -> Leadership:
    """Return the way to lead that suits the database."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return FileLeadership(f"{url.database}.leader")
    return AdvisoryLeadership(url.set(drivername="postgresql").render_as_string(hide_password=False))


class FileLeadership:
    """A lock on a file beside the SQLite database; the kernel frees it when the process dies."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> bool:
        """Lock the file; False while another process holds it."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return self.held()

    def held(self) -> bool:
        """Tell whether the locked file still bears its name: one made anew would have a second leader."""
        if self._file is None:
            return False
        try:
            named, mine = os.stat(self._path), os.fstat(self._file)
        except OSError:
            return False
        return (named.st_dev, named.st_ino) == (mine.st_dev, mine.st_ino)

    def release(self) -> None:
        """Close the file, which frees the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class AdvisoryLeadership:
    """A session's advisory lock on a PostgreSQL connection of its own; the server frees it when that ends."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    def acquire(self) -> bool:
        """Connect and try the lock; False while another session holds it or the server is away."""
        try:
            if self._connection is None:
                self._connection = psycopg.connect(
                    self._conninfo,
                    autocommit=True,
                    connect_timeout=5,
                    keepalives_idle=5,
                    keepalives_interval=2,
                    keepalives_count=3,
                    tcp_user_timeout=5000,
                    options="-c statement_timeout=2000",
                )
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
        except psycopg.Error as error:
            log.warning("leadership not asked for", extra={"cause": type(error).__name__})
            self.release()
            return False
        return row is not None and row[0] is True

    def held(self) -> bool:
        """Ask the server whether this very session holds the lock."""
        if self._connection is None:
            return False
        try:
            row = self._connection.execute(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
                " AND ((classid::bigint << 32) | objid::bigint) = %s",
                (LOCK,),
            ).fetchone()
        except psycopg.Error:
            return False
        return row is not None

    def release(self) -> None:
        """Close the connection, which frees the lock."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
