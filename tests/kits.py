"""An agency with its folder and keys beside a small registry, and clocks that a test moves."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from blacklist.ledger.note_keys import KeyKind
from sync.agent.acknowledging import Acknowledger, Signers
from sync.agent.checking import Copy
from sync.agent.clocks import Clocks
from sync.agent.commands import fp_keys_of, registry_of
from sync.agent.folder import Folder
from sync.agent.following import Follower
from sync.agent.http import Registry
from sync.agent.initialising import Wishes, initialise
from sync.agent.store import Named, Store
from sync.agent.verifying import Verifier
from tests.small_registry import AGENCY, API_KEY, SmallRegistry

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Hands:
    """Clocks that stand still until a test moves them."""

    at: datetime = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    seconds: float = 1000.0

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds

    @property
    def clocks(self) -> Clocks:
        return Clocks(wall=lambda: self.at, monotonic=lambda: self.seconds)


@dataclass
class Kit:
    """The agency's side: where its folder and secrets lie."""

    place: Path
    registry: SmallRegistry
    url: str
    hands: Hands = field(default_factory=Hands)

    def __post_init__(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        self.secret("api.key", API_KEY)
        for key_epoch, fp_key in self.registry.fp_keys.items():
            self.secret(f"fp-{key_epoch}.key", fp_key.hex())
        self.write_trust()

    @property
    def folder(self) -> Folder:
        return Folder(self.place / "copy")

    def secret(self, name: str, text: str) -> Path:
        path = self.place / name
        path.write_text(text + "\n", encoding="ascii")
        path.chmod(0o600)
        return path

    def write_trust(self) -> Path:
        path = self.place / "trust.json"
        path.write_bytes(self.registry.trust())
        return path

    def new_keys(self) -> None:
        initialise(Wishes(folder=self.folder.path, agency=AGENCY, new_keys=True), self.hands.clocks)
        self.registry.ack_vkey = self.folder.signer("ack", KeyKind.ED25519).verifier
        self.registry.witness_vkey = self.folder.signer("witness", KeyKind.COSIGNATURE).verifier

    def begin(self) -> Kit:
        """Make the keys, tell the registry, fetch the copy."""
        self.new_keys()
        wishes = Wishes(
            folder=self.folder.path,
            agency=AGENCY,
            url=self.url,
            trust=self.place / "trust.json",
            fp_key=self.place / f"fp-{self.registry.key_epoch}.key",
            api_key=self.place / "api.key",
        )
        initialise(wishes, self.hands.clocks)
        return self

    def open(self, *, named: Named = lambda _: None) -> Following:
        clocks = self.hands.clocks
        registry = registry_of(self.folder)
        store = Store(self.folder, clocks, named=named)
        acknowledger = Acknowledger(registry, Signers.of(self.folder), clocks)
        return Following(self, registry, store, acknowledger, Follower(store, registry, acknowledger, clocks))

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sync.agent", arguments[0], "--folder", str(self.folder.path), *arguments[1:]],
            cwd=ROOT,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={"PATH": os.environ["PATH"], "PYTHONWARNINGS": "error"},
        )


@dataclass
class Following:
    """An open store and what follows it; close it, or use it as a context."""

    kit: Kit
    registry: Registry
    store: Store
    acknowledger: Acknowledger
    follower: Follower

    def __enter__(self) -> Following:
        return self

    def __exit__(self, *_: Any) -> None:
        self.store.close()

    @property
    def copy(self) -> Copy:
        verifier = Verifier(self.store.trust, AGENCY)
        return Copy(self.follower, fp_keys_of(self.kit.folder), verifier, self.registry, self.kit.hands.clocks)

    def is_equal(self) -> bool:
        """Tell whether the copy is what the registry has, in every respect."""
        live, theirs = self.store.live, self.kit.registry
        ours = (live.size, live.root, live.view.root, live.view.count)
        return ours == (theirs.size, theirs.root(theirs.size), theirs.view.root, theirs.view.count)
