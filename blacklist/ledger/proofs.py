"""A proof of inclusion that needs no network: C2SP tlog-proof, `c2sp.org/tlog-proof@v1`, file name `….tlog-proof`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from blacklist.ledger.checkpoints import OpenCheckpoint, parse_checkpoint
from blacklist.ledger.encodings import check_number, decode64, decode_text, encode64, read_number
from blacklist.ledger.faults import FormatError
from blacklist.ledger.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from blacklist.ledger.policies import Policy
from blacklist.ledger.signed_notes import MOST_NOTE_BYTES, parse_note

_FORMAT: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "
_MOST_PATH: Final = 63
_MOST_BYTES: Final = 2 * MOST_NOTE_BYTES


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An entry's index, its path, and the note of the checkpoint that covers it. `extra` is not authenticated."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __post_init__(self) -> None:
        """Refuse what the format cannot say; whether the proof holds is for `verify_proof`."""
        check_number(self.index)
        if len(self.path) > _MOST_PATH or any(len(one) != HASH_BYTES for one in self.path):
            raise FormatError("a path is at most 63 hashes of 32 bytes")
        if self.extra == b"":
            raise FormatError("no extra data is no line")
        if self.index >= parse_checkpoint(parse_note(self.checkpoint).text).size:
            raise FormatError("the index lies outside the tree")

    def written(self) -> str:
        """Return the proof as it is written."""
        extra = () if self.extra is None else (_EXTRA + encode64(self.extra),)
        lines = (_FORMAT, *extra, f"{_INDEX}{self.index}", *map(encode64, self.path), "", self.checkpoint)
        return "\n".join(lines)


def parse_proof(content: str | bytes) -> TlogProof:
    """Read a proof; it is not to be believed before `verify_proof` says so.

    Raises:
        FormatError: not in the one written form.
    """
    head, blank, checkpoint = decode_text(content, most=_MOST_BYTES).partition("\n\n")
    mark, *lines = head.split("\n")
    if mark != _FORMAT or not blank or not lines:
        raise FormatError("not a c2sp.org/tlog-proof@v1")
    extra = decode64(lines.pop(0).removeprefix(_EXTRA)) if lines[0].startswith(_EXTRA) else None
    if not lines or not lines[0].startswith(_INDEX):
        raise FormatError("the proof names no index")
    index = read_number(lines.pop(0).removeprefix(_INDEX))
    return TlogProof(index, tuple(decode64(line, size=HASH_BYTES) for line in lines), checkpoint, extra)


def verify_proof(proof: TlogProof, *, leaf: bytes, policy: Policy) -> OpenCheckpoint:
    """Check that the leaf stands at the proof's index of a tree that the policy accepts, and return its checkpoint.

    Raises:
        SignatureError: the policy does not accept the checkpoint.
        ProofError: the path does not lead from this leaf to its root.
    """
    opened = policy.open_checkpoint(proof.checkpoint)
    head = opened.checkpoint
    verify_inclusion(leaf=leaf_hash(leaf), index=proof.index, size=head.size, path=proof.path, root=head.root)
    return opened
