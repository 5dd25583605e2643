"""The bucket: all entries whose fingerprints share their first 16 bits. Search, change, digest and repair act on it."""

from __future__ import annotations

import hashlib
import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from itertools import groupby
from operator import lt, or_
from typing import Final, NamedTuple, TypeAlias

from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.digest_tree import DIGEST_BYTES

BUCKETS: Final = 65_536
BUCKET_SHIFT: Final = 48
ENTRY_BYTES: Final = 12

_HEAD: Final = struct.Struct("<II")
_FINGERPRINT_BYTES: Final = 8

Column: TypeAlias = "array[int] | memoryview"

if sys.byteorder != "little":  # pragma: no cover
    raise ImportError("copies are mapped as they are, and they are little-endian")


class Bucket(NamedTuple):
    """Two columns of equal length: fingerprints u64, strictly ascending, and flags u32. Never changed in place."""

    fingerprints: Column
    flags: Column

    def flags_of(self, fingerprint: int) -> int:
        """Return the flags of a fingerprint, 0 if it is not here."""
        fingerprints, flags = self
        at = bisect_left(fingerprints, fingerprint)
        if at < len(fingerprints) and fingerprints[at] == fingerprint:
            return flags[at]
        return 0

    def digest(self) -> bytes:
        """Return the bucket's leaf in the tree of digests."""
        hashed = hashlib.sha256(self.fingerprints)
        hashed.update(self.flags)
        return hashed.digest()[:DIGEST_BYTES]

    def changed(self, changes: Mapping[int, int]) -> Bucket:
        """Return the bucket after absolute changes, fingerprint to flags, 0 = out; itself if nothing changes."""
        fingerprints, flags = array("Q", self.fingerprints.tobytes()), array("I", self.flags.tobytes())
        touched = False
        for fingerprint, new in changes.items():
            at = bisect_left(fingerprints, fingerprint)
            old = flags[at] if at < len(fingerprints) and fingerprints[at] == fingerprint else 0
            if new == old:
                continue
            touched = True
            if old and new:
                flags[at] = new
            elif new:
                fingerprints.insert(at, fingerprint)
                flags.insert(at, new)
            else:
                del fingerprints[at], flags[at]
        return Bucket(fingerprints, flags) if touched else self

    def require_sound(self, number: int, mask: int) -> None:
        """Refuse what no bucket of this number may hold under this mask.

        Raises:
            CopyError: `order`, `bucket`, `zero-flag` or `outside-mask`.
        """
        fingerprints = self.fingerprints.tolist()
        if not all(map(lt, fingerprints, fingerprints[1:])):
            raise CopyError(Flaw.ORDER, f"fingerprints do not ascend in bucket {number}")
        if fingerprints and not fingerprints[0] >> BUCKET_SHIFT == number == fingerprints[-1] >> BUCKET_SHIFT:
            raise CopyError(Flaw.BUCKET, f"a fingerprint of another bucket is in bucket {number}")
        distinct = set(self.flags)
        if 0 in distinct:
            raise CopyError(Flaw.ZERO_FLAG, f"an entry of bucket {number} has no flags")
        if reduce(or_, distinct, 0) & ~mask:
            raise CopyError(Flaw.OUTSIDE_MASK, f"an entry of bucket {number} has flags outside the mask")

    def pack(self, number: int) -> bytes:
        """Return the bucket as it travels: u32 number, u32 count, the column of fingerprints, that of flags."""
        head = _HEAD.pack(number, len(self.fingerprints))
        return head + self.fingerprints.tobytes() + self.flags.tobytes()


EMPTY: Final = Bucket(array("Q"), array("I"))
EMPTY_DIGEST: Final = EMPTY.digest()


def read_buckets(data: bytes, *, mask: int) -> dict[int, Bucket]:
    """Read packed buckets, one after the other, by number.

    Raises:
        CopyError: they do not end where they should (`length`), one comes twice or is none (`bucket`), or is not sound.
    """
    found: dict[int, Bucket] = {}
    at = 0
    while at < len(data):
        body = at + _HEAD.size
        if body > len(data):
            raise CopyError(Flaw.LENGTH, "a bucket ends in its head")
        number, count = _HEAD.unpack_from(data, at)
        flags_at, at = body + _FINGERPRINT_BYTES * count, body + ENTRY_BYTES * count
        if at > len(data):
            raise CopyError(Flaw.LENGTH, "a bucket is shorter than it says")
        if number >= BUCKETS or number in found:
            raise CopyError(Flaw.BUCKET, f"bucket {number} comes twice or does not exist")
        bucket = Bucket(array("Q", data[body:flags_at]), array("I", data[flags_at:at]))
        bucket.require_sound(number, mask)
        found[number] = bucket
    return found


def bucketed(entries: Iterable[tuple[int, int]]) -> Iterator[tuple[int, Bucket]]:
    """Group (fingerprint, flags) that come in ascending order into buckets; holds one bucket at a time."""
    for number, group in groupby(entries, key=_number_of):
        fingerprints, flags = zip(*group, strict=True)
        yield number, Bucket(array("Q", fingerprints), array("I", flags))


def _number_of(entry: tuple[int, int]) -> int:
    return entry[0] >> BUCKET_SHIFT
