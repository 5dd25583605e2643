"""`make bench`: every figure as a ratio to a limit measured in the same run.

`python tests/bench/run.py [--subjects N] [--rounds N] [--seconds S] [--only NAME] [--postgres]`. Nothing fails on a slow
machine: compare ratios, not absolutes.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.checks import batches, check_cost, single_checks
from tests.bench.copies import measure_copies
from tests.bench.imports import measure_import
from tests.bench.lookups import measure_lookups
from tests.bench.population import Population
from tests.bench.serving import Round, median
from tests.bench.stages import measure_stages

SMALL = 10_000
THREADS = (1, 8)
QUOTED_THREADS = 8  # answers wait for a commit: the option the registry is served with
CONNECTIONS = (16, 64)
SIZES = (1000, 5000)
FIGURES = ("checks", "batches", "cost", "import", "stages", "copies")


def main() -> None:
    given = _arguments()
    started = time.perf_counter()
    made = Population(given.subjects, postgres=given.postgres)
    names = given.only or FIGURES
    if set(names) != {"copies"}:
        made.make()
    try:
        _head(given)
        for name in names:
            _MEASURES[name](made, given)
    finally:
        made.close()
    print(f"\n{time.perf_counter() - started:.0f} s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the registry beside what the machine allows.")
    parser.add_argument("--subjects", type=int, default=1_000_000, help="people in the registry (1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each side, in turn (5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a round (2)")
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the imported list (20,000)")
    parser.add_argument("--entries", type=int, default=1_000_000, help="documents in an agency's copy (1,000,000)")
    parser.add_argument("--only", action="append", choices=FIGURES, help="measure this alone; may be repeated")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own (checks and batches)")
    return parser.parse_args()


def _head(given: argparse.Namespace) -> None:
    processors = len(os.sched_getaffinity(0))
    database = "PostgreSQL" if given.postgres else "SQLite"
    print(f"{given.subjects:,} subjects, one in twenty bound; {database}; {processors} processors;", end=" ")
    print(f"Python {platform.python_version()}; one granian worker; medians of {given.rounds} rounds")
    print(f"\n{'figure':44} {'ours':>12} {'limit':>12} {'ratio':>7}  goal")


def _row(figure: str, ours: float, limit: float, goal: str, *, places: int = 0) -> None:
    print(f"{figure:44} {ours:12,.{places}f} {limit:12,.{places}f} {ours / limit:7.3f}  {goal}", flush=True)


def _checks(made: Population, given: argparse.Namespace) -> None:
    quoted = 0.0
    busiest, rounds = 0.0, list[Round]()
    for threads in THREADS:
        made.use_copy()
        found = single_checks(
            made, threads=threads, connections=CONNECTIONS, rounds=given.rounds, seconds=given.seconds
        )
        for connections, pairs in found.items():
            words = f"{threads} thread{'s' if threads > 1 else ''}, {connections} connections"
            goal = "0.25, then 0.6" if threads == QUOTED_THREADS else ""
            _row(f"single check/s; {words}", median(pairs.ours, "rps"), median(pairs.limit, "rps"), goal)
            for figure, of in (("p50_ms", "p50 ms"), ("p99_ms", "p99 ms")):
                _row(f"  {of}", median(pairs.ours, figure), median(pairs.limit, figure), "", places=2)
            _row("  processor us an answer", median(pairs.ours, "cpu_us"), median(pairs.limit, "cpu_us"), "at most 0.9")
            rounds += pairs.ours
            busiest = max(busiest, *(one["own_load"] for one in (*pairs.limit, *pairs.ours)))
            if threads == QUOTED_THREADS and connections == CONNECTIONS[0]:
                quoted = median(pairs.ours, "rps")
    point, _ = measure_lookups(made, rounds=given.rounds)
    _row("single check/s; to the indexed point select", quoted, point, "")
    verdict = "it may be the limit" if busiest > 0.9 else "not the limit"
    hits = median(rounds, "restricted")
    print(f"  restricted {hits:.1%}; the load generator was at most {busiest:.0%} busy: {verdict}")


def _batches(made: Population, given: argparse.Namespace) -> None:
    made.use_copy()
    found = batches(made, threads=QUOTED_THREADS, sizes=SIZES, rounds=given.rounds, seconds=given.seconds)
    _, lists = measure_lookups(made, rounds=given.rounds)
    for size, speed in found.items():
        _row(f"batch of {size:,}: subjects/s; to IN(1000)", speed, lists, "0.3, then 0.5")


def _cost(made: Population, given: argparse.Namespace) -> None:
    if given.postgres:
        return
    small = Population(SMALL)
    small.make()
    small.use_copy()
    made.use_copy()
    try:
        pairs = check_cost(small, made, threads=QUOTED_THREADS, rounds=given.rounds, seconds=given.seconds)
    finally:
        small.close()
    ours, limit = median(pairs.ours, "rps"), median(pairs.limit, "rps")
    _row(f"check cost us; {made.count:,} to {SMALL:,} subjects", 1e6 / ours, 1e6 / limit, "at most 1.5")


def _import(_made: Population, given: argparse.Namespace) -> None:
    whole, writing, bare = measure_import(given.rows, rounds=min(given.rounds, 3))
    _row("import rows/s; dry run and writing, to bare load", whole, bare, "0.4, then 0.6")
    _row("  writing alone", writing, bare, "")


def _stages(made: Population, _given: argparse.Namespace) -> None:
    made.use_copy()
    print("\nwhat a check is made of, us in this process")
    for name, microseconds in measure_stages(made):
        print(f"  {name:30} {microseconds:8.1f}")


def _copies(_made: Population, given: argparse.Namespace) -> None:
    print(f"\nan agency's copy of {given.entries:,} documents, one thread; seconds where nothing else is said")
    for figure in measure_copies(given.entries, rounds=given.rounds):
        _row(figure.name, figure.ours, figure.limit, figure.goal, places=figure.places)


_MEASURES = {
    "checks": _checks,
    "batches": _batches,
    "cost": _cost,
    "import": _import,
    "stages": _stages,
    "copies": _copies,
}


if __name__ == "__main__":
    main()
