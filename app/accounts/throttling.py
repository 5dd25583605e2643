"""Rate limits of people: sign-ins by network, reveals by person (`security.md` H8)."""

from __future__ import annotations

from datetime import datetime

from flask import request

from app.database import database
from app.errors import TooManyError
from app.networks import network_of
from app.quotas import Submission


def draw_limit(bucket: str, *, rate: float, burst: float, at: datetime) -> None:
    """Draw one from a bucket that fills with `rate` a second up to `burst`.

    To be called before a view's transaction: the draw is a transaction of its own.

    Raises:
        TooManyError: the bucket is empty. UnavailableError: the draw cannot be written.
    """
    refusal = database().recorder.submit(Submission(bucket=bucket, cost=1.0, rate=rate, burst=burst, at=at))
    if refusal is not None:
        raise TooManyError(
            "操作过于频繁，请稍后再试。",
            "Too many attempts; please wait.",
            headers={"Retry-After": str(refusal.retry_after)},
        )


def network() -> str:
    """Return what the caller's sign-ins are counted by."""
    return network_of(request.remote_addr)
