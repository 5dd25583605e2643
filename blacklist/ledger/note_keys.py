"""The keys of notes and their text encodings: C2SP signed-note, "Verifier keys"; types 0x01 and 0x04.

vkey: `<name>+<key id, 8 hex>+<base64 of type ‖ public key>`; skey: `PRIVATE+KEY+<name>+<key id>+<base64 of type ‖ seed>`.
The key id is the first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key).
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from blacklist.ledger.cosignatures import cosigned_message, split_timestamped
from blacklist.ledger.encodings import decode64, encode64
from blacklist.ledger.faults import FormatError

KEY_BYTES: Final = 32
_MOST_NAME_BYTES: Final = 255
_SECRET: Final = "PRIVATE+KEY+"  # noqa: S105 — the mark of the encoding, no secret itself


class KeyKind(IntEnum):
    """The signature types that are written and verified here."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


_KINDS: Final = frozenset(KeyKind)
_NO_SECRET: Final = bytes([1]) + bytes(63)  # the neutral point, and zero
_TRIES: Final = 256


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key by which signatures on notes are verified. Equal keys have equal names, kinds and public keys."""

    name: str
    kind: KeyKind
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a name or a length of key that no encoding may carry."""
        check_name(self.name)
        if len(self.public) != KEY_BYTES:
            raise FormatError("an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The four bytes by which, with the name, a signature line names this key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def written(self) -> str:
        """Return the vkey."""
        return f"{self.name}+{self.key_id.hex()}+{encode64(bytes([self.kind]) + self.public)}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature, without its key id, is this key's over the text of a note."""
        try:
            if self.kind is KeyKind.COSIGNATURE:
                time, signature = split_timestamped(signature)
                message = cosigned_message(text, time)
            else:
                message = text.encode()
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (FormatError, InvalidSignature):
            return False
        return True

    def is_degenerate(self) -> bool:
        """Tell whether anybody can sign as this key: a point of small order, or no point at all.

        For such a key A, eight times A is zero, so the signature (R = zero, S = 0) that takes no secret verifies for at
        least one message in eight (RFC 8032 §5.1.7); for any other key it verifies for none anybody can find.
        """
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public)
        except ValueError:
            return True
        for number in range(_TRIES):
            try:
                key.verify(_NO_SECRET, bytes([number]))
            except InvalidSignature:
                continue
            return True
        return False


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A key that signs notes; its seed is never shown."""

    name: str
    kind: KeyKind
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a name or a length of seed that no encoding may carry."""
        check_name(self.name)
        if len(self.seed) != KEY_BYTES:
            raise FormatError("an Ed25519 seed has 32 bytes")

    @property
    def verifier(self) -> VerifierKey:
        """The key that verifies what this one signs."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.kind, public)

    def written(self) -> str:
        """Return the skey, which is secret."""
        return f"{_SECRET}{self.name}+{self.verifier.key_id.hex()}+{encode64(bytes([self.kind]) + self.seed)}"

    def sign_bytes(self, message: bytes) -> bytes:
        """Return the 64 bytes of the Ed25519 signature over exactly these bytes (RFC 8032)."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def read_vkey(text: str) -> VerifierKey:
    """Read a vkey.

    Raises:
        FormatError: not in the one written form, of a type not known here, or with another key's id.
    """
    name, key_id, kind, content = _read_key(text)
    key = VerifierKey(name, kind, content)
    if key.key_id.hex() != key_id:
        raise FormatError("the key id is not this key's")
    return key


def read_skey(text: str) -> SignerKey:
    """Read a skey. No message repeats any of it.

    Raises:
        FormatError: not in the one written form, of a type not known here, or with another key's id.
    """
    if not text.startswith(_SECRET):
        raise FormatError("a signer key begins with PRIVATE+KEY+")
    name, key_id, kind, content = _read_key(text.removeprefix(_SECRET))
    key = SignerKey(name, kind, content)
    if key.verifier.key_id.hex() != key_id:
        raise FormatError("the key id is not this key's")
    return key


def check_name(name: str) -> None:
    """Refuse what is not the name of a key that is made or configured here: NFC, no space, no plus, ≤ 255 bytes.

    Raises:
        FormatError: it is none.
    """
    if not is_name(name) or not unicodedata.is_normalized("NFC", name):
        raise FormatError("not the name of a key")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise FormatError("not the name of a key") from None
    if size > _MOST_NAME_BYTES:
        raise FormatError("the name of a key is too long")


def is_name(name: str) -> bool:
    """Tell whether a signature line may bear this name: not empty, no Unicode space, no control character, no plus."""
    return bool(name) and "+" not in name and not any(one.isspace() or one < " " for one in name)


def _read_key(text: str) -> tuple[str, str, KeyKind, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise FormatError("a key has three parts")
    name, key_id, content = parts[0], parts[1], decode64(parts[2])
    if not content or content[0] not in _KINDS:
        raise FormatError("a key of an unknown type")
    return name, key_id, KeyKind(content[0]), content[1:]
