"""Runs one job for one slot of its timetable: claims the slot, works, records. The only commit in `sync`."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Engine, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.models import SyncRun
from sync.jobs import Job

log = logging.getLogger(__name__)

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
Clock = Callable[[], datetime]


class Transactions:
    """How loops of the leading worker read and write: by transactions that end before the loop goes on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._watching: Any = None
        self._version: int | None = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that reads the state of one moment, however long it takes, and holds nobody up."""
        level = {} if self._sqlite else {"isolation_level": "REPEATABLE READ"}
        engine = self._engine.execution_options(read_only=True, **level)
        with Session(engine, expire_on_commit=False) as session:
            if not self._sqlite:  # what is written to files meanwhile takes its time
                session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are committed when the block ends, and undone when it raises."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def may_have_changed(self) -> bool:
        """Tell whether anybody may have committed since this was asked last; for one thread.

        SQLite says so in microseconds (`PRAGMA data_version`); elsewhere one has to look.
        """
        if not self._sqlite:
            return True
        if self._watching is None:
            self._watching = self._engine.raw_connection()
        version: int = self._watching.cursor().execute("PRAGMA data_version").fetchone()[0]
        changed = version != self._version
        self._version = version
        return changed

    def close(self) -> None:
        """Give back the connection that watches."""
        if self._watching is not None:
            self._watching.close()
            self._watching = None


class Outcome(StrEnum):
    """How a run ended. A row that stays `running` is a run whose process died."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # leadership lost, shutdown or the lease over, with work left; the next slot goes on
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Runner:
    """What every run needs. `may_go_on` turns false when the process stops or leads no longer."""

    engine: Engine
    vault: Vault
    clock: Clock
    may_go_on: Callable[[], bool] = field(default=lambda: True)

    def run(self, job: Job) -> Outcome | None:
        """Run `job` for its latest slot; None when that slot has had its run.

        A failure is recorded and logged, never raised: the next slot tries again, and other jobs go on.
        """
        at = self.clock()
        slot = latest_slot(job.cron, at)
        run_id = new_id()
        try:
            if not self._claim(job, slot, run_id=run_id, at=at):
                return None
        except Exception:
            log.exception("slot not claimed", extra={"job": job.name, "slot": slot.isoformat()})
            return Outcome.FAILED
        counts: Counter[str] = Counter()
        try:
            outcome = self._work(job, counts, until=at + job.lease)
        except Exception:
            outcome = Outcome.FAILED
            log.exception("run failed", extra={"job": job.name, "run_id": run_id})
        self._record(run_id, outcome, counts)
        level = logging.INFO if any(counts.values()) or outcome is not Outcome.DONE else logging.DEBUG
        log.log(level, "run ended", extra={"job": job.name, "run_id": run_id, "outcome": outcome.value, **counts})
        return outcome

    def _claim(self, job: Job, slot: datetime, *, run_id: int, at: datetime) -> bool:
        """Insert the run before anything is done: the pair (job, slot) is unique over all processes."""
        with Session(self.engine) as session:
            session.add(
                SyncRun(id=run_id, job=job.name, slot=slot, started_at=at, outcome=Outcome.RUNNING.value, counts={})
            )
            try:
                session.commit()
            except IntegrityError:
                session.rollback()
                return False
        return True

    def _work(self, job: Job, counts: Counter[str], *, until: datetime) -> Outcome:
        while self.may_go_on() and (at := self.clock()) < until:
            with Session(self.engine, expire_on_commit=False) as session:
                step = job.run(session, at=at.astimezone(SHANGHAI), vault=self.vault)
                session.commit()
            counts.update(step.counts)
            if not step.more:
                return Outcome.DONE
        return Outcome.STOPPED

    def _record(self, run_id: int, outcome: Outcome, counts: Counter[str]) -> None:
        values = {"outcome": outcome.value, "counts": dict(counts), "ended_at": self.clock()}
        try:
            with Session(self.engine) as session:
                session.execute(update(SyncRun).where(SyncRun.id == run_id).values(**values))
                session.commit()
        except Exception:
            log.exception("run not recorded", extra={"run_id": run_id, "outcome": outcome.value})


def trigger_of(cron: str) -> CronTrigger:
    """Return the APScheduler trigger of a crontab, in UTC."""
    return CronTrigger.from_crontab(cron, timezone=UTC)


def latest_slot(cron: str, at: datetime) -> datetime:
    """Return the last instant, `at` included, at which a crontab was due."""
    trigger = trigger_of(cron)
    for window in (timedelta(minutes=2), timedelta(hours=2), timedelta(days=2), timedelta(days=367)):
        latest: datetime | None = None
        due: datetime | None = trigger.get_next_fire_time(None, at - window)
        while due is not None and due <= at:
            latest, due = due, trigger.get_next_fire_time(due, due)
        if latest is not None:
            return latest.astimezone(UTC)
    raise ValueError("a job is due at least once a year")
