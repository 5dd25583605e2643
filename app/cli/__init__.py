"""`flask --app wsgi registry …`: the operator's commands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from app.cli.accounts import agency_group, court_group, user_group
from app.cli.calendar import calendar_group
from app.cli.checking import check_command
from app.cli.demo.seeding import seed_command
from app.cli.importing import import_command
from app.cli.starting import init_command
from app.cli.verifying import verify_command
from blacklist.errors import RegistryError

registry = AppGroup("registry", help="联合惩戒登记 — commands of the joint credit-punishment registry.")


def init_cli(app: Flask) -> None:
    """Register the commands; a refusal is one line on standard error and exit status 1."""
    commands = (init_command, seed_command, import_command, check_command, verify_command)
    for command in (*commands, court_group, user_group, agency_group, calendar_group):
        if command.name not in registry.commands:
            _refuse_plainly(command)
            registry.add_command(command)
    app.cli.add_command(registry)


def _refuse_plainly(command: click.Command) -> None:
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _refuse_plainly(inner)
    elif command.callback is not None:
        command.callback = _refusing(command.callback)


def _refusing(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except RegistryError as error:
            click.echo(f"refused ({error.code}): {error.detail} {error.english}", err=True)
            for fault in error.errors:
                click.echo(f"  {fault.pointer or '/'} {fault.code}: {fault.detail}", err=True)
            sys.exit(1)

    return run
