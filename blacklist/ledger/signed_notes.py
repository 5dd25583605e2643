"""Signed notes: a text, a blank line, lines of signatures. C2SP signed-note v1.

A signature line is `— <key name> <base64 of key id ‖ signature>`. Lines of unknown keys are ignored; a line of a known
key that does not verify spoils the note. Unverified text must not be used: only `open_note` returns it as good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from blacklist.ledger.encodings import decode64, decode_text, encode64
from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.note_keys import KeyKind, SignerKey, VerifierKey, is_name

MOST_NOTE_BYTES: Final = 1_000_000
MOST_SIGNATURES: Final = 100  # the standard wants at least 16
_KEY_ID_BYTES: Final = 4
_DASH: Final = "— "


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note, verified or not; `content` is what follows the key id."""

    name: str
    key_id: bytes
    content: bytes

    def line(self) -> str:
        """Return the line with its newline."""
        return f"{_DASH}{self.name} {encode64(self.key_id + self.content)}\n"

    def is_by(self, key: VerifierKey) -> bool:
        """Tell whether the line names this key; says nothing of its validity."""
        return self.name == key.name and self.key_id == key.key_id


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart, nothing of it verified."""

    text: str
    signatures: tuple[Signature, ...]

    def written(self) -> str:
        """Return the note; what `parse_note` took apart comes back byte for byte."""
        return self.text + "\n" + "".join(one.line() for one in self.signatures)


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A text and the known keys that have signed it, each with the first of its lines."""

    text: str
    signatures: dict[VerifierKey, Signature]


def parse_note(content: str | bytes) -> Note:
    """Take a note apart.

    Raises:
        FormatError: not a signed note, longer than 1,000,000 bytes, or with more than 100 signatures.
    """
    text = decode_text(content, most=MOST_NOTE_BYTES)
    head, blank, lines = text.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise FormatError("a note ends with a blank line and lines of signatures")
    signatures = lines[:-1].split("\n")
    if len(signatures) > MOST_SIGNATURES:
        raise FormatError("too many signatures")
    return Note(head + "\n", tuple(read_signature(line + "\n") for line in signatures))


def read_signature(line: str) -> Signature:
    """Read one signature line, its newline included.

    Raises:
        FormatError: it is none.
    """
    line = decode_text(line, most=MOST_NOTE_BYTES)
    name, space, encoded = line.removeprefix(_DASH).removesuffix("\n").partition(" ")
    if not line.startswith(_DASH) or not line.endswith("\n") or not space or not is_name(name):
        raise FormatError("not a signature line")
    content = decode64(encoded)
    if len(content) <= _KEY_ID_BYTES:
        raise FormatError("a signature is a key id and at least one byte")
    return Signature(name, content[:_KEY_ID_BYTES], content[_KEY_ID_BYTES:])


def open_note(content: str | bytes, known: Iterable[VerifierKey]) -> OpenNote:
    """Verify a note: every line of a known key must hold, and at least one must stand there.

    Raises:
        SignatureError: no known key has signed, or a line of a known key does not verify.
        FormatError: not a note, or two known keys share name and id.
    """
    note, known = parse_note(content), tuple(known)
    keys = {(key.name, key.key_id): key for key in known}
    if any(keys[key.name, key.key_id] != key for key in known):
        raise FormatError("two known keys share a name and an id")
    verified: dict[VerifierKey, Signature] = {}
    for signature in note.signatures:
        key = keys.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not key.verifies(note.text, signature.content):
            raise SignatureError(f"the signature of {key.name} does not verify")
        verified.setdefault(key, signature)
    if not verified:
        raise SignatureError("no known key has signed the note")
    return OpenNote(note.text, verified)


def sign_note(text: str, *keys: SignerKey) -> str:
    """Return the note of this text signed by Ed25519 keys, in this order; the same every time.

    Raises:
        FormatError: not the text of a note, or a key of another kind.
    """
    _check_text(text)
    return Note(text, tuple(sign_text(text, key) for key in keys)).written()


def sign_text(text: str, key: SignerKey) -> Signature:
    """Return an Ed25519 key's signature over the text of a note.

    Raises:
        FormatError: a key of another kind: a witness's key signs through `checkpoints.cosign` alone.
    """
    if key.kind is not KeyKind.ED25519:
        raise FormatError("a key of this kind does not sign the text of a note")
    return Signature(key.name, key.verifier.key_id, key.sign_bytes(text.encode()))


def with_signatures(content: str | bytes, added: Iterable[Signature]) -> str:
    """Return the note with more lines at its end; a line of the same key name and id gives way.

    Raises:
        FormatError: not a note, or one with too many signatures then.
    """
    note = parse_note(content)
    newest = {(one.name, one.key_id): one for one in added}
    kept = tuple(one for one in note.signatures if (one.name, one.key_id) not in newest)
    if len(kept) + len(newest) > MOST_SIGNATURES:
        raise FormatError("too many signatures")
    return Note(note.text, kept + tuple(newest.values())).written()


def _check_text(text: str) -> None:
    if not decode_text(text, most=MOST_NOTE_BYTES).endswith("\n"):
        raise FormatError("the text of a note ends with a newline")
