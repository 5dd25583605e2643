"""Under which number a document stands in an agency's view: a keyed fingerprint, the same at registry and agency."""

from __future__ import annotations

import hashlib
from typing import Final

from blacklist.identity.documents import Document, derived_documents

FINGERPRINT_KEY_BYTES: Final = 32

_BLOCK_BYTES: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


class Fingerprinter:
    """Makes the fingerprints of one agency and key epoch; safe to share between threads.

    Resident numbers are few enough to be tried out in seconds, so the key is the real secret: it never lies beside
    a copy or in its backup.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        if len(key) != FINGERPRINT_KEY_BYTES:
            raise ValueError("a fingerprint key has 32 bytes")
        self._inner, self._outer = prepare(key)

    def of_key(self, key: bytes) -> int:
        """Return the fingerprint of a document key (`Document.key`): 64 bits, the first 8 bytes big-endian."""
        inner = self._inner.copy()
        inner.update(key)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return int.from_bytes(outer.digest()[:8], "big")

    def of(self, document: Document) -> int:
        """Return the fingerprint of a document."""
        return self.of_key(document.key)

    def all_of(self, document: Document) -> tuple[int, ...]:
        """Return the fingerprint of a document and of those it contains: a credit code's organisation code."""
        return (self.of(document), *map(self.of, derived_documents(document)))


def prepare(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """Return SHA-256 as HMAC (RFC 2104) begins it inside and outside under a key of at most 64 bytes.

    Half of an HMAC of a short text is the key's own two blocks; hashed once and copied, they cost it once.
    """
    if len(key) > _BLOCK_BYTES:
        raise ValueError("longer keys are hashed first; none is so long here")
    padded = key.ljust(_BLOCK_BYTES, b"\0")
    return hashlib.sha256(padded.translate(_INNER)), hashlib.sha256(padded.translate(_OUTER))
