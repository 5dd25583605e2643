"""Engines for both databases, with every connection's safety settings read back and checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

# Versions before 3.51.3 can corrupt a WAL database when two connections write or checkpoint at once.
SAFE_SQLITE = (3, 51, 3)
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 5000,
    "trusted_schema": 0,
    "mmap_size": 0,
    "secure_delete": 1,
    "cache_size": -16384,  # KiB: a million subjects' inner index pages stay in memory
    "wal_autocheckpoint": 8000,  # pages: a busy batch does not copy its pages home at every commit
}
_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs"})


class UnsafeDatabaseError(Exception):
    """The database cannot keep what it acknowledges; the process must not start."""


def create_registry_engine(url: str, *, pool_size: int = 10, statement_seconds: int = 5) -> Engine:
    """Return an engine for `url` (SQLite by `pysqlite3`, PostgreSQL by psycopg).

    Every SQLite transaction that is not marked read-only begins IMMEDIATE, so two writers wait for each other
    instead of failing half-way. `statement_seconds` bounds one PostgreSQL statement.

    Raises:
        UnsafeDatabaseError: SQLite is of a version, or on a file system, that loses acknowledged writes.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, pool_size)
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_recycle=300,
        pool_timeout=3,
        pool_size=pool_size,
        max_overflow=5,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c statement_timeout={statement_seconds * 1000} -c lock_timeout=2000 "
            "-c idle_in_transaction_session_timeout=10000 -c timezone=UTC",
        },
    )


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    if dbapi2.sqlite_version_info < SAFE_SQLITE:
        raise UnsafeDatabaseError(f"SQLite {dbapi2.sqlite_version} may corrupt a WAL database; 3.51.3 or later needed")
    path = make_url(url).database or ""
    if path and path != ":memory:":
        Path(path).resolve().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _refuse_network_file_system(Path(path).resolve())
    # The pool's own wait is bounded like PostgreSQL's; a connection never moves between threads while in use.
    engine = create_engine(
        url,
        module=dbapi2,
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=3,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        cursor = connection.cursor()
        for name, wanted in _PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}={wanted}")
            found = cursor.execute(f"PRAGMA {name}").fetchone()
            if found is None or str(found[0]).lower() != str(wanted):
                raise UnsafeDatabaseError(f"SQLite did not accept {name}={wanted}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _refuse_network_file_system(path: Path) -> None:
    """Refuse a file whose mount is a network file system: its locks do not hold (`security.md` B1)."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8").splitlines():
        fields = line.split(" ")
        point = fields[1].replace("\\040", " ")
        inside = point == "/" or str(path) == point or str(path).startswith(point.rstrip(os.sep) + os.sep)
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    if kind in _NETWORK_FILE_SYSTEMS:
        raise UnsafeDatabaseError(f"the database lies on a network file system ({kind})")
