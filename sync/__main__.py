"""The worker, `python -m sync`: waits until it leads, then runs the timetable until it is told to stop."""

from __future__ import annotations

import functools
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from blacklist.engine import UnsafeDatabaseError, create_registry_engine
from blacklist.identity.keys import KeyFileError, Keyring
from blacklist.identity.sealing import Vault
from blacklist.logs import send_logs
from config import Config, ConfigError
from sync.jobs import JOBS
from sync.leader import Leadership, leadership_of
from sync.publishing.hooks import Hooks
from sync.publishing.loops import PublishingLoop, WakingLoop
from sync.publishing.publisher import Publisher
from sync.publishing.signers import Signers, signers_of
from sync.runner import Runner, Transactions, trigger_of

log = logging.getLogger("sync")

CHECK_SECONDS: Final = 1.0
# A run in its middle may end its transaction; after that the process goes, and the database rolls back.
PATIENCE_SECONDS: Final = 4.0
STATEMENT_SECONDS: Final = 60
POOL_SIZE: Final = 8  # two lanes of jobs, the publisher and what it watches, wakes that are being recorded


def clock() -> datetime:
    """Return the present instant, aware, in UTC: the worker's one clock."""
    return datetime.now(UTC)


def main() -> int:
    """Run the worker; 0 after a wished-for stop, 2 when settings, keys or database forbid a start."""
    try:
        config = Config.from_env(os.environ)
        send_logs(config.log_level)
        keyring = Keyring.read(config.key_file)
        vault, signers = Vault(keyring), signers_of(keyring, config.log_origin)
        engine = create_registry_engine(config.database_url, pool_size=POOL_SIZE, statement_seconds=STATEMENT_SECONDS)
    except (ConfigError, KeyFileError, UnsafeDatabaseError) as error:
        sys.stderr.write(f"the worker does not start: {error}\n")
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    leadership = leadership_of(config.database_url)
    log.info("worker waits for leadership", extra={"pid": os.getpid()})
    while not stop.is_set():
        if leadership.acquire():
            loops = make_loops(Transactions(engine), config, vault, signers)
            lead(leadership, functools.partial(Runner, engine, vault, clock), loops, stop=stop)
        else:
            stop.wait(CHECK_SECONDS)
    engine.dispose()
    log.info("worker stopped", extra={"pid": os.getpid()})
    return 0


Loop = Callable[[Callable[[], bool]], None]
"""Runs as long as what it is given says true."""


def make_loops(transactions: Transactions, config: Config, vault: Vault, signers: Signers) -> tuple[Loop, ...]:
    """Return what goes on all the time while this worker leads: publishing the log and waking agencies."""
    woken = threading.Event()
    publishing = PublishingLoop(transactions, Publisher(config, vault, signers), clock, woken=woken)
    waking = WakingLoop(
        transactions, Hooks(inside=config.development), clock, origin=config.log_origin, vault=vault, woken=woken
    )

    def publish(may_go_on: Callable[[], bool]) -> None:
        try:
            publishing.run(may_go_on)
        finally:
            transactions.close()

    return publish, waking.run


def lead(
    leadership: Leadership,
    make_runner: Callable[[Callable[[], bool]], Runner],
    loops: tuple[Loop, ...] = (),
    *,
    stop: threading.Event,
) -> None:
    """Run the timetable and the loops until `stop` is set or leadership is lost, then let go.

    Every job also runs at once: its latest slot may have passed while nobody led. If it has had its run, nothing
    happens (`Runner.run`).
    """
    halted = threading.Event()

    def may_go_on() -> bool:
        return not halted.is_set()

    scheduler = make_scheduler(make_runner(may_go_on))
    scheduler.start()
    threads = [threading.Thread(target=loop, args=(may_go_on,), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    log.info("worker leads", extra={"pid": os.getpid()})
    while not stop.wait(CHECK_SECONDS) and leadership.held():
        pass
    halted.set()
    if not stop.is_set():
        log.error("leadership lost", extra={"pid": os.getpid()})

    def end_all() -> None:
        scheduler.shutdown()
        for thread in threads:
            thread.join()

    shutdown = threading.Thread(target=end_all, daemon=True)
    shutdown.start()
    shutdown.join(PATIENCE_SECONDS)
    if shutdown.is_alive():
        # A statement hangs. Its transaction dies with the process, and its run stays recorded as running.
        log.error("a run did not end in time", extra={"pid": os.getpid()})
        os._exit(0 if stop.is_set() else 1)
    leadership.release()


def make_scheduler(runner: Runner) -> BackgroundScheduler:
    """Return a scheduler of all jobs, not yet started; each lane runs one job at a time."""
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={lane: ThreadPoolExecutor(max_workers=1) for lane in {job.lane for job in JOBS}},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=UTC,
    )
    at = clock()
    for job in JOBS:
        scheduler.add_job(
            runner.run, trigger_of(job.cron), args=(job,), id=job.name, executor=job.lane, next_run_time=at
        )
    return scheduler


if __name__ == "__main__":
    sys.exit(main())
