"""A registry with a log for tests: acts by the real services, published by the real publisher, agencies that subscribe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.cli.demo.cast import SandboxSubject
from app.database import database, reading_session, writing_session
from blacklist.ledger.checkpoints import cosign, parse_checkpoint
from blacklist.ledger.note_keys import KeyKind, SignerKey
from blacklist.ledger.signed_notes import parse_note
from blacklist.ledger.statements import acknowledge
from blacklist.models import LogCheckpoint, LogHead, Order
from blacklist.queries.log import head_of, newest_checkpoint
from blacklist.rules.lifecycle import OrderKind
from blacklist.services import agencies
from blacklist.services.subscribing import subscribe_agency
from sync.publishing.publisher import Publisher, publish_once, sign_statements
from sync.publishing.signers import signers_of
from sync.runner import Transactions
from tests.apps import COMMAND, SetClock, bearer, close_app, make_app
from tests.courts import Courts, make_courts

ORIGIN = "registry.example/log"
_agencies = count(1)


@dataclass(frozen=True)
class Agent:
    """A subscribing agency with its own keys."""

    name: str
    key: str
    fp_key: bytes
    ack: SignerKey
    witness: SignerKey
    key_epoch: int = 1


@dataclass
class LogRegistry:
    """An application, its clock and its publisher, over one database."""

    app: Flask
    clock: SetClock
    courts: Courts
    publisher: Publisher
    sessions: Transactions
    serial: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def make(cls, url: str, key_file: Path, folder: Path, clock: SetClock) -> LogRegistry:
        """Return a registry with two courts and an empty log, on a migrated database."""
        app = make_app(
            url,
            key_file,
            clock=clock,
            REGISTRY_LOG_ORIGIN=ORIGIN,
            REGISTRY_EXPORT_DIR=str(folder / "export"),
            REGISTRY_SHADOW_DIR=str(folder / "shadows"),
        )
        vault = app.extensions["vault"]
        with app.app_context():
            with writing_session() as session:
                courts = make_courts(session, vault=vault, at=clock.at)
            engine = database().engine
        config = app.extensions["config"]
        publisher = Publisher(config, vault, signers_of(app.extensions["keyring"], config.log_origin))
        return cls(app, clock, courts, publisher, Transactions(engine))

    def close(self) -> None:
        """Close files and connections."""
        views = self.app.extensions.get("shadow_views")
        if views is not None:
            views.close()
        self.publisher.close()
        self.sessions.close()
        close_app(self.app)

    @contextmanager
    def acting(self) -> Iterator[Courts]:
        """Give the courts, now, within a transaction that commits."""
        with self.app.app_context(), writing_session() as session:
            yield replace(self.courts, session=session, at=self.clock.at)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that reads."""
        with self.app.app_context(), reading_session() as session:
            yield session

    def list(self, kind: OrderKind = OrderKind.CONSUMPTION) -> tuple[Order, SandboxSubject]:
        """Put an order into force."""
        with self.acting() as courts:
            return courts.order("effective", kind=kind)

    def publish(self) -> int:
        """Publish all there is; return the size that is published then."""
        while publish_once(self.sessions, self.publisher, at=self.clock.at):
            pass
        sign_statements(self.sessions, self.publisher, at=self.clock.at)
        return self.size

    @property
    def size(self) -> int:
        """The size of the newest checkpoint."""
        with self.reading() as session:
            stored = newest_checkpoint(session)
            return stored.size if stored is not None else 0

    @property
    def head(self) -> LogHead:
        """The head of the log."""
        with self.reading() as session:
            return head_of(session)

    def checkpoint(self, size: int) -> LogCheckpoint:
        """The checkpoint of a size."""
        with self.reading() as session:
            return session.get_one(LogCheckpoint, size)

    def cursor(self, size: int) -> str:
        """The cursor of a size."""
        return f"{self.head.epoch}.{size}"

    def subscribe(self, *purposes: str, scopes: tuple[str, ...] = ("sync",), **terms: Any) -> Agent:
        """Admit an agency that keeps a copy, and publish its first view."""
        name = f"agent{next(_agencies)}.example"
        ack = SignerKey(f"{name}/ack", KeyKind.ED25519, name.encode().ljust(32, b"a")[:32])
        witness = SignerKey(f"{name}/witness", KeyKind.COSIGNATURE, name.encode().ljust(32, b"w")[:32])
        vault = self.app.extensions["vault"]
        with self.acting() as courts:
            session, at = courts.session, courts.at
            agencies.create_agency(session, name=name, title="测试单位", purposes=purposes, actor=COMMAND, at=at)
            given = agencies.KeyTerms(environment="test", scopes=scopes, **terms)
            key = agencies.issue_key(session, name, terms=given, actor=COMMAND, at=at, vault=vault)
            made = subscribe_agency(
                session,
                name,
                ack_vkey=ack.verifier.written(),
                witness_vkey=witness.verifier.written(),
                hook_url=None,
                actor=COMMAND,
                at=at,
                vault=vault,
            )
        self.publish()
        return Agent(name, key, made.fp_key, ack, witness, made.key_epoch)

    def get(self, agent: Agent, path: str, *, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        """Ask as an agency does, a second after the last call: its calls a second never run out."""
        self.clock.at += timedelta(seconds=1)
        client = self.app.test_client()
        return client.get(
            f"/sync/v1/{path}", buffered=True, query_string=query, headers={**bearer(agent.key), **(headers or {})}
        )

    def post(self, agent: Agent, path: str, body: Any) -> TestResponse:
        """Post as an agency does, a second after the last call."""
        self.clock.at += timedelta(seconds=1)
        return self.app.test_client().post(f"/sync/v1/{path}", json=body, headers=bearer(agent.key))

    def feed(self, agent: Agent, since: int, **query: Any) -> TestResponse:
        """Ask for the page since a size."""
        given = {"since": self.cursor(since), "key": agent.key_epoch, **query}
        return self.get(agent, "feed", **given)

    def acknowledge(self, agent: Agent, *, since: int | None = None) -> TestResponse:
        """Countersign the newest statement."""
        return self.post(agent, "ack", self.acknowledgement(agent))

    def acknowledgement(self, agent: Agent, *, statement: str | None = None) -> dict[str, str]:
        """Return what an agency posts after it verified the newest statement."""
        page = self.feed(agent, self.size).json
        assert page is not None
        note = statement or page["statement"]
        signature = cosign(
            parse_checkpoint(parse_note(page["checkpoint"]).text), agent.witness, time=int(self.clock.at.timestamp())
        )
        return {"statement": acknowledge(note, agent.ack), "cosignature": signature.line()}


def assert_problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Assert a problem of the agencies' doors, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == code
    assert answer.json["type"].endswith(f"/dev/errors/{code}")
    assert answer.headers["Cache-Control"] == "no-store"
    problem: dict[str, Any] = answer.json
    return problem
