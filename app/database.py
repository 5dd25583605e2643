"""Sessions of the views, and the only place in the doors that commits."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from flask import Flask, current_app, g, make_response
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from app.reading import FastReader
from app.recording import Recorder
from blacklist.engine import create_registry_engine
from blacklist.errors import UnavailableError


class Database:
    """The engine of this process, its reader for hot paths and its record writer.

    On SQLite all writers of one process take turns on `turn`, so they never meet SQLite's busy handler, which polls.
    """

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_registry_engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self.turn = threading.RLock()
        self.reader = FastReader(self.engine)
        self.recorder = Recorder(self.engine, self.turn if self.sqlite else None, read=self.reader.rows)

    def close(self) -> None:
        """Close every connection of this process."""
        self.reader.close()
        self.recorder.close()
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a read-only session."""
        with Session(self.engine.execution_options(read_only=True), expire_on_commit=False) as session:
            yield session


def init_database(app: Flask, url: str) -> None:
    """Give the application its database and close each request's session at its end."""
    app.extensions["database"] = Database(url)

    @app.teardown_appcontext
    def _close(_error: BaseException | None) -> None:
        session: Session | None = g.pop("session", None)
        if session is not None:
            session.close()


def database() -> Database:
    """Return this process's database."""
    return cast(Database, current_app.extensions["database"])


def current_session() -> Session:
    """Return the request's session: the writing one inside `@writes`, a read-only one elsewhere."""
    if "session" not in g:
        g.session = Session(database().engine.execution_options(read_only=True), expire_on_commit=False)
    return cast(Session, g.session)


@contextmanager
def reading_session() -> Iterator[Session]:
    """Give a read-only session to code outside a request."""
    with database().reading() as session:
        yield session


@contextmanager
def writing_session() -> Iterator[Session]:
    """Give a session that commits when the block ends and rolls back when it raises.

    Raises:
        UnavailableError: the database did not take the change (locked, gone, out of space); whether a commit under
            way took effect is unknown.
    """
    here = database()
    turn = here.turn if here.sqlite else threading.RLock()
    with turn, Session(here.engine, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except (OperationalError, PoolTimeoutError) as error:
            session.rollback()
            raise unavailable(error) from error
        except BaseException:
            session.rollback()
            raise


def commit_part(session: Session) -> None:
    """Commit a finished part of long work (import, seeding) and go on in a new transaction."""
    session.commit()


def unavailable(error: DBAPIError | PoolTimeoutError) -> UnavailableError:
    """Turn a failure of the database into *unknown*; the driver's text is for the log alone."""
    return UnavailableError(
        "数据库暂时不可用，请稍后重试。", "The database is not available; please try again.", cause=type(error).__name__
    )


View = Callable[..., ResponseReturnValue]


def writes(view: View) -> View:
    """Commit what the view did, once, after an answer below 400; roll back otherwise."""

    @functools.wraps(view)
    def committed(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        with writing_session() as session:
            g.session = session
            try:
                response = make_response(view(*args, **kwargs))
                if response.status_code >= 400 and not g.pop("keep_changes", False):
                    session.rollback()
            finally:
                g.pop("session", None)
        return response

    committed.writes = True  # type: ignore[attr-defined]
    return committed


def keep_changes() -> None:
    """Commit this view's changes although it answers with an error (counting a failed sign-in)."""
    g.keep_changes = True
