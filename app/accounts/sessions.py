"""Server-side sessions behind Flask's own interface: the cookie holds a random token, the table its hash.

Nothing else is kept per session. Before sign-in there is no row: the CSRF token is derived from a random cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import update

from app.database import reading_session, writing_session
from blacklist.models import StaffSession
from blacklist.queries import sessions as session_queries
from config import Config

CSRF_FIELD = "csrf_token"
MACHINES = ("/api/", "/static/", "/sync/", "/log/", "/-/")
TOUCH_EVERY = timedelta(minutes=1)


class TokenSession(dict[str, Any], SessionMixin):
    """What Flask, Flask-Login and the CSRF check see: the account id and a CSRF secret, both derived."""

    token: str = ""
    is_anonymous: bool = True
    proved_at: datetime | None = None


class TableSessions(SessionInterface):
    """Opens a session from the cookie and sets the cookie; rows are made and ended by the sign-in service."""

    def __init__(self, config: Config, csrf_key: bytes) -> None:
        self._secure = config.base_url.startswith("https")
        self._name = "__Host-registry_session" if self._secure else "registry_session"
        self._csrf_key = csrf_key
        self._idle = timedelta(minutes=config.session_idle_minutes)
        self._absolute = timedelta(hours=config.session_hours)

    def open_session(self, app: Flask, request: Request) -> TokenSession:
        """Return the session of the request's cookie, or an anonymous one."""
        session = TokenSession()
        token = request.cookies.get(self._name, "")
        if token and not request.path.startswith(MACHINES):
            self._load(app, session, token)
        if session.is_anonymous:
            session.token = token if token.startswith("a") and len(token) == 44 else "a" + secrets.token_urlsafe(32)
        session[CSRF_FIELD] = hmac.new(self._csrf_key, session.token.encode(), hashlib.sha256).hexdigest()
        session.accessed = False
        return session

    def _load(self, app: Flask, session: TokenSession, token: str) -> None:
        if not token.startswith("s"):
            return
        at: datetime = app.extensions["clock"]()
        with app.app_context(), reading_session() as rows:
            row = session_queries.find_live(rows, hash_token(token), at=at, idle=self._idle, absolute=self._absolute)
        if row is None:
            return
        session.token, session.is_anonymous, session.proved_at = token, False, row.proved_at
        session["_user_id"], session["_fresh"] = str(row.account_id), True
        if at - row.last_seen_at >= TOUCH_EVERY:
            with app.app_context(), writing_session() as rows:
                rows.execute(
                    update(StaffSession).where(StaffSession.token_hash == row.token_hash).values(last_seen_at=at)
                )

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002 - Flask's form
        """Set the cookie where the token is new; signing in and out hand their token over in `g`."""
        if request.path.startswith(MACHINES):
            return  # machines bring keys; they are never given a cookie
        response.vary.add("Cookie")
        token = g.pop("new_session_token", None)
        if token is None and isinstance(session, TokenSession) and session.is_anonymous and session.accessed:
            token = session.token
        if token is not None:
            response.set_cookie(self._name, token, secure=self._secure, httponly=True, samesite="Lax", path="/")


def new_token() -> str:
    """Return a fresh session token of 256 random bits."""
    return "s" + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return what is stored of a token. 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode("ascii", "replace")).digest()
