"""Shadows: the registry's own copy of what each agency holds, moved on by the log and never by hand; `sync.md` §8.

A shadow is a folder, `shadow_folder(config, agency_name, key_epoch)`, with copy files `view-<size>.copy`, each signed by
the view key, and one `journal` of what the log changed since. The newest copy file and the journal are the shadow; older
ones stay a day, so that a download can end. Only the publishing worker writes (`Shadow`); the doors read, by
`ShadowReader`. All of it is derived: what is missing or unsound is built anew from `restrictions`.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from blacklist.identity.fingerprints import Fingerprinter
from blacklist.ledger.buckets import bucketed
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_faults import CopyError
from blacklist.ledger.copy_file import CopyFile, open_copy
from blacklist.ledger.copy_header import CopyOwner, Sign
from blacklist.ledger.copy_writing import CopyLabel, write_copy
from blacklist.ledger.journal import Journal, JournalReader, Record, open_journal
from blacklist.rules.views import CONFIRM, view_flags
from config import Config

log = logging.getLogger(__name__)

JOURNAL: Final = "journal"
COMPACT_AFTER: Final = 50_000  # records in the journal: about what one compaction costs to apply
KEEP_REPLACED: Final = timedelta(hours=24)
_COPY: Final = re.compile(r"view-(0|[1-9][0-9]{0,18})\.copy", re.ASCII)


def shadow_folder(config: Config, agency_name: str, key_epoch: int) -> Path:
    """Return the folder of one agency's shadow under one key epoch; it need not exist."""
    return config.shadow_dir / agency_name / str(key_epoch)


def copy_path(folder: Path, size: int) -> Path:
    """Return the path of the copy file of the view at this size of the log."""
    return folder / f"view-{size}.copy"


def copy_sizes(folder: Path) -> list[int]:
    """Return the sizes of the log at which copy files lie in a shadow's folder, ascending; the last one is current."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(int(found[1]) for name in names if (found := _COPY.fullmatch(name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowTerms:
    """What makes a shadow one agency's and no other's: its place, its owner, its secret key, its purposes."""

    folder: Path
    agency_id: int
    owner: CopyOwner
    fingerprinter: Fingerprinter
    mask: int
    sign: Sign
    view_keys: tuple[Ed25519PublicKey, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log as shadows need it: its leaf's hash and its absolute effect by document."""

    index: int
    leaf_hash: bytes
    effect: Sequence[Mapping[str, object]]


class Shadow:
    """A shadow open for writing; one at a time, over all processes of this machine (`FolderLock`)."""

    def __init__(self, terms: ShadowTerms, view: CopyView, journal: Journal, *, base_size: int) -> None:
        self._terms = terms
        self._journal = journal
        self._base_size = base_size
        self.view = view

    @property
    def size(self) -> int:
        """The size of the log that the view is of."""
        return self._journal.size

    @classmethod
    def open(cls, terms: ShadowTerms) -> Shadow | None:
        """Open what is there; None if nothing is, or nothing sound."""
        sizes = copy_sizes(terms.folder)
        if not sizes:
            return None
        base_size = sizes[-1]
        try:
            copy = open_copy(copy_path(terms.folder, base_size), terms.owner, keys=terms.view_keys)
            if copy.header.mask != terms.mask or copy.header.size != base_size:
                return None
            journal, records = open_journal(terms.folder / JOURNAL, epoch=terms.owner.epoch, size=base_size)
        except (CopyError, OSError) as error:
            log.warning("shadow not usable", extra={"agency": terms.owner.agency, "cause": str(error)})
            return None
        return cls(terms, CopyView(copy).changed(_items(records)), journal, base_size=base_size)

    @classmethod
    def build(
        cls, terms: ShadowTerms, entries: Iterable[tuple[int, int]], *, size: int, log_root: bytes, at: datetime
    ) -> Shadow:
        """Make the shadow anew from (fingerprint, flags), in any order, of the view at `size`; replace what is there.

        Raises:
            OSError: the disk is full or fails.
        """
        terms.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in (*(copy_path(terms.folder, one) for one in copy_sizes(terms.folder)), terms.folder / JOURNAL):
            old.unlink(missing_ok=True)
        copy = write_copy(
            copy_path(terms.folder, size),
            bucketed(_united(entries, agency=terms.owner.agency)),
            _label(terms, size=size, log_root=log_root, at=at),
            sign=terms.sign,
        )
        journal, _ = open_journal(terms.folder / JOURNAL, epoch=terms.owner.epoch, size=size)
        return cls(terms, CopyView(copy), journal, base_size=size)

    def move(self, changes: Sequence[Change], keys: Mapping[int, bytes]) -> None:
        """Apply entries of the log; those it holds already are passed over. `keys`: document keys by document id.

        Raises:
            CopyError: entries are missing (`gap`). OSError: the disk is full or fails; open the shadow anew.
        """
        records = [
            Record(change.index + 1, change.leaf_hash, tuple(self._seen(change.effect, keys)))
            for change in changes
            if change.index >= self.size
        ]
        if records:
            view = self.view.changed(_items(records))
            self._journal.append(records)
            self.view = view

    def compact(self, *, log_root: bytes, at: datetime) -> bool:
        """Write a new copy file if the journal has grown long, and drop files replaced more than a day ago."""
        if self.size - self._base_size < COMPACT_AFTER:
            return False
        size, folder = self.size, self._terms.folder
        label = _label(self._terms, size=size, log_root=log_root, at=at)
        self.view = self.view.compacted(copy_path(folder, size), label, sign=self._terms.sign)
        self._base_size = size
        self._journal.cut(size)
        # The last replaced one was current until now, whatever its age.
        for old in copy_sizes(folder)[:-2]:
            path = copy_path(folder, old)
            if path.stat().st_mtime < (at - KEEP_REPLACED).timestamp():
                path.unlink()
        return True

    def close(self) -> None:
        """Let go of the files."""
        self._journal.close()

    def _seen(self, effect: Sequence[Mapping[str, object]], keys: Mapping[int, bytes]) -> Iterator[tuple[int, int]]:
        for state in effect:
            key = keys[_number(state["d"])]
            yield self._terms.fingerprinter.of_key(key), seen_by(state, self._terms.agency_id, self._terms.mask)


class ShadowReader:
    """A shadow as a door reads it; never writes, follows what the worker appends. Not safe to share between threads."""

    def __init__(self, folder: Path, owner: CopyOwner, view_keys: Sequence[Ed25519PublicKey]) -> None:
        """Open the newest copy file and its journal.

        Raises:
            FileNotFoundError: the shadow is not built yet. CopyError: it is not sound; the worker builds it anew.
        """
        sizes = copy_sizes(folder)
        if not sizes:
            raise FileNotFoundError(folder)
        self._path = copy_path(folder, sizes[-1])
        self.file: CopyFile = open_copy(self._path, owner, keys=tuple(view_keys))
        self._journal = JournalReader(folder / JOURNAL, epoch=owner.epoch, size=self.file.header.size)
        self._waiting: list[Record] = []
        self.size = self.file.header.size
        self.view = CopyView(self.file)

    def view_at(self, size: int) -> CopyView | None:
        """Return the view at this size of the log; None if the shadow is already past it or has not reached it.

        Raises:
            CopyError: the journal was cut or the shadow built anew: open another reader.
        """
        self._waiting += self._journal.more()
        records = [record for record in self._waiting if record.size <= size]
        if records:
            self.view = self.view.changed(_items(records))
            self.size = records[-1].size
            del self._waiting[: len(records)]
        return self.view if self.size == size else None

    def close(self) -> None:
        """Let go of the journal."""
        self._journal.close()


class FolderLock:
    """Keeps a second publisher on this machine from writing the same files; the kernel frees it at death."""

    def __init__(self, folder: Path) -> None:
        """Lock the folder, which is made if it is not there.

        Raises:
            BlockingIOError: another publisher holds it.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise

    def close(self) -> None:
        """Free the folder."""
        os.close(self._file)


def seen_by(state: Mapping[str, object], agency_id: int, mask: int) -> int:
    """Return the flags under which an agency sees a document in this state of an effect, 0 if it does not see it."""
    lifted = state["x"]
    lifted_here = lifted.get(str(agency_id), 0) if isinstance(lifted, dict) else 0
    return view_flags(_number(state["f"]), _number(state["q"]), _number(lifted_here), mask)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("an effect holds whole numbers")
    return value


def _items(records: Iterable[Record]) -> Iterator[tuple[int, int]]:
    for record in records:
        yield from record.items


def _united(entries: Iterable[tuple[int, int]], *, agency: str) -> Iterator[tuple[int, int]]:
    """Return entries in ascending order; two documents of one fingerprint become one entry, to be asked online."""
    last, flags = -1, 0
    for fingerprint, own in sorted(entries):
        if fingerprint != last:
            if flags:
                yield last, flags
            last, flags = fingerprint, own
        else:
            log.error("two documents share a fingerprint; give the agency a new key", extra={"agency": agency})
            flags |= own | CONFIRM
    if flags:
        yield last, flags


def _label(terms: ShadowTerms, *, size: int, log_root: bytes, at: datetime) -> CopyLabel:
    created = int(at.timestamp() * 1000)
    return CopyLabel(owner=terms.owner, mask=terms.mask, size=size, log_root=log_root, created=created)
