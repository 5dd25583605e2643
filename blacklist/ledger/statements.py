"""What the registry says of one agency's view, and the agency countersigns: a signed note `drview/v1` of nine lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from blacklist.ledger.encodings import check_number, decode64, decode_text, encode64, read_number
from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.merkle import HASH_BYTES
from blacklist.ledger.note_keys import KeyKind, SignerKey, VerifierKey
from blacklist.ledger.signed_notes import open_note, parse_note, sign_note, sign_text, with_signatures

_FORMAT: Final = "drview/v1"
_LINES: Final = 9
_MOST_BYTES: Final = 1_000
_MOST_KEY_EPOCH: Final = (1 << 32) - 1  # u32 in the header of the copy file
_AGENCY: Final = re.compile("[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?")
_EPOCH: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A view of `n` entries at a size of the log: its root, the log's root, and when this was said (Unix seconds)."""

    agency: str
    epoch: str
    key_epoch: int
    size: int
    n: int
    view_root: bytes
    log_root: bytes
    time: int

    def __post_init__(self) -> None:
        """Refuse what no statement may say."""
        if _AGENCY.fullmatch(self.agency) is None or _EPOCH.fullmatch(self.epoch) is None:
            raise FormatError("not the name of an agency, or not the epoch of a log")
        check_number(self.key_epoch, most=_MOST_KEY_EPOCH)
        for number in (self.size, self.n, self.time):
            check_number(number)
        if len(self.view_root) != HASH_BYTES or len(self.log_root) != HASH_BYTES:
            raise FormatError("a root has 32 bytes")

    def text(self) -> str:
        """Return the nine lines: what is signed."""
        numbers = map(str, (self.key_epoch, self.size, self.n))
        roots = (encode64(self.view_root), encode64(self.log_root))
        return "\n".join((_FORMAT, self.agency, self.epoch, *numbers, *roots, str(self.time), ""))

    def is_newer_than(self, other: Statement) -> bool:
        """Tell whether this one was said later or of a greater size."""
        return self.time > other.time or self.size > other.size


def parse_statement(text: str) -> Statement:
    """Read the nine lines; they are not to be believed before `open_statement` says so.

    Raises:
        FormatError: not exactly nine lines in the one written form.
    """
    lines = decode_text(text, most=_MOST_BYTES).split("\n")
    if len(lines) != _LINES + 1 or lines.pop() or lines.pop(0) != _FORMAT:
        raise FormatError("a statement has exactly nine lines, the first drview/v1")
    agency, epoch, key_epoch, size, n, view_root, log_root, time = lines
    return Statement(
        agency=agency,
        epoch=epoch,
        key_epoch=read_number(key_epoch, most=_MOST_KEY_EPOCH),
        size=read_number(size),
        n=read_number(n),
        view_root=decode64(view_root, size=HASH_BYTES),
        log_root=decode64(log_root, size=HASH_BYTES),
        time=read_number(time),
    )


def sign_statement(statement: Statement, *keys: SignerKey) -> str:
    """Return the note of a statement, signed by the view key (both of them while one replaces the other)."""
    return sign_note(statement.text(), *keys)


def open_statement(note: str | bytes, *, view_keys: Iterable[VerifierKey]) -> Statement:
    """Verify the note of a statement by one of the registry's view keys.

    Raises:
        SignatureError: none of them has signed, or a line of one does not verify.
        FormatError: not the note of a statement, or a key of the wrong type.
    """
    view_keys = tuple(view_keys)
    _check_kinds(view_keys)
    return parse_statement(open_note(note, view_keys).text)


def acknowledge(note: str | bytes, key: SignerKey) -> str:
    """Return the note of a statement with the agency's line under it: the acknowledgement.

    The agency must hold exactly this view, on disk, before it signs.

    Raises:
        FormatError: not the note of a statement, or a key of the wrong type.
    """
    text = parse_note(note).text
    parse_statement(text)
    return with_signatures(note, (sign_text(text, key),))


def open_acknowledgement(
    note: str | bytes, *, view_keys: Iterable[VerifierKey], ack_keys: Iterable[VerifierKey]
) -> Statement:
    """Verify an acknowledgement: the registry's own line and the agency's, both.

    `ack_keys` are those of the one agency that the statement must name; the caller compares the name.

    Raises:
        SignatureError: one of the two is missing or does not verify.
        FormatError: not the note of a statement, or a key of the wrong type.
    """
    view_keys, ack_keys = tuple(view_keys), tuple(ack_keys)
    _check_kinds((*view_keys, *ack_keys))
    opened = open_note(note, (*view_keys, *ack_keys))
    for keys in (view_keys, ack_keys):
        if not any(key in opened.signatures for key in keys):
            raise SignatureError("the registry's or the agency's signature is missing")
    return parse_statement(opened.text)


def _check_kinds(keys: Iterable[VerifierKey]) -> None:
    if any(key.kind is not KeyKind.ED25519 for key in keys):
        raise FormatError("statements are signed with keys of type 0x01")
