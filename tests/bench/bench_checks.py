"""Single checks end to end: authentication, validation, look-up, decision, durable record, answer.

`python tests/bench/bench_checks.py [--subjects N] [--rounds N] [--seconds S]`. The limit is a trivial Flask JSON view on
the same server with the same options in the same run, rounds in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import time
from typing import Any

from pysqlite3 import dbapi2

from blacklist.identity.documents import Document, DocumentType
from tests.bench.population import Population
from tests.bench.serving import Server, load, median, request_bytes

CONNECTIONS = 16


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--subjects", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=4.0)
    arguments.add_argument("--threads", type=int, default=8)
    given = arguments.parse_args()
    made = Population(given.subjects)
    made.make()
    trivial, checks, batches = _rounds(made, given)
    own = median(checks, "rps")
    print(
        f"subjects {made.count:,}; one worker, {given.threads} threads, {CONNECTIONS} connections; medians of {given.rounds}"
    )
    print(
        f"trivial view   {median(trivial, 'rps'):8.0f}/s   p50 {median(trivial, 'p50_ms'):6.2f}   p99 {median(trivial, 'p99_ms'):6.2f} ms"
    )
    print(f"single check   {own:8.0f}/s   p50 {median(checks, 'p50_ms'):6.2f}   p99 {median(checks, 'p99_ms'):6.2f} ms")
    print(f"  check / trivial view          {own / median(trivial, 'rps'):6.2f}   (goal 0.25, then 0.6)")
    raw = _point_lookups(made)
    print(f"  check / indexed point look-up {own / raw:6.3f}   ({raw:,.0f}/s in process, no HTTP, no record)")
    ids = median(batches, "rps") * 1000
    bulk = _in_lookups(made)
    print(f"batch of 1,000 {ids:8.0f} ids/s   IN(1000) in process {bulk:,.0f} ids/s")
    print(f"  batch / IN(1000)              {ids / bulk:6.2f}   (goal 0.3, then 0.5)")
    print(f"load generator busy {median(checks, 'own_load'):.2f} (1.00 would mean it is the limit)")


def _rounds(made: Population, given: argparse.Namespace) -> tuple[list[Any], list[Any], list[Any]]:
    env = made.env
    plain = [request_bytes("/trivial", _body(number)) for number in made.sample(2000)]
    asked = [request_bytes("/api/v1/checks", _body(number), key=made.key) for number in made.sample(200_000)]
    many = [
        request_bytes("/api/v1/checks/batch", _batch(made.sample(20_000)[at : at + 1000]), key=made.key)
        for at in range(0, 20_000, 1000)
    ]
    trivial, checks, batches = [], [], []
    with (
        Server("tests.bench.trivial:app", env, threads=given.threads) as limit,
        Server("wsgi:app", env, threads=given.threads) as ours,
    ):
        load(ours.port, asked[:2000], connections=4, seconds=1)
        for turn in range(given.rounds):
            some = asked[turn * 50_000 % 150_000 :]
            trivial.append(load(limit.port, plain, connections=CONNECTIONS, seconds=given.seconds))
            checks.append(load(ours.port, some, connections=CONNECTIONS, seconds=given.seconds))
            batches.append(load(ours.port, many, connections=2, seconds=given.seconds))
    for one in (*trivial, *checks, *batches):
        if set(one["statuses"]) != {"200"}:
            raise SystemExit(f"not all answers were 200: {one['statuses']}")
    return trivial, checks, batches


def _body(number: str) -> bytes:
    return json.dumps(
        {"purpose": "air_travel", "document": {"type": "resident_id", "number": number}, "reference": "PNR-8K2M4"},
        separators=(",", ":"),
    ).encode()


def _batch(numbers: list[str]) -> bytes:
    subjects = [{"document": {"type": "resident_id", "number": number}} for number in numbers]
    return json.dumps({"purpose": "air_travel", "subjects": subjects}, separators=(",", ":")).encode()


def _connect(made: Population) -> sqlite3.Connection:
    os.sched_setaffinity(0, {0})
    connection: sqlite3.Connection = dbapi2.connect(str(made.folder / "registry.sqlite3"))
    return connection


def _indexes(made: Population, count: int) -> list[bytes]:
    vault = made.vault
    return [vault.document_index(Document(DocumentType.RESIDENT_ID, number)) for number in made.sample(count)]


def _point_lookups(made: Population) -> float:
    connection, indexes = _connect(made), _indexes(made, 50_000)
    speeds = []
    for _ in range(3):
        started = time.perf_counter()
        for index in indexes:
            connection.execute("SELECT subject_id FROM documents WHERE document_index = ?", (index,)).fetchone()
        speeds.append(len(indexes) / (time.perf_counter() - started))
    return statistics.median(speeds)


def _in_lookups(made: Population) -> float:
    connection, indexes = _connect(made), _indexes(made, 50_000)
    sql = f"SELECT document_index, subject_id FROM documents WHERE document_index IN ({','.join('?' * 1000)})"
    speeds = []
    for _ in range(3):
        started = time.perf_counter()
        for at in range(0, len(indexes), 1000):
            connection.execute(sql, indexes[at : at + 1000]).fetchall()
        speeds.append(len(indexes) / (time.perf_counter() - started))
    return statistics.median(speeds)


if __name__ == "__main__":
    main()
