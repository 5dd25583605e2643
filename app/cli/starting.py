"""`registry init`: schema, keys, and the facts that tie both together."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click
from alembic import command
from alembic.config import Config as AlembicConfig
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from app import clock
from app.database import database, writing_session
from blacklist.actors import Actor, ActorKind
from blacklist.identity.keys import Keyring, add_missing_keys, create_key_file
from blacklist.identity.sealing import Vault
from blacklist.ledger.canonical import Json
from blacklist.ledger.leaves import LeafKind
from blacklist.models import LogHead, RegistryFact
from blacklist.queries.calendars import load_calendar, missing_years
from blacklist.services.appending import append_public
from blacklist.services.calendars import load_shipped_years
from config import Config
from sync.publishing.signers import Signers, signers_of

PROBE = "key_probe"
COMMAND = Actor(kind=ActorKind.COMMAND, display_name="命令行")
_ROOT = Path(__file__).resolve().parents[2]


@click.command("init")
@with_appcontext
def init_command() -> None:
    """Migrate the database and create the keys that are missing. Never overwrites a key; may be run again."""
    config = cast(Config, current_app.extensions["config"])
    migrate()
    click.echo("schema: at head")
    if config.key_file.exists():
        added = add_missing_keys(config.key_file)
        click.echo(f"keys: {config.key_file} kept" + (f", {' and '.join(added)} added (back it up)" if added else ""))
    else:
        config.key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        create_key_file(config.key_file)
        click.echo(f"keys: {config.key_file} created (back it up apart from the database)")
    keyring = Keyring.read(config.key_file)
    current_app.extensions["keyring"] = keyring
    current_app.extensions["vault"] = Vault(keyring)
    prove_keys(Vault(keyring), demo=config.demo)
    load_calendar_years()
    begin_log(signers_of(keyring, config.log_origin))
    click.echo(f"environment: {'demo (test keys)' if config.demo else 'live'}")


def begin_log(signers: Signers) -> None:
    """Write the first entries of an empty log: what it is, and the keys that sign for it."""
    at = clock.now()
    with writing_session() as session:
        head = session.scalars(select(LogHead).where(LogHead.one == 1).with_for_update()).one()
        if head.size:
            click.echo(f"log: {head.epoch}, {head.size} entries")
            return
        keys = {"log": signers.log.verifier.written(), "view": signers.view.verifier.written()}
        origin = signers.log.name
        genesis: dict[str, Json] = {"epoch": head.epoch, "origin": origin, "previous": None, "vkeys": keys}
        append_public(session, LeafKind.GENESIS, genesis, at=at)
        for use, vkey in keys.items():
            content: dict[str, Json] = {"use": use, "vkey": vkey, "replaced": None, "from": int(at.timestamp())}
            append_public(session, LeafKind.KEY, content, at=at)
        epoch = head.epoch
    click.echo(f"log: {epoch} begun as {origin}")


def load_calendar_years() -> None:
    """Load the years this release ships and say what the calendar holds and lacks.

    Raises:
        YearDiffersError: a year loaded from an earlier release's file is another one now.
    """
    at = clock.now()
    with writing_session() as session:
        done = load_shipped_years(session, actor=COMMAND, at=at)
        years = [str(year.year) for year in load_calendar(session).years]
        missing = missing_years(session, on=at.date())
    click.echo(f"calendar: {', '.join(years)} loaded")
    for year in done.kept_otherwise:
        click.echo(f"calendar: {year} kept as two persons loaded it; this release's file differs", err=True)
    for year in missing:
        click.echo(f"calendar: {year} is missing; deadlines that touch it cannot be computed", err=True)


def migrate() -> None:
    """Bring the schema to head on this process's engine."""
    settings = AlembicConfig(str(_ROOT / "alembic.ini"))
    settings.set_main_option("script_location", str(_ROOT / "migrations"))
    with database().engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def prove_keys(vault: Vault, *, demo: bool) -> None:
    """Write the probe value that only the right keys open, or check it; tie the database to its environment.

    Raises:
        click.ClickException: these keys do not open this database, or it belongs to the other environment.
    """
    environment = "demo" if demo else "live"
    with writing_session() as session:
        probe = session.get(RegistryFact, PROBE)
        if probe is None:
            sealed = vault.seal("registry", table="registry_facts", row=0, column=PROBE)
            session.add(RegistryFact(name=PROBE, value=sealed.hex()))
            session.add(RegistryFact(name="environment", value=environment))
            return
        found = session.get(RegistryFact, "environment")
        if found is None or found.value != environment:
            raise click.ClickException("this database belongs to another environment (demo/live)")
        try:
            vault.open(bytes.fromhex(probe.value), table="registry_facts", row=0, column=PROBE)
        except Exception as error:
            raise click.ClickException("these keys do not open this database") from error
