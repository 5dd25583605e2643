"""Fingerprints are HMAC-SHA-256 of the document key, the same on both sides: `sync.md` §7."""

from __future__ import annotations

import hmac
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blacklist.identity.documents import parse_document
from blacklist.identity.fingerprints import Fingerprinter, prepare

ROOT = Path(__file__).resolve().parents[4]
TODAY = date(2026, 11, 25)
KEY = bytes(range(32))
PRINTS = Fingerprinter(KEY)


def expected(document_key: str) -> int:
    return int(hmac.digest(KEY, document_key.encode("ascii"), "sha256").hex()[:16], 16)


class TestPrepare:
    """RFC 4231, the cases whose key is not longer than a block."""

    @pytest.mark.parametrize(
        ("key", "text", "digest"),
        [
            (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (
                bytes(range(1, 26)),
                b"\xcd" * 50,
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            ),
        ],
        ids=["case 1", "case 2", "case 3", "case 4"],
    )
    def test_begins_an_hmac(self, key: bytes, text: bytes, digest: str):
        inner, outer = prepare(key)
        inner.update(text)
        outer.update(inner.digest())

        assert outer.hexdigest() == digest

    def test_takes_a_key_of_a_block_and_no_longer(self):
        inner, outer = prepare(bytes(range(64)))
        outer.update(inner.digest())

        assert outer.digest() == hmac.digest(bytes(range(64)), b"", "sha256")
        with pytest.raises(ValueError, match="longer"):
            prepare(bytes(65))


class TestFingerprinter:
    @settings(deadline=None)
    @given(key=st.binary(min_size=32, max_size=32), text=st.binary(max_size=200))
    def test_is_the_first_8_bytes_of_an_hmac(self, key: bytes, text: bytes):
        assert Fingerprinter(key).of_key(text).to_bytes(8, "big") == hmac.digest(key, text, "sha256")[:8]

    @pytest.mark.parametrize(
        ("type_", "number", "country", "key"),
        [
            ("resident_id", "11010519491231002X", None, "1|11010519491231002X"),
            ("uscc", "91350100M000100Y43", None, "2|91350100M000100Y43"),
            ("passport", "E12345678", "CHN", "3|CHN|E12345678"),
            ("passport", "x123456", "USA", "3|USA|X123456"),
            ("hm_permit", "H1234567890", None, "6|H12345678"),
            ("hm_permit", "H1234567802", None, "6|H12345678"),
            ("tw_permit", "12345678", None, "7|12345678"),
            ("foreigner_id", "911124198108030024", None, "4|911124198108030024"),
            ("hmt_residence", "810000199001010019", None, "5|810000199001010019"),
            ("org_code", "00000002-7", None, "8|000000027"),
        ],
    )
    def test_is_made_of_the_document_key(self, type_: str, number: str, country: str | None, key: str):
        document = parse_document(type_, number, country=country, today=TODAY)

        assert document.key == key.encode()
        assert PRINTS.of(document) == expected(key)

    def test_is_the_same_however_the_number_is_written(self):
        forms = [
            "11010519491231002x",
            "110105 19491231 002X",
            "１１０１０５１９４９１２３１００２Ｘ",
            "110105491231002",
        ]
        documents = [parse_document("resident_id", form, today=TODAY) for form in forms]

        assert {PRINTS.of(document) for document in documents} == {expected("1|11010519491231002X")}

    def test_is_another_under_another_key(self):
        document = parse_document("resident_id", "11010519491231002X", today=TODAY)

        assert Fingerprinter(bytes(32)).of(document) != PRINTS.of(document)

    @pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
    def test_takes_keys_of_32_bytes_only(self, length: int):
        with pytest.raises(ValueError, match="32 bytes"):
            Fingerprinter(bytes(length))

    def test_does_not_show_its_key(self):
        assert KEY.hex() not in repr(PRINTS)
        assert not hasattr(PRINTS, "__dict__")

    def test_is_shared_by_threads(self):
        keys = [f"1|{number}" for number in range(4000)]

        with ThreadPoolExecutor(8) as pool:
            found = [*pool.map(lambda key: PRINTS.of_key(key.encode()), keys)]

        assert found == [*map(expected, keys)]


class TestAllOf:
    def test_of_a_credit_code_finds_the_organisation_code_too(self):
        credit = parse_document("uscc", "91350100M000100Y43", today=TODAY)
        organisation = parse_document("org_code", "M000100Y-4", today=TODAY)

        assert PRINTS.all_of(credit) == (expected("2|91350100M000100Y43"), PRINTS.of(organisation))

    def test_of_a_person_is_one(self):
        document = parse_document("resident_id", "11010519491231002X", today=TODAY)

        assert PRINTS.all_of(document) == (expected("1|11010519491231002X"),)


# Packages that an agency has: these and the standard library, nothing else.
BARE = """
import sys
import blacklist.identity.documents, blacklist.identity.fingerprints
import blacklist.ledger.copies, blacklist.ledger.journal
import blacklist.rules.purposes
allowed = sys.stdlib_module_names | {"__main__", "blacklist", "cryptography", "_cffi_backend", "_openssl", "numpy"}
names = {name.partition(".")[0] for name in sys.modules}
print(sorted(name for name in names - allowed if not name.startswith(("__editable__", "_distutils", "_virtualenv"))))
"""


class TestBareEnvironment:
    """`sync.md` §16: the agency's kit needs the standard library, requests and cryptography."""

    def test_imports_nothing_of_the_registrys(self):
        run = subprocess.run(
            [sys.executable, "-c", BARE], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
        )

        assert run.stdout == "[]\n"
