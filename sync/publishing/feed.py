"""Pages of the log for one agency: everything since its cursor, up to a checkpoint; `sync.md` §9."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blacklist.identity.sealing import Vault
from blacklist.ledger.encodings import encode64
from blacklist.models import AgencyView, LogCheckpoint, LogHead, ViewKey
from blacklist.queries.log import head_of
from blacklist.services.appending import FencedError
from sync.publishing.cursors import Cursor
from sync.publishing.items import TreeItem, items_between
from sync.publishing.refusals import (
    AheadOfRegistryError,
    EpochChangedError,
    KeyEpochRetiredError,
    TooFarBehindError,
    ViewNotReadyError,
)

MOST_ITEMS: Final = 2_000
LEAST_TOO_FAR: Final = 10_000
_TOO_FAR_PART: Final = 10  # a tenth of the view's entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Items from `since` to `next`, and what was signed of `next`: nothing, where a limit cut the page short."""

    epoch: str
    since: int
    next: int
    size: int
    key: int
    items: tuple[TreeItem, ...]
    checkpoint: str | None
    statement: str | None

    @property
    def is_new(self) -> bool:
        """Tell whether it holds anything the agency has not."""
        return bool(self.items)

    def members(self) -> dict[str, Any]:
        """Return the page as the door answers it."""
        return {
            "since": Cursor(self.epoch, self.since).written(),
            "next": Cursor(self.epoch, self.next).written(),
            "size": self.size,
            "key": self.key,
            "more": self.next < self.size,
            "items": [
                {
                    "i": one.index,
                    "h": encode64(one.leaf_hash),
                    "d": [[f"{fingerprint:016x}", flags] for fingerprint, flags in one.items],
                }
                for one in self.items
            ],
            "checkpoint": self.checkpoint,
            "statement": self.statement,
        }


def read_page(
    session: Session,
    since: Cursor,
    *,
    agency_id: int,
    key_epoch: int,
    vault: Vault,
    limit: int = MOST_ITEMS,
    until: int | None = None,
) -> Page:
    """Return the page after a cursor. `limit` is 1 to 2,000; `until` is a size at which it must end.

    Raises:
        FencedError: the log answers nobody. EpochChangedError; AheadOfRegistryError; TooFarBehindError;
        KeyEpochRetiredError; ViewNotReadyError: the key epoch's view is being built.
    """
    require_epoch(session, since)
    key = require_key(session, agency_id, key_epoch)
    view = require_view(session, key)
    newest = newest_size(session)
    if since.size > newest:
        raise AheadOfRegistryError(newest)
    if view.size - since.size > max(LEAST_TOO_FAR, view.n // _TOO_FAR_PART):
        raise TooFarBehindError

    bound = min(view.size if until is None else min(view.size, until), since.size + limit)
    end, checkpoint = _end(session, since.size, max(bound, since.size))
    items = items_between(session, since.size, end, key=key, vault=vault) if end > since.size else []
    return Page(
        epoch=since.epoch,
        since=since.size,
        next=end,
        size=view.size,
        key=key_epoch,
        items=tuple(items),
        checkpoint=checkpoint,
        statement=view.statement if end == view.size else None,
    )


def require_epoch(session: Session, cursor: Cursor) -> LogHead:
    """Return the log's head, if the cursor is of its epoch.

    Raises:
        FencedError: the log answers nobody. EpochChangedError: the cursor is of another epoch.
    """
    head = require_unfenced(session)
    if cursor.epoch != head.epoch:
        raise EpochChangedError(head.epoch)
    return head


def require_unfenced(session: Session) -> LogHead:
    """Return the log's head.

    Raises:
        FencedError: the log answers nobody.
    """
    head = head_of(session)
    if head.fenced:
        raise FencedError("登记日志已锁定，暂不提供同步。", "The log is fenced.")
    return head


def require_key(session: Session, agency_id: int, key_epoch: int) -> ViewKey:
    """Return a key epoch of the agency that is served.

    Raises:
        KeyEpochRetiredError: it is not (any more). ViewNotReadyError: none of the agency's is.
    """
    keys = session.scalars(select(ViewKey).where(ViewKey.agency_id == agency_id, ViewKey.state != "retired")).all()
    for key in keys:
        if key.key_epoch == key_epoch:
            return key
    live = [key.key_epoch for key in keys if key.state == "live"]
    if not live:
        raise ViewNotReadyError
    raise KeyEpochRetiredError(live[0])


def require_view(session: Session, key: ViewKey) -> AgencyView:
    """Return the newest statement about a view.

    Raises:
        ViewNotReadyError: none was signed yet.
    """
    view = session.get(AgencyView, (key.agency_id, key.key_epoch))
    if view is None:
        raise ViewNotReadyError
    return view


def newest_size(session: Session) -> int:
    """Return the size of the newest checkpoint; 0 before the first."""
    return session.scalar(select(func.max(LogCheckpoint.size))) or 0


def _end(session: Session, start: int, bound: int) -> tuple[int, str | None]:
    """Return where a page ends: at the last checkpoint up to `bound`, or for want of one at `bound` itself."""
    row = session.execute(
        select(LogCheckpoint.size, LogCheckpoint.note)
        .where(LogCheckpoint.size <= bound)
        .order_by(LogCheckpoint.size.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.size < start or (row.size == start and bound > start):
        return bound, None
    return row.size, row.note
