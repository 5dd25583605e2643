"""Digests find exactly what differs, whole buckets mend it: `sync.md` §13; row 6 of §17."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blacklist.ledger.buckets import Bucket, bucketed, read_buckets
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.copy_file import open_copy
from blacklist.ledger.digest_tree import DigestTree, differing
from blacklist.ledger.faults import FormatError
from tests.copies import (
    DIRECTORY_AT,
    ENTRIES_AT,
    LABEL,
    MASK,
    OWNER,
    anchor_of,
    flip,
    opened,
    root_of,
    spread,
    u32,
    u64,
    view_of,
)

# As many entries in a bucket as a copy of ten million has.
CROWDED = {number << 48 | low: low % 15 + 1 for number in (0, 7, 0x070B, 0xFFFF) for low in range(153)}


@dataclass
class Registry:
    """Answers digests and buckets as the doors will, and counts what it sends."""

    view: CopyView
    sent: int = 0
    trips: int = 0

    def send(self, *parts: bytes) -> bytes:
        self.trips += 1
        self.sent += sum(map(len, parts))
        return b"".join(parts)


def mend(copy: CopyView, registry: Registry) -> tuple[CopyView, list[int]]:
    """Mend a copy by three questions; return it with the numbers of the buckets that differed."""
    uppers = differing(copy.level1(), registry.send(registry.view.level1()))
    theirs = registry.send(*map(registry.view.level2, uppers))
    places = {upper: theirs[4096 * at : 4096 * (at + 1)] for at, upper in enumerate(uppers)}
    numbers = [256 * upper + at for upper, level in places.items() for at in differing(copy.level2(upper), level)]
    buckets = read_buckets(registry.send(*map(registry.view.packed, numbers)), mask=MASK)
    return copy.replaced(buckets), numbers


class TestMending:
    def test_one_entry_costs_less_than_20_kb(self, tmp_path: Path):
        registry = Registry(view_of(tmp_path / "copy", CROWDED))
        wrong = registry.view.changed([(0x070B << 48 | 5, 0)])

        mended, numbers = mend(wrong, registry)

        assert numbers == [0x070B]
        assert mended.root == registry.view.root
        assert (registry.trips, registry.sent) == (3, 4096 + 4096 + 8 + 12 * 153)
        assert registry.sent < 20_000

    @pytest.mark.parametrize(
        "change",
        [(7 << 48 | 5, 0), (7 << 48 | 5000, 1), (7 << 48 | 5, 15), (8 << 48, 1)],
        ids=["one missing", "one too many", "other flags", "one in an empty bucket"],
    )
    def test_finds_any_difference(self, tmp_path: Path, change: tuple[int, int]):
        registry = Registry(view_of(tmp_path / "copy", CROWDED))

        mended, numbers = mend(registry.view.changed([change]), registry)

        assert numbers == [change[0] >> 48]
        assert (mended.root, mended.count) == (registry.view.root, len(CROWDED))

    @given(places=st.dictionaries(st.integers(0, 65_535), st.integers(0, (1 << 40) - 1), max_size=40))
    @settings(max_examples=20, deadline=None)
    def test_names_exactly_the_buckets_that_differ(self, tmp_path_factory, places: dict[int, int]):
        registry = Registry(view_of(tmp_path_factory.mktemp("mend") / "copy", spread(1000)))
        # The last byte is one that `spread` does not give, so that every change is one.
        changes = [(number << 48 | low << 8 | 0xFF, 1) for number, low in places.items()]

        mended, found = mend(registry.view.changed(changes), registry)

        assert found == sorted(places)
        assert mended.root == registry.view.root

    def test_between_equal_copies_asks_once(self, tmp_path: Path):
        registry = Registry(view_of(tmp_path / "copy", CROWDED))

        _, numbers = mend(registry.view, registry)

        assert (numbers, registry.sent) == ([], 4096)


class TestDamageUnderARunningCopy:
    """Row 6: bit rot or a hand in the file while it is mapped."""

    def offsets(self) -> list[int]:
        count = len(CROWDED)
        occupied = [
            DIRECTORY_AT + 4 * number + at for number in (0, 1, 7, 8, 0x070B, 0xFFFF, 65_536) for at in range(4)
        ]
        return [
            *occupied,
            *range(DIRECTORY_AT, ENTRIES_AT - 4, 9973),
            *range(ENTRIES_AT, ENTRIES_AT + 8 * count, 421),
            *range(ENTRIES_AT + 8 * count, ENTRIES_AT + 12 * count, 227),
        ]

    def test_is_found_and_mended_wherever_it_is(self, tmp_path: Path):
        registry = Registry(view_of(tmp_path / "registry", CROWDED))
        path = tmp_path / "copy"
        copy = view_of(path, CROWDED)

        def cost_of_mending(offset: int) -> int:
            flip(path, offset)
            damaged = copy.digested()
            assert damaged.root != registry.view.root
            registry.sent = 0
            mended, _ = mend(damaged, registry)
            assert (mended.root, mended.count, mended.digested().root) == (registry.view.root, 612, registry.view.root)
            assert [mended.flags_of(one) for one in CROWDED] == [*CROWDED.values()]
            flip(path, offset)
            return registry.sent

        assert max(cost_of_mending(offset) for offset in self.offsets()) < 20_000
        assert copy.digested().root == registry.view.root

    def test_is_gone_from_the_disk_after_compaction(self, tmp_path: Path):
        registry = Registry(view_of(tmp_path / "registry", CROWDED))
        path = tmp_path / "copy"
        copy = view_of(path, CROWDED)
        flip(path, ENTRIES_AT + 80)

        mended, _ = mend(copy.digested(), registry)
        mended.compacted(path, LABEL)

        reopened = CopyView(open_copy(path, OWNER, anchor=anchor_of(mended)))
        assert reopened.root == root_of(CROWDED)

    def test_is_never_written_on_into_a_new_file(self, tmp_path: Path):
        path = tmp_path / "copy"
        copy = view_of(path, CROWDED)
        before = path.read_bytes()
        flip(path, ENTRIES_AT + 8 * len(CROWDED), 0x0C)

        with pytest.raises(CopyError) as refused:
            copy.compacted(path, LABEL)

        assert refused.value.flaw is Flaw.VIEW_ROOT
        flip(path, ENTRIES_AT + 8 * len(CROWDED), 0x0C)
        assert path.read_bytes() == before

    def test_of_the_directory_answers_no_question_beyond_the_file(self, tmp_path: Path):
        path = tmp_path / "copy"
        copy = view_of(path, CROWDED)
        flip(path, DIRECTORY_AT + 4 * 65_536 + 1)

        with pytest.raises(CopyError) as refused:
            copy.flags_of((1 << 64) - 1)

        assert refused.value.flaw is Flaw.DIRECTORY


class TestPackedBuckets:
    def test_travel_as_number_count_and_two_columns(self, tmp_path: Path):
        view = view_of(tmp_path / "copy", {7 << 48: 1, 7 << 48 | 9: 0x80000002})

        assert view.packed(7) == struct.pack("<II", 7, 2) + u64([7 << 48, 7 << 48 | 9]) + u32([1, 0x80000002])
        assert view.packed(8) == struct.pack("<II", 8, 0)

    def test_come_back(self, tmp_path: Path):
        view = view_of(tmp_path / "copy", CROWDED)
        numbers = [0xFFFF, 7, 8]

        read = read_buckets(b"".join(map(view.packed, numbers)), mask=MASK)

        assert [*read] == numbers
        assert [bucket.pack(number) for number, bucket in read.items()] == [*map(view.packed, numbers)]

    @pytest.mark.parametrize(
        ("data", "flaw"),
        [
            pytest.param(b"\7\0\0\0\0\0\0", Flaw.LENGTH, id="half a head"),
            pytest.param(struct.pack("<II", 7, 1) + u64([7 << 48]) + b"\1\0\0", Flaw.LENGTH, id="a byte short"),
            pytest.param(struct.pack("<II", 7, 0xFFFFFFFF), Flaw.LENGTH, id="a count beyond reason"),
            pytest.param(struct.pack("<II", 7, 0) + b"\0", Flaw.LENGTH, id="a byte too many"),
            pytest.param(struct.pack("<II", 65_536, 0), Flaw.BUCKET, id="a number beyond the last"),
            pytest.param(struct.pack("<IIII", 7, 0, 7, 0), Flaw.BUCKET, id="a bucket twice"),
            pytest.param(struct.pack("<II", 7, 1) + u64([8 << 48]) + u32([1]), Flaw.BUCKET, id="another's entry"),
            pytest.param(struct.pack("<II", 0, 2) + u64([2, 1]) + u32([1, 1]), Flaw.ORDER, id="descending"),
            pytest.param(struct.pack("<II", 0, 1) + u64([2]) + u32([0]), Flaw.ZERO_FLAG, id="a zero flag"),
            pytest.param(struct.pack("<II", 0, 1) + u64([2]) + u32([16]), Flaw.OUTSIDE_MASK, id="outside the mask"),
        ],
    )
    def test_are_refused(self, data: bytes, flaw: Flaw):
        with pytest.raises(CopyError) as refused:
            read_buckets(data, mask=MASK)

        assert refused.value.flaw is flaw

    @settings(deadline=None)
    @given(data=st.binary(max_size=64))
    def test_of_any_bytes_are_read_back_the_same_or_refused(self, data: bytes):
        try:
            read = read_buckets(data, mask=MASK)
        except CopyError:
            return
        assert b"".join(bucket.pack(number) for number, bucket in read.items()) == data


class TestReplaced:
    def test_refuses_a_bucket_that_is_not_sound(self, tmp_path: Path):
        [(_, bucket)] = bucketed([(9 << 48, 1)])

        with pytest.raises(CopyError) as refused:
            view_of(tmp_path / "copy", {}).replaced({7: bucket})

        assert refused.value.flaw is Flaw.BUCKET

    def test_may_empty_a_bucket(self, tmp_path: Path):
        view = view_of(tmp_path / "copy", {7 << 48: 1, 8 << 48: 2})

        assert view.replaced(read_buckets(struct.pack("<II", 7, 0), mask=MASK)).root == root_of({8 << 48: 2})


class TestDigestTree:
    def test_depends_on_content_and_not_on_the_way_there(self, tmp_path: Path):
        changed = view_of(tmp_path / "one", {}).changed(CROWDED.items())

        assert changed.level1() == view_of(tmp_path / "other", CROWDED).level1()
        assert changed.level2(7) == CopyView(opened(tmp_path / "other")).level2(7)

    def test_counts_empty_buckets_with_the_hash_of_nothing(self, tmp_path: Path):
        nothing = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb924")

        assert view_of(tmp_path / "copy", {}).level2(255) == nothing * 256

    def test_has_65536_leaves(self):
        with pytest.raises(ValueError, match="65,536"):
            DigestTree.of([bytes(16)] * 65_535)

    @pytest.mark.parametrize("length", [0, 4095, 8192])
    def test_compares_whole_levels_only(self, length: int):
        with pytest.raises(FormatError):
            differing(bytes(4096), bytes(length))


class TestBucketed:
    def test_groups_by_the_first_16_bits(self):
        groups = dict(bucketed([(1, 1), (2, 2), (7 << 48, 3)]))

        assert {number: bucket.pack(number) for number, bucket in groups.items()} == {
            0: struct.pack("<II", 0, 2) + u64([1, 2]) + u32([1, 2]),
            7: struct.pack("<II", 7, 1) + u64([7 << 48]) + u32([3]),
        }

    def test_takes_one_bucket_at_a_time(self):
        taken = []
        entries = ((number << 48, 1) for number in range(10) if not taken.append(number))

        number, bucket = next(bucketed(entries))

        assert (number, isinstance(bucket, Bucket)) == (0, True)
        assert taken == [0, 1]


class TestBucket:
    def test_is_itself_where_nothing_changes(self):
        [(_, bucket)] = bucketed([(7 << 48, 1)])

        assert bucket.changed({7 << 48: 1, 7 << 48 | 1: 0}) is bucket

    def test_is_another_where_something_does(self):
        [(_, bucket)] = bucketed([(7 << 48, 1)])

        assert bucket.changed({7 << 48: 0}).pack(7) == struct.pack("<II", 7, 0)
        assert bucket.flags_of(7 << 48) == 1
