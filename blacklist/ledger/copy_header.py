"""The first 256 bytes of a copy file, `sync.md` §8: whose it is, of which moment, and the view key's signature."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from blacklist.ledger.copy_faults import CopyError, Flaw

HEADER_BYTES: Final = 256
ALWAYS: Final = 1 << 31  # of every mask: confirm online before acting

_MAGIC: Final = b"DRVIEW1\n"
_CONTEXT: Final = b"DRVIEW1 snapshot\n"
_PRF_HMAC_SHA256: Final = 1
_FLAG_BITS: Final = 32
_SIGNED_BYTES: Final = 192
_LAYOUT: Final = struct.Struct("<8s H B B I Q Q Q I 4s 16s 32s 32s 32s 16s 16s 64s")

Sign = Callable[[bytes], bytes]
"""Signs with the view key, as `Ed25519PrivateKey.sign` does: 64 bytes."""


@dataclass(frozen=True, slots=True)
class CopyOwner:
    """Which copy is meant: the agency's ASCII name, the log's epoch (16 bytes), the fingerprint key's epoch."""

    agency: str
    epoch: bytes
    key_epoch: int

    @property
    def agency_hash(self) -> bytes:
        """What a header holds instead of the name."""
        return hashlib.sha256(self.agency.encode("ascii")).digest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyHeader:
    """All fields of a header. `created` is in Unix milliseconds; `size` is the tree's, `count` the entries'."""

    agency_hash: bytes
    epoch: bytes
    key_epoch: int
    mask: int
    size: int
    count: int
    created: int
    log_root: bytes
    view_root: bytes
    body_hash: bytes
    signature: bytes = bytes(64)

    def pack(self) -> bytes:
        """Return the 256 bytes."""
        return _LAYOUT.pack(
            _MAGIC,
            HEADER_BYTES,
            _PRF_HMAC_SHA256,
            _FLAG_BITS,
            self.key_epoch,
            self.size,
            self.count,
            self.created,
            self.mask,
            bytes(4),
            self.agency_hash,
            self.log_root,
            self.view_root,
            self.body_hash,
            self.epoch,
            bytes(16),
            self.signature,
        )

    @property
    def signed_bytes(self) -> bytes:
        """What the view key signs."""
        return _CONTEXT + self.pack()[:_SIGNED_BYTES]

    @property
    def is_summed(self) -> bool:
        """Whether the place of the signature holds a checksum, which proves that nothing was damaged and no more."""
        return self.signature == _checksum(self.signed_bytes)

    def sealed(self, sign: Sign | None) -> CopyHeader:
        """Return the same header with a signature, or where nobody can sign with a checksum in its place."""
        return replace(self, signature=(sign or _checksum)(self.signed_bytes))

    def require_owner(self, owner: CopyOwner) -> None:
        """Refuse the copy of another agency, log or key.

        Raises:
            CopyError: `agency`, `epoch` or `key-epoch`.
        """
        if self.agency_hash != owner.agency_hash:
            raise CopyError(Flaw.AGENCY, "the copy is of another agency")
        if self.epoch != owner.epoch:
            raise CopyError(Flaw.EPOCH, "the copy is of another epoch of the log")
        if self.key_epoch != owner.key_epoch:
            raise CopyError(Flaw.KEY_EPOCH, "the copy is of another key epoch")


def read_header(data: bytes) -> CopyHeader:
    """Read 256 bytes; who signed them and whether they fit what follows is for the caller to ask.

    Raises:
        CopyError: `length`, `magic`, `header-length`, `prf`, `flag-width`, `mask` (bit 31 is missing) or `padding`.
    """
    if len(data) != HEADER_BYTES:
        raise CopyError(Flaw.LENGTH, "a header has 256 bytes")
    (
        magic,
        length,
        prf,
        flag_bits,
        key_epoch,
        size,
        count,
        created,
        mask,
        zero,
        agency_hash,
        log_root,
        view_root,
        body_hash,
        epoch,
        zeros,
        signature,
    ) = _LAYOUT.unpack(data)
    if magic != _MAGIC:
        raise CopyError(Flaw.MAGIC, "this is no copy file of version 1")
    if length != HEADER_BYTES:
        raise CopyError(Flaw.HEADER_LENGTH, "the header says another length than 256")
    if prf != _PRF_HMAC_SHA256:
        raise CopyError(Flaw.PRF, "fingerprints of this kind are unknown here")
    if flag_bits != _FLAG_BITS:
        raise CopyError(Flaw.FLAG_WIDTH, "flags of this width are unknown here")
    if any(zero) or any(zeros):
        raise CopyError(Flaw.PADDING, "what must be zero is not")
    if not mask & ALWAYS:
        raise CopyError(Flaw.MASK, "bit 31 is in every mask")
    return CopyHeader(
        agency_hash=agency_hash,
        epoch=epoch,
        key_epoch=key_epoch,
        mask=mask,
        size=size,
        count=count,
        created=created,
        log_root=log_root,
        view_root=view_root,
        body_hash=body_hash,
        signature=signature,
    )


def _checksum(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()
