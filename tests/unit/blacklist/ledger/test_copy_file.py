"""The copy file byte for byte, and everything a reader refuses: `sync.md` §8; rows 5 and 6 of §17."""

from __future__ import annotations

import hashlib
import struct
from array import array
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from blacklist.ledger.buckets import Bucket, bucketed
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.copy_file import Anchor, length_of, open_copy
from blacklist.ledger.copy_header import CopyOwner
from blacklist.ledger.copy_writing import write_copy
from tests.copies import (
    DIRECTORY_AT,
    ENTRIES_AT,
    EPOCH,
    KEYS,
    LABEL,
    LOG_ROOT,
    MASK,
    OWNER,
    VIEW_KEY,
    anchor_of,
    flip,
    forge,
    no_file_beyond,
    opened,
    root_of,
    spread,
    u32,
    u64,
    write,
)

FIRST, SECOND, THIRD, LAST = 0x0000_0000_0000_0007, 0x070B_0000_0000_0001, 0x070B_0000_0000_0002, (1 << 64) - 1
FOUR = {FIRST: 1, SECOND: 0x80000002, THIRD: 3, LAST: 4}
FLAGS_AT = ENTRIES_AT + 8 * len(FOUR)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sound file of four entries in three buckets."""
    write(tmp_path / "copy", FOUR)
    return tmp_path / "copy"


def refusal(path: Path) -> Flaw:
    with pytest.raises(CopyError) as refused:
        opened(path)
    return refused.value.flaw


class TestLayout:
    def test_is_what_a_hand_would_write(self, path: Path):
        directory = [0] + [1] * 0x070B + [3] * (0xFFFF - 0x070B) + [4]
        body = struct.pack("<65537I", *directory) + bytes(4)
        body += struct.pack("<4Q", FIRST, SECOND, THIRD, LAST) + struct.pack("<4I", 1, 0x80000002, 3, 4)
        head = b"DRVIEW1\n" + struct.pack("<HBBIQQQI4x", 256, 1, 32, 3, 1_048_577, 4, 1_795_651_200_148, MASK)
        head += hashlib.sha256(b"rail.example").digest()[:16] + LOG_ROOT + root_of(FOUR)
        head += hashlib.sha256(body).digest() + EPOCH + bytes(16)

        assert path.read_bytes() == head + VIEW_KEY.sign(b"DRVIEW1 snapshot\n" + head) + body

    @pytest.mark.parametrize(("count", "length"), [(0, 262_408), (1000, 274_408), (10_000_000, 120_262_408)])
    def test_has_the_promised_length(self, count: int, length: int):
        assert length_of(count) == length

    @pytest.mark.parametrize("count", [0, 1, 1000])
    def test_has_the_promised_length_on_the_disk(self, tmp_path: Path, count: int):
        write(tmp_path / "copy", spread(count) if count else {})

        assert (tmp_path / "copy").stat().st_size == length_of(count)

    def test_is_for_its_owner_alone(self, path: Path):
        assert path.stat().st_mode & 0o777 == 0o600

    def test_is_the_same_for_the_same_entries(self, tmp_path: Path, path: Path):
        write(tmp_path / "again", dict(reversed(FOUR.items())))

        assert (tmp_path / "again").read_bytes() == path.read_bytes()

    def test_comes_back(self, path: Path):
        copy = opened(path)

        assert {fingerprint: copy.flags_of(fingerprint) for fingerprint in FOUR} == FOUR
        assert [copy.flags_of(other) for other in (0, 6, 8, SECOND - 1, THIRD + 1, LAST - 1)] == [0] * 6
        assert copy.tree.root(4) == root_of(FOUR) == copy.header.view_root

    def test_of_nobody_says_nothing_of_anybody(self, tmp_path: Path):
        copy = write(tmp_path / "copy", {})

        assert [copy.flags_of(fingerprint) for fingerprint in FOUR] == [0] * 4
        assert copy.header.view_root == root_of({})


class TestOpenCopy:
    """Each refusal of the document."""

    @pytest.mark.parametrize(
        ("offset", "data", "flaw"),
        [
            pytest.param(0, b"DRVIEW0\n", Flaw.MAGIC, id="magic"),
            pytest.param(8, b"\x00\x02", Flaw.HEADER_LENGTH, id="header length"),
            pytest.param(10, b"\x02", Flaw.PRF, id="prf"),
            pytest.param(11, b"\x10", Flaw.FLAG_WIDTH, id="flag width"),
            pytest.param(12, b"\x04", Flaw.KEY_EPOCH, id="key epoch"),
            pytest.param(24, b"\x05", Flaw.LENGTH, id="one entry more than there is"),
            pytest.param(24, b"\x03", Flaw.LENGTH, id="one entry less than there is"),
            pytest.param(24, b"\xff" * 8, Flaw.LENGTH, id="more entries than there are numbers"),
            pytest.param(40, b"\x0f\x00\x00\x00", Flaw.MASK, id="a mask without bit 31"),
            pytest.param(48, bytes(16), Flaw.AGENCY, id="agency"),
            pytest.param(96, bytes(32), Flaw.VIEW_ROOT, id="view root"),
            pytest.param(160, bytes(16), Flaw.EPOCH, id="epoch"),
            pytest.param(DIRECTORY_AT, b"\x01", Flaw.DIRECTORY, id="a directory that does not begin at 0"),
            pytest.param(DIRECTORY_AT + 4, b"\x02", Flaw.DIRECTORY, id="a directory that descends"),
            pytest.param(DIRECTORY_AT + 4 * 65_536, b"\x03", Flaw.DIRECTORY, id="a directory that does not end in n"),
            pytest.param(DIRECTORY_AT + 4 * 9, b"\x09", Flaw.DIRECTORY, id="a directory that goes beyond n"),
            pytest.param(ENTRIES_AT - 4, b"\x01", Flaw.PADDING, id="zeros before the entries"),
            pytest.param(ENTRIES_AT + 8, u64([THIRD, SECOND]), Flaw.ORDER, id="fingerprints that descend"),
            pytest.param(ENTRIES_AT + 8, u64([SECOND, SECOND]), Flaw.ORDER, id="a fingerprint twice"),
            pytest.param(ENTRIES_AT, u64([1 << 48]), Flaw.BUCKET, id="a fingerprint in the wrong bucket"),
            pytest.param(ENTRIES_AT + 8, u64([SECOND - (1 << 48)]), Flaw.BUCKET, id="the first in the wrong bucket"),
            pytest.param(ENTRIES_AT + 16, u64([THIRD + (1 << 48)]), Flaw.BUCKET, id="the last in the wrong bucket"),
            pytest.param(FLAGS_AT + 4, u32([0]), Flaw.ZERO_FLAG, id="a zero flag"),
            pytest.param(FLAGS_AT, u32([0x10]), Flaw.OUTSIDE_MASK, id="flags outside the mask"),
        ],
    )
    def test_refuses_though_signed(self, path: Path, offset: int, data: bytes, flaw: Flaw):
        forge(path, **{f"at_{offset}": data})

        assert refusal(path) is flaw

    def test_takes_what_was_forged_into_itself(self, path: Path):
        """The control of the test above."""
        forge(path, at_0=b"DRVIEW1\n")

        assert opened(path).header.count == 4

    def test_refuses_content_that_is_not_the_headers(self, path: Path):
        flip(path, FLAGS_AT)

        assert refusal(path) is Flaw.BODY_HASH

    def test_refuses_another_log_root_than_is_known(self, path: Path):
        known = replace(anchor_of(CopyView(opened(path))), log_root=bytes(32))

        with pytest.raises(CopyError) as refused:
            open_copy(path, OWNER, keys=KEYS, anchor=known)

        assert refused.value.flaw is Flaw.LOG_ROOT

    def test_refuses_another_key(self, path: Path):
        other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()

        with pytest.raises(CopyError) as refused:
            open_copy(path, OWNER, keys=[other])

        assert refused.value.flaw is Flaw.SIGNATURE

    def test_takes_either_key_while_one_replaces_the_other(self, path: Path):
        other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()

        assert open_copy(path, OWNER, keys=[other, *KEYS]).header.count == 4

    def test_refuses_another_agency(self, path: Path):
        with pytest.raises(CopyError) as refused:
            open_copy(path, CopyOwner("bank.example", EPOCH, 3), keys=KEYS)

        assert refused.value.flaw is Flaw.AGENCY

    def test_must_be_told_what_to_trust(self, path: Path):
        with pytest.raises(ValueError, match="what to trust"):
            open_copy(path, OWNER)


class TestDamage:
    """Rows 5 and 6 of §17."""

    def test_a_file_cut_anywhere_is_refused(self, tmp_path: Path):
        path = tmp_path / "copy"
        write(path, spread(3000))
        content = path.read_bytes()
        cuts = [*range(0, len(content), 4096), *range(256), len(content) - 1, ENTRIES_AT - 1, ENTRIES_AT]

        def is_refused(cut: int) -> bool:
            path.write_bytes(content[:cut])
            return refusal(path) is Flaw.LENGTH

        assert [cut for cut in cuts if not is_refused(cut)] == []

    def test_a_file_with_a_byte_too_many_is_refused(self, path: Path):
        path.write_bytes(path.read_bytes() + b"\0")

        assert refusal(path) is Flaw.LENGTH

    @pytest.mark.parametrize("signed", [True, False], ids=["signed by the registry", "compacted by the agency"])
    def test_a_flipped_byte_is_found(self, tmp_path: Path, signed: bool):
        path = tmp_path / "copy"
        view = CopyView(write_copy(path, bucketed(FOUR.items()), LABEL, sign=VIEW_KEY.sign if signed else None))
        # Each byte of header and entries; of the directory one in 53, with each of its bits in turn.
        offsets = [*range(256), *range(256, ENTRIES_AT, 53), *range(ENTRIES_AT - 4, ENTRIES_AT + 48)]
        known = None if signed else anchor_of(view)

        def is_found(offset: int) -> bool:
            flip(path, offset, 1 << offset % 8)
            with pytest.raises(CopyError):
                open_copy(path, OWNER, keys=KEYS, anchor=known)
            flip(path, offset, 1 << offset % 8)
            return True

        assert all(is_found(offset) for offset in offsets)
        assert open_copy(path, OWNER, keys=KEYS, anchor=known).header.view_root == view.root


class TestAnchor:
    """A copy that an agency compacted bears no signature."""

    def test_is_enough(self, tmp_path: Path):
        view = CopyView(write_copy(tmp_path / "copy", bucketed(FOUR.items()), LABEL))

        assert open_copy(tmp_path / "copy", OWNER, anchor=anchor_of(view)).flags_of(THIRD) == 3

    def test_is_needed(self, tmp_path: Path):
        write_copy(tmp_path / "copy", bucketed(FOUR.items()), LABEL)

        assert refusal(tmp_path / "copy") is Flaw.SIGNATURE

    @pytest.mark.parametrize(
        ("known", "flaw"),
        [
            (Anchor(LABEL.size + 1, 4, root_of(FOUR), LOG_ROOT), Flaw.SIZE),
            (Anchor(LABEL.size, 5, root_of(FOUR), LOG_ROOT), Flaw.COUNT),
            (Anchor(LABEL.size, 4, root_of({}), LOG_ROOT), Flaw.VIEW_ROOT),
            (Anchor(LABEL.size, 4, root_of(FOUR), bytes(32)), Flaw.LOG_ROOT),
        ],
        ids=["size", "count", "view root", "log root"],
    )
    def test_must_agree(self, path: Path, known: Anchor, flaw: Flaw):
        with pytest.raises(CopyError) as refused:
            open_copy(path, OWNER, keys=KEYS, anchor=known)

        assert refused.value.flaw is flaw

    def test_does_not_replace_a_signature_that_is_false(self, path: Path):
        view = CopyView(opened(path))
        flip(path, 200)

        with pytest.raises(CopyError) as refused:
            open_copy(path, OWNER, keys=KEYS, anchor=anchor_of(view))

        assert refused.value.flaw is Flaw.SIGNATURE


class TestWriteCopy:
    @pytest.mark.parametrize(
        ("buckets", "flaw"),
        [
            pytest.param([(9, [9 << 48], [1]), (7, [7 << 48], [1])], Flaw.ORDER, id="buckets that descend"),
            pytest.param([(9, [9 << 48], [1]), (9, [9 << 48 | 1], [1])], Flaw.ORDER, id="a bucket twice"),
            pytest.param([(9, [9 << 48 | 1, 9 << 48], [1, 1])], Flaw.ORDER, id="entries that descend"),
            pytest.param([(9, [8 << 48], [1])], Flaw.BUCKET, id="an entry of another bucket"),
            pytest.param([(9, [9 << 48], [0])], Flaw.ZERO_FLAG, id="a zero flag"),
            pytest.param([(9, [9 << 48], [16])], Flaw.OUTSIDE_MASK, id="flags outside the mask"),
        ],
    )
    def test_leaves_the_old_file_when_it_is_given(
        self, path: Path, buckets: list[tuple[int, list[int], list[int]]], flaw: Flaw
    ):
        before = path.read_bytes()
        columns = ((number, Bucket(array("Q", one), array("I", other))) for number, one, other in buckets)

        with pytest.raises(CopyError) as refused:
            write_copy(path, columns, LABEL)

        assert refused.value.flaw is flaw
        assert path.read_bytes() == before
        assert [*path.parent.iterdir()] == [path]

    def test_refuses_a_mask_without_bit_31(self, tmp_path: Path):
        with pytest.raises(CopyError) as refused:
            write(tmp_path / "copy", FOUR, replace(LABEL, mask=0b1111))

        assert refused.value.flaw is Flaw.MASK

    def test_refuses_content_of_another_root_than_is_known(self, path: Path):
        before = path.read_bytes()

        with pytest.raises(CopyError) as refused:
            write_copy(path, bucketed({FIRST: 2}.items()), LABEL, root=root_of(FOUR))

        assert refused.value.flaw is Flaw.VIEW_ROOT
        assert path.read_bytes() == before

    def test_leaves_the_old_file_on_a_full_disk(self, path: Path):
        before = path.read_bytes()

        with no_file_beyond(270_000), pytest.raises(OSError, match="File too large"):
            write(path, spread(5000))

        assert path.read_bytes() == before
        assert [*path.parent.iterdir()] == [path]

    def test_overwrites_what_a_crash_left_half_written(self, path: Path):
        path.with_name("copy.new").write_bytes(b"x" * 500_000)

        write(path, {FIRST: 2})

        assert opened(path).flags_of(FIRST) == 2

    def test_lets_who_maps_the_old_file_go_on(self, path: Path):
        old = opened(path)

        write(path, {FIRST: 2})

        assert (old.flags_of(FIRST), opened(path).flags_of(FIRST)) == (1, 2)
