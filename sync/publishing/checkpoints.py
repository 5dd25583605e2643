"""Which size is signed next, and that it contradicts nothing ever signed; `sync.md` §6, steps 1 and 4."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from blacklist.ledger.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from blacklist.ledger.faults import FormatError
from blacklist.ledger.note_keys import VerifierKey
from blacklist.models import LogHead
from blacklist.queries import log as log_queries
from sync.publishing.exporting import read_exported_checkpoint
from sync.publishing.signers import Signers

MOST_ENTRIES: Final = 2_000  # a page of the feed ends at a checkpoint and holds no more
BACKLOG: Final = 500  # beyond it whoever is freed goes first


class ContradictionError(Exception):
    """The tables, the export and what was signed do not tell one story: nothing may be signed, the log is fenced."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The greatest size and root ever signed in the tables and in the export, verified; None before the first."""

    stored: Checkpoint | None
    exported: Checkpoint | None

    @property
    def size(self) -> int:
        """The greatest size ever signed."""
        return max((one.size for one in (self.stored, self.exported) if one is not None), default=0)

    @property
    def exported_size(self) -> int:
        """Up to where the export is durable."""
        return self.exported.size if self.exported is not None else 0

    @property
    def is_only_exported(self) -> bool:
        """Tell whether a publication ended between its export and its commit."""
        return self.exported_size > (self.stored.size if self.stored is not None else 0)


def last_signed(session: Session, folder: Path, keys: tuple[VerifierKey, ...]) -> Signed:
    """Return the last checkpoints signed.

    Raises:
        ContradictionError: one of them was not signed by the log, or is not what the tables say of it.
    """
    row = log_queries.newest_checkpoint(session)
    stored = _verified(row.note, keys) if row is not None else None
    if row is not None and stored is not None and (stored.size, stored.root) != (row.size, row.root):
        raise ContradictionError("a stored checkpoint is not what its note says")
    note = read_exported_checkpoint(folder)
    return Signed(stored, _verified(note, keys) if note is not None else None)


def next_size(session: Session, head: LogHead, last: Signed) -> int | None:
    """Return the size to sign next; None if everything is signed.

    What the export says was begun is finished first. At most 2,000 entries on; in a backlog, up to the last entry within
    reach that frees somebody.

    Raises:
        ContradictionError: the log is shorter than what was signed.
    """
    if head.size < last.size:
        raise ContradictionError(f"the log has {head.size} entries, {last.size} were signed")
    if last.is_only_exported:
        return last.size
    if head.size == last.size:
        return None
    reach = min(head.size, last.size + MOST_ENTRIES)
    if head.size - last.size > BACKLOG:
        relieving = log_queries.last_relieving(session, last.size, reach)
        if relieving is not None:
            return relieving + 1
    return reach


def sign_next(session: Session, size: int, last: Signed, signers: Signers) -> tuple[bytes, str]:
    """Return root and note of the checkpoint of `size`, after proof that its tree extends the last one signed.

    The roots of the last ones are computed anew from the tables: whoever altered an old entry is stopped here. Ed25519 is
    deterministic, so two publishers write the same bytes.

    Raises:
        ContradictionError: the tree is smaller, or does not extend it.
    """
    if size < last.size:
        raise ContradictionError("a smaller size is never signed")
    try:
        for one in (last.stored, last.exported):
            if one is not None and log_queries.root_at(session, one.size) != one.root:
                raise ContradictionError(f"the tables have another root at {one.size} than was signed")
        root = log_queries.root_at(session, size)
    except FormatError as error:
        raise ContradictionError(f"the tables do not hold the tree of {size}") from error
    return root, sign_checkpoint(signers.log, size=size, root=root)


def _verified(note: str, keys: tuple[VerifierKey, ...]) -> Checkpoint:
    try:
        return open_checkpoint(note, logs=keys).checkpoint
    except FormatError as error:
        raise ContradictionError(f"a checkpoint is not one of this log: {error}") from error
