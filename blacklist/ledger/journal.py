"""The journal beside a copy file: what was applied since, one record an entry of the log; `sync.md` §8.

A record is u32 length of what follows the checksum, u32 CRC-32 of it, then the cursor after the entry (epoch 16 bytes,
u64 size), the leaf hash (32 bytes), and per change u64 fingerprint and u32 flags. Little-endian. Nothing else.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.copy_writing import sync_directory

_FRAME: Final = struct.Struct("<II")
_HEAD: Final = struct.Struct("<16s Q 32s")
_ITEM: Final = struct.Struct("<QI")
_MODE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the log as this copy saw it: the size it led to, its leaf's hash, and (fingerprint, flags)."""

    size: int
    leaf_hash: bytes
    items: tuple[tuple[int, int], ...]


class Journal:
    """The journal open for writing; made by `open_journal`. One writer only."""

    def __init__(self, path: Path, descriptor: int, *, epoch: bytes, size: int, end: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._epoch = epoch
        self._end = end
        self._sound = True
        self.size = size

    def append(self, records: Sequence[Record]) -> None:
        """Write records that follow on `size`; when this returns they survive a power cut.

        Raises:
            CopyError: they do not follow (`gap`).
            OSError: the disk is full or fails; none of them counts, and the journal must be opened anew.
        """
        if not self._sound:
            raise OSError("the journal failed before; open it anew")
        _require_following(records, self.size)
        data = b"".join([_pack(record, self._epoch) for record in records])
        self._sound = False  # until the disk has said yes: after a failed fsync nobody knows what it holds
        try:
            _write_all(self._descriptor, data, at=self._end)
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, self._end)
            raise
        self._sound = True
        self._end += len(data)
        self.size += len(records)

    def cut(self, size: int) -> None:
        """Drop the records up to `size`, which a copy file holds by now; the rest is durable under the same name.

        Raises:
            OSError: the disk is full or fails; open the journal anew.
        """
        kept = [record for record in read_journal(self._path, self._epoch) if record.size > size]
        data = b"".join([_pack(record, self._epoch) for record in kept])
        beside = self._path.with_name(self._path.name + ".new")
        self._sound = False
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _MODE)
        try:
            _write_all(descriptor, data, at=0)
            os.fsync(descriptor)
            beside.replace(self._path)
        except BaseException:
            os.close(descriptor)
            beside.unlink(missing_ok=True)
            raise
        os.close(self._descriptor)
        self._descriptor, self._end, self.size = descriptor, len(data), max(self.size, size)
        sync_directory(self._path.parent)
        self._sound = True

    def close(self) -> None:
        """Let go of the file; what was appended is durable already."""
        descriptor, self._descriptor, self._sound = self._descriptor, -1, False
        if descriptor >= 0:
            os.close(descriptor)


class JournalReader:
    """Follows a journal that another process writes, over the copy file of `size`; never writes."""

    def __init__(self, path: Path | str, *, epoch: bytes, size: int) -> None:
        self._path = Path(path)
        self._epoch = epoch
        # Held open, so that no later file of this name can bear the same inode number.
        self._file = self._path.open("rb")
        self._end = 0
        self.size = size

    def more(self) -> list[Record]:
        """Return the records that came since; a half-written one waits for the next time.

        Raises:
            CopyError: the journal was cut beyond what was read (`gap`): open the copy file anew; or `epoch`.
        """
        if not os.path.samestat(os.fstat(self._file.fileno()), self._path.stat()):
            self._file.close()
            self._file, self._end = self._path.open("rb"), 0
        self._file.seek(self._end)
        records, length = _unpack(self._file.read(), self._epoch)
        fresh = [record for record in records if record.size > self.size]
        _require_following(fresh, self.size)
        self._end += length
        self.size += len(fresh)
        return fresh

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def open_journal(path: Path | str, *, epoch: bytes, size: int) -> tuple[Journal, list[Record]]:
    """Open, or begin, the journal beside the copy file of `size`; return it with the records beyond that size.

    All of it is read and checked. From the first record on that is torn or damaged everything is dropped, to be
    fetched again; so are records that end before `size`.

    Raises:
        CopyError: it is of another log (`epoch`), or records are missing inside or after the copy file (`gap`).
        OSError: it cannot be read or written.
    """
    path = Path(path)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _MODE)
    try:
        records, end = _unpack(_read_all(descriptor), epoch)
        fresh = [record for record in records if record.size > size]
        _require_following(fresh, size)
        if records and records[-1].size < size:
            end = 0
        os.ftruncate(descriptor, end)
        os.fsync(descriptor)
        sync_directory(path.parent)
    except BaseException:
        os.close(descriptor)
        raise
    return Journal(path, descriptor, epoch=epoch, size=size + len(fresh), end=end), fresh


def read_journal(path: Path | str, epoch: bytes) -> list[Record]:
    """Return all sound records of a journal from its beginning on, those too that the copy file holds already.

    Raises:
        CopyError: it is of another log (`epoch`) or records are missing inside (`gap`).
    """
    return _unpack(Path(path).read_bytes(), epoch)[0]


def _pack(record: Record, epoch: bytes) -> bytes:
    items = b"".join([_ITEM.pack(fingerprint, flags) for fingerprint, flags in record.items])
    content = _HEAD.pack(epoch, record.size, record.leaf_hash) + items
    return _FRAME.pack(len(content), crc32(content)) + content


def _unpack(data: bytes, epoch: bytes) -> tuple[list[Record], int]:
    """Return the sound records at the beginning, and where they end."""
    records: list[Record] = []
    at = 0
    while content := _sound_content(data, at):
        its_epoch, size, leaf_hash = _HEAD.unpack_from(content)
        if its_epoch != epoch:
            raise CopyError(Flaw.EPOCH, "the journal is of another epoch of the log")
        if records and size != records[-1].size + 1:
            raise CopyError(Flaw.GAP, "a record does not follow the one before")
        records.append(Record(size, leaf_hash, tuple(_ITEM.iter_unpack(content[_HEAD.size :]))))
        at += _FRAME.size + len(content)
    return records, at


def _sound_content(data: bytes, at: int) -> bytes:
    """Return what follows the checksum at `at`, or nothing if that is torn, damaged or the end."""
    start = at + _FRAME.size
    if start > len(data):
        return b""
    length, checksum = _FRAME.unpack_from(data, at)
    items_bytes = length - _HEAD.size
    content = data[start : start + length]
    if items_bytes < 0 or items_bytes % _ITEM.size or len(content) != length or crc32(content) != checksum:
        return b""
    return content


def _require_following(records: Iterable[Record], size: int) -> None:
    for expected, record in enumerate(records, size + 1):
        if record.size != expected:
            raise CopyError(Flaw.GAP, f"the record of size {expected} is missing")


def _write_all(descriptor: int, data: bytes, *, at: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, at)
        rest, at = rest[written:], at + written


def _read_all(descriptor: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        return file.read()
