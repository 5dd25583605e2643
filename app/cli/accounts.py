"""`registry user …` and `registry agency …`: accounts and keys."""

from __future__ import annotations

import os
import secrets
from base64 import b64encode
from pathlib import Path
from typing import cast

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.database import writing_session
from blacklist.actors import Actor, ActorKind, Role
from blacklist.errors import NotFoundError
from blacklist.identity.sealing import Vault
from blacklist.models import Account, Court
from blacklist.rules.purposes import PURPOSES
from blacklist.services import agencies, staffing, subscribing
from config import Config

COMMAND = Actor(kind=ActorKind.COMMAND, display_name="命令行")


@click.group("court")
def court_group() -> None:
    """Courts of this registry."""


@court_group.command("add")
@click.argument("code")
@click.option("--name", required=True, help="Full name of the court.")
@click.option("--region", required=True, help="Province, as the public list shows it.")
@click.option("--parent", "parent_code", help="Code of the court one level up.")
@with_appcontext
def add_court(code: str, name: str, region: str, parent_code: str | None) -> None:
    """Add a court by its word in case numbers (京0199)."""
    with writing_session() as session:
        parent_id = _court(session, parent_code).id if parent_code else None
        staffing.create_court(session, code=code, name=name, region=region, parent_id=parent_id)
    click.echo(f"{code}: {name}")


def _court(session: Session, code: str) -> Court:
    court = session.scalars(select(Court).where(Court.code == code)).one_or_none()
    if court is None:
        raise NotFoundError("没有这个法院。", "There is no such court.")
    return court


@click.group("user")
def user_group() -> None:
    """Accounts of court staff."""


@user_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--court", "court_code", required=True, help="Code of the court, its word in case numbers (京0199).")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([one.value for one in Role]))
@with_appcontext
def add_user(username: str, name: str, court_code: str, roles: tuple[str, ...]) -> None:
    """Create a person with an account and print the first password once."""
    password = secrets.token_urlsafe(12) + "Aa1"
    at = clock.now()
    with writing_session() as session:
        court = _court(session, court_code)
        person = staffing.create_person(session, name=name, at=at)
        staffing.create_account(
            session, person_id=person.id, username=username, password=password, actor=COMMAND, at=at
        )
        for role in roles:
            staffing.grant_role(session, person_id=person.id, court_id=court.id, role=Role(role), actor=COMMAND, at=at)
    click.echo(f"{username}: {password}")


@user_group.command("disable")
@click.argument("username")
@with_appcontext
def disable_user(username: str) -> None:
    """Disable an account; its sessions end at once."""
    with writing_session() as session:
        account = session.scalars(select(Account).where(Account.username == username)).one_or_none()
        if account is None:
            raise NotFoundError("没有这个账号。", "There is no such account.")
        staffing.disable_account(session, account.id, actor=COMMAND, at=clock.now())
    click.echo(f"{username}: disabled")


@click.group("agency")
def agency_group() -> None:
    """Agencies and their keys."""


@agency_group.command("add")
@click.argument("name")
@click.option("--title", required=True, help="Chinese title.")
@click.option("--purpose", "purposes", multiple=True, required=True, type=click.Choice(list(PURPOSES)))
@with_appcontext
def add_agency(name: str, title: str, purposes: tuple[str, ...]) -> None:
    """Admit an agency for certain purposes. NAME is ASCII and host-like (air.example)."""
    with writing_session() as session:
        agencies.create_agency(session, name=name, title=title, purposes=purposes, actor=COMMAND, at=clock.now())
    click.echo(f"{name}: admitted")


@agency_group.command("subscribe")
@click.argument("name")
@click.option("--ack-vkey", required=True, help="The agency's vkey (type 1) for countersigning statements.")
@click.option("--witness-vkey", required=True, help="Its vkey (type 4) for cosigning checkpoints.")
@click.option("--hook", "hook_url", help="Address at which it is woken; https outside development.")
@click.option("--fp-key-file", required=True, type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def subscribe_agency(name: str, ack_vkey: str, witness_vkey: str, hook_url: str | None, fp_key_file: Path) -> None:
    """Let an agency keep a copy; write its fingerprint key to a new file, once, and print the hook's secret, once."""
    config = cast(Config, current_app.extensions["config"])
    if hook_url is not None and not hook_url.startswith("https://") and not config.development:
        raise click.UsageError("--hook must be https outside development mode")
    try:
        descriptor = os.open(fp_key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.UsageError(f"--fp-key-file cannot be made: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file, writing_session() as session:
            done = subscribing.subscribe_agency(
                session,
                name,
                ack_vkey=ack_vkey,
                witness_vkey=witness_vkey,
                hook_url=hook_url,
                actor=COMMAND,
                at=clock.now(),
                vault=cast(Vault, current_app.extensions["vault"]),
            )
            # The key is on the disk before the database knows of it: nobody else can ever tell it again.
            file.write(b64encode(done.fp_key).decode("ascii") + "\n")
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        fp_key_file.unlink()
        raise
    click.echo(f"{name}: subscribed, key epoch {done.key_epoch}, fingerprint key in {fp_key_file}")
    if done.hook_secret is not None:
        click.echo(f"hook secret: {done.hook_secret}")


@agency_group.group("key")
def key_group() -> None:
    """Keys of agencies."""


@key_group.command("issue")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, default=("check",), type=click.Choice(agencies.SCOPES))
@click.option("--network", "networks", multiple=True, help="CIDR the key may be used from; needed in production.")
@click.option("--rate", default=50, show_default=True, type=click.IntRange(1, 100_000), help="Calls a second.")
@click.option("--burst", default=100, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--daily", default=20_000, show_default=True, type=click.IntRange(1, 100_000_000))
@with_appcontext
def issue_agency_key(
    name: str, scopes: tuple[str, ...], networks: tuple[str, ...], rate: int, burst: int, daily: int
) -> None:
    """Issue a key and print it once; an older live key ends 14 days later by itself."""
    config = cast(Config, current_app.extensions["config"])
    if not networks and not config.development:
        raise click.UsageError("--network is needed outside development mode")
    terms = agencies.KeyTerms(
        environment="test" if config.demo else "live",
        scopes=scopes,
        networks=networks,
        rate=rate,
        burst=burst,
        daily_subjects=daily,
    )
    with writing_session() as session:
        key = agencies.issue_key(
            session,
            name,
            terms=terms,
            actor=COMMAND,
            at=clock.now(),
            vault=cast(Vault, current_app.extensions["vault"]),
        )
    click.echo(key)


@key_group.command("revoke")
@click.argument("key_id")
@with_appcontext
def revoke_agency_key(key_id: str) -> None:
    """Revoke a key by its id (the third part of the key); every process honours it within a minute."""
    with writing_session() as session:
        agencies.revoke_key(session, key_id, actor=COMMAND, at=clock.now())
    click.echo(f"{key_id}: revoked")
