"""Validated import against the database's own bulk load of the very same rows, both on SQLite in one run.

`python tests/bench/bench_import.py [--rows N]`. The bare load inserts what the import wrote, ready-made, by executemany into
a fresh database with the same indexes: no reading, validation, sealing, look-up or decision about anything.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import sqlite3
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2

from app.cli.demo.synthetic import synthetic_rows
from blacklist.importing.columns import Cells
from tests.bench.population import ROOT

TABLES = (
    "subjects",
    "subject_names",
    "documents",
    "cases",
    "orders",
    "order_bindings",
    "publications",
    "publication_bigrams",
    "court_tasks",
)
CHUNK = 10_000


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=100_000)
    given = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-import-", dir=ROOT / "var"))
    try:
        _measure(folder, given.rows)
    finally:
        shutil.rmtree(folder)


def _measure(folder: Path, count: int) -> None:
    file = folder / "rows.csv"
    columns = Cells._fields[:18]  # those of the public list's exports
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(row[: len(columns)] for row in synthetic_rows(count, seed=7, on=date(2026, 11, 24)))
    os.environ.update(
        REGISTRY_ENV="development",
        REGISTRY_DEMO="1",
        REGISTRY_DATABASE_URL=f"sqlite:///{folder}/registry.sqlite3",
        REGISTRY_KEY_FILE=str(folder / "keys"),
    )
    from app import create_app

    for words in (["init"], ["seed", "--demo"]):
        _command(create_app(), words)
    shutil.copy(folder / "registry.sqlite3", folder / "bare.sqlite3")
    started = time.perf_counter()
    _command(create_app(), ["import", str(file), "--apply"])
    ours = time.perf_counter() - started
    bare = _bare_load(folder)
    print(f"import of {count:,} rows, checked and written   {count / ours:9,.0f} rows/s")
    print(f"bare bulk load of the same rows               {count / bare:9,.0f} rows/s")
    print(f"  import / bare load                          {bare / ours:9.2f}   (goal 0.4, then 0.6)")


def _command(app: Any, words: list[str]) -> None:
    done = app.test_cli_runner().invoke(args=["registry", *words])
    app.extensions["database"].close()
    if done.exit_code:
        raise SystemExit(done.output)


def _bare_load(folder: Path) -> float:
    source: sqlite3.Connection = dbapi2.connect(str(folder / "registry.sqlite3"))
    target: sqlite3.Connection = dbapi2.connect(str(folder / "bare.sqlite3"), isolation_level=None)
    for pragma in ("journal_mode=wal", "synchronous=2", "foreign_keys=1", "cache_size=-16384"):
        target.execute(f"PRAGMA {pragma}")
    missing = {}
    for table in ("courts", "persons", *TABLES):
        known = {row[0] for row in target.execute(f"SELECT rowid FROM {table}")}
        rows = source.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid").fetchall()
        missing[table] = [row[1:] for row in rows if row[0] not in known]
    for table in ("courts", "persons"):
        _insert(target, table, missing[table])
    started = time.perf_counter()
    for table in TABLES:
        _insert(target, table, missing[table])
    return time.perf_counter() - started


def _insert(target: sqlite3.Connection, table: str, rows: list[Any]) -> None:
    for at in range(0, len(rows), CHUNK):
        part = rows[at : at + CHUNK]
        target.execute("BEGIN IMMEDIATE")
        target.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(part[0]))})", part)
        target.execute("COMMIT")


if __name__ == "__main__":
    main()
