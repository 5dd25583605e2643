"""Bringing in a list of decisions: the whole file is checked first, then written in short transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, InvalidError, SamePersonError, WrongCourtError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.importing.encodings import file_hash
from blacklist.importing.findings import FileFaultError, Finding, finding
from blacklist.importing.known import Known, load_known
from blacklist.importing.reading import Row, read_rows
from blacklist.importing.rows import ImportedRow, RowReader
from blacklist.importing.writing import BatchWriter, CourtPlace, Deciders
from blacklist.models import Court, ImportRun, Order, RoleGrant
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.terms import is_over
from blacklist.services import auditing
from blacklist.services.appending import append_in_force

BATCH_ROWS: Final = 2_000  # a transaction on SQLite keeps every other writer waiting
MOST_KEPT: Final = 250_000  # checked rows held in memory; a larger file is read and checked again to be written
MOST_FAULTS: Final = 10_000
RELEASE_LEAST: Final = 100
RELEASE_PERCENT: Final = 1
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

Progress = Callable[[int, int], None]
Commit = Callable[[Session], None]


class AlreadyImportedError(ConflictError):
    """This very file was brought in before."""

    code = "already-imported"
    title = "该文件已经导入"
    title_english = "This file was imported before"


@dataclass(frozen=True, slots=True)
class CourtRule:
    """Where rows belong whose case number names no court, and whether unknown courts are made (development only)."""

    default_code: str = ""
    make_missing: bool = False
    parent_id: int | None = None


@dataclass(slots=True)
class Plan:
    """The dry run of a file. `rows` are distinct decisions, `to_write` those the registry lacks.

    `done_before` rows were written by an earlier run that was killed. `needs_release` tells that the file would add
    more than a hundred and one per cent of the registry's orders (`security.md` F28).
    """

    path: Path
    file_hash: str
    lines: int = 0
    rows: int = 0
    to_write: int = 0
    done_before: int = 0
    needs_release: bool = False
    faults: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    courts_to_make: dict[str, tuple[str, str]] = field(default_factory=dict)
    court_codes: set[str] = field(default_factory=set)
    consumption: set[tuple[str, str]] = field(default_factory=set)
    rule: CourtRule = field(default_factory=CourtRule)
    kept: list[ImportedRow] | None = field(default_factory=list)

    def codes(self) -> Counter[str]:
        """Return how often each fault and note was found."""
        return Counter(one.code for one in (*self.faults, *self.notes))


def plan_import(
    session: Session,
    path: Path,
    *,
    vault: Vault,
    at: datetime,
    courts: CourtRule | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Check a whole file and count what it would do; nothing is written.

    Faults of the file and of its rows come in the plan, located; they are no errors here.

    Raises:
        AlreadyImportedError: a file of this content was brought in before.
    """
    plan = Plan(path, file_hash(path), rule=courts or CourtRule())
    run = session.get(ImportRun, plan.file_hash)
    if run is not None and run.state == "done":
        raise _already_imported()
    plan.done_before = run.written if run is not None else 0
    standing = session.scalar(select(func.count()).select_from(Order)) or 0
    reader = RowReader(on=at.astimezone(_SHANGHAI).date())
    places = _CourtFinder(session, plan, reader)
    try:
        stream = _distinct_rows(path, reader, plan)
        while batch := list(islice(stream, BATCH_ROWS)):
            _plan_batch(session, plan, batch, reader=reader, vault=vault, places=places)
            if progress is not None:
                progress(plan.lines, 0)
    except FileFaultError as error:
        reader.faults.extend(error.findings)
    plan.faults = sorted(reader.faults)
    plan.notes = sorted([*plan.notes, *reader.notes])
    plan.needs_release = plan.to_write > max(RELEASE_LEAST, standing * RELEASE_PERCENT // 100)
    if plan.faults:
        plan.kept = None
    return plan


def apply_import(
    session: Session,
    plan: Plan,
    *,
    proposer: Actor,
    decider: Actor,
    confirmed: int,
    vault: Vault,
    at: datetime,
    commit: Commit,
    progress: Progress | None = None,
) -> int:
    """Write what was planned; return how many decisions were new. `confirmed` is the number the decider confirms.

    Confirming the plan's count also releases a large file. `commit` is called after every batch; a run that dies
    between two of them is finished by planning and applying the same file again.

    Raises:
        InvalidError: the plan has faults. SamePersonError, WrongCourtError: the persons may not.
        ConflictError: the file or the registry changed since the dry run, or another number was confirmed.
        AlreadyImportedError: done before.
    """
    if plan.faults:
        raise InvalidError("文件有错误，未写入任何内容。", "The file has faults; nothing was written.")
    if file_hash(plan.path) != plan.file_hash:
        raise ConflictError("文件在预演之后被改动，请重新预演。", "The file changed after the dry run.")
    if confirmed != plan.to_write:
        raise ConflictError("确认的数量与预演结果不一致。", "The confirmed count is not the dry run's.")
    if proposer.person_id is None or decider.person_id is None or proposer.person_id == decider.person_id:
        raise SamePersonError("导入须由两名不同的人员提议和决定。", "Two different persons propose and decide.")
    persons = Deciders(proposer.person_id, decider.person_id)
    run = _start(session, plan, persons=persons, at=at)
    places = _make_courts(session, plan)
    _require_authority(session, plan, persons)

    writer = BatchWriter(session, vault=vault, persons=persons, at=at)
    again = RowReader(on=at.astimezone(_SHANGHAI).date())
    rows = islice(_distinct_rows(plan.path, again) if plan.kept is None else plan.kept, run.written, None)
    written = 0
    batch = list(islice(rows, BATCH_ROWS))
    while True:
        new = writer.write(
            batch, courts=places, default_court=plan.rule.default_code, consumption_in_file=plan.consumption
        )
        written += new
        _record_batch(session, plan, run, handled=len(batch), new=new, decider=decider, at=at)
        append_in_force(session, writer.in_force, at=at, vault=vault)
        handled = run.written
        commit(session)
        if progress is not None:
            progress(handled, plan.rows)
        # Checking the next rows of a large file takes time, so it happens between transactions.
        again.notes.clear()
        batch = list(islice(rows, BATCH_ROWS))
        if handled >= plan.rows or not batch:
            return written
        run = session.get_one(ImportRun, plan.file_hash, populate_existing=True)


def _start(session: Session, plan: Plan, *, persons: Deciders, at: datetime) -> ImportRun:
    """Open the file's run, or take up one that was killed."""
    run = session.get(ImportRun, plan.file_hash, with_for_update=True, populate_existing=True)
    if run is None:
        run = ImportRun(
            file_hash=plan.file_hash,
            state="running",
            rows=plan.rows,
            written=0,
            proposer_id=persons.proposer_id,
            decider_id=persons.decider_id,
            started_at=at,
        )
        session.add(run)
        session.flush()
    if run.state == "done":
        raise _already_imported()
    if run.rows != plan.rows or run.written != plan.done_before:
        raise ConflictError("登记在预演之后有变化，请重新预演。", "The registry changed after the dry run.")
    return run


def _record_batch(
    session: Session, plan: Plan, run: ImportRun, *, handled: int, new: int, decider: Actor, at: datetime
) -> None:
    run.written += handled
    if run.written >= plan.rows:
        run.state, run.ended_at = "done", at
    facts: auditing.Facts = {
        "file_hash": plan.file_hash,
        "new": new,
        "handled": run.written,
        "of": plan.rows,
        "proposer": run.proposer_id,
    }
    auditing.record(session, AuditEvent.ORDERS_IMPORTED, None, actor=decider, at=at, facts=facts)
    session.flush()


def _distinct_rows(path: Path, reader: RowReader, plan: Plan | None = None) -> Iterator[ImportedRow]:
    """Yield the checked rows of a file, an exact duplicate once, and find contradictions.

    With a plan its lines are counted and notes on the file go into it; without one the file is known already.
    """
    seen: dict[int, int] = {}
    for row in read_rows(path, plan.notes if plan is not None else []):
        if plan is not None:
            plan.lines += 1
        checked = reader.check(row)
        if checked is not None and _is_first(checked, row, seen, reader):
            yield checked
        if len(reader.faults) >= MOST_FAULTS:
            reader.faults.append(finding(row.line, "", "too-many-faults"))
            return


def _is_first(checked: ImportedRow, row: Row, seen: dict[int, int], reader: RowReader) -> bool:
    """Tell whether a decision stands in the file for the first time.

    Hashes stand for texts, since the texts of millions of rows must not be held in memory. Should two 64-bit hashes
    ever meet by chance, the file stops with a fault; no row is lost.
    """
    identity, content = hash(checked.identity), hash(row.cells)
    if checked.document is None:
        # Two people can share a mask, a name and a case.
        identity = hash((identity, content))
    if identity not in seen:
        seen[identity] = content
        return True
    if seen[identity] == content:
        reader.notes.append(finding(row.line, "", "exact-duplicate"))
    else:
        reader.faults.append(finding(row.line, "", "conflicting-duplicate"))
    return False


def _plan_batch(
    session: Session,
    plan: Plan,
    batch: list[ImportedRow],
    *,
    reader: RowReader,
    vault: Vault,
    places: _CourtFinder,
) -> None:
    known = load_known(session, batch, vault=vault)
    for row in batch:
        places.check(row)
        plan.rows += 1
        if row.kind is OrderKind.CONSUMPTION:
            plan.consumption.add((row.case_number, row.identity[2]))
        if plan.rows <= plan.done_before or not _is_new(row, known, reader):
            continue
        plan.to_write += 1
        _count(plan, row, reader)
    if plan.kept is not None:
        plan.kept += batch
        if len(plan.kept) > MOST_KEPT or reader.faults:
            plan.kept = None


def _is_new(row: ImportedRow, known: Known, reader: RowReader) -> bool:
    """Tell whether the registry lacks this decision and can take it."""
    if known.is_registered(row):
        reader.notes.append(finding(row.line, "", "already-registered"))
        return False
    if known.is_in_force(row):
        reader.faults.append(finding(row.line, "caseCode", "already-in-force"))
        return False
    if known.has_two_subjects(row):
        reader.faults.append(finding(row.line, "cardNum", "documents-of-two-subjects"))
        return False
    return True


def _count(plan: Plan, row: ImportedRow, reader: RowReader) -> None:
    counts = plan.counts
    counts[row.kind.value] += 1
    counts[row.subject_kind.value] += 1
    counts["expired" if is_over(row.ends_on, reader.on) else "effective"] += 1
    counts["masked"] += row.document is None


class _CourtFinder:
    """Knows the registered courts, and remembers those that would be made."""

    def __init__(self, session: Session, plan: Plan, reader: RowReader) -> None:
        rows = session.execute(select(Court.code, Court.name)).all()
        self._names: dict[str, str] = {code: name for code, name in rows}  # noqa: C416
        self._plan = plan
        self._reader = reader
        self._told: set[tuple[str, str]] = set()

    def check(self, row: ImportedRow) -> None:
        """Find a row's court by the court word of its case number."""
        plan, code = self._plan, row.court_word or self._plan.rule.default_code
        if not code:
            self._reader.faults.append(finding(row.line, "caseCode", "no-court"))
            return
        plan.court_codes.add(code)
        registered = self._names.get(code)
        if registered is None and (not plan.rule.make_missing or not row.court_word):
            self._reader.faults.append(finding(row.line, "caseCode", "unknown-court"))
        elif registered is None:
            plan.courts_to_make.setdefault(code, (row.court_name, row.region))
        elif registered != row.court_name and row.court_word and (code, row.court_name) not in self._told:
            self._told.add((code, row.court_name))
            self._reader.notes.append(finding(row.line, "courtName", "court-name-differs"))


def _make_courts(session: Session, plan: Plan) -> dict[str, CourtPlace]:
    """Make the courts the plan found missing; return every court of the file by its code."""
    present = _courts(session)
    for code, (name, region) in plan.courts_to_make.items():
        if code not in present:
            session.add(
                Court(id=new_id(), code=code, name=name, region=region or code[0], parent_id=plan.rule.parent_id)
            )
    session.flush()
    return {code: CourtPlace(court.id, court.region) for code, court in _courts(session).items()}


def _courts(session: Session) -> dict[str, Court]:
    return {court.code: court for court in session.scalars(select(Court))}


def _require_authority(session: Session, plan: Plan, persons: Deciders) -> None:
    """Refuse persons who hold no role at the court of some row or at one above it."""
    courts = {court.id: court for court in session.scalars(select(Court))}
    used = [court for court in courts.values() if court.code in plan.court_codes]
    wanted = ((persons.proposer_id, None), (persons.decider_id, Role.PRESIDENT.value))
    for person_id, role in wanted:
        query = select(RoleGrant.court_id).where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
        held = set(session.scalars(query if role is None else query.where(RoleGrant.role == role)))
        for court in used:
            above: Court | None = court
            while above is not None and above.id not in held:
                above = courts.get(above.parent_id) if above.parent_id is not None else None
            if above is None:
                raise WrongCourtError(
                    f"导入人员在{court.name}及其上级法院没有相应岗位。",
                    f"A person holds no fitting role at {court.code} or a court above it.",
                )


def _already_imported() -> AlreadyImportedError:
    return AlreadyImportedError("该文件已经导入过，不再重复写入。", "This file was imported before.")
