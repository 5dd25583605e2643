"""A court's own signature on a leaf: by its system's Ed25519 key, or by a person's WebAuthn key.

Signed are `Leaf.signed_bytes`; with WebAuthn their SHA-256 is the challenge (W3C Web Authentication Level 3, §7.2).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from blacklist.ledger.canonical import Json
from blacklist.ledger.encodings import decode64, encode64
from blacklist.ledger.faults import FormatError, SignatureError

CourtKey: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey

_KEY_ID: Final = re.compile("[!-~]{1,1400}")
_USER_PRESENT_AND_VERIFIED: Final = 0x05
_LEAST_AUTHENTICATOR_BYTES: Final = 37


class SignatureMethod(StrEnum):
    """How a court signed."""

    ED25519 = "ed25519"
    WEBAUTHN = "webauthn"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafSignature:
    """The member `s` of a leaf. With WebAuthn the two texts that the authenticator signed stand beside it."""

    method: SignatureMethod
    key_id: str
    signature: bytes
    authenticator_data: bytes = b""
    client_data: bytes = b""

    def __post_init__(self) -> None:
        """Refuse what the member cannot say."""
        webauthn = self.method is SignatureMethod.WEBAUTHN
        if _KEY_ID.fullmatch(self.key_id) is None or not self.signature:
            raise FormatError("a signature names its key")
        if bool(self.authenticator_data) != webauthn or bool(self.client_data) != webauthn:
            raise FormatError("a WebAuthn signature has the authenticator's data and the client's, no other has")

    def members(self) -> dict[str, Json]:
        """Return the members as the leaf writes them."""
        members: dict[str, Json] = {"g": self.method.value, "i": self.key_id, "x": encode64(self.signature)}
        if self.method is SignatureMethod.WEBAUTHN:
            members |= {"d": encode64(self.authenticator_data), "j": encode64(self.client_data)}
        return members


def read_leaf_signature(value: Json) -> LeafSignature:
    """Read the member `s`.

    Raises:
        FormatError: a method not known here, or other members than the method has.
    """
    texts = {name: text for name, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}
    try:
        found = LeafSignature(
            method=SignatureMethod(texts["g"]),
            key_id=texts["i"],
            signature=decode64(texts["x"]),
            authenticator_data=decode64(texts.get("d", "")),
            client_data=decode64(texts.get("j", "")),
        )
    except (KeyError, ValueError):
        raise FormatError("not the signature of a court") from None
    if found.members() != value:
        raise FormatError("the signature has members it does not have")
    return found


def verify_leaf_signature(
    signature: LeafSignature, signed: bytes, key: CourtKey, *, site: str = "", origins: Collection[str] = ()
) -> None:
    """Check a court's signature over `Leaf.signed_bytes` by the registered key that `signature.key_id` names.

    `site` is the relying party's id and `origins` the addresses of its pages, for WebAuthn alone.

    Raises:
        SignatureError: it does not verify, is of another kind of key, or was not made for this leaf on this site by a
            person who was present and verified.
    """
    if signature.method is SignatureMethod.WEBAUTHN:
        verify_assertion(signature, hashlib.sha256(signed).digest(), key, site=site, origins=origins)
    elif isinstance(key, Ed25519PublicKey):
        _verify(signature.signature, signed, key)
    else:
        raise SignatureError("a court's system signs with Ed25519")


def verify_assertion(
    signature: LeafSignature, challenge: bytes, key: CourtKey, *, site: str, origins: Collection[str]
) -> None:
    """Check that a WebAuthn key answered this challenge on this site, its bearer present and verified.

    Raises:
        SignatureError: it did not.
    """
    _check_client_data(signature.client_data, challenge=challenge, origins=origins)
    _check_authenticator_data(signature.authenticator_data, site=site)
    _verify(signature.signature, signature.authenticator_data + hashlib.sha256(signature.client_data).digest(), key)


def _verify(signature: bytes, message: bytes, key: CourtKey) -> None:
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key.curve, SECP256R1):
            key.verify(signature, message, ECDSA(SHA256()))
        else:
            raise SignatureError("a key on another curve than P-256")
    except InvalidSignature:
        raise SignatureError("the court's signature does not verify") from None


def _check_client_data(content: bytes, *, challenge: bytes, origins: Collection[str]) -> None:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise SignatureError("the client's data is no JSON") from None
    if not isinstance(said, dict) or said.get("type") != "webauthn.get":
        raise SignatureError("the client's data is of no authentication")
    if said.get("challenge") != base64.urlsafe_b64encode(challenge).rstrip(b"=").decode("ascii"):
        raise SignatureError("the challenge is not this leaf's")
    if said.get("origin") not in origins or said.get("crossOrigin") not in (None, False):
        raise SignatureError("signed on another page than the registry's own")


def _check_authenticator_data(content: bytes, *, site: str) -> None:
    if len(content) < _LEAST_AUTHENTICATOR_BYTES or content[:32] != hashlib.sha256(site.encode()).digest():
        raise SignatureError("signed for another site")
    if content[32] & _USER_PRESENT_AND_VERIFIED != _USER_PRESENT_AND_VERIFIED:
        raise SignatureError("nobody was present and verified")
