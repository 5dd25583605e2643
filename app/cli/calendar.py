"""`registry calendar …`: years of public holidays, brought in by two persons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app import clock
from app.cli.proving import signed_in_at_terminal
from app.database import reading_session, writing_session
from blacklist.importing.calendar_files import read_year_file
from blacklist.queries.calendars import list_years, load_calendar, missing_years
from blacklist.queries.due_moves import list_moved
from blacklist.rules.calendar_years import STATUTORY_DAYS, digest_of, is_balanced, weekdays_off
from blacklist.rules.working_days import Calendar, Year
from blacklist.services.calendars import approve_year, correct_year, propose_year

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("calendar")
def calendar_group() -> None:
    """Public holidays and make-up working days, a year at a time."""


@calendar_group.command("show")
@with_appcontext
def show_command() -> None:
    """List the years and what is missing; status 1 when a year is missing that should be loaded by now."""
    with reading_session() as session:
        for row in list_years(session):
            counts = f"{len(row.holidays)} holidays, {len(row.make_up_working_days)} make-up working days"
            click.echo(f"{row.year} {row.state}: {counts}, {row.digest[:12]} {row.source}")
        missing = missing_years(session, on=clock.now().date())
    for year in missing:
        click.echo(f"{year} is missing; deadlines that touch it cannot be computed", err=True)
    if missing:
        raise SystemExit(1)


def _file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.argument("file", type=FILE),
        click.option("--year", type=int, help="The year; a CSV file needs it."),
        click.option("--source", default="", help="Title and number of the notice; a CSV file needs it."),
        click.option("--proposer", required=True, help="User name of who proposes."),
        click.option("--decider", required=True, help="User name of who decides; another person."),
    ):
        command = option(command)
    return command


@calendar_group.command("import")
@_file_options
@with_appcontext
def import_year_command(file: Path, year: int | None, source: str, proposer: str, decider: str) -> None:
    """Load a new year from JSON or CSV (date,kind,name); both persons sign in here."""
    read = read_year_file(file.read_bytes(), year=year, source=source)
    _show(read)
    first, second = signed_in_at_terminal(proposer), signed_in_at_terminal(decider)
    _confirm(read)
    at = clock.now()
    with writing_session() as session:
        propose_year(session, read, actor=first, at=at)
        approve_year(session, read.year, digest=digest_of(read), actor=second, at=at)
    click.echo(f"已载入 {read.year} 年。 {read.year} is loaded.")


@calendar_group.command("correct")
@_file_options
@with_appcontext
def correct_year_command(file: Path, year: int | None, source: str, proposer: str, decider: str) -> None:
    """Replace a loaded year by an amended arrangement; first shows every open deadline that moves."""
    read = read_year_file(file.read_bytes(), year=year, source=source)
    _show(read)
    with reading_session() as session:
        _show_moves(session, read)
    first, second = signed_in_at_terminal(proposer), signed_in_at_terminal(decider)
    _confirm(read)
    with writing_session() as session:
        correct_year(session, read, proposer=first, decider=second, at=clock.now())
    click.echo(f"已更正 {read.year} 年。 {read.year} is corrected.")


def _show(year: Year) -> None:
    click.echo(f"{year.year} {year.source}")
    click.echo("放假 holidays: " + " ".join(day.isoformat() for day in sorted(year.holidays)))
    click.echo("上班 worked: " + " ".join(day.isoformat() for day in sorted(year.make_up_working_days)))
    if not is_balanced(year):
        due = STATUTORY_DAYS + len(year.make_up_working_days)
        click.echo(
            f"周一至周五放假 {weekdays_off(year)} 天，应为 {due} 天，请核对是否漏列。 Check: a day may be missing.",
            err=True,
        )


def _show_moves(session: Session, year: Year) -> None:
    before = load_calendar(session)
    others = tuple(one for one in before.years if one.year != year.year)
    moved = list_moved(session, before, Calendar((*others, year)), on=clock.now().date())
    for one in moved:
        earlier = one.before is not None and one.after is not None and one.after < one.before
        words = f"{one.before or '—'} → {one.after or '—'}{'（提前 earlier）' if earlier else ''}"
        click.echo(f"  {one.item.kind} {one.item.case_number} {one.item.public_id}: {words}")
    click.echo(f"受影响的期限 {len(moved)} 件。 {len(moved)} open deadlines move.")


def _confirm(year: Year) -> None:
    answer = click.prompt(f"决定人确认：对照通知原件核对后，输入年度（{year.year}）", type=int)
    if answer != year.year:
        raise click.Abort
