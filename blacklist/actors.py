"""Who acts: a person with roles at courts, an agency, or the machine itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a court's person may do (`architecture.md` §2)."""

    CLERK = "clerk"
    CHECKER = "checker"
    PRESIDENT = "president"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"


class ActorKind(StrEnum):
    """Where an act comes from, as the audit trail names it."""

    PERSON = "person"
    AGENCY = "agency"
    MACHINE = "machine"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the machine) at the moment of an act, with the roles held at that moment.

    `roles` holds (court id, role) pairs, read inside the act's own transaction.
    """

    kind: ActorKind
    person_id: int | None = None
    account_id: int | None = None
    display_name: str = ""
    roles: frozenset[tuple[int, Role]] = frozenset()

    def holds(self, role: Role, court_id: int) -> bool:
        """Tell whether the actor holds `role` at that court."""
        return (court_id, role) in self.roles

    def court_ids(self) -> frozenset[int]:
        """Return the courts at which the actor holds any role."""
        return frozenset(court_id for court_id, _ in self.roles)


MACHINE = Actor(kind=ActorKind.MACHINE, display_name="系统")
