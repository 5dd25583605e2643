"""What of a damaged copy file can still be used: every bucket that is sound by itself. The rest is fetched again."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

from blacklist.ledger.buckets import BUCKETS, Bucket
from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.copy_file import DIRECTORY_BYTES, ENTRIES_AT, length_of
from blacklist.ledger.copy_header import HEADER_BYTES, CopyHeader, CopyOwner, read_header


def salvaged(path: Path, owner: CopyOwner) -> tuple[CopyHeader, Iterator[tuple[int, Bucket]]]:
    """Return the header and the sound buckets. Nothing of them is verified: a statement must be met before use.

    Raises:
        CopyError: not even the header or the length is right; only a snapshot helps.
    """
    content = path.read_bytes()
    header = read_header(content[:HEADER_BYTES])
    header.require_owner(owner)
    if len(content) != length_of(header.count):
        raise CopyError(Flaw.LENGTH, "the file is not as long as its number of entries asks")
    return header, _sound(content, header)


def _sound(content: bytes, header: CopyHeader) -> Iterator[tuple[int, Bucket]]:
    directory = array("I", content[HEADER_BYTES : HEADER_BYTES + DIRECTORY_BYTES])
    for number in range(BUCKETS):
        start, end = directory[number], directory[number + 1]
        if not start < end <= header.count:
            continue
        flags_at = ENTRIES_AT + 8 * header.count
        fingerprints = array("Q", content[ENTRIES_AT + 8 * start : ENTRIES_AT + 8 * end])
        flags = array("I", content[flags_at + 4 * start : flags_at + 4 * end])
        bucket = Bucket(fingerprints, flags)
        try:
            bucket.require_sound(number, header.mask)
        except CopyError:
            continue
        yield number, bucket
