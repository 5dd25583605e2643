"""Runs one job for one slot of its timetable: claims the slot, works, records. The only commit in `sync`."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.models import SyncRun
from sync.jobs import Job

log = logging.getLogger(__name__)

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
Clock = Callable[[], datetime]


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
