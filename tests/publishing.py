"""A publisher for tests: on a database of its own, with agencies that subscribe and acts that fill the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from blacklist.actors import Actor, ActorKind
from blacklist.identity.keys import Keyring
from blacklist.identity.sealing import Vault
from blacklist.ledger.note_keys import KeyKind, SignerKey
from blacklist.models import Order
from blacklist.rules.lifecycle import OrderKind
from blacklist.services import agencies, subscribing
from blacklist.services.subscribing import Subscription
from config import Config
from sync.publishing.publisher import Publisher, publish_once
from sync.publishing.signers import Signers, signers_of
from sync.runner import Transactions
from tests.courts import Courts, do, make_courts

COMMAND = Actor(kind=ActorKind.COMMAND)
ORIGIN = "registry.example/log"


def agency_key(name: str, what: str, kind: KeyKind) -> SignerKey:
    """Return a key of an agency, the same every time."""
    seed = f"{name}/{what}".encode().ljust(32, b".")[:32]
    return SignerKey(f"{name}/{what}", kind, seed)


@dataclass
class Press:
    """One registry whose log is published here and now."""

    engine: Engine
    vault: Vault
    keyring: Keyring
    folder: Path
    at: datetime
    publishers: list[Publisher] = field(default_factory=list)
    _courts: Courts | None = None

    @property
    def transactions(self) -> Transactions:
        return Transactions(self.engine)

    @property
    def signers(self) -> Signers:
        return signers_of(self.keyring, ORIGIN)

    def config(self, name: str = "one") -> Config:
        """Return settings with folders of their own for each name."""
        return Config.from_env(
            {
                "REGISTRY_ENV": "development",
                "REGISTRY_DATABASE_URL": self.engine.url.render_as_string(hide_password=False),
                "REGISTRY_EXPORT_DIR": str(self.folder / name / "export"),
                "REGISTRY_SHADOW_DIR": str(self.folder / name / "shadows"),
            }
        )

    def publisher(self, name: str = "one") -> Publisher:
        """Return a publisher with the folders of this name; `close` closes it."""
        made = Publisher(self.config(name), self.vault, self.signers)
        self.publishers.append(made)
        return made

    def publish(self, publisher: Publisher, *, at: datetime | None = None) -> int:
        """Publish until there is nothing more; return how many steps it took."""
        steps = 0
        while publish_once(self.transactions, publisher, at=at or self.at):
            steps += 1
        return steps

    def act(self, *states: str, kind: OrderKind = OrderKind.LISTING) -> list[int]:
        """Bring fresh orders into these states by the real acts, each in one transaction; return their ids."""
        made = []
        for state in states:
            with Session(self.engine, expire_on_commit=False) as session:
                order, _ = self._at(session).order(state, kind=kind)
                session.commit()
                made.append(order.id)
        return made

    def do(self, name: str, order_id: int) -> None:
        """Do one act on an order and commit it."""
        with Session(self.engine, expire_on_commit=False) as session:
            do(self._at(session), name, session.get_one(Order, order_id), None)  # type: ignore[arg-type]
            session.commit()

    def subscribe(self, name: str, purposes: Sequence[str], *, hook: str | None = None) -> Subscription:
        """Admit an agency for purposes and let it keep a copy."""
        with Session(self.engine, expire_on_commit=False) as session:
            agencies.create_agency(session, name=name, title="测试单位", purposes=purposes, actor=COMMAND, at=self.at)
            done = subscribing.subscribe_agency(
                session,
                name,
                ack_vkey=agency_key(name, "ack", KeyKind.ED25519).verifier.written(),
                witness_vkey=agency_key(name, "witness", KeyKind.COSIGNATURE).verifier.written(),
                hook_url=hook,
                actor=COMMAND,
                at=self.at,
                vault=self.vault,
            )
            session.commit()
        return done

    def reading(self) -> Session:
        """Return a session to look with."""
        return Session(self.engine.execution_options(read_only=True), expire_on_commit=False)

    def close(self) -> None:
        for publisher in self.publishers:
            publisher.close()

    def _at(self, session: Session) -> Courts:
        if self._courts is None:
            self._courts = make_courts(session, vault=self.vault, at=self.at)
        self._courts.session = session
        return self._courts
