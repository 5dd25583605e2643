"""`registry verify`: walk the audit chain and the orders; name the first row that is wrong."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from app.database import reading_session
from blacklist.queries.verification import verify_audit_chain, verify_orders, verify_states


@click.command("verify")
@with_appcontext
def verify_command() -> None:
    """Re-check what is stored; exit status 1 with the first wrong row named."""
    with reading_session() as session:
        faults = [*verify_audit_chain(session), *verify_orders(session), *verify_states(session)]
    for fault in faults[:50]:
        click.echo(fault, err=True)
    if faults:
        click.echo(f"{len(faults)} wrong", err=True)
        sys.exit(1)
    click.echo("audit chain, orders and public index agree")
