"""The database's own look-ups, in this process, through the plain driver: the limits of checks and batches."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from blacklist.engine import create_registry_engine
from blacklist.identity.documents import Document, DocumentType
from tests.bench.population import Population

COUNT = 40_000
IN_LIST = 1000


def measure_lookups(made: Population, *, rounds: int) -> tuple[float, float]:
    """Return documents a second by point selects and by `IN` lists of a thousand (`= ANY` on PostgreSQL)."""
    vault = made.vault
    indexes = [vault.document_index(Document(DocumentType.RESIDENT_ID, number)) for number in made.sample(COUNT)]
    engine = create_registry_engine(made.url)
    proxied = engine.raw_connection()
    connection: Any = proxied.driver_connection
    postgres = engine.dialect.name == "postgresql"
    affinity = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(affinity)})
    try:
        point, many = (_postgres if postgres else _sqlite)(connection, indexes)
        points, lists = [], []
        for _ in range(rounds):
            points.append(len(indexes) / _seconds(point))
            lists.append(len(indexes) / _seconds(many))
    finally:
        os.sched_setaffinity(0, affinity)
        proxied.close()
        engine.dispose()
    return statistics.median(points), statistics.median(lists)


def _sqlite(connection: Any, indexes: list[bytes]) -> tuple[Callable[[], None], Callable[[], None]]:
    one = "SELECT subject_id FROM documents WHERE document_index = ?"
    marks = ",".join("?" * IN_LIST)
    several = f"SELECT document_index, subject_id FROM documents WHERE document_index IN ({marks})"

    def point() -> None:
        for index in indexes:
            connection.execute(one, (index,)).fetchone()

    def many() -> None:
        for at in range(0, len(indexes), IN_LIST):
            connection.execute(several, indexes[at : at + IN_LIST]).fetchall()

    return point, many


def _postgres(connection: Any, indexes: list[bytes]) -> tuple[Callable[[], None], Callable[[], None]]:
    one = "SELECT subject_id FROM documents WHERE document_index = %s"
    several = "SELECT document_index, subject_id FROM documents WHERE document_index = ANY(%s)"
    connection.autocommit = True

    def point() -> None:
        for index in indexes:
            connection.execute(one, (index,)).fetchone()

    def many() -> None:
        for at in range(0, len(indexes), IN_LIST):
            connection.execute(several, (indexes[at : at + IN_LIST],)).fetchall()

    return point, many


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
