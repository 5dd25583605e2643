"""May they? Roles at courts, and the rule that two persons act on every order."""

from __future__ import annotations

from blacklist.actors import Actor, Role
from blacklist.errors import MissingRoleError, SamePersonError, WrongCourtError


def require_role(actor: Actor, role: Role, court_id: int) -> None:
    """Refuse an actor who does not hold `role` at this court.

    Basis: LIST 5, LIST 13; CONS 5.

    Raises:
        WrongCourtError: the role is held, at another court only.
        MissingRoleError: the role is held nowhere.
    """
    if actor.holds(role, court_id):
        return
    if any(actor.holds(role, other) for other in actor.court_ids()):
        raise WrongCourtError(
            "只有作出决定的法院可以办理。", "Only the deciding court acts on its orders.", role=str(role)
        )
    raise MissingRoleError("您没有办理该事项的岗位权限。", f"The act asks for the role {role}.", role=str(role))


def require_other_person(actor: Actor, *person_ids: int | None) -> None:
    """Refuse an actor who is one of `person_ids`, or no person at all; None stands for nobody.

    Persons are compared, not accounts: a second account is not a second person.

    Basis: LIST 5, LIST 13.

    Raises:
        SamePersonError: somebody else must act.
    """
    if actor.person_id is None or actor.person_id in person_ids:
        raise SamePersonError("该步骤须由另一人办理。", "Another person must take this step.")
