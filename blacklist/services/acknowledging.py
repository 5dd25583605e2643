"""Since when an agency holds a size of the log: its first countersignature, kept for good with all signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blacklist.errors import ConflictError
from blacklist.models import AgencyAck, Subscriber


class OlderThanAcknowledgedError(ConflictError):
    """The agency countersigned a greater size before: what it holds cannot become less."""

    code = "older-than-acknowledged"
    title = "早于已确认的位置"
    title_english = "Older than what was acknowledged"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Since when the agency holds this size, and whether this call was the first to say so."""

    at: datetime
    first: bool


def acknowledge(
    session: Session, agency_id: int, *, size: int, view_root: bytes, note: str, cosignature: str, at: datetime
) -> Acknowledgement:
    """Keep an agency's verified countersignature; a repeat for the same size keeps the first instant.

    Whatever comes moves when the agency was last seen.

    Raises:
        OlderThanAcknowledgedError: it acknowledged a greater size before.
    """
    subscriber = session.scalars(
        select(Subscriber)
        .where(Subscriber.agency_id == agency_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()

    newest = session.scalar(select(func.max(AgencyAck.size)).where(AgencyAck.agency_id == agency_id))
    if newest is not None and size < newest:
        raise OlderThanAcknowledgedError(
            "贵单位已确认更大的位置。", "Your agency has acknowledged a greater size already."
        )

    if subscriber.last_seen_at is None or subscriber.last_seen_at < at:
        subscriber.last_seen_at = at
    if newest == size:
        session.flush()
        return Acknowledgement(session.get_one(AgencyAck, (agency_id, size)).at, first=False)
    session.add(
        AgencyAck(agency_id=agency_id, size=size, view_root=view_root, note=note, cosignature=cosignature, at=at)
    )
    session.flush()
    return Acknowledgement(at, first=True)
