"""The copy file, `sync.md` §8: one agency's view at one size of the log, mapped as it lies on the disk and answered from.

header 256 | directory u32[65,537] | zero 4 | fingerprints u64[n] | flags u32[n]        little-endian
"""

from __future__ import annotations

import hashlib
import mmap
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import le
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from blacklist.ledger.batches import HAS_NUMPY, WORTH_IT, find_all
from blacklist.ledger.buckets import BUCKET_SHIFT, BUCKETS, EMPTY, EMPTY_DIGEST, ENTRY_BYTES, Bucket
from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.copy_header import HEADER_BYTES, CopyHeader, CopyOwner, read_header
from blacklist.ledger.digest_tree import DIGEST_BYTES, DigestTree

DIRECTORY_BYTES: Final = 4 * (BUCKETS + 1)
ENTRIES_AT: Final = HEADER_BYTES + DIRECTORY_BYTES + 4
UNREADABLE: Final = bytes(DIGEST_BYTES)
"""Stands for the digest of a bucket whose place in the file is lost: no bucket has it, so it differs from any other."""


def length_of(count: int) -> int:
    """Return the exact length in bytes of a copy file with `count` entries."""
    return ENTRIES_AT + ENTRY_BYTES * count


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is known of a copy from elsewhere, say from a statement whose signature was verified."""

    size: int
    count: int
    view_root: bytes
    log_root: bytes


class CopyFile:
    """A mapped and checked file; made by `open_copy`. It lives as long as somebody holds it.

    Replace the file by renaming another over it. Cutting it short in place would kill every process that maps it.
    """

    __slots__ = ("_directory", "_fingerprints", "_flags", "header", "tree")

    def __init__(self, content: memoryview, header: CopyHeader) -> None:
        flags_at = ENTRIES_AT + 8 * header.count
        self.header = header
        self._directory = content[HEADER_BYTES : HEADER_BYTES + DIRECTORY_BYTES].cast("I")
        self._fingerprints = content[ENTRIES_AT:flags_at].cast("Q")
        self._flags = content[flags_at:].cast("I")
        self.tree = DigestTree.of(self._checked_digests())

    def flags_of(self, fingerprint: int) -> int:
        """Return the flags of a fingerprint, 0 if it is not here.

        Raises:
            CopyError: the file was damaged since it was opened (`directory`).
        """
        number = fingerprint >> BUCKET_SHIFT
        fingerprints = self._fingerprints
        try:
            end = self._directory[number + 1]
            at = bisect_left(fingerprints, fingerprint, self._directory[number], end)
            if at < end and fingerprints[at] == fingerprint:
                return self._flags[at]
        except IndexError:
            raise CopyError(Flaw.DIRECTORY, f"bucket {number} has lost its place in the file") from None
        return 0

    def flags_of_all(self, fingerprints: Sequence[int]) -> list[int]:
        """Return the flags of many fingerprints, in their order."""
        if HAS_NUMPY and len(fingerprints) >= WORTH_IT:
            return find_all(self._fingerprints, self._flags, fingerprints)
        return [*map(self.flags_of, fingerprints)]

    def bucket(self, number: int) -> Bucket | None:
        """Return a bucket, or None if the file was damaged since it was opened and the bucket lost its place."""
        start, end = self._directory[number], self._directory[number + 1]
        if not start <= end <= self.header.count:
            return None
        return Bucket(self._fingerprints[start:end], self._flags[start:end])

    def buckets(self) -> Iterator[Bucket | None]:
        """Go through all buckets in order; None stands for one that lost its place."""
        count = self.header.count
        for start, end in pairwise(self._directory.tolist()):
            if start < end <= count:
                yield Bucket(self._fingerprints[start:end], self._flags[start:end])
            else:
                yield EMPTY if start == end <= count else None

    def _checked_digests(self) -> Iterator[bytes]:
        directory = self._directory.tolist()
        if directory[0] != 0 or directory[-1] != self.header.count or not all(map(le, directory, directory[1:])):
            raise CopyError(Flaw.DIRECTORY, "the directory does not ascend from 0 to the number of entries")
        for number, bucket in enumerate(self.buckets()):
            if bucket is None or bucket is EMPTY:
                yield EMPTY_DIGEST
            else:
                bucket.require_sound(number, self.header.mask)
                yield bucket.digest()


def open_copy(
    path: Path | str, owner: CopyOwner, *, keys: Sequence[Ed25519PublicKey] = (), anchor: Anchor | None = None
) -> CopyFile:
    """Map a copy file and check all of it: every hash, every entry, the root; about 0.7 s for 10 million entries.

    It must be signed by one of `keys`. An agency that compacts its own copy cannot sign it, but knows which root it
    countersigned: with an `anchor` the file must be what that says, and a checksum does for a signature.

    Raises:
        CopyError: the file is not a sound copy of this owner; `flaw` says why.
        OSError: it cannot be read.
    """
    if not keys and anchor is None:
        raise ValueError("nothing says what to trust: give the view keys or an anchor")
    content = _mapped(path)
    header = read_header(bytes(content[:HEADER_BYTES]))
    header.require_owner(owner)
    if anchor is not None:
        _require_anchor(header, anchor)
    if anchor is None or not header.is_summed:
        _require_signature(header, keys)
    return _checked(content, header)


def reread_copy(path: Path | str, header: CopyHeader) -> CopyFile:
    """Map a file that was just written under this very header, and check all of it.

    Raises:
        CopyError: it is not sound, or the header did not arrive (`signature`).
        OSError: it cannot be read.
    """
    content = _mapped(path)
    if read_header(bytes(content[:HEADER_BYTES])) != header:
        raise CopyError(Flaw.SIGNATURE, "the header is not the one that was written")
    return _checked(content, header)


def _checked(content: memoryview, header: CopyHeader) -> CopyFile:
    if len(content) != length_of(header.count):
        raise CopyError(Flaw.LENGTH, "the file is not as long as its number of entries asks")
    if hashlib.sha256(content[HEADER_BYTES:]).digest() != header.body_hash:
        raise CopyError(Flaw.BODY_HASH, "the content is not what the header says")
    if any(content[ENTRIES_AT - 4 : ENTRIES_AT]):
        raise CopyError(Flaw.PADDING, "what must be zero is not")
    copy = CopyFile(content, header)
    if copy.tree.root(header.count) != header.view_root:
        raise CopyError(Flaw.VIEW_ROOT, "the content has another root than the header says")
    return copy


def _mapped(path: Path | str) -> memoryview:
    with open(path, "rb") as file:
        if file.seek(0, 2) < ENTRIES_AT:
            raise CopyError(Flaw.LENGTH, "the file is shorter than an empty copy")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _require_signature(header: CopyHeader, keys: Sequence[Ed25519PublicKey]) -> None:
    for key in keys:
        try:
            key.verify(header.signature, header.signed_bytes)
        except InvalidSignature:
            continue
        return
    raise CopyError(Flaw.SIGNATURE, "the view key did not sign this copy")


def _require_anchor(header: CopyHeader, anchor: Anchor) -> None:
    wanted = (
        (Flaw.SIZE, header.size, anchor.size),
        (Flaw.COUNT, header.count, anchor.count),
        (Flaw.VIEW_ROOT, header.view_root, anchor.view_root),
        (Flaw.LOG_ROOT, header.log_root, anchor.log_root),
    )
    for flaw, said, known in wanted:
        if said != known:
            raise CopyError(flaw, f"the copy is not the one that is known: its {flaw} differs")
