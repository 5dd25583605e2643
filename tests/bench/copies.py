"""An agency's copy of n documents, in one thread of this process: open, check, change, compact, mend. `sync.md` §1."""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import statistics
import time
from array import array
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeVar

from blacklist.identity.fingerprints import Fingerprinter
from blacklist.ledger.batches import HAS_NUMPY
from blacklist.ledger.buckets import bucketed, read_buckets
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_file import Anchor, length_of, open_copy
from blacklist.ledger.copy_header import ALWAYS, CopyOwner
from blacklist.ledger.copy_writing import CopyLabel, write_copy
from blacklist.ledger.digest_tree import differing

T = TypeVar("T")

CHECKS = 100_000
BATCH = 1000
CHANGES = 50_000
KEY = bytes(range(32))
OWNER = CopyOwner("bench.example", bytes(16), 1)
LABEL = CopyLabel(owner=OWNER, mask=ALWAYS | 0xFF, size=1, log_root=bytes(32), created=0)


class Figure(NamedTuple):
    """One line of the table; times in seconds unless the name says otherwise."""

    name: str
    ours: float
    limit: float
    goal: str
    places: int = 3


def measure_copies(count: int, *, rounds: int) -> list[Figure]:
    """Return all figures of a copy of `count` documents; stop if its length is not the promised one."""
    affinity = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(affinity)})
    try:
        with TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
            return _figures(Path(folder) / "copy", count, rounds)
    finally:
        os.sched_setaffinity(0, affinity)


def _figures(path: Path, count: int, rounds: int) -> list[Figure]:
    texts = [f"1|{number:018d}".encode("ascii") for number in range(CHECKS)]
    random.Random(1).shuffle(texts)
    fingerprints = _fingerprints(count, texts)
    writing, base = _timed(lambda: write_copy(path, bucketed(zip(fingerprints, cycle((1, 2, 3)), strict=False)), LABEL))
    if path.stat().st_size != length_of(count) or length_of(count) != 262_408 + 12 * count:
        raise SystemExit("the file is not 262,408 + 12 n bytes long")
    view, anchor = CopyView(base), Anchor(LABEL.size, count, base.header.view_root, LABEL.log_root)
    hashing = _median(lambda: _hash(path), rounds)
    opening = _median(lambda: open_copy(path, OWNER, anchor=anchor), rounds)
    digesting = _median(view.digested, rounds)
    changes = _changes(fingerprints)
    changing = _median(lambda: view.changed(changes), rounds)
    changed = view.changed(changes)
    compacting, _ = _timed(lambda: changed.compacted(path.with_name("compacted"), LABEL))
    sent, mending = _mend(view, fingerprints[count // 2])
    return [
        Figure("copy written from sorted entries; to SHA-256", writing, hashing, ""),
        Figure("  opened and wholly checked", opening, hashing, "at most 1 s"),
        Figure("  digested", digesting, hashing, "at most 1 s"),
        Figure(f"  {CHANGES:,} changes, root included", changing, hashing, "at most 2 s"),
        Figure("  compacted and wholly checked", compacting, hashing, "at most 5 s"),
        Figure("  one wrong entry: kB sent to mend; to goal", sent / 1000, 20, "at most 20 kB"),
        Figure("  one wrong entry: ms of work to mend; to goal", mending * 1000, 1, "at most 1 ms"),
        *_checks(view, changed, texts, rounds),
    ]


def _fingerprints(count: int, texts: list[bytes]) -> array[int]:
    """Return `count` fingerprints in order; those of half the texts are among them."""
    chance = random.Random(count)
    held = [*map(Fingerprinter(KEY).of_key, texts[: min(count, CHECKS) // 2])]
    others = count - len(held)
    step = (1 << 64) // others
    found = array("Q", sorted([*(at * step + int(chance.random() * step) for at in range(others)), *held]))
    random.Random(2).shuffle(texts)
    return found


def _changes(fingerprints: array[int]) -> list[tuple[int, int]]:
    """Return changes all over the copy: four in five list somebody, one takes somebody out."""
    chance = random.Random(3)
    listed = [(chance.getrandbits(64), chance.randint(1, 255)) for _ in range(CHANGES * 4 // 5)]
    removed = [(chance.choice(fingerprints), 0) for _ in range(CHANGES - len(listed))]
    return [*listed, *removed]


def _checks(view: CopyView, changed: CopyView, texts: list[bytes], rounds: int) -> list[Figure]:
    """Checks a second of processor time beside the bare HMAC of as many document keys; one in two is found."""
    prints = Fingerprinter(KEY)
    asked = [*map(prints.of_key, texts)]

    def bare() -> None:
        ready = hmac.new(KEY, digestmod="sha256")
        for text in texts:
            one = ready.copy()
            one.update(text)
            one.digest()

    def search() -> None:
        for fingerprint in asked:
            view.flags_of(fingerprint)

    def single(over: CopyView) -> None:
        of_key, flags_of = prints.of_key, over.flags_of
        for text in texts:
            flags_of(of_key(text))

    def batches() -> None:
        for at in range(0, CHECKS, BATCH):
            view.flags_of_all([*map(prints.of_key, texts[at : at + BATCH])])

    works = (bare, search, lambda: single(view), lambda: single(changed), batches)
    taken = [[_processor_time(work) for work in works] for _ in range(rounds)]
    limit, alone, one, over, many = (CHECKS / statistics.median(column) for column in zip(*taken, strict=True))
    way = "with numpy" if HAS_NUMPY else "without numpy"
    return [
        Figure("  searches/s; to bare HMAC", alone, limit, "", 0),
        Figure("  checks/s, HMAC and search", one, limit, "0.5; at least 100,000", 0),
        Figure(f"  the same over {CHANGES:,} changes", over, limit, "", 0),
        Figure(f"  checks/s in batches of {BATCH:,}, {way}", many, limit, "0.9", 0),
    ]


def _mend(right: CopyView, wrong: int) -> tuple[int, float]:
    """Return bytes and seconds to find and mend one wrong entry."""
    damaged = right.changed([(wrong, 0)])
    started = time.perf_counter()
    [upper] = differing(damaged.level1(), right.level1())
    [place] = differing(damaged.level2(upper), right.level2(upper))
    packed = right.packed(256 * upper + place)
    mended = damaged.replaced(read_buckets(packed, mask=right.mask))
    taken = time.perf_counter() - started
    if mended.root != right.root:
        raise SystemExit("the copy was not mended")
    return len(right.level1()) + len(right.level2(upper)) + len(packed), taken


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _processor_time(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started


def _hash(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _median(work: Callable[[], object], rounds: int) -> float:
    return statistics.median(_timed(work)[0] for _ in range(rounds))
