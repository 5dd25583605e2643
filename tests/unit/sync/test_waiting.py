"""The watch of the log: those who wait are told of growth, failure and crowding; nothing runs when nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sync.publishing.waiting import Watch


class Growing:
    """A log that grows when it is told to, and counts who looked."""

    def __init__(self, size: int = 0) -> None:
        self.size = size
        self.looks = 0
        self.failing = False
        self.looked = threading.Event()

    def look(self) -> int:
        self.looks += 1
        self.looked.set()
        if self.failing:
            raise OSError("the database is away")
        return self.size


def waiting(watch: Watch, count: int, sizes: Callable[[int], int]) -> tuple[ThreadPoolExecutor, list]:
    pool = ThreadPoolExecutor(count)
    done = [pool.submit(watch.wait_beyond, sizes(number), seconds=20) for number in range(count)]
    return pool, done


class TestWatch:
    def test_tells_all_who_wait_that_the_log_grew(self):
        log = Growing(3)
        watch = Watch(log.look, most=5)
        pool, waiters = waiting(watch, 5, lambda _: 3)
        assert log.looked.wait(5)
        assert not any(one.done() for one in waiters)
        log.size = 4

        assert [one.result(10) for one in waiters] == [True] * 5
        pool.shutdown()

    def test_answers_at_once_what_has_grown_already(self):
        watch = Watch(Growing(9).look, most=1)

        assert watch.wait_beyond(8, seconds=20)

    def test_gives_up_when_the_time_is_over(self):
        watch = Watch(Growing(3).look, most=1)

        assert not watch.wait_beyond(3, seconds=0.1)

    def test_lets_no_more_wait_than_it_may(self):
        log = Growing(3)
        watch = Watch(log.look, most=1)
        pool, waiters = waiting(watch, 1, lambda _: 3)
        assert log.looked.wait(5)

        assert not watch.wait_beyond(3, seconds=20)
        assert not waiters[0].done()
        log.size = 4
        assert waiters[0].result(10)
        pool.shutdown()

    def test_sends_everybody_home_when_the_database_is_away(self):
        log = Growing(3)
        watch = Watch(log.look, most=3)
        pool, waiters = waiting(watch, 3, lambda _: 3)
        assert log.looked.wait(5)
        log.failing = True

        assert [one.result(10) for one in waiters] == [False] * 3
        log.failing, log.size = False, 4
        assert watch.wait_beyond(3, seconds=10)
        pool.shutdown()

    def test_looks_no_longer_when_nobody_waits(self):
        log = Growing(3)
        watch = Watch(log.look, most=1)
        watch.wait_beyond(3, seconds=0.05)
        thread = watch._thread
        if thread is not None:
            thread.join(5)
            assert not thread.is_alive()
        looks = log.looks

        assert threading.Event().wait(0.1) is False
        assert log.looks == looks
