"""Why the agent does not go on: what it refuses, what it could not reach, what it cannot use."""

from __future__ import annotations

from enum import StrEnum


class Ground(StrEnum):
    """What the agent refuses to follow; a person must look."""

    FORK = "fork"
    ROLLBACK = "rollback"
    NEW_EPOCH = "epoch-changed"
    KEY_RETIRED = "key-epoch-retired"
    BAD_SIGNATURE = "bad-signature"
    BAD_STATEMENT = "bad-statement"
    UNKNOWN_ITEM = "unknown-item"
    BAD_SNAPSHOT = "bad-snapshot"
    BAD_ANSWER = "bad-answer"


class AgentError(Exception):
    """Base of all that goes wrong in the agent; the text never holds a document number."""


class FolderError(AgentError):
    """The folder, or a file that was named, cannot be used as it is."""


class RefusedError(AgentError):
    """What the registry served contradicts what was verified before; the copy stays as it is."""

    def __init__(self, ground: Ground, text: str, *evidence: str) -> None:
        super().__init__(text)
        self.ground = ground
        self.evidence = evidence


class UnreachableError(AgentError):
    """The registry did not answer, or said that it cannot now; `retry_after` is in seconds, where it named a time."""

    def __init__(self, text: str, *, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class ProblemError(AgentError):
    """The registry answered with a problem (RFC 9457): `code` is the last word of its type."""

    def __init__(self, status: int, code: str, members: dict[str, object]) -> None:
        super().__init__(f"the registry answered {status} {code}")
        self.status = status
        self.code = code
        self.members = members


class SnapshotNeededError(AgentError):
    """Following does not lead on from here; a whole copy must be fetched."""
