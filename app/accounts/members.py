"""Who is signed in, as Flask-Login and the pages see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, current_app, request, session
from flask_login import LoginManager, UserMixin, current_user

from app import clock
from app.access import Audience
from app.accounts.sessions import TokenSession
from app.database import reading_session
from blacklist.actors import Role
from blacklist.queries.staff import StaffMember, find_staff
from blacklist.services.signing_in import PROOF_LASTS

ROLE_TITLES = {
    Role.CLERK: "书记员",
    Role.CHECKER: "核验人",
    Role.PRESIDENT: "院领导",
    Role.REVIEWER: "审查人",
    Role.SUPERVISOR: "监督人员",
}


class StaffUser(UserMixin):  # type: ignore[misc]  # the library has no types
    """A signed-in member of staff."""

    def __init__(self, member: StaffMember) -> None:
        self.account_id = member.account_id
        self.person_id = member.person_id
        self.username = member.username
        self.name = member.name
        self.courts = member.courts

    def get_id(self) -> str:
        """Return the account's id, as the session knows it."""
        return str(self.account_id)


@dataclass(frozen=True, slots=True)
class Viewer:
    """What the masthead says of who is signed in."""

    name: str
    court_name: str
    role_titles: tuple[str, ...]
    may_draft: bool


def init_members(app: Flask) -> None:
    """Let Flask-Login ask the table who a session belongs to.

    `LoginManager.init_app` is not called: all it would add is the refreshing of a remember-me cookie, which there is
    none of, and which reads the session of every request, public pages included.
    """
    manager = LoginManager()
    manager.session_protection = None  # the token is random, stored hashed and bound to a row
    manager.user_loader(_load)
    app.login_manager = manager  # type: ignore[attr-defined]
    app.context_processor(_tell_viewer)


def signed_in() -> StaffUser:
    """Return who is signed in; only for views of the staff audience."""
    return cast(StaffUser, current_user._get_current_object())


def proved_lately(at: datetime) -> bool:
    """Tell whether the password was given in this session within the last five minutes (`security.md` P2)."""
    token = cast(TokenSession, session)
    proved_at = token.proved_at
    return proved_at is not None and is_fresh(proved_at, at)


def is_fresh(proved_at: datetime, at: datetime) -> bool:
    """Tell whether a proof is still fresh; one from the future (a clock set back) is not."""
    return proved_at <= at <= proved_at + PROOF_LASTS


def _load(account_id: str) -> StaffUser | None:
    if not (account_id.isascii() and account_id.isdecimal()):
        return None
    with reading_session() as rows:
        member = find_staff(rows, int(account_id))
    return StaffUser(member) if member is not None else None


def _tell_viewer() -> dict[str, object]:
    """Give staff pages their viewer; other pages never look at the session."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "audience", None) is not Audience.STAFF or not current_user.is_authenticated:
        return {}
    user = signed_in()
    roles = dict.fromkeys(role for court in user.courts for role in court.roles)
    return {
        "viewer": Viewer(
            name=user.name,
            court_name="、".join(court.name for court in user.courts) or "未授予岗位",
            role_titles=tuple(ROLE_TITLES[role] for role in roles),
            may_draft=Role.CLERK in roles,
        ),
        "today": clock.today(),
    }
