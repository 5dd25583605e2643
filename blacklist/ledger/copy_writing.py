"""Writing a copy file: durable and checked under another name, before it takes the place of the one that serves."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from typing import Final

from blacklist.ledger.buckets import BUCKETS, EMPTY_DIGEST, Bucket
from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.copy_file import ENTRIES_AT, CopyFile, reread_copy
from blacklist.ledger.copy_header import HEADER_BYTES, CopyHeader, CopyOwner, Sign
from blacklist.ledger.digest_tree import DigestTree

_MODE: Final = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLabel:
    """What a header says beyond its entries: whose, which purposes, at which size of the log, made when (Unix ms)."""

    owner: CopyOwner
    mask: int
    size: int
    log_root: bytes
    created: int


def write_copy(
    path: Path | str,
    buckets: Iterable[tuple[int, Bucket]],
    label: CopyLabel,
    *,
    sign: Sign | None = None,
    root: bytes | None = None,
) -> CopyFile:
    """Write buckets, in ascending order, empty ones at will; return the file opened, when it is durable at `path`.

    What is written is read back and checked as any copy is, and compared with `root` where that is known already;
    only then is it renamed over the old file. In memory it holds the flags, 4 bytes an entry. One writer a path.

    Raises:
        CopyError: the buckets do not ascend (`order`) or are not sound, or have another root; `path` is untouched.
        OSError: the disk is full or fails; `path` is untouched.
    """
    path = Path(path)
    beside = path.with_name(path.name + ".new")
    try:
        with open(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _MODE), "w+b") as file:
            header = _write(file, buckets, label).sealed(sign)
            file.seek(0)
            file.write(header.pack())
            file.flush()
            os.fsync(file.fileno())
        if root is not None and header.view_root != root:
            raise CopyError(Flaw.VIEW_ROOT, "what was written is not what was to be written")
        copy = reread_copy(beside, header)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)
    return copy


def sync_directory(folder: Path) -> None:
    """Make a rename in this directory durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: BufferedRandom, buckets: Iterable[tuple[int, Bucket]], label: CopyLabel) -> CopyHeader:
    """Write all but the header, which is returned unsealed."""
    counts, digests = array("I", bytes(4 * BUCKETS)), [EMPTY_DIGEST] * BUCKETS
    flags = array("I")
    last = -1
    file.write(bytes(ENTRIES_AT))
    for number, bucket in buckets:
        if number <= last:
            raise CopyError(Flaw.ORDER, f"bucket {number} comes after bucket {last}")
        last = number
        file.write(bucket.fingerprints)
        flags.frombytes(bucket.flags.tobytes())
        counts[number] = len(bucket.fingerprints)
        digests[number] = bucket.digest()
    file.write(flags)
    file.seek(HEADER_BYTES)
    file.write(_directory(counts))
    file.seek(HEADER_BYTES)
    body_hash = hashlib.file_digest(file, "sha256").digest()
    return CopyHeader(
        agency_hash=label.owner.agency_hash,
        epoch=label.owner.epoch,
        key_epoch=label.owner.key_epoch,
        mask=label.mask,
        size=label.size,
        count=len(flags),
        created=label.created,
        log_root=label.log_root,
        view_root=DigestTree.of(digests).root(len(flags)),
        body_hash=body_hash,
    )


def _directory(counts: array[int]) -> array[int]:
    directory, total = array("I", [0]), 0
    for count in counts:
        total += count
        directory.append(total)
    return directory
