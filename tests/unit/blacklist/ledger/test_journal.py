"""The journal survives what a crash leaves: `sync.md` §8; rows 7 and 27 of §17."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.journal import Journal, JournalReader, Record, open_journal, read_journal
from tests.copies import EPOCH, no_file_beyond

BASE = 100
THREE = [
    Record(101, b"a" * 32, ((5, 1), ((1 << 64) - 1, 0x80000002))),
    Record(102, b"b" * 32, ()),
    Record(103, b"c" * 32, ((5, 0),)),
]
FIRST_BYTES = 8 + 56 + 24
ALL_BYTES = FIRST_BYTES + 8 + 56 + 8 + 56 + 12

U32, U64 = st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 64) - 1)
CONTENTS = st.lists(
    st.tuples(st.binary(min_size=32, max_size=32), st.lists(st.tuples(U64, U32), max_size=4).map(tuple)), max_size=8
)


_OPEN: list[Journal | JournalReader] = []


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    """Close what a test opened."""
    yield
    while _OPEN:
        _OPEN.pop().close()


def opened(path: Path, size: int = BASE) -> tuple[Journal, list[Record]]:
    journal, records = open_journal(path, epoch=EPOCH, size=size)
    _OPEN.append(journal)
    return journal, records


def follower(path: Path, size: int = BASE) -> JournalReader:
    _OPEN.append(reader := JournalReader(path, epoch=EPOCH, size=size))
    return reader


def reread(path: Path, size: int = BASE) -> list[Record]:
    journal, records = open_journal(path, epoch=EPOCH, size=size)
    journal.close()
    return records


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of three records over a copy file of size 100."""
    journal, _ = opened(tmp_path / "journal")
    journal.append(THREE)
    return tmp_path / "journal"


class TestLayout:
    def test_is_length_checksum_cursor_leaf_hash_and_changes(self, path: Path):
        first = EPOCH + struct.pack("<Q", 101) + b"a" * 32 + struct.pack("<QIQI", 5, 1, (1 << 64) - 1, 0x80000002)
        second = EPOCH + struct.pack("<Q", 102) + b"b" * 32
        third = EPOCH + struct.pack("<Q", 103) + b"c" * 32 + struct.pack("<QI", 5, 0)

        assert path.read_bytes() == b"".join(
            struct.pack("<II", len(one), crc32(one)) + one for one in (first, second, third)
        )
        assert path.stat().st_size == ALL_BYTES

    def test_is_for_its_owner_alone(self, path: Path):
        assert path.stat().st_mode & 0o777 == 0o600


class TestAppend:
    def test_is_durable_before_it_returns(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        journal, _ = opened(tmp_path / "journal")
        synced: list[int] = []
        fsync = os.fsync

        def remember(descriptor: int) -> None:
            fsync(descriptor)
            synced.append(os.fstat(descriptor).st_size)

        monkeypatch.setattr(os, "fsync", remember)
        journal.append(THREE)

        assert synced == [ALL_BYTES]

    def test_goes_on_after_reopening(self, path: Path):
        journal, records = opened(path)
        journal.append([Record(104, b"d" * 32, ())])

        assert records == THREE
        assert journal.size == 104
        assert [one.size for one in reread(path)] == [101, 102, 103, 104]

    @pytest.mark.parametrize("size", [102, 103, 105])
    def test_refuses_what_does_not_follow(self, path: Path, size: int):
        journal, _ = opened(path)

        with pytest.raises(CopyError) as refused:
            journal.append([Record(size, b"d" * 32, ())])

        assert refused.value.flaw is Flaw.GAP
        assert reread(path) == THREE

    @pytest.mark.parametrize("room", [0, 1, 60, 63])
    def test_counts_nothing_on_a_full_disk(self, path: Path, room: int):
        journal, _ = opened(path)

        with no_file_beyond(ALL_BYTES + room), pytest.raises(OSError, match="File too large"):
            journal.append([Record(104, b"d" * 32, ())])

        assert path.stat().st_size == ALL_BYTES
        with pytest.raises(OSError, match="open it anew"):
            journal.append([Record(104, b"d" * 32, ())])
        assert reread(path) == THREE

    def test_counts_nothing_when_the_disk_does_not_confirm(self, path: Path, monkeypatch: pytest.MonkeyPatch):
        journal, _ = opened(path)

        def fail(descriptor: int) -> None:
            raise OSError("the disk is gone")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="the disk is gone"):
            journal.append([Record(104, b"d" * 32, ())])

        monkeypatch.undo()
        assert reread(path) == THREE

    def test_after_close_is_refused(self, path: Path):
        journal, _ = opened(path)
        journal.close()

        with pytest.raises(OSError, match="open it anew"):
            journal.append([Record(104, b"d" * 32, ())])


class TestOpenJournal:
    @given(contents=CONTENTS)
    @settings(deadline=None, max_examples=50)
    def test_gives_back_what_was_appended(self, contents: list[tuple]):
        records = [Record(BASE + at, leaf, items) for at, (leaf, items) in enumerate(contents, 1)]
        with TemporaryDirectory() as folder:
            journal, none = opened(Path(folder) / "journal")
            journal.append(records[:3])
            journal.append(records[3:])

            assert none == []
            assert reread(Path(folder) / "journal") == records

    def test_drops_a_tail_torn_anywhere(self, path: Path):
        content = path.read_bytes()
        ends = [0, FIRST_BYTES, FIRST_BYTES + 64, ALL_BYTES]

        def left(cut: int) -> tuple[list[Record], int]:
            path.write_bytes(content[:cut])
            return reread(path), path.stat().st_size

        whole = [sum(end <= cut for end in ends[1:]) for cut in range(ALL_BYTES + 1)]
        assert [left(cut) for cut in range(ALL_BYTES + 1)] == [(THREE[:count], ends[count]) for count in whole]

    def test_writes_on_after_a_torn_tail(self, path: Path):
        path.write_bytes(path.read_bytes()[:-1])
        journal, records = opened(path)

        journal.append([Record(103, b"x" * 32, ((7, 7),))])

        assert records == THREE[:2]
        assert reread(path) == [*THREE[:2], Record(103, b"x" * 32, ((7, 7),))]

    def test_drops_everything_from_a_flipped_byte_on(self, path: Path):
        content = path.read_bytes()

        def left(offset: int) -> list[Record]:
            path.write_bytes(content[:offset] + bytes([content[offset] ^ 0xFF]) + content[offset + 1 :])
            return reread(path)

        whole = [(offset >= FIRST_BYTES) + (offset >= FIRST_BYTES + 64) for offset in range(ALL_BYTES)]
        assert [left(offset) for offset in range(ALL_BYTES)] == [THREE[:count] for count in whole]

    @pytest.mark.parametrize("tail", [bytes(4096), b"\xff" * 4096, b"\x38\0\0\0" * 100])
    def test_drops_what_a_file_system_leaves_behind(self, path: Path, tail: bytes):
        path.write_bytes(path.read_bytes() + tail)

        assert reread(path) == THREE
        assert path.stat().st_size == ALL_BYTES

    def test_leaves_out_what_the_copy_file_holds_already(self, path: Path):
        """As after a crash between the new copy file and the cut."""
        journal, records = opened(path, 102)
        journal.append([Record(104, b"d" * 32, ())])

        assert records == THREE[2:]
        assert [one.size for one in reread(path, 103)] == [104]

    def test_begins_anew_over_a_younger_copy_file(self, path: Path):
        journal, records = opened(path, 500)
        journal.append([Record(501, b"d" * 32, ())])

        assert records == []
        assert [one.size for one in reread(path, 500)] == [501]

    def test_refuses_to_leave_a_gap_after_the_copy_file(self, path: Path):
        with pytest.raises(CopyError) as refused:
            opened(path, 99)

        assert refused.value.flaw is Flaw.GAP

    def test_refuses_a_gap_inside(self, path: Path):
        content = path.read_bytes()
        path.write_bytes(content[:FIRST_BYTES] + content[FIRST_BYTES + 64 :])

        with pytest.raises(CopyError) as refused:
            opened(path)

        assert refused.value.flaw is Flaw.GAP

    def test_refuses_another_log(self, path: Path):
        with pytest.raises(CopyError) as refused:
            open_journal(path, epoch=bytes(16), size=BASE)

        assert refused.value.flaw is Flaw.EPOCH

    def test_changes_nothing_when_it_refuses(self, path: Path):
        path.write_bytes(path.read_bytes() + b"torn")

        with pytest.raises(CopyError):
            opened(path, 99)

        assert path.read_bytes().endswith(b"torn")


class TestCut:
    def test_drops_what_the_copy_file_holds(self, path: Path):
        journal, _ = opened(path)
        journal.cut(102)
        journal.append([Record(104, b"d" * 32, ())])

        assert reread(path, 102) == [THREE[2], Record(104, b"d" * 32, ())]
        assert [*path.parent.iterdir()] == [path]

    def test_may_drop_everything(self, path: Path):
        journal, _ = opened(path)
        journal.cut(103)

        assert path.stat().st_size == 0
        assert (journal.size, reread(path, 103)) == (103, [])

    def test_follows_a_copy_file_that_is_ahead(self, path: Path):
        journal, _ = opened(path)
        journal.cut(500)
        journal.append([Record(501, b"d" * 32, ())])

        assert [one.size for one in reread(path, 500)] == [501]

    def test_leaves_the_journal_on_a_full_disk(self, path: Path):
        journal, _ = opened(path)

        with no_file_beyond(10), pytest.raises(OSError, match="File too large"):
            journal.cut(102)

        assert reread(path) == THREE
        assert [*path.parent.iterdir()] == [path]


class TestReadJournal:
    def test_gives_all_of_it_and_changes_nothing(self, path: Path):
        path.write_bytes(path.read_bytes() + b"torn")

        assert read_journal(path, EPOCH) == THREE
        assert path.read_bytes().endswith(b"torn")


class TestJournalReader:
    """Several processes answer over one folder; one of them writes."""

    def test_follows(self, path: Path):
        reader = follower(path, 101)
        journal, _ = opened(path)

        first, nothing = reader.more(), reader.more()
        journal.append([Record(104, b"d" * 32, ())])

        assert (first, nothing) == (THREE[1:], [])
        assert (reader.more(), reader.size) == ([Record(104, b"d" * 32, ())], 104)

    def test_waits_for_the_rest_of_a_record(self, path: Path):
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        reader = follower(path)

        before = reader.more()
        path.write_bytes(content)

        assert (before, reader.more()) == (THREE[:2], THREE[2:])

    def test_goes_on_after_a_cut(self, path: Path):
        reader = follower(path)
        journal, _ = opened(path)
        reader.more()

        journal.cut(102)
        journal.append([Record(104, b"d" * 32, ())])

        assert [one.size for one in reader.more()] == [104]

    def test_says_when_it_must_begin_anew(self, path: Path):
        reader = follower(path)
        journal, _ = opened(path)
        journal.cut(103)
        journal.append([Record(104, b"d" * 32, ())])

        with pytest.raises(CopyError) as refused:
            reader.more()

        assert refused.value.flaw is Flaw.GAP
