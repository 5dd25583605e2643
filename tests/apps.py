"""Whole applications for tests: on a migrated database, with demo data, at an hour the test sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.clock import Clock
from app.database import database, writing_session
from blacklist.actors import Actor, ActorKind
from blacklist.rules.purposes import PURPOSES
from blacklist.services import agencies
from config import Config

COMMAND = Actor(kind=ActorKind.COMMAND)
_agencies = count(1)


class SetClock:
    """A clock that stands still until a test sets it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def make_app(url: str, key_file: Path, *, clock: Clock, **settings: str) -> Flask:
    """Return a demo application on a migrated database; close it with `close_app`."""
    return create_app(
        Config.from_env(
            {
                "REGISTRY_ENV": "development",
                "REGISTRY_DEMO": "1",
                "REGISTRY_DATABASE_URL": url,
                "REGISTRY_KEY_FILE": str(key_file),
                **settings,
            }
        ),
        clock=clock,
    )


def close_app(app: Flask) -> None:
    """Close the application's connections: the pool's, the record writer's and this thread's reader's."""
    close_thread(app)
    with app.app_context():
        database().close()
        database().engine.dispose()


def close_thread(app: Flask) -> None:
    """Close what the calling thread keeps for its life; a thread of a test calls this as its last act."""
    with app.app_context():
        database().reader._drop()


def seed(app: Flask) -> dict[str, str]:
    """Seed the demo by its own commands; return the keys by the agencies' titles."""
    runner = app.test_cli_runner()
    started = runner.invoke(args=["registry", "init"])
    assert started.exit_code == 0, started.output
    seeded = runner.invoke(args=["registry", "seed", "--demo"])
    assert seeded.exit_code == 0, seeded.output
    pairs = (line.split(": ", 1) for line in seeded.output.splitlines() if ": jr_test_" in line)
    return {title.strip(): key.strip() for title, key in pairs}


def issue(app: Flask, *, at: datetime, purposes: Iterable[str] = PURPOSES, **terms: Any) -> str:
    """Admit an agency of its own, by default for every purpose; return its key. `terms` are those of `KeyTerms`."""
    name = f"own{next(_agencies)}.example"
    with app.app_context(), writing_session() as session:
        agencies.create_agency(session, name=name, title="测试单位", purposes=purposes, actor=COMMAND, at=at)
        return agencies.issue_key(
            session,
            name,
            terms=agencies.KeyTerms(environment="test", **terms),
            actor=COMMAND,
            at=at,
            vault=app.extensions["vault"],
        )


def bearer(key: str, **more: str) -> dict[str, str]:
    """Return the headers of a caller; English is asked for, so that problems can be read here."""
    return {"Authorization": f"Bearer {key}", "Accept-Language": "en", **more}


def document(number: str, kind: str = "resident_id", country: str | None = None) -> dict[str, str]:
    """Return a document as agencies send it."""
    return {"type": kind, "number": number} | ({"country": country} if country else {})


def ask(
    client: FlaskClient,
    key: str,
    number: str,
    purpose: str,
    *,
    kind: str = "resident_id",
    country: str | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> TestResponse:
    """Ask one question; `more` stands in the body (`name`, `reference`, or a field that is wrong)."""
    body = {"purpose": purpose, "document": document(number, kind, country), **more}
    return client.post("/api/v1/checks", json=body, headers={**bearer(key), **(headers or {})})
