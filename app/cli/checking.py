"""`registry check`: one answer at the terminal, recorded like any other."""

from __future__ import annotations

import sys
from typing import cast

import click
import orjson
from flask import current_app
from flask.cli import with_appcontext

from app import clock
from app.database import database
from app.quotas import Submission
from blacklist.identity.documents import guess_document_type, parse_document
from blacklist.identity.names import stored_name
from blacklist.identity.sealing import Vault
from blacklist.rules.purposes import PURPOSES
from blacklist.services.asking import Asker, Question, answer_one


@click.command("check")
@click.argument("document")
@click.option("--purpose", required=True, type=click.Choice(list(PURPOSES)), help="What the person wants to do.")
@click.option("--type", "kind", help="Type of the document; guessed from its form where it is not given.")
@click.option("--country", help="ISO 3166-1 alpha-3; passports only.")
@click.option("--name", help="Compared with the registered names.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
@with_appcontext
def check_command(
    document: str, purpose: str, kind: str | None, country: str | None, name: str | None, as_json: bool
) -> None:
    """Answer whether the bearer of DOCUMENT may do something.

    Use "-" to read the number from standard input: on the command line it stays in the shell's history.
    """
    number = sys.stdin.readline().strip() if document == "-" else document
    at = clock.now()
    if kind is None:
        kind = guess_document_type(number)
    question = Question(
        document=parse_document(kind, number, country=country, today=at.date()),
        name=stored_name(name) if name else None,
    )
    vault = cast(Vault, current_app.extensions["vault"])
    answer, record = answer_one(database().reader.rows, question, asker=Asker(purpose), at=at, vault=vault)
    database().recorder.submit(Submission(bucket="terminal", cost=1, rate=50, burst=100, at=at, records=[record]))
    if as_json:
        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2))
        return
    click.echo(f"{answer['outcome']} — {answer['action']}")
    click.echo(answer["message"])
    for one in answer["restrictions"]:
        until = one["until"] or "无固定期限"
        click.echo(f"  {one['order_no']}  {one['measure_name']}  {one['court']}  自 {one['since']} 至 {until}")
