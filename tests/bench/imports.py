"""A list brought in, dry run and writing, beside the bare load of the very same rows into the very same tables."""

from __future__ import annotations

import csv
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.cli.demo.synthetic import synthetic_rows
from blacklist.actors import Actor, ActorKind, Role
from blacklist.engine import create_registry_engine
from blacklist.identity.ids import new_id
from blacklist.identity.keys import Keyring, create_key_file
from blacklist.identity.sealing import Vault
from blacklist.importing.columns import COLUMNS
from blacklist.models import Court, Person, RoleGrant
from blacklist.services.importing import BATCH_ROWS, CourtRule, apply_import, plan_import
from tests.databases import SqliteFactory

BEFORE = ("persons", "courts")
TABLES = (
    "subjects", "subject_names", "documents", "cases", "orders", "order_bindings", "publications",
    "publication_bigrams", "court_tasks",
)  # fmt: skip


def measure_import(rows: int, *, rounds: int) -> tuple[float, float, float]:
    """Return rows a second: of dry run and writing together, of writing alone, and of the bare load."""
    whole, writing, bare = [], [], []
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as name:
        folder = Path(name)
        create_key_file(folder / "keys")
        vault = Vault(Keyring.read(folder / "keys"))
        factory, at = SqliteFactory(folder), datetime.now(UTC)
        path = _write_list(folder / "list.csv", rows, at=at)
        for _ in range(rounds):
            ours, limit = factory.migrated(), factory.migrated()
            planned, written = _import(ours, path, vault=vault, at=at)
            whole.append(rows / (planned + written))
            writing.append(rows / written)
            bare.append(rows / _copy(ours, limit, rows))
            factory.drop(ours)
            factory.drop(limit)
    return statistics.median(whole), statistics.median(writing), statistics.median(bare)


def _write_list(path: Path, rows: int, *, at: datetime) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(synthetic_rows(rows, seed=7, on=at.date()))
    return path


def _import(url: str, path: Path, *, vault: Vault, at: datetime) -> tuple[float, float]:
    """Return the seconds of the dry run and of the writing."""
    engine = create_registry_engine(url)
    with Session(engine) as session:
        upper, proposer, decider = _people(session, at)
        session.commit()
    started = time.perf_counter()
    with Session(engine.execution_options(read_only=True)) as session:
        plan = plan_import(session, path, vault=vault, at=at, courts=CourtRule(make_missing=True, parent_id=upper))
    if plan.faults:
        raise SystemExit(f"the synthetic list has faults: {plan.faults[0]}")
    planned = time.perf_counter()
    with Session(engine) as session:
        apply_import(
            session,
            plan,
            proposer=proposer,
            decider=decider,
            confirmed=plan.to_write,
            vault=vault,
            at=at,
            commit=lambda one: one.commit(),
        )
        session.commit()
    written = time.perf_counter()
    engine.dispose()
    return planned - started, written - planned


def _people(session: Session, at: datetime) -> tuple[int, Actor, Actor]:
    """Make an upper court and two persons who may import for the courts below it."""
    upper = Court(id=new_id(), code="京", name="示例省高级人民法院", region="示例省")
    session.add(upper)
    session.flush()
    actors = []
    for name, role in (("导入提议", Role.CLERK), ("导入决定", Role.PRESIDENT)):
        person = Person(id=new_id(), name=name, created_at=at)
        session.add(person)
        session.flush()
        session.add(RoleGrant(id=new_id(), person_id=person.id, court_id=upper.id, role=role.value, granted_at=at))
        roles = frozenset({(upper.id, role)})
        actors.append(Actor(kind=ActorKind.COMMAND, person_id=person.id, display_name=name, roles=roles))
    return upper.id, actors[0], actors[1]


def _copy(source: str, target: str, rows: int) -> float:
    """Load what an import wrote into another database, in as many transactions; return the seconds of the loading."""
    found: dict[str, list[Any]] = {}
    statements: dict[str, str] = {}
    engine = create_registry_engine(source)
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for table in (*BEFORE, *TABLES):
            cursor = driver.execute(f"SELECT * FROM {table} ORDER BY rowid")
            names = ", ".join(column[0] for column in cursor.description)
            found[table] = cursor.fetchall()
            statements[table] = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(cursor.description))})"
    engine.dispose()
    # As many transactions as the import had, of as many rows.
    size = BATCH_ROWS * sum(len(found[table]) for table in TABLES) // rows
    engine = create_registry_engine(target)
    proxied = engine.raw_connection()
    driver = proxied.driver_connection
    _load(driver, statements, {table: found[table] for table in BEFORE}, size)
    started = time.perf_counter()
    _load(driver, statements, {table: found[table] for table in TABLES}, size)
    seconds = time.perf_counter() - started
    proxied.close()
    engine.dispose()
    return seconds


def _load(driver: Any, statements: dict[str, str], found: dict[str, list[Any]], size: int) -> None:
    for table, rows in found.items():
        for at in range(0, len(rows), size):
            driver.execute("BEGIN IMMEDIATE")
            driver.executemany(statements[table], rows[at : at + size])
            driver.execute("COMMIT")
