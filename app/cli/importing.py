"""`registry import`: a file of decisions, dry by default."""

from __future__ import annotations

import csv
import gc
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cli.proving import signed_in_at_terminal
from app.database import commit_part, reading_session, writing_session
from blacklist.actors import Actor, ActorKind, Role
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.importing.findings import Finding
from blacklist.models import Court, Person, RoleGrant
from blacklist.services.importing import CourtRule, Plan, apply_import, plan_import
from config import Config

SHOWN = 50
UPPER_COURT = ("京", "示例省高级人民法院", "示例省")
DEMO_PERSONS = (("导入提议", Role.CLERK), ("导入决定", Role.PRESIDENT))
COUNT_WORDS = {
    "listing": "失信决定",
    "consumption": "限制消费令",
    "natural": "自然人",
    "organisation": "单位",
    "effective": "生效中",
    "expired": "期限已满",
    "masked": "号码遮盖（只公示）",
}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--court", "court_code", default="", help="Court of rows whose case number names none (京0199).")
@click.option("--proposer", default="", help="User name of who proposes.")
@click.option("--decider", default="", help="User name of who decides; another person.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write every finding to this CSV file.")
@click.option("--apply", "apply_it", is_flag=True, help="Write; without it nothing is changed.")
@with_appcontext
def import_command(
    file: Path, court_code: str, proposer: str, decider: str, report: Path | None, apply_it: bool
) -> None:
    """Bring in a CSV, XLSX or JSON-lines list of decisions already made, all or nothing."""
    # Hundreds of thousands of rows live at once and none of them in a cycle: the collector would only walk them.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    vault = cast(Vault, current_app.extensions["vault"])
    at = clock.now()
    persons: tuple[Actor, Actor] | None = None
    parent_id: int | None = None
    development = cast(Config, current_app.extensions["config"]).development
    if apply_it:
        if proposer and decider:
            persons = (signed_in_at_terminal(proposer), signed_in_at_terminal(decider))
        elif not development or proposer or decider:
            raise click.UsageError("--apply needs --proposer and --decider, two different persons")
    with reading_session() as session:
        parent_id = session.scalar(select(Court.id).where(Court.code == UPPER_COURT[0]))
        rule = CourtRule(court_code, make_missing=development, parent_id=parent_id)
        plan = plan_import(session, file, vault=vault, at=at, courts=rule, progress=_Progress("checked"))
    _show(plan, report)
    if plan.faults:
        click.echo("文件有错误，未写入任何内容。 The file has faults; nothing was written.", err=True)
        sys.exit(1)
    if not apply_it:
        click.echo("预演：未写入任何内容；加 --apply 写入。 Dry run; nothing was written.")
        return
    if persons is None:
        persons, plan.rule = demo_persons(court_code)
    elif not _confirmed(plan):
        raise click.Abort
    with writing_session() as session:
        written = apply_import(
            session,
            plan,
            proposer=persons[0],
            decider=persons[1],
            confirmed=plan.to_write,
            vault=vault,
            at=clock.now(),
            commit=commit_part,
            progress=_Progress("written"),
        )
    click.echo(f"已写入 {written} 条。 {written} written.")


def _show(plan: Plan, report: Path | None) -> None:
    """Print what was found and what would be written."""
    shown = [_line("fault", one) for one in plan.faults[:SHOWN]] or [_line("note", one) for one in plan.notes[:SHOWN]]
    for line in shown:
        click.echo(line)
    hidden = max(0, len(plan.faults) - SHOWN)
    if hidden:
        click.echo(
            f"… 另有 {hidden} 处错误{'，见报告' if report else '；用 --report 写出全部'}。 {hidden} more faults."
        )
    if report is not None:
        _write_report(report, plan)
    click.echo(f"行数 {plan.lines}；错误 {len(plan.faults)}；提示 {len(plan.notes)}。 Rows, faults, notes.")
    for code, count in sorted(plan.codes().items()):
        click.echo(f"  {code}: {count}")
    if not plan.faults:
        _show_counts(plan)


def _show_counts(plan: Plan) -> None:
    """Print what the decider confirms."""
    click.echo(f"将写入 {plan.to_write} 条决定。 {plan.to_write} decisions to write.")
    for name, count in plan.counts.items():
        click.echo(f"  {COUNT_WORDS.get(name, name)}: {count}")
    for code, (name, _) in sorted(plan.courts_to_make.items()):
        click.echo(f"  新建法院 {code} {name}")
    if plan.done_before:
        click.echo(f"上次中断前已处理 {plan.done_before} 条，将继续。 Continues a run that was stopped.")
    if plan.needs_release:
        click.echo(
            "数量超过现有决定的 1% 且多于 100 条：决定人确认数量即为放行。 Large addition: the decider releases it."
        )


def _line(what: str, one: Finding) -> str:
    return f"{what} line {one.line} {one.column or '-'} {one.code}: {one.detail} / {one.english}"


def _write_report(path: Path, plan: Plan) -> None:
    """Write all findings as CSV, with a mark so that spreadsheets read UTF-8."""

    def rows(what: str, findings: Iterable[Finding]) -> Iterable[tuple[object, ...]]:
        return ((what, *one) for one in findings)

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("what", "line", "column", "code", "detail", "english"))
        writer.writerows(rows("fault", plan.faults))
        writer.writerows(rows("note", plan.notes))


class _Progress:
    """Prints a line to standard error every 20,000 rows."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._next = 20_000

    def __call__(self, done: int, total: int) -> None:
        if done >= self._next or (total and done >= total):
            self._next = done + 20_000
            click.echo(f"{self._word} {done}" + (f" of {total}" if total else ""), err=True)


def _confirmed(plan: Plan) -> bool:
    answer = click.prompt(f"决定人确认：输入将写入的条数（{plan.to_write}）以放行", type=int)
    return bool(answer == plan.to_write)


def demo_persons(court_code: str) -> tuple[tuple[Actor, Actor], CourtRule]:
    """Return two persons of the demo's upper court, made if they are missing. Development only."""
    with writing_session() as session:
        upper = _upper_court(session)
        proposer, decider = (_demo_person(session, upper, name, role) for name, role in DEMO_PERSONS)
        return (proposer, decider), CourtRule(court_code, make_missing=True, parent_id=upper.id)


def _upper_court(session: Session) -> Court:
    code, name, region = UPPER_COURT
    upper = session.scalars(select(Court).where(Court.code == code)).one_or_none()
    if upper is None:
        upper = Court(id=new_id(), code=code, name=name, region=region)
        session.add(upper)
        session.flush()
    # A demo court made before it had an upper one stands below it from now on.
    for court in session.scalars(select(Court).where(Court.parent_id.is_(None), Court.id != upper.id)):
        court.parent_id = upper.id
    session.flush()
    return upper


def _demo_person(session: Session, upper: Court, name: str, role: Role) -> Actor:
    person = session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.name == name, RoleGrant.court_id == upper.id, RoleGrant.ended_at.is_(None))
    ).first()
    if person is None:
        at = clock.now()
        person = Person(id=new_id(), name=name, created_at=at)
        session.add(person)
        session.flush()
        session.add(RoleGrant(id=new_id(), person_id=person.id, court_id=upper.id, role=role.value, granted_at=at))
        session.flush()
    return Actor(
        kind=ActorKind.COMMAND,
        person_id=person.id,
        display_name=name,
        roles=frozenset({(upper.id, role)}),
    )
