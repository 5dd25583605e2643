"""Checkpoints of the log and the witnesses' cosignatures of them: C2SP tlog-checkpoint, tlog-cosignature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from blacklist.ledger.cosignatures import cosigned_message, split_timestamped, timestamped
from blacklist.ledger.encodings import check_number, decode64, decode_text, encode64, read_number
from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.merkle import EMPTY_ROOT, HASH_BYTES
from blacklist.ledger.note_keys import KeyKind, SignerKey, VerifierKey
from blacklist.ledger.signed_notes import MOST_NOTE_BYTES, Signature, open_note, sign_note

_FIXED_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a tree. `extensions` are lines of others' logs; this log writes none."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no text of a checkpoint may say."""
        check_number(self.size)
        if any(not line or "\n" in line for line in (self.origin, *self.extensions)):
            raise FormatError("a line of a checkpoint is empty")
        if len(self.root) != HASH_BYTES or (self.size == 0 and self.root != EMPTY_ROOT):
            raise FormatError("not the root of a tree of this size")
        decode_text(self.text(), most=MOST_NOTE_BYTES)

    def text(self) -> str:
        """Return the text of the note: what is signed."""
        return "\n".join((self.origin, str(self.size), encode64(self.root), *self.extensions, ""))


@dataclass(frozen=True, slots=True)
class OpenCheckpoint:
    """A checkpoint signed by its log; `cosigned` says which known witnesses did so too, and when (Unix seconds)."""

    checkpoint: Checkpoint
    cosigned: dict[VerifierKey, int]


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; it is not to be believed before `open_checkpoint` says so.

    Raises:
        FormatError: fewer than three lines, an empty one, or a size or root that is none.
    """
    lines = decode_text(text, most=MOST_NOTE_BYTES).split("\n")
    if len(lines) <= _FIXED_LINES or lines.pop():
        raise FormatError("a checkpoint has three lines or more, each with its newline")
    origin, size, root, *extensions = lines
    return Checkpoint(origin, read_number(size), decode64(root, size=HASH_BYTES), tuple(extensions))


def sign_checkpoint(key: SignerKey, *, size: int, root: bytes) -> str:
    """Return the note of a checkpoint of the log that bears the key's name; the same bytes every time.

    Raises:
        FormatError: not a key of type 0x01, a size or root that is none.
    """
    return sign_note(Checkpoint(key.name, size, root).text(), key)


def open_checkpoint(
    note: str | bytes, *, logs: Iterable[VerifierKey], witnesses: Iterable[VerifierKey] = ()
) -> OpenCheckpoint:
    """Verify the note of a checkpoint: by a key of `logs` whose name is its origin.

    Lines of known witnesses must verify too; how many are wanted is the policy's to say.

    Raises:
        SignatureError: not signed by its log, or a known key's line does not verify.
        FormatError: not the note of a checkpoint, or a key of the wrong type.
    """
    logs, witnesses = tuple(logs), tuple(witnesses)
    if any(key.kind is KeyKind.COSIGNATURE for key in logs) or any(key.kind is KeyKind.ED25519 for key in witnesses):
        raise FormatError("logs sign with keys of type 0x01, witnesses with keys of type 0x04")
    opened = open_note(note, (*logs, *witnesses))
    checkpoint = parse_checkpoint(opened.text)
    if not any(key in opened.signatures and key.name == checkpoint.origin for key in logs):
        raise SignatureError("the checkpoint is not signed by its log")
    cosigned = {
        key: split_timestamped(opened.signatures[key].content)[0] for key in witnesses if key in opened.signatures
    }
    return OpenCheckpoint(checkpoint, cosigned)


def cosign(checkpoint: Checkpoint, key: SignerKey, *, time: int) -> Signature:
    """Return a witness's cosignature of a checkpoint at `time`, Unix seconds.

    The witness must have verified that the tree extends every one it cosigned before.

    Raises:
        FormatError: not a key of type 0x04, or a time that is none.
    """
    if key.kind is not KeyKind.COSIGNATURE:
        raise FormatError("a witness cosigns with a key of type 0x04")
    signature = key.sign_bytes(cosigned_message(checkpoint.text(), time))
    return Signature(key.name, key.verifier.key_id, timestamped(signature, time))


def cosigned_at(checkpoint: Checkpoint, signature: Signature, witness: VerifierKey) -> int:
    """Return the time (Unix seconds) of a witness's cosignature of this checkpoint, verified.

    Raises:
        SignatureError: another key's line, or it does not verify.
        FormatError: not a key of type 0x04.
    """
    if witness.kind is not KeyKind.COSIGNATURE:
        raise FormatError("a witness cosigns with a key of type 0x04")
    if not signature.is_by(witness) or not witness.verifies(checkpoint.text(), signature.content):
        raise SignatureError("the cosignature does not verify")
    return split_timestamped(signature.content)[0]
