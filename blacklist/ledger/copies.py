"""An agency's copy in memory: the mapped file and, over it, the buckets changed since. Registry and agency run this."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from blacklist.ledger.buckets import BUCKET_SHIFT, EMPTY, EMPTY_DIGEST, Bucket
from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.copy_file import UNREADABLE, CopyFile
from blacklist.ledger.copy_header import Sign
from blacklist.ledger.copy_writing import CopyLabel, write_copy
from blacklist.ledger.digest_tree import DigestTree

_MOST_FINGERPRINT: Final = (1 << 64) - 1


class CopyView:
    """All entries at one moment: fingerprint to flags. It never changes; a change makes another one.

    Both share the file and every bucket that is equal, so a change can be prepared beside the view that serves,
    compared with a statement, and put in force by one assignment. Threads may share a view.
    """

    __slots__ = ("_base", "_over", "_tree", "count", "mask", "root")

    def __init__(self, base: CopyFile) -> None:
        self._set(base, {}, base.tree, base.header.count)

    def flags_of(self, fingerprint: int) -> int:
        """Return the flags under which a document is in the view; 0 if it is not.

        Raises:
            CopyError: the file was damaged since it was opened (`directory`); `digested` finds where.
        """
        bucket = self._over.get(fingerprint >> BUCKET_SHIFT)
        return self._base.flags_of(fingerprint) if bucket is None else bucket.flags_of(fingerprint)

    def flags_of_all(self, fingerprints: Sequence[int]) -> list[int]:
        """Return the flags of many fingerprints, in their order."""
        over = self._over
        found = self._base.flags_of_all(fingerprints)
        if over:
            for place, fingerprint in enumerate(fingerprints):
                bucket = over.get(fingerprint >> BUCKET_SHIFT)
                if bucket is not None:
                    found[place] = bucket.flags_of(fingerprint)
        return found

    def changed(self, items: Iterable[tuple[int, int]]) -> CopyView:
        """Return the view after these (fingerprint, flags) in their order; flags are absolute, 0 = out.

        Raises:
            CopyError: flags outside the mask (`outside-mask`), or no 64-bit number (`bucket`).
        """
        grouped: dict[int, dict[int, int]] = {}
        for fingerprint, flags in items:
            if flags & ~self.mask:
                raise CopyError(Flaw.OUTSIDE_MASK, "a change has flags outside the mask")
            if not 0 <= fingerprint <= _MOST_FINGERPRINT:
                raise CopyError(Flaw.BUCKET, "a changed fingerprint is no 64-bit number")
            grouped.setdefault(fingerprint >> BUCKET_SHIFT, {})[fingerprint] = flags
        buckets: dict[int, Bucket] = {}
        for number, changes in grouped.items():
            old = self._bucket(number)
            new = old.changed(changes)
            if new is not old:
                buckets[number] = new
        return self._with(buckets)

    def replaced(self, buckets: Mapping[int, Bucket]) -> CopyView:
        """Return the view with these whole buckets, as `read_buckets` gives them, in place of its own.

        A bucket that the file holds wrongly is right in memory only: compact after a repair.

        Raises:
            CopyError: a bucket is not sound under this view's mask.
        """
        for number, bucket in buckets.items():
            bucket.require_sound(number, self.mask)
        return self._with(buckets)

    def digested(self) -> CopyView:
        """Return the view with every entry counted and digested anew: its root tells what is really there."""
        digests, count = [], 0
        for number, mapped in enumerate(self._base.buckets()):
            bucket = self._over.get(number, mapped)
            if bucket is None:
                digests.append(UNREADABLE)
            elif bucket is EMPTY:
                digests.append(EMPTY_DIGEST)
            else:
                digests.append(bucket.digest())
                count += len(bucket.fingerprints)
        return self._like(self._over, DigestTree.of(digests), count)

    def level1(self) -> bytes:
        """Return the 256 upper digests, 16 bytes each."""
        return self._tree.level1

    def level2(self, index: int) -> bytes:
        """Return the digests of the 256 buckets below one of them."""
        return self._tree.level2(index)

    def packed(self, number: int) -> bytes:
        """Return one bucket as it travels."""
        return self._bucket(number).pack(number)

    def buckets(self) -> Iterator[tuple[int, Bucket]]:
        """Go through all buckets in order."""
        for number, mapped in enumerate(self._base.buckets()):
            yield number, self._over.get(number, mapped) or EMPTY

    def compacted(self, path: Path | str, label: CopyLabel, *, sign: Sign | None = None) -> CopyView:
        """Write all entries as a new file, durable at `path`, and return the view over it.

        Raises:
            CopyError: what was written is not what this view's root says (`view-root`); `path` is untouched.
            OSError: the disk is full or fails; `path` is untouched.
        """
        return CopyView(write_copy(path, self.buckets(), label, sign=sign, root=self.root))

    def _with(self, buckets: Mapping[int, Bucket]) -> CopyView:
        over, count = self._over.copy(), self.count
        digests: dict[int, bytes] = {}
        for number, bucket in buckets.items():
            over[number] = bucket
            digests[number] = bucket.digest()
            count += len(bucket.fingerprints) - len(self._bucket(number).fingerprints)
        return self._like(over, self._tree.changed(digests), count)

    def _found(self, number: int) -> Bucket | None:
        return self._over.get(number) or self._base.bucket(number)

    def _bucket(self, number: int) -> Bucket:
        return self._found(number) or EMPTY

    def _like(self, over: dict[int, Bucket], tree: DigestTree, count: int) -> CopyView:
        view = CopyView.__new__(CopyView)
        view._set(self._base, over, tree, count)
        return view

    def _set(self, base: CopyFile, over: dict[int, Bucket], tree: DigestTree, count: int) -> None:
        self._base = base
        self._over = over
        self._tree = tree
        self.mask = base.header.mask
        self.count = count
        self.root = tree.root(count)
