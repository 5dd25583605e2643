"""`registry verify`: walk the audit chain, the orders and the log; name the first row that is wrong."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from app.database import reading_session
from blacklist.queries.verification import (
    verify_audit_chain,
    verify_log,
    verify_orders,
    verify_restrictions,
    verify_states,
)

CHECKS = (verify_audit_chain, verify_orders, verify_states, verify_log, verify_restrictions)


@click.command("verify")
@with_appcontext
def verify_command() -> None:
    """Re-check what is stored; exit status 1 with the first wrong row named."""
    with reading_session() as session:
        faults = [fault for check in CHECKS for fault in check(session)]
    for fault in faults[:50]:
        click.echo(fault, err=True)
    if faults:
        click.echo(f"{len(faults)} wrong", err=True)
        sys.exit(1)
    click.echo("audit chain, orders, public index, log and restrictions agree")
