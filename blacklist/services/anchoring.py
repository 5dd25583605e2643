"""The anchor: the public log says how long the audit chain is and how it ends, so that nobody can write it anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.ledger.canonical import Json
from blacklist.ledger.encodings import encode64
from blacklist.ledger.leaves import LeafKind, parse_leaf
from blacklist.models import AuditHead, LogEntry
from blacklist.queries.log import head_of
from blacklist.services.appending import append_public


def anchor_audit_chain(session: Session, *, at: datetime) -> bool:
    """Append the audit chain's length and last hash to the log; False where the newest anchor says them already.

    Once a size is signed and copied, a chain rebuilt by the database's owner no longer fits it. A log that has not
    begun, or is fenced, takes no anchor. Hashes alone: the log learns nothing of any entry.
    """
    head = head_of(session)
    chain = session.scalars(select(AuditHead).where(AuditHead.one == 1)).one_or_none()
    if not head.size or head.fenced or chain is None or not chain.length:
        return False
    newest = session.scalars(
        select(LogEntry.leaf).where(LogEntry.kind == LeafKind.AUDIT.value).order_by(LogEntry.idx.desc()).limit(1)
    ).one_or_none()
    content: dict[str, Json] = {"length": chain.length, "head": encode64(chain.hash)}
    if newest is not None and parse_leaf(newest).public == content:
        return False
    append_public(session, LeafKind.AUDIT, content, at=at)
    return True
