"""Proving at the terminal who somebody is, for commands that two persons answer for."""

from __future__ import annotations

import secrets

import click

from app import clock
from app.accounts.sessions import hash_token
from app.database import reading_session, writing_session
from blacklist.actors import Actor
from blacklist.errors import ForbiddenError
from blacklist.queries import staff
from blacklist.services import signing_in


def signed_in_at_terminal(username: str) -> Actor:
    """Ask for the password of a person at the terminal; failures count like those of the sign-in page.

    Raises:
        ForbiddenError: unknown, wrong, locked or disabled; one answer for all.
    """
    password = click.prompt(f"{username} 的密码", hide_input=True)
    with reading_session() as session:
        credentials = staff.find_credentials(session, username)
    proof = signing_in.prove(credentials, password)
    token_hash = hash_token(secrets.token_urlsafe(32))
    at = clock.now()
    with writing_session() as session:
        account = signing_in.sign_in(session, proof=proof, token_hash=token_hash, at=at)
        actor = staff.load_actor(session, account.id) if account is not None else None
        if actor is not None:
            signing_in.sign_out(session, token_hash, actor=actor, at=at)
    if actor is None:
        raise ForbiddenError("用户名或者密码不正确，或者账号暂时不能登录。", "Sign-in refused.")
    return actor
