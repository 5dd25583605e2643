"""The timetable: what the leading worker does, and when (UTC)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy.orm import Session

from blacklist.identity.sealing import Vault
from blacklist.services import anchoring, ending_permits, expiring, purging, tasks

# Orders one transaction may change; the next one takes the rest. Keeps each hold of the write lock short.
ORDERS_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction of a run did. `more`: there may be more of it; run another."""

    counts: Mapping[str, int]
    more: bool = False


class Work(Protocol):
    """One transaction's worth of a job. It flushes and never commits."""

    def __call__(self, session: Session, *, at: datetime, vault: Vault) -> Step:
        """Do it; `at` is the present instant in the courts' zone."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """A line of the timetable.

    `cron` is a crontab in UTC. `lease` is how long one run may go on opening transactions: less than its period, so
    that a run ends before its next slot. Jobs of one `lane` never run at the same time.
    """

    name: str
    run: Work
    cron: str
    lease: timedelta
    lane: str = "minute"


def expire_orders(session: Session, *, at: datetime, vault: Vault) -> Step:
    """End the orders whose last day is over."""
    done = expiring.expire_due_orders(session, at=at, vault=vault, limit=ORDERS_AT_ONCE)
    return Step({"expired": done}, more=done >= ORDERS_AT_ONCE)


def turn_permits(session: Session, *, at: datetime, vault: Vault) -> Step:
    """End the permits whose last day is over, and begin those whose first day has come."""
    ended = ending_permits.expire_permits(session, at=at, vault=vault, limit=ORDERS_AT_ONCE)
    started = ending_permits.start_permits(session, at=at, vault=vault, limit=ORDERS_AT_ONCE)
    return Step({"ended": ended, "started": started}, more=max(ended, started) >= ORDERS_AT_ONCE)


def start_orders(session: Session, *, at: datetime, vault: Vault) -> Step:
    """Put the orders into force whose day has come."""
    done = expiring.start_due_orders(session, at=at, vault=vault, limit=ORDERS_AT_ONCE)
    return Step({"started": done}, more=done >= ORDERS_AT_ONCE)


def open_tasks(session: Session, *, at: datetime, vault: Vault) -> Step:  # noqa: ARG001 - every job is called alike
    """Tell courts what a day has brought: exit bans near their end, suspensions past theirs."""
    done = tasks.open_due_tasks(session, at=at, limit=ORDERS_AT_ONCE)
    return Step({"tasks": done}, more=done >= ORDERS_AT_ONCE)


def purge(session: Session, *, at: datetime, vault: Vault) -> Step:  # noqa: ARG001 - every job is called alike
    """Remove what is past its retention."""
    counts = purging.purge(session, at=at)
    return Step(counts, more=any(count >= purging.BATCH for count in counts.values()))


def anchor_audit_chain(session: Session, *, at: datetime, vault: Vault) -> Step:  # noqa: ARG001 - as all jobs
    """Say in the public log how the audit chain ends."""
    return Step({"anchored": int(anchoring.anchor_audit_chain(session, at=at))})


# Endings stand before beginnings: what is over is taken out first.
JOBS: Final = (
    Job("expire-orders", expire_orders, cron="* * * * *", lease=timedelta(seconds=50)),
    Job("start-and-end-permits", turn_permits, cron="* * * * *", lease=timedelta(seconds=50)),
    Job("start-orders", start_orders, cron="* * * * *", lease=timedelta(seconds=50)),
    Job("open-tasks", open_tasks, cron="7 * * * *", lease=timedelta(seconds=50)),
    Job("anchor-audit-chain", anchor_audit_chain, cron="*/10 * * * *", lease=timedelta(seconds=50)),
    Job("purge", purge, cron="10 19 * * *", lease=timedelta(hours=2), lane="night"),  # 03:10 at the courts
)
