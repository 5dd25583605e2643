"""Members of staff: who they are at this moment, and which roles they hold where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, ActorKind, Role
from blacklist.errors import NotFoundError
from blacklist.models import Account, Court, Person, RoleGrant


class AccountNotFoundError(NotFoundError):
    """There is no such account, or it is disabled."""

    code = "account-not-found"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the door needs to prove a password before it opens a transaction."""

    account_id: int
    username: str
    person_name: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CourtRoles:
    """A court and the roles somebody holds there."""

    court_id: int
    code: str
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An account that may act now, with its person and the roles held now."""

    account_id: int
    person_id: int
    username: str
    name: str
    password_changed_at: datetime
    courts: tuple[CourtRoles, ...]

    @property
    def actor(self) -> Actor:
        """Return the member as one who acts."""
        return Actor(
            kind=ActorKind.PERSON,
            person_id=self.person_id,
            account_id=self.account_id,
            display_name=self.name,
            roles=frozenset((court.court_id, role) for court in self.courts for role in court.roles),
        )


def find_staff(session: Session, account_id: int) -> StaffMember | None:
    """Return the member behind an active account, or None."""
    row = session.execute(
        select(Account, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id == account_id, Account.state == "active")
    ).one_or_none()
    if row is None:
        return None
    account, person = row
    grants = session.execute(
        select(Court, RoleGrant.role)
        .join(RoleGrant, RoleGrant.court_id == Court.id)
        .where(RoleGrant.person_id == person.id, RoleGrant.ended_at.is_(None))
        .order_by(Court.code, RoleGrant.id)
    ).all()
    courts: dict[int, tuple[Court, list[Role]]] = {}
    for court, role in grants:
        courts.setdefault(court.id, (court, []))[1].append(Role(role))
    return StaffMember(
        account_id=account.id,
        person_id=person.id,
        username=account.username,
        name=person.name,
        password_changed_at=account.password_changed_at,
        courts=tuple(CourtRoles(one.id, one.code, one.name, tuple(roles)) for one, roles in courts.values()),
    )


def load_actor(session: Session, account_id: int) -> Actor:
    """Return who acts, with the roles held at this moment: called inside the act's own transaction.

    Raises:
        AccountNotFoundError: the account is gone or disabled.
    """
    member = find_staff(session, account_id)
    if member is None:
        raise AccountNotFoundError("该账号不存在或已停用。", "There is no such active account.")
    return member.actor


def list_courts_of(session: Session, actor: Actor) -> list[Court]:
    """Return the courts at which the actor holds any role, by code."""
    return list(session.scalars(select(Court).where(Court.id.in_(actor.court_ids())).order_by(Court.code)))


def find_credentials(session: Session, username: str) -> Credentials | None:
    """Return what a sign-in under this name is proved against, whatever the account's state; None if unknown."""
    return _credentials(session, Account.username == username)


def get_credentials(session: Session, account_id: int) -> Credentials:
    """Return what a password of this account is proved against.

    Raises:
        AccountNotFoundError: there is no such account.
    """
    found = _credentials(session, Account.id == account_id)
    if found is None:
        raise AccountNotFoundError("该账号不存在。", "There is no such account.")
    return found


def _credentials(session: Session, condition: object) -> Credentials | None:
    row = session.execute(
        select(Account, Person.name).join(Person, Person.id == Account.person_id).where(condition)  # type: ignore[arg-type]
    ).one_or_none()
    if row is None:
        return None
    account, name = row
    return Credentials(account.id, account.username, name, account.password_hash)


def name_persons(session: Session, person_ids: Collection[int | None]) -> dict[int, str]:
    """Return the names of persons by id."""
    wanted = {one for one in person_ids if one is not None}
    if not wanted:
        return {}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}
