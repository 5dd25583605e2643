"""How the copy stands, for those who answer from it: in memory for this process, in `status.json` for the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from blacklist.ledger.canonical import canonical_json
from sync.agent.clocks import boot_id
from sync.agent.folder import Folder, write_quickly
from sync.agent.pages import Cursor
from sync.agent.store import Live

STALE_SECONDS: Final = 60.0


class State(StrEnum):
    """In one word, for health checks."""

    FRESH = "fresh"
    STALE = "stale"
    DIVERGED = "diverged"
    REFUSED = "refused"
    STARTING = "starting"


@dataclass(frozen=True, slots=True)
class Glance:
    """The copy and its state at one moment; `age` is in seconds since the newest verified statement came."""

    live: Live | None
    state: State
    age: float | None = None
    problem: str | None = None
    last_ack_at: str | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether the copy may say that somebody is not restricted."""
        return self.state is State.FRESH


class Source(Protocol):
    """Where answers come from: the process that keeps the copy, or a reader of its folder."""

    def glance(self) -> Glance:
        """Return the copy as it stands."""

    def listen(self, forget: Callable[[Iterable[int] | None], None]) -> None:
        """Call `forget` with the fingerprints that changed, with None where all may have."""

    def reach(self, cursor: Cursor, *, seconds: float) -> bool:
        """Wait until the copy is at least there; tell whether it is."""

    def close(self) -> None:
        """Let go of what is held open to look at the copy."""

    def report(self, text: str) -> None:
        """Record that copy and registry contradict each other."""


def state_of(age: float | None, *, diverged: bool, refused: bool) -> State:
    """Return the state of a copy whose newest statement came `age` seconds ago."""
    if refused:
        return State.REFUSED
    if diverged:
        return State.DIVERGED
    if age is None:
        return State.STARTING
    return State.FRESH if 0 <= age < STALE_SECONDS else State.STALE


def last_seen(folder: Folder) -> float | None:
    """Return when, by this machine's monotonic clock, the newest statement came; None if it was started since."""
    members = folder.read("status.json")
    if not isinstance(members, dict) or not members.get("boot") or members["boot"] != boot_id():
        return None
    seen = members.get("seen_ms")
    return seen / 1000 if isinstance(seen, int) else None


def write_status(folder: Folder, glance: Glance, *, seen: float | None, diverged: bool, refused: bool) -> None:
    """Tell other processes of this machine; what they read is judged by their own monotonic clock."""
    members = {
        "cursor": None if glance.live is None else str(glance.live.cursor),
        "key": None if glance.live is None else glance.live.key_epoch,
        "seen_ms": None if seen is None else int(seen * 1000),
        "boot": boot_id(),
        "diverged": diverged,
        "refused": refused,
        "problem": glance.problem,
        "last_ack_at": glance.last_ack_at,
    }
    write_quickly(folder.path / "status.json", canonical_json(members))
