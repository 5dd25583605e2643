"""An agency's limits, drawn together with its access records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.database import database
from app.errors import TooManyError
from app.recording import Submission
from blacklist.queries.agencies import KeyHolder
from blacklist.services.asking import Row


def draw(
    holder: KeyHolder, *, at: datetime, records: Sequence[Row] = (), subjects: Sequence[bytes] = ()
) -> dict[str, str]:
    """Draw one call from the key's bucket and its subjects from the day's quota, with the records made durable.

    Returns the `RateLimit-*` headers. When this returns, the records are on disk and the answer may leave.

    Raises:
        TooManyError: a limit is reached; nothing was recorded and nothing is answered.
        UnavailableError: the records cannot be written.
    """
    submission = Submission(
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
    refusal = database().recorder.submit(submission)
    policy = {"RateLimit-Policy": f"{holder.rate};w=1;burst={holder.burst}", "RateLimit-Limit": str(holder.burst)}
    if refusal is None:
        remaining = int(submission.level)
        return {**policy, "RateLimit-Remaining": str(remaining), "RateLimit-Reset": "1"}
    headers = {
        **policy,
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": str(refusal.retry_after),
        "Retry-After": str(refusal.retry_after),
    }
    if refusal.reason == "quota":
        raise TooManyError("今日可查询的主体数量已用完。", "Today's quota of subjects is used up.", headers=headers)
    raise TooManyError("请求过于频繁，请稍后重试。", "Too many requests; please wait.", headers=headers)
