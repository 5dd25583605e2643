"""Sealing of secret fields, and the blind indexes by which they are found.

A sealed field is `version (1) | key id (2, big-endian) | nonce (12) | AES-256-GCM ciphertext and tag`, bound to its
table, row, column and key id: moved elsewhere it does not open. Nonces are random, so one data key may seal up to 2**32
fields before it must be rotated.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from blacklist.identity.check_names import CheckNames
from blacklist.identity.documents import Document
from blacklist.identity.grammars import DocumentType
from blacklist.identity.keys import Keyring

_VERSION: Final = 1
_HEADER_BYTES: Final = 3
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_LEAST_BYTES: Final = _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES


class SealError(Exception):
    """A field cannot be sealed or opened: damaged, moved, or its key is gone. Holds no content."""


class Vault:
    """Seals and opens fields, and computes blind indexes, with keys derived per purpose from the keyring.

    Safe to share between threads: nothing in it changes after it is built.
    """

    def __init__(self, keyring: Keyring) -> None:
        """Derive every key once; sealing and indexing then only copy prepared objects."""
        self._key_id = keyring.data_id
        self._ciphers = {key_id: AESGCM(_derived(key, f"seal data {key_id}")) for key_id, key in keyring.data.items()}
        self._header = bytes([_VERSION]) + keyring.data_id.to_bytes(2, "big")
        self._documents = {
            kind: HMAC(_derived(keyring.index, f"index document {kind.value}"), SHA256()) for kind in DocumentType
        }
        self._names = HMAC(_derived(keyring.index, "index name"), SHA256())
        self._credentials = HMAC(_derived(keyring.credentials, "credential"), SHA256())
        self.check_names = CheckNames(_derived(keyring.credentials, "check names"))

    def seal(self, text: str, *, table: str, row: int, column: str) -> bytes:
        """Seal a text for one field of one row, with the key that seals now.

        Raises:
            SealError: the text holds a lone surrogate.
        """
        try:
            content = text.encode("utf-8")
        except UnicodeEncodeError:
            raise SealError("the text is not Unicode") from None
        nonce = secrets.token_bytes(_NONCE_BYTES)
        place = _place(table, row, column, key_id=self._key_id)
        return self._header + nonce + self._ciphers[self._key_id].encrypt(nonce, content, place)

    def open(self, blob: bytes, *, table: str, row: int, column: str) -> str:
        """Open a field that was sealed for this very place, with whichever key sealed it.

        Raises:
            SealError: damaged, moved from elsewhere, or its key is no longer there.
        """
        if len(blob) < _LEAST_BYTES or blob[0] != _VERSION:
            raise SealError("not a sealed field")
        key_id = sealed_with(blob)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SealError(f"data key {key_id} is not in the keyring")
        nonce = blob[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        try:
            content = cipher.decrypt(
                nonce, blob[_HEADER_BYTES + _NONCE_BYTES :], _place(table, row, column, key_id=key_id)
            )
        except InvalidTag:
            raise SealError("the sealed field is damaged or belongs elsewhere") from None
        return content.decode("utf-8")

    def document_index(self, document: Document) -> bytes:
        """Return the 32 bytes under which a document is found; re-issues of one travel permit share them."""
        mac = self._documents[document.type].copy()
        mac.update(document.key)
        return mac.finalize()

    def name_index(self, search_key: str) -> bytes:
        """Return the 32 bytes under which a name's search key is found."""
        mac = self._names.copy()
        mac.update(search_key.encode("utf-8", "surrogatepass"))
        return mac.finalize()

    def credential_mac(self, secret: str) -> bytes:
        """Return the 32 bytes that are stored for an API key's secret. Compare them in constant time."""
        mac = self._credentials.copy()
        mac.update(secret.encode("utf-8", "surrogatepass"))
        return mac.finalize()


def sealed_with(blob: bytes) -> int:
    """Return the id of the data key that sealed a field, for the census of a rotation."""
    return int.from_bytes(blob[1:_HEADER_BYTES], "big")


def _place(table: str, row: int, column: str, *, key_id: int) -> bytes:
    # Table and column are identifiers of ours and hold no NUL, so the parts cannot run into one another.
    return f"{table}\0{row}\0{column}\0{key_id}".encode()


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, None, f"registry v1 {purpose}".encode("ascii")).derive(key)
