"""Checks and batches over HTTP: authentication, validation, look-up, decision, durable record, answer.

The limit is a trivial Flask JSON view on the same server with the same options in the same run, rounds in turn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tests.bench.population import Population
from tests.bench.serving import Round, Server, load, measured, request_bytes

REQUESTS = 120_000
BATCHES = 10
BATCH_CONNECTIONS = 2


@dataclass(slots=True)
class Pairs:
    """Rounds of the limit and of ours, taken in turn."""

    limit: list[Round] = field(default_factory=list)
    ours: list[Round] = field(default_factory=list)


def single_checks(
    made: Population, *, threads: int, connections: tuple[int, ...], rounds: int, seconds: float
) -> dict[int, Pairs]:
    """Measure single checks beside the trivial view, by number of connections."""
    numbers = made.sample(REQUESTS)
    plain = [request_bytes("/trivial", check_body(number)) for number in numbers[:2000]]
    asked = [request_bytes("/api/v1/checks", check_body(number), key=made.key) for number in numbers]
    found = {one: Pairs() for one in connections}
    with (
        Server("tests.bench.trivial:app", made.env, threads=threads) as limit,
        Server("wsgi:app", made.env, threads=threads) as ours,
    ):
        load(limit.port, plain, connections=4, seconds=0.5)
        load(ours.port, asked[:1000], connections=4, seconds=0.5)
        # Every round asks about other people, so that no limit knows them already.
        share = REQUESTS // (rounds * len(connections))
        for turn in range(rounds * len(connections)):
            one = connections[turn % len(connections)]
            some = asked[turn * share : (turn + 1) * share]
            found[one].limit.append(measured(limit, plain, connections=one, seconds=seconds))
            found[one].ours.append(measured(ours, some, connections=one, seconds=seconds))
    return found


def batches(made: Population, *, threads: int, sizes: tuple[int, ...], rounds: int, seconds: float) -> dict[int, float]:
    """Return the subjects a second of batches, by size: medians."""
    found: dict[int, list[float]] = {size: [] for size in sizes}
    with Server("wsgi:app", made.env, threads=threads) as ours:
        for turn in range(rounds + 1):
            for size in sizes:
                requests = [_batch(made, size, turn * BATCHES + number) for number in range(BATCHES)]
                one = load(ours.port, requests, connections=BATCH_CONNECTIONS, seconds=seconds if turn else 0.5)
                if turn:
                    found[size].append(one["rps"] * size)
    return {size: sorted(some)[len(some) // 2] for size, some in found.items()}


def check_cost(small: Population, large: Population, *, threads: int, rounds: int, seconds: float) -> Pairs:
    """Measure single checks on a small registry (as the limit) beside a large one."""
    few = [request_bytes("/api/v1/checks", check_body(number), key=small.key) for number in small.sample(REQUESTS)]
    many = [request_bytes("/api/v1/checks", check_body(number), key=large.key) for number in large.sample(REQUESTS)]
    pairs = Pairs()
    with (
        Server("wsgi:app", small.env, threads=threads) as first,
        Server("wsgi:app", large.env, threads=threads) as second,
    ):
        load(first.port, few, connections=4, seconds=0.5)
        load(second.port, many, connections=4, seconds=0.5)
        share = REQUESTS // rounds
        for turn in range(rounds):
            part = slice(turn * share, (turn + 1) * share)
            pairs.limit.append(measured(first, few[part], connections=16, seconds=seconds))
            pairs.ours.append(measured(second, many[part], connections=16, seconds=seconds))
    return pairs


def check_body(number: str) -> bytes:
    """Return the body of a check."""
    body = {"purpose": "air_travel", "document": {"type": "resident_id", "number": number}, "reference": "PNR-8K2M4"}
    return json.dumps(body, separators=(",", ":")).encode()


def _batch(made: Population, size: int, turn: int) -> bytes:
    numbers = [made.number((turn * size + step) * 7919 % made.count) for step in range(size)]
    subjects = [{"document": {"type": "resident_id", "number": number}} for number in numbers]
    body = json.dumps({"purpose": "air_travel", "subjects": subjects}, separators=(",", ":")).encode()
    return request_bytes("/api/v1/checks/batch", body, key=made.key)
