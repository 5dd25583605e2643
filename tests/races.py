"""Acts at the same moment, on real transactions of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from tests.courts import Courts

Opened = Callable[[], AbstractContextManager[Courts]]


def at_once(*acts: Callable[[], None]) -> list[Exception | None]:
    """Run acts at the same moment; return what each was refused with."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> Exception | None:
        barrier.wait(10)
        try:
            act()
        except Exception as error:
            return error
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def assert_one_won(results: list[Exception | None], *losses: type[Exception]) -> None:
    lost = [one for one in results if one is not None]
    assert len(lost) == len(results) - 1, results
    assert {type(one) for one in lost} <= set(losses), lost
