"""The header byte for byte, and what it refuses: `sync.md` §8."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature

from blacklist.ledger.copy_faults import CopyError, Flaw
from blacklist.ledger.copy_header import CopyHeader, CopyOwner, read_header
from tests.copies import EPOCH, KEYS, OWNER, VIEW_KEY

HEADER = CopyHeader(
    agency_hash=OWNER.agency_hash,
    epoch=EPOCH,
    key_epoch=3,
    mask=0x80000002,
    size=1_048_577,
    count=10_000_000,
    created=1_795_651_200_148,
    log_root=b"L" * 32,
    view_root=b"V" * 32,
    body_hash=b"B" * 32,
    signature=b"S" * 64,
)
# offset, content: the table of the document, line by line
FIELDS = [
    (0, b"DRVIEW1\n"),
    (8, struct.pack("<H", 256)),
    (10, b"\x01"),
    (11, b"\x20"),
    (12, struct.pack("<I", 3)),
    (16, struct.pack("<Q", 1_048_577)),
    (24, struct.pack("<Q", 10_000_000)),
    (32, struct.pack("<Q", 1_795_651_200_148)),
    (40, b"\x02\x00\x00\x80"),
    (44, bytes(4)),
    (48, hashlib.sha256(b"rail.example").digest()[:16]),
    (64, b"L" * 32),
    (96, b"V" * 32),
    (128, b"B" * 32),
    (160, EPOCH),
    (176, bytes(16)),
    (192, b"S" * 64),
]


def with_bytes(offset: int, data: bytes) -> bytes:
    packed = bytearray(HEADER.pack())
    packed[offset : offset + len(data)] = data
    return bytes(packed)


class TestPack:
    def test_puts_each_field_where_the_document_says(self):
        assert HEADER.pack() == b"".join(data for _, data in FIELDS)
        assert [offset for offset, _ in FIELDS] == [sum(len(data) for _, data in FIELDS[:at]) for at in range(17)]
        assert len(HEADER.pack()) == 256

    def test_comes_back(self):
        assert read_header(HEADER.pack()) == HEADER


class TestSealed:
    def test_is_signed_over_context_and_the_first_192_bytes(self):
        signed = HEADER.sealed(VIEW_KEY.sign)

        KEYS[0].verify(signed.pack()[192:], b"DRVIEW1 snapshot\n" + signed.pack()[:192])
        assert not signed.is_summed

    def test_is_not_signed_over_anything_else(self):
        signed = HEADER.sealed(VIEW_KEY.sign)

        with pytest.raises(InvalidSignature):
            KEYS[0].verify(signed.signature, replace(signed, created=0).signed_bytes)

    def test_bears_a_checksum_where_nobody_signs(self):
        summed = HEADER.sealed(None)

        assert summed.signature == hashlib.sha512(b"DRVIEW1 snapshot\n" + HEADER.pack()[:192]).digest()
        assert summed.is_summed
        assert not replace(summed, created=0).is_summed


class TestReadHeader:
    @pytest.mark.parametrize(
        ("offset", "data", "flaw"),
        [
            pytest.param(0, b"DRVIEW2\n", Flaw.MAGIC, id="another version"),
            pytest.param(8, struct.pack("<H", 255), Flaw.HEADER_LENGTH, id="a shorter header"),
            pytest.param(10, b"\x00", Flaw.PRF, id="no keyed hash"),
            pytest.param(10, b"\x02", Flaw.PRF, id="HMAC-SM3, unknown here"),
            pytest.param(11, b"\x40", Flaw.FLAG_WIDTH, id="wider flags"),
            pytest.param(40, b"\x02\x00\x00\x00", Flaw.MASK, id="a mask without bit 31"),
            pytest.param(44, b"\x01", Flaw.PADDING, id="first zeros"),
            pytest.param(191, b"\x01", Flaw.PADDING, id="last zeros"),
        ],
    )
    def test_refuses(self, offset: int, data: bytes, flaw: Flaw):
        with pytest.raises(CopyError) as refused:
            read_header(with_bytes(offset, data))

        assert refused.value.flaw is flaw

    @pytest.mark.parametrize("length", [0, 255, 257])
    def test_refuses_another_length(self, length: int):
        with pytest.raises(CopyError) as refused:
            read_header(HEADER.pack().ljust(257, b"\0")[:length])

        assert refused.value.flaw is Flaw.LENGTH


class TestRequireOwner:
    def test_takes_its_own(self):
        HEADER.require_owner(OWNER)

    @pytest.mark.parametrize(
        ("owner", "flaw"),
        [
            (CopyOwner("bank.example", EPOCH, 3), Flaw.AGENCY),
            (CopyOwner("rail.example", bytes(16), 3), Flaw.EPOCH),
            (CopyOwner("rail.example", EPOCH, 4), Flaw.KEY_EPOCH),
        ],
        ids=["another agency", "another log", "another key"],
    )
    def test_refuses_the_copy_of(self, owner: CopyOwner, flaw: Flaw):
        with pytest.raises(CopyError) as refused:
            HEADER.require_owner(owner)

        assert refused.value.flaw is flaw
