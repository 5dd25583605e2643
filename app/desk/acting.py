"""What every page of the desk begins with: who acts, when, with which keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app import clock
from app.accounts.members import proved_lately, signed_in
from app.database import current_session
from app.errors import MalformedError
from app.keys import vault
from blacklist.actors import Actor, Role
from blacklist.errors import MissingRoleError
from blacklist.identity.sealing import Vault
from blacklist.queries.calendars import load_calendar
from blacklist.queries.desk import courts_of_role
from blacklist.queries.staff import load_actor
from blacklist.rules.working_days import Calendar

_MOST_DIGITS = 9


@dataclass(frozen=True)  # no slots: the calendar is kept once read
class Desk:
    """One request of a member of staff; the roles are read in the request's own session."""

    session: Session
    actor: Actor
    at: datetime
    vault: Vault

    @property
    def today(self) -> date:
        """Return the court's date."""
        return self.at.date()

    @cached_property
    def calendar(self) -> Calendar:
        """Return the loaded years, read once a request."""
        return load_calendar(self.session)

    def courts(self, role: Role) -> frozenset[int]:
        """Return the courts at which the actor holds a role.

        Raises:
            MissingRoleError: at none.
        """
        found = courts_of_role(self.actor, role)
        if not found:
            raise MissingRoleError(
                "您没有办理该事项的岗位权限。", f"The page asks for the role {role}.", role=str(role)
            )
        return found


def open_desk() -> Desk:
    """Return the request's desk; the actor's roles are those of this moment (`security.md` I2, P4)."""
    session = current_session()
    return Desk(
        session=session,
        actor=load_actor(session, signed_in().account_id),
        at=clock.now(),
        vault=vault(),
    )


def version_sent() -> int:
    """Return the version the page was made from.

    Raises:
        MalformedError: the form carries none.
    """
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise MalformedError("表单缺少版本号，请返回刷新。", "The form carries no version.")
    return int(text)


def done(path: str, code: str) -> ResponseReturnValue:
    """Lead on to a page that says what was done."""
    return redirect(f"{path}?{urlencode({'done': code})}", 303)


def must_prove(at: datetime) -> bool:
    """Tell whether a decision asks for the password first."""
    return not proved_lately(at)


def prove_address(path: str) -> str:
    """Return where the password is given again before going on to `path`."""
    return f"/account/prove?{urlencode({'next': path})}"
