"""Signing in and out, giving the password again, changing it."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from marshmallow import fields

from app import clock
from app.access import Audience, for_audience
from app.accounts.forms import FormSchema, faults_of, init_csrf, read_form
from app.accounts.local_addresses import HOME, local_path
from app.accounts.members import init_members, signed_in
from app.accounts.sessions import TokenSession, hash_token, new_token
from app.accounts.throttling import draw_limit, network
from app.database import current_session, keep_changes, reading_session, writes
from blacklist.errors import InvalidError
from blacklist.queries import staff as staff_queries
from blacklist.rules.passwords import LEAST_CHARACTERS
from blacklist.services import signing_in

bp = Blueprint("accounts", __name__)
REFUSED = "用户名或者密码不正确，或者账号暂时不能登录。连续失败 5 次的，账号锁定 15 分钟。"
WRONG = "密码不正确，或者账号暂时锁定。"
TRIES_A_MINUTE = 20


class _LoginForm(FormSchema):
    username = fields.String(load_default="")
    password = fields.String(load_default="")
    next = fields.String(load_default="")


class _ProveForm(FormSchema):
    password = fields.String(load_default="")
    next = fields.String(load_default="")


class _PasswordForm(FormSchema):
    current = fields.String(load_default="")
    fresh = fields.String(load_default="")
    again = fields.String(load_default="")


def init_accounts(app: Flask) -> None:
    """Wire sign-in, CSRF tokens and this blueprint into the application."""
    init_members(app)
    init_csrf(app)
    app.register_blueprint(bp)


@bp.get("/login")
@for_audience(Audience.ANYONE)
def show_login() -> ResponseReturnValue:
    """Show the sign-in form, or go on for who is signed in."""
    next_path = local_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(next_path, 303)
    return render_template("desk/login.html", username="", next=next_path, errors={})


@bp.post("/login")
@for_audience(Audience.ANYONE)
def take_login() -> ResponseReturnValue:
    """Prove the password outside any transaction, then open a session or count the failure."""
    form, _ = read_form(_LoginForm(), request.form)
    draw_limit(f"sign-in:{network()}", rate=TRIES_A_MINUTE / 60, burst=TRIES_A_MINUTE, at=clock.now())
    with reading_session() as rows:
        credentials = staff_queries.find_credentials(rows, form["username"].strip())
    proof = signing_in.prove(credentials, form["password"])
    return _enter(proof, username=form["username"], next_path=local_path(form["next"]))


@writes
def _enter(proof: signing_in.Proof, *, username: str, next_path: str) -> ResponseReturnValue:
    token = new_token()
    account = signing_in.sign_in(
        current_session(), proof=proof, token_hash=hash_token(token), at=clock.now(), replaces=_own_token_hash()
    )
    if account is None:
        keep_changes()
        page = render_template("desk/login.html", username=username, next=next_path, errors={"": REFUSED})
        return page, 422
    g.new_session_token = token
    return redirect(next_path, 303)


@bp.post("/logout")
@for_audience(Audience.STAFF)
@writes
def take_logout() -> ResponseReturnValue:
    """End this session."""
    rows = current_session()
    token_hash = _own_token_hash()
    if token_hash is not None:
        actor = staff_queries.load_actor(rows, signed_in().account_id)
        signing_in.sign_out(rows, token_hash, actor=actor, at=clock.now())
    g.new_session_token = ""  # an empty cookie in place of the dead token
    return redirect("/login", 303)


@bp.get("/account/prove")
@for_audience(Audience.STAFF)
def show_prove() -> ResponseReturnValue:
    """Ask for the password again before a decision."""
    return render_template("desk/prove.html", next=local_path(request.args.get("next")), errors={})


@bp.post("/account/prove")
@for_audience(Audience.STAFF)
def take_prove() -> ResponseReturnValue:
    """Note in the session that its owner is at the desk; failures count like those of a sign-in."""
    form, _ = read_form(_ProveForm(), request.form)
    proof = _proof_of_own(form["password"])
    return _prove_session(proof, next_path=local_path(form["next"]))


@writes
def _prove_session(proof: signing_in.Proof, *, next_path: str) -> ResponseReturnValue:
    token_hash = _own_token_hash() or b""
    if signing_in.prove_again(current_session(), proof=proof, token_hash=token_hash, at=clock.now()):
        return redirect(next_path, 303)
    keep_changes()
    return render_template("desk/prove.html", next=next_path, errors={"password": WRONG}), 422


@bp.get("/account/password")
@for_audience(Audience.STAFF)
def show_password() -> ResponseReturnValue:
    """Show the form for one's own password."""
    return _password_page({}), 200


@bp.post("/account/password")
@for_audience(Audience.STAFF)
def take_password() -> ResponseReturnValue:
    """Change one's own password; every other session of the account ends, this one gets a new token."""
    form, _ = read_form(_PasswordForm(), request.form)
    with reading_session() as rows:
        credentials = staff_queries.get_credentials(rows, signed_in().account_id)
    try:
        signing_in.require_new_password(
            form["fresh"], again=form["again"], current=form["current"], credentials=credentials
        )
    except InvalidError as error:
        return _password_page(faults_of(error, names={"/password": "fresh"})), 422
    proof = _proof_of_own(form["current"])
    return _put_password(proof, fresh_hash=signing_in.hash_password(form["fresh"]))


@writes
def _put_password(proof: signing_in.Proof, *, fresh_hash: str) -> ResponseReturnValue:
    token = new_token()
    changed = signing_in.change_password(
        current_session(), proof=proof, fresh_hash=fresh_hash, token_hash=hash_token(token), at=clock.now()
    )
    if not changed:
        keep_changes()
        return _password_page({"current": WRONG}), 422
    g.new_session_token = token
    return redirect(f"{HOME}?done=password", 303)


def _password_page(errors: dict[str, str]) -> str:
    return render_template("desk/password.html", shortest=LEAST_CHARACTERS, forced=False, errors=errors)


def _proof_of_own(password: str) -> signing_in.Proof:
    draw_limit(f"sign-in:{network()}", rate=TRIES_A_MINUTE / 60, burst=TRIES_A_MINUTE, at=clock.now())
    with reading_session() as rows:
        credentials = staff_queries.get_credentials(rows, signed_in().account_id)
    return signing_in.prove(credentials, password)


def _own_token_hash() -> bytes | None:
    """Return the hash of this browser's live session token, or None before sign-in."""
    token_session = cast(TokenSession, session)
    return None if token_session.is_anonymous else hash_token(token_session.token)
