"""The fence: where the registry is proved to have lost entries it had signed, it appends and signs nothing any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.ids import new_id
from blacklist.models import Discrepancy, LogHead

ROLLED_BACK = "registry-rolled-back"


def fence_if_rolled_back(session: Session, *, proved: int, note: str, agency_id: int, at: datetime) -> int | None:
    """Fence the log if it is shorter than `proved`, a size its own key signed (`note` is that checkpoint).

    Returns the log's size, or None where it is not shorter: then nothing is done. The way out is two persons'.
    """
    head = session.scalars(
        select(LogHead).where(LogHead.one == 1).with_for_update().execution_options(populate_existing=True)
    ).one()
    if proved <= head.size:
        return None

    if not head.fenced:
        head.fenced = True
        session.add(
            Discrepancy(
                id=new_id(),
                kind=ROLLED_BACK,
                agency_id=agency_id,
                facts={"signed_size": proved, "size": head.size, "checkpoint": note},
                found_at=at,
            )
        )
    session.flush()
    return head.size
