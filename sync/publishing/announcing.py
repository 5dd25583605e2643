"""What anybody may read of the log, proven against what was signed; `sync.md` §6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.errors import NotFoundError
from blacklist.ledger.leaves import LeafKind, parse_leaf
from blacklist.ledger.merkle import consistency_proof, inclusion_proof
from blacklist.ledger.note_keys import read_vkey
from blacklist.ledger.policies import NO_QUORUM, Group, Log, Policy, Witness
from blacklist.ledger.proofs import TlogProof
from blacklist.ledger.signed_notes import MOST_SIGNATURES, Signature, read_signature, with_signatures
from blacklist.ledger.tiles import Tile, write_bundle, write_tile
from blacklist.models import Agency, AgencyAck, LogCheckpoint, LogEntry, Subscriber
from blacklist.queries import log as log_queries
from sync.publishing.keys import OVERLAP
from sync.publishing.signers import Signers

_MOST_COSIGNATURES: Final = MOST_SIGNATURES - 4  # room for the log's own lines while one key replaces another
_AGENCIES: Final = "agencies"


class NotInLogError(NotFoundError):
    """The log has not signed so far, or was never signed at this size."""

    code = "not-in-log"
    title = "登记日志中没有"
    title_english = "Not in the log"

    def __init__(self) -> None:
        super().__init__(
            "登记日志没有该索引、该长度的检查点或该数据块。", "The log has no such index, checkpoint or tile."
        )


@dataclass(frozen=True, slots=True)
class AnnouncedKey:
    """A key that signs for the log, and from when until when; Unix seconds."""

    use: str
    vkey: str
    since: int | None
    until: int | None


def published_size(session: Session) -> int:
    """Return the newest signed size; 0 before the first checkpoint."""
    newest = log_queries.newest_checkpoint(session)
    return newest.size if newest is not None else 0


def cosigned_note(session: Session, size: int | None = None) -> str:
    """Return the note of the newest checkpoint, or of the one of `size`, with the cosignatures of the agencies.

    Raises:
        NotInLogError: there is no such checkpoint.
    """
    return _cosigned(session, _checkpoint(session, size))


def tile_bytes(session: Session, tile: Tile) -> bytes:
    """Return a tile or a bundle of entries.

    Raises:
        NotInLogError: no checkpoint required it.
    """
    if not log_queries.is_required(session, tile):
        raise NotInLogError
    if tile.level is None:
        return write_bundle(log_queries.bundle_entries(session, tile))
    return write_tile(log_queries.tile_hashes(session, tile))


def proof_of(session: Session, index: int, size: int | None = None) -> str:
    """Return the tlog-proof of an entry against the newest checkpoint, or the one of `size`.

    Raises:
        NotInLogError: there is no such checkpoint, or it does not cover the entry.
    """
    checkpoint = _checkpoint(session, size)
    if index >= checkpoint.size:
        raise NotInLogError
    path = inclusion_proof(index, checkpoint.size, log_queries.hashes_of(session))
    return TlogProof(index, path, _cosigned(session, checkpoint)).written()


def consistency_of(session: Session, first: int, second: int) -> tuple[Sequence[bytes], str | None]:
    """Return the proof that the tree of `second` extends that of `first`, and the checkpoint of `second` if signed.

    Both sizes must lie between 1 and the published size.
    """
    path = consistency_proof(first, second, log_queries.hashes_of(session))
    signed = log_queries.checkpoint_at(session, second)
    return path, signed.note if signed is not None else None


def announced_keys(session: Session, signers: Signers) -> list[AnnouncedKey]:
    """Return the keys the log announced of itself, each until a month after it was replaced; else those that sign."""
    rows = session.execute(
        select(LogEntry.leaf, LogEntry.at)
        .where(LogEntry.order_id.is_(None), LogEntry.kind == LeafKind.KEY.value)
        .order_by(LogEntry.idx.desc())
    )
    found: list[AnnouncedKey] = []
    replaced_at: dict[str, datetime] = {}
    for leaf, since in rows:
        public = parse_leaf(leaf).public or {}
        use, vkey = str(public.get("use")), str(public.get("vkey"))
        until = int((replaced_at[use] + OVERLAP).timestamp()) if use in replaced_at else None
        found.append(AnnouncedKey(use, vkey, int(since.timestamp()), until))
        replaced_at[use] = since
    for use, key in (("log", signers.log.verifier), ("view", signers.view.verifier)):
        if use not in replaced_at:
            found.append(AnnouncedKey(use, key.written(), None, None))
    return found


def policy_of(session: Session, signers: Signers) -> Policy:
    """Return by whom a checkpoint should be signed: the log, and more than half of the agencies that keep copies."""
    rows = session.execute(
        select(Agency.name, Subscriber.witness_vkey)
        .join(Subscriber, Subscriber.agency_id == Agency.id)
        .where(Subscriber.state.in_(("live", "down")), Agency.state == "live")
        .order_by(Agency.name)
    )
    witnesses: dict[bytes, Witness] = {}
    for name, vkey in rows:
        key = read_vkey(vkey)
        witnesses.setdefault(key.public, Witness(name, key))
    names = tuple(one.name for one in witnesses.values())
    groups = (Group(_AGENCIES, len(names) // 2 + 1, names),) if names else ()
    return Policy((Log(signers.log.verifier),), tuple(witnesses.values()), groups, _AGENCIES if names else NO_QUORUM)


def _checkpoint(session: Session, size: int | None) -> LogCheckpoint:
    found = log_queries.newest_checkpoint(session) if size is None else log_queries.checkpoint_at(session, size)
    if found is None:
        raise NotInLogError
    return found


def _cosigned(session: Session, checkpoint: LogCheckpoint) -> str:
    lines = session.scalars(
        select(AgencyAck.cosignature)
        .where(AgencyAck.size == checkpoint.size)
        .order_by(AgencyAck.at, AgencyAck.agency_id)
        .limit(_MOST_COSIGNATURES)
    ).all()
    return with_signatures(checkpoint.note, [_line(one) for one in lines]) if lines else checkpoint.note


def _line(text: str) -> Signature:
    return read_signature(text if text.endswith("\n") else text + "\n")
