"""The registry's public keys: those that sign now, and those its own log announced lately (`key`), `sync.md` §5, §7."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.ledger.leaves import LeafKind, parse_leaf
from blacklist.ledger.note_keys import VerifierKey, read_vkey
from blacklist.models import LogEntry
from sync.publishing.signers import Signers

OVERLAP: Final = timedelta(days=30)
"""How long a key is accepted beside the one that replaced it."""


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The keys in force: of checkpoints and of statements."""

    log: tuple[VerifierKey, ...]
    view: tuple[VerifierKey, ...]


def public_keys(session: Session, signers: Signers, *, at: datetime) -> PublicKeys:
    """Return the keys in force at `at`: those that sign, and by the log's own word the newest and those it replaced."""
    rows = session.execute(
        # Entries about the log itself have no order; by the index of orders they are few.
        select(LogEntry.leaf, LogEntry.at)
        .where(LogEntry.order_id.is_(None), LogEntry.kind == LeafKind.KEY.value)
        .order_by(LogEntry.idx.desc())
    )
    found = {"log": [signers.log.verifier], "view": [signers.view.verifier]}
    replaced_at: dict[str, datetime] = {}
    for leaf, since in rows:
        public = parse_leaf(leaf).public or {}
        use, vkey = public.get("use"), public.get("vkey")
        if not isinstance(use, str) or not isinstance(vkey, str) or use not in found:
            continue
        if use not in replaced_at or at < replaced_at[use] + OVERLAP:
            found[use].append(read_vkey(vkey))
        replaced_at[use] = since
    return PublicKeys(tuple(dict.fromkeys(found["log"])), tuple(dict.fromkeys(found["view"])))
