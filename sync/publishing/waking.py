"""Waking agencies: "the log grew" and no more, as a Standard Webhook; `sync.md` §10.

One row an agency says to which size it should be woken, and when. It is retry, breaker and dead letter at once: a wake
may be lost, doubled or late, for the agency pulls anyway.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.sealing import Vault
from blacklist.models import AgencyWake, LogHead, Subscriber
from blacklist.services.subscribing import HOOK_SECRET_MARK

log = logging.getLogger(__name__)

DOWN_AFTER: Final = 8
PROBE_EVERY: Final = timedelta(minutes=1)
MOST_WAIT: Final = 60.0
MOST_RETRY_AFTER: Final = 3_600
_MOST_ERROR: Final = 200
_AWAKE: Final = ("live", "down")
_random: Final = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Wake:
    """One call to make."""

    agency_id: int
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    epoch: str
    origin: str
    size: int

    @property
    def id(self) -> str:
        """The id of the message: the same for every attempt, so a receiver may drop doubles."""
        return f"wake-{self.epoch[:8]}-{self.size}"

    def body(self, at: datetime) -> bytes:
        """Return the body: a CloudEvent that tells the size, of nobody and nothing else."""
        event = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.origin,
            "type": "log.grew",
            "timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": {"size": self.size},
        }
        return json.dumps(event, separators=(",", ":")).encode("ascii")

    def headers(self, body: bytes, at: datetime) -> dict[str, str]:
        """Return the headers of Standard Webhooks: one signature for each secret, two while one replaces the other."""
        time = str(int(at.timestamp()))
        signed = f"{self.id}.{time}.".encode("ascii") + body
        return {
            "Content-Type": "application/json",
            "webhook-id": self.id,
            "webhook-timestamp": time,
            "webhook-signature": " ".join(_signature(secret, signed) for secret in self.secrets),
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a call. `status` is None where there was no answer."""

    status: int | None
    error: str = ""
    retry_after: int | None = None

    @property
    def is_delivered(self) -> bool:
        """Tell whether the agency took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refused_for_good(self) -> bool:
        """Tell whether the agency wants no more wakes."""
        return self.status == 410


def want_wakes(session: Session, size: int, *, at: datetime) -> None:
    """Have every agency with an address woken to `size`: at once, or when its back-off is over."""
    agencies = session.scalars(
        select(Subscriber.agency_id)
        .where(Subscriber.hook_url.is_not(None), Subscriber.state.in_(_AWAKE))
        .order_by(Subscriber.agency_id)
    ).all()
    rows = {row.agency_id: row for row in session.scalars(select(AgencyWake).with_for_update())}
    for agency_id in agencies:
        row = rows.get(agency_id)
        if row is None:
            session.add(AgencyWake(agency_id=agency_id, want_size=size, due_at=at, failures=0))
            continue
        row.want_size = max(size, row.want_size)
        if row.due_at is None:
            row.due_at = at
    session.flush()


def due_wakes(session: Session, *, origin: str, at: datetime, vault: Vault) -> list[Wake]:
    """Return the calls to make now, the longest due first."""
    epoch = session.scalars(select(LogHead.epoch).where(LogHead.one == 1)).one()
    rows = session.execute(
        select(AgencyWake, Subscriber)
        .join(Subscriber, Subscriber.agency_id == AgencyWake.agency_id)
        .where(AgencyWake.due_at <= at, Subscriber.hook_url.is_not(None), Subscriber.state.in_(_AWAKE))
        .order_by(AgencyWake.due_at, AgencyWake.agency_id)
    )
    return [
        Wake(one.agency_id, one.hook_url or "", _secrets_of(one, vault=vault), epoch, origin, wake.want_size)
        for wake, one in rows
    ]


def record_reply(session: Session, wake: Wake, reply: Reply, *, at: datetime) -> None:
    """Keep what became of a call: nothing more to do, try again later, or stop trying."""
    row = session.get(AgencyWake, wake.agency_id, with_for_update=True)
    subscriber = session.get(Subscriber, wake.agency_id, with_for_update=True)
    if row is None or subscriber is None:
        return
    extra = {"agency_id": wake.agency_id, "status": reply.status, "cause": reply.error}
    if reply.is_delivered:
        row.failures, row.last_error = 0, None
        row.due_at = at if row.want_size > wake.size else None
        if subscriber.state == "down":
            subscriber.state = "live"
            log.info("agency answers wakes again", extra=extra)
    elif reply.is_refused_for_good:
        row.failures, row.due_at, row.last_error = row.failures + 1, None, "410"
        subscriber.hook_url = None
        log.error("agency wants no wakes any more; it still pulls", extra=extra)
    else:
        row.failures += 1
        row.last_error = (str(reply.status) if reply.status is not None else reply.error)[:_MOST_ERROR]
        row.due_at = at + wait_after(row.failures, retry_after=reply.retry_after)
        if row.failures >= DOWN_AFTER and subscriber.state == "live":
            subscriber.state = "down"
            log.error("agency does not answer wakes", extra=extra)
    session.flush()


def wait_after(failures: int, *, retry_after: int | None) -> timedelta:
    """Return how long to wait after so many failures in a row: at random up to 1 s·2^failures, at most a minute.

    From the eighth on one probe a minute. What the agency asked for (`Retry-After`, seconds) is honoured up to an hour.
    """
    if failures >= DOWN_AFTER:
        wait = PROBE_EVERY
    else:
        wait = timedelta(seconds=_random.uniform(0.0, min(MOST_WAIT, 2.0**failures)))
    return max(wait, timedelta(seconds=min(retry_after or 0, MOST_RETRY_AFTER)))


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(HOOK_SECRET_MARK))
    return "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def _secrets_of(subscriber: Subscriber, *, vault: Vault) -> tuple[str, ...]:
    if subscriber.hook_secrets is None:
        return ()
    opened = vault.open(subscriber.hook_secrets, table="subscribers", row=subscriber.agency_id, column="hook_secrets")
    return tuple(json.loads(opened))
