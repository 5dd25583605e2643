"""Courts, their people, accounts and roles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, Fault, ForbiddenError, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id
from blacklist.identity.texts import clean_text
from blacklist.models import Account, Court, Person, RoleGrant, StaffSession
from blacklist.queries.staff import AccountNotFoundError
from blacklist.rules.passwords import require_good_password
from blacklist.services import auditing
from blacklist.services.signing_in import hash_password

MOST_USERNAME = 60
MOST_NAME = 100


class CourtExistsError(ConflictError):
    """A court's code is unique: it is its word in case numbers."""

    code = "court-exists"


class UsernameTakenError(ConflictError):
    """The user name belongs to another account."""

    code = "username-taken"


class OwnRoleError(ForbiddenError):
    """Nobody grants a role to their own person."""

    code = "own-role"
    title = "不得为本人授予岗位"
    title_english = "Nobody grants themselves a role"


def create_court(
    session: Session, *, code: str, name: str, region: str, contact: str = "12368", parent_id: int | None = None
) -> Court:
    """Add a court; `code` is its word in case numbers (`京0199`).

    Raises:
        CourtExistsError: the code is taken.
    """
    if session.scalars(select(Court.id).where(Court.code == code)).first() is not None:
        raise CourtExistsError("该法院代字已登记。", "There is a court with this code.")

    court = Court(id=new_id(), code=code, name=name, region=region, contact=contact, parent_id=parent_id)
    session.add(court)
    session.flush()
    return court


def create_person(session: Session, *, name: str, at: datetime) -> Person:
    """Add a member of staff as a human being; alone a person can do nothing."""
    person = Person(id=new_id(), name=clean_text(name, pointer="/name", most=MOST_NAME), created_at=at)
    session.add(person)
    session.flush()
    return person


def create_account(
    session: Session, *, person_id: int, username: str, password: str, actor: Actor, at: datetime
) -> Account:
    """Give a person a way to sign in.

    Raises:
        InvalidError: the user name or the password cannot be one. UsernameTakenError: the name is taken.
    """
    username = clean_text(username, pointer="/username", most=MOST_USERNAME)
    if not username or any(character.isspace() for character in username):
        detail, english = "用户名不得为空或含空格。", "A user name has no spaces."
        raise InvalidError(detail, english, errors=(Fault("/username", "bad-username", detail, english),))
    person = session.get_one(Person, person_id)
    require_good_password(password, names=(username, person.name))
    if session.scalars(select(Account.id).where(Account.username == username)).first() is not None:
        raise UsernameTakenError("该用户名已被使用。", "The user name is taken.")

    account = Account(
        id=new_id(),
        person_id=person.id,
        username=username,
        password_hash=hash_password(password),
        password_changed_at=at,
        state="active",
        failures=0,
        created_at=at,
    )
    session.add(account)

    auditing.record(session, AuditEvent.ACCOUNT_CREATED, account.id, actor=actor, at=at, facts={"person_id": person.id})
    session.flush()
    return account


def disable_account(session: Session, account_id: int, *, actor: Actor, at: datetime) -> None:
    """Disable an account and end its sessions; it is never deleted.

    Raises:
        AccountNotFoundError: there is no such account.
    """
    account = session.scalars(select(Account).where(Account.id == account_id).with_for_update()).one_or_none()
    if account is None:
        raise AccountNotFoundError("没有这个账号。", "There is no such account.")

    account.state = "disabled"
    session.execute(delete(StaffSession).where(StaffSession.account_id == account.id))

    auditing.record(session, AuditEvent.ACCOUNT_DISABLED, account.id, actor=actor, at=at)
    session.flush()


def grant_role(session: Session, *, person_id: int, court_id: int, role: Role, actor: Actor, at: datetime) -> RoleGrant:
    """Let a person do what `role` may at a court; a role that is held already is returned as it is.

    Raises:
        OwnRoleError: nobody grants a role to their own person.
    """
    if actor.person_id == person_id:
        raise OwnRoleError("不得为本人授予岗位。", "Nobody grants a role to their own person.")
    held = _held(session, person_id=person_id, court_id=court_id, role=role)
    if held is not None:
        return held

    grant = RoleGrant(id=new_id(), person_id=person_id, court_id=court_id, role=role.value, granted_at=at)
    session.add(grant)
    _end_sessions_of(session, person_id)

    facts: auditing.Facts = {"role": role.value, "person_id": person_id}
    auditing.record(session, AuditEvent.ROLE_GRANTED, person_id, actor=actor, at=at, court_id=court_id, facts=facts)
    session.flush()
    return grant


def end_role(session: Session, *, person_id: int, court_id: int, role: Role, actor: Actor, at: datetime) -> None:
    """Take a role away; the person's sessions end, and no act under way goes through any more."""
    held = _held(session, person_id=person_id, court_id=court_id, role=role)
    if held is None:
        return

    held.ended_at = at
    _end_sessions_of(session, person_id)

    facts: auditing.Facts = {"role": role.value, "person_id": person_id}
    auditing.record(session, AuditEvent.ROLE_ENDED, person_id, actor=actor, at=at, court_id=court_id, facts=facts)
    session.flush()


def _held(session: Session, *, person_id: int, court_id: int, role: Role) -> RoleGrant | None:
    return session.scalars(
        select(RoleGrant)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.court_id == court_id,
            RoleGrant.role == role.value,
            RoleGrant.ended_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()


def _end_sessions_of(session: Session, person_id: int) -> None:
    """A role change ends the person's sessions, on every worker."""
    accounts = select(Account.id).where(Account.person_id == person_id)
    session.execute(delete(StaffSession).where(StaffSession.account_id.in_(accounts)))
