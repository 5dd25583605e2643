"""An agency's acknowledgement, verified: our own statement, the agency's line under it, its cosignature; `sync.md` §11.

The registry's own signature must verify, so nothing of what was said need be stored to know that it was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from blacklist.ledger.checkpoints import Checkpoint, cosigned_at, open_checkpoint
from blacklist.ledger.faults import FormatError
from blacklist.ledger.note_keys import VerifierKey, read_vkey
from blacklist.ledger.signed_notes import read_signature
from blacklist.ledger.statements import Statement, open_acknowledgement, open_statement
from blacklist.models import LogCheckpoint, Subscriber
from sync.publishing.cursors import Cursor
from sync.publishing.feed import require_epoch, require_key, require_unfenced
from sync.publishing.keys import PublicKeys
from sync.publishing.refusals import BadCosignatureError, BadSignatureError, NotOurStatementError

MOST_STATEMENT: Final = 4_000
MOST_COSIGNATURE: Final = 400


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What an agency countersigned, all of it verified."""

    cursor: Cursor
    view_root: bytes
    note: str
    cosignature: str


def verify_acknowledgement(
    session: Session,
    *,
    keys: PublicKeys,
    subscriber: Subscriber,
    agency_name: str,
    note: str,
    cosignature: str,
) -> Acknowledged:
    """Return what an agency acknowledges, if all three signatures hold.

    Raises:
        FencedError; EpochChangedError; KeyEpochRetiredError: it is of a log or view that is served no longer.
        NotOurStatementError: the registry did not say this to this agency. BadSignatureError: the agency did not
        countersign it. BadCosignatureError: it did not cosign the checkpoint of that size.
    """
    require_unfenced(session)
    statement = _our_statement(note, keys.view, agency_name=agency_name)
    require_epoch(session, Cursor(statement.epoch, statement.size))
    require_key(session, subscriber.agency_id, statement.key_epoch)
    _require_countersigned(note, keys.view, read_vkey(subscriber.ack_vkey))
    checkpoint = session.get(LogCheckpoint, statement.size)
    if checkpoint is None or checkpoint.root != statement.log_root:
        raise NotOurStatementError
    _require_cosigned(statement, cosignature, subscriber, origin=checkpoint.note.partition("\n")[0])
    return Acknowledged(Cursor(statement.epoch, statement.size), statement.view_root, note, cosignature)


def verify_rollback(note: str, *, keys: PublicKeys) -> int:
    """Return the size of a checkpoint that the registry itself signed; greater than what it has, it proves a loss.

    Raises:
        BadSignatureError: it is not signed by the log key, or of another log.
    """
    try:
        return open_checkpoint(note, logs=keys.log).checkpoint.size
    except FormatError:
        raise no_rollback() from None


def no_rollback() -> BadSignatureError:
    """Return the refusal of a checkpoint that proves no loss."""
    return BadSignatureError(
        "该检查点不是本日志密钥所签、属于其他日志，或者不长于现有日志，未予锁定。",
        "The log key did not sign this checkpoint, it is of another log, or not larger than the log; nothing is fenced.",
    )


def _our_statement(note: str, view_keys: tuple[VerifierKey, ...], *, agency_name: str) -> Statement:
    try:
        statement = open_statement(note, view_keys=view_keys)
    except FormatError:
        raise NotOurStatementError from None
    if statement.agency != agency_name:
        raise NotOurStatementError
    return statement


def _require_countersigned(note: str, view_keys: tuple[VerifierKey, ...], ack_key: VerifierKey) -> None:
    try:
        open_acknowledgement(note, view_keys=view_keys, ack_keys=(ack_key,))
    except FormatError:
        raise BadSignatureError(
            "声明下没有贵单位确认密钥的有效签名。", "Your acknowledgement key has not signed under the statement."
        ) from None


def _require_cosigned(statement: Statement, cosignature: str, subscriber: Subscriber, *, origin: str) -> None:
    try:
        signature = read_signature(cosignature)
        cosigned_at(
            Checkpoint(origin, statement.size, statement.log_root), signature, read_vkey(subscriber.witness_vkey)
        )
    except FormatError:
        raise BadCosignatureError from None
