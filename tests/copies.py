"""Copies of invented views for tests, and a second, slow reading of `sync.md` §8 to compare with."""

from __future__ import annotations

import hashlib
import resource
import signal
import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from blacklist.ledger.buckets import bucketed
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_file import Anchor, CopyFile, open_copy
from blacklist.ledger.copy_header import CopyOwner
from blacklist.ledger.copy_writing import CopyLabel, write_copy

VIEW_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = (VIEW_KEY.public_key(),)
EPOCH = bytes.fromhex("5b1e90c2a7d34f6c8e1b0d9f2a4c6e80")
OWNER = CopyOwner("rail.example", EPOCH, 3)
MASK = 1 << 31 | 0b1111
LOG_ROOT = bytes(range(100, 132))
LABEL = CopyLabel(owner=OWNER, mask=MASK, size=1_048_577, log_root=LOG_ROOT, created=1_795_651_200_148)

DIRECTORY_AT = 256
ENTRIES_AT = 262_408


def write(path: Path, entries: Mapping[int, int], label: CopyLabel = LABEL) -> CopyFile:
    """Write a signed copy of these entries."""
    return write_copy(path, bucketed(sorted(entries.items())), label, sign=VIEW_KEY.sign)


def view_of(path: Path, entries: Mapping[int, int]) -> CopyView:
    return CopyView(write(path, entries))


def opened(path: Path) -> CopyFile:
    return open_copy(path, OWNER, keys=KEYS)


def anchor_of(view: CopyView, *, size: int = LABEL.size) -> Anchor:
    return Anchor(size, view.count, view.root, LOG_ROOT)


def spread(count: int) -> dict[int, int]:
    """Return entries evenly over all buckets, with all flags that the mask allows."""
    step = (1 << 64) // count
    return {at * step + at % 7: at % 15 + 1 for at in range(count)}


def scattered(seed: str, count: int) -> list[int]:
    """Return 64-bit numbers without any order, the same ones for the same seed."""
    return array("Q", hashlib.shake_256(seed.encode()).digest(8 * count)).tolist()


def root_of(entries: Mapping[int, int]) -> bytes:
    """Compute a view root entry by entry, as the document says it and no faster."""
    columns: dict[int, tuple[bytes, bytes]] = {}
    for fingerprint, flags in sorted(entries.items()):
        one, other = columns.get(fingerprint >> 48, (b"", b""))
        columns[fingerprint >> 48] = one + struct.pack("<Q", fingerprint), other + struct.pack("<I", flags)
    leaves = [hashlib.sha256(b"").digest()[:16]] * 65_536
    for number, (one, other) in columns.items():
        leaves[number] = hashlib.sha256(one + other).digest()[:16]
    uppers = [hashlib.sha256(b"".join(leaves[at : at + 256])).digest()[:16] for at in range(0, 65_536, 256)]
    return hashlib.sha256(struct.pack("<Q", len(entries)) + b"".join(uppers)).digest()


def forge(path: Path, **changes: bytes) -> None:
    """Overwrite bytes at `at_<offset>` of a copy, then make body hash and signature true again."""
    content = bytearray(path.read_bytes())
    for name, data in changes.items():
        offset = int(name.removeprefix("at_"))
        content[offset : offset + len(data)] = data
    content[128:160] = hashlib.sha256(content[256:]).digest()
    content[192:256] = VIEW_KEY.sign(b"DRVIEW1 snapshot\n" + content[:192])
    path.write_bytes(content)


def flip(path: Path, offset: int, mask: int = 0xFF) -> None:
    """Change one byte in place, under whoever maps the file."""
    with path.open("r+b") as file:
        file.seek(offset)
        [byte] = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ mask]))


def u64(values: Iterable[int]) -> bytes:
    return array("Q", values).tobytes()


def u32(values: Iterable[int]) -> bytes:
    return array("I", values).tobytes()


@contextmanager
def no_file_beyond(length: int) -> Iterator[None]:
    """Let every write beyond this length fail, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
