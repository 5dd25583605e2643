"""An agency's limits, drawn together with its access records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.database import database
from app.errors import TooManyError
from app.quotas import Refusal, Submission
from blacklist.queries.agencies import KeyHolder
from blacklist.services.asking import CheckRow


def draw(
    holder: KeyHolder, *, at: datetime, records: Sequence[CheckRow] = (), subjects: Sequence[bytes] = ()
) -> dict[str, str]:
    """Draw one call from the key's bucket and its subjects from the day's quota, with the records made durable.

    Returns the `RateLimit-*` headers. When this returns, the records are on disk and the answer may leave.

    Raises:
        TooManyError: a limit is reached; nothing was recorded and nothing is answered.
        UnavailableError: the records cannot be written.
    """
    submission = submission_of(holder, at=at, records=records, subjects=subjects)
    refusal = database().recorder.submit(submission)
    if refusal is None:
        return dict(limit_headers(holder, submission.level))
    raise refused(holder, refusal)


def refused(holder: KeyHolder, refusal: Refusal) -> TooManyError:
    """Return the refusal of a call that reached a limit, with when to come again."""
    headers = {
        **_policy(holder),
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": str(refusal.retry_after),
        "Retry-After": str(refusal.retry_after),
    }
    if refusal.reason == "quota":
        return TooManyError("今日可查询的主体数量已用完。", "Today's quota of subjects is used up.", headers=headers)
    return TooManyError("请求过于频繁，请稍后重试。", "Too many requests; please wait.", headers=headers)


def submission_of(
    holder: KeyHolder, *, at: datetime, records: Sequence[CheckRow] = (), subjects: Sequence[bytes] = ()
) -> Submission:
    """Return what one call of an agency wants to have on disk."""
    return Submission(
        bucket=f"key:{holder.key_row_id}",
        cost=1.0,
        rate=float(holder.rate),
        burst=float(holder.burst),
        at=at,
        records=records,
        quota_key=holder.key_row_id if subjects else None,
        quota_limit=holder.daily_subjects,
        quota_subjects=subjects,
        day=at.date(),
    )


def limit_headers(holder: KeyHolder, level: float) -> list[tuple[str, str]]:
    """Return the `RateLimit-*` headers of an answered call."""
    return [*_policy(holder).items(), ("RateLimit-Remaining", str(int(level))), ("RateLimit-Reset", "1")]


def _policy(holder: KeyHolder) -> dict[str, str]:
    return {"RateLimit-Policy": f"{holder.rate};w=1;burst={holder.burst}", "RateLimit-Limit": str(holder.burst)}
