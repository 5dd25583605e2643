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
from sync.runner import Runner, trigger_of

log = logging.getLogger("sync")

CHECK_SECONDS: Final = 1.0
# A run in its middle may end its transaction; after that the process goes, and the database rolls back.
PATIENCE_SECONDS: Final = 4.0
STATEMENT_SECONDS: Final = 60


def clock() -> datetime:
    """Return the present instant, aware, in UTC: the worker's one clock."""
    return datetime.now(UTC)


def main() -> int:
    """Run the worker; 0 after a wished-for stop, 2 when settings, keys or database forbid a start."""
    try:
        config = Config.from_env(os.environ)
        send_logs(config.log_level)
        vault = Vault(Keyring.read(config.key_file))
        engine = create_registry_engine(config.database_url, pool_size=3, statement_seconds=STATEMENT_SECONDS)
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
            lead(leadership, functools.partial(Runner, engine, vault, clock), stop=stop)
        else:
            stop.wait(CHECK_SECONDS)
    engine.dispose()
    log.info("worker stopped", extra={"pid": os.getpid()})
    return 0


def lead(leadership: Leadership, make_runner: Callable[[Callable[[], bool]], Runner], *, stop: threading.Event) -> None:
    """Run the timetable until `stop` is set or leadership is lost, then let go.

    Every job also runs at once: its latest slot may have passed while nobody led. If it has had its run, nothing
    happens (`Runner.run`).
    """
    halted = threading.Event()
    scheduler = make_scheduler(make_runner(lambda: not halted.is_set()))
    scheduler.start()
    log.info("worker leads", extra={"pid": os.getpid()})
    while not stop.wait(CHECK_SECONDS) and leadership.held():
        pass
    halted.set()
    if not stop.is_set():
        log.error("leadership lost", extra={"pid": os.getpid()})
    shutdown = threading.Thread(target=scheduler.shutdown, daemon=True)
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
