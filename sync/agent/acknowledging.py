"""The acknowledgement: the agency's own line under the statement, and its cosignature of the checkpoint."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from blacklist.ledger.checkpoints import cosign, parse_checkpoint
from blacklist.ledger.note_keys import KeyKind, SignerKey
from blacklist.ledger.signed_notes import parse_note
from blacklist.ledger.statements import acknowledge
from sync.agent.clocks import Clocks
from sync.agent.folder import Folder
from sync.agent.http import Registry
from sync.agent.refusals import AgentError, ProblemError

log = logging.getLogger("sync.agent")

LEAST_SECONDS: Final = 0.25
AGAIN_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Signers:
    """The agency's two keys: one countersigns statements, the other cosigns checkpoints."""

    ack: SignerKey
    witness: SignerKey

    @classmethod
    def of(cls, folder: Folder) -> Signers:
        """Read both from a folder."""
        return cls(folder.signer("ack", KeyKind.ED25519), folder.signer("witness", KeyKind.COSIGNATURE))


@dataclass(frozen=True, slots=True)
class Ack:
    """What was verified and made durable, and is to be countersigned."""

    statement: str
    checkpoint: str


class Acknowledger:
    """Sends acknowledgements, the newest only and at most four a second."""

    def __init__(self, registry: Registry, signers: Signers, clocks: Clocks) -> None:
        self._registry = registry
        self._signers = signers
        self._clocks = clocks
        self._waiting: Ack | None = None
        self._ready = threading.Condition()
        self.last_at: str | None = None
        self.problem: str | None = None

    def offer(self, ack: Ack) -> None:
        """Let this be sent next; what waited gives way."""
        with self._ready:
            self._waiting = ack
            self._ready.notify()

    def run(self, stop: threading.Event) -> None:
        """Send what is offered, until stopped."""
        while not stop.is_set():
            with self._ready:
                if self._waiting is None:
                    self._ready.wait(0.5)
                ack, self._waiting = self._waiting, None
            if ack is not None:
                stop.wait(LEAST_SECONDS if self._sent(ack) else AGAIN_SECONDS)

    def flush(self) -> bool:
        """Send now what waits; tell whether nothing is left."""
        with self._ready:
            ack, self._waiting = self._waiting, None
        return ack is None or self._sent(ack)

    def _sent(self, ack: Ack) -> bool:
        try:
            self.send(ack)
        except AgentError as error:
            self.problem = f"acknowledgement: {error}"
            log.warning("acknowledgement not taken", extra={"error": str(error)})
            with self._ready:
                if self._waiting is None and not isinstance(error, ProblemError):
                    self._waiting = ack
            return isinstance(error, ProblemError) and error.code == "older-than-acknowledged"
        self.problem = None
        return True

    def send(self, ack: Ack) -> None:
        """Countersign, cosign and hand in.

        Raises:
            AgentError: the registry was not reached, or did not take it.
        """
        statement = acknowledge(ack.statement, self._signers.ack)
        checkpoint = parse_checkpoint(parse_note(ack.checkpoint).text)
        cosignature = cosign(checkpoint, self._signers.witness, time=int(self._clocks.wall().timestamp()))
        answer: Callable[[str], object] = self._registry.acknowledge(statement, cosignature.line()).get
        at = answer("at")
        self.last_at = at if isinstance(at, str) else None
