"""The leaf: canonical JSON of version 1, its members and its limit."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.ledger.faults import FormatError
from blacklist.ledger.leaf_signatures import LeafSignature, SignatureMethod
from blacklist.ledger.leaves import MOST_LEAF_BYTES, PUBLIC_KINDS, Leaf, LeafKind, parse_leaf
from blacklist.ledger.merkle import leaf_hash

# Tag and commitment are those of `test_commitments.py`; the text and its hash were made with printf and sha256sum.
TEXT = (
    '{"a":"京0199","c":"irSmomxTLOVRtJVl+3AQnP7GKugsaB6Ct+v7qjLYslY=","k":"list","o":"lHxcott4lOsnEqOwN/pJBA==",'
    '"t":1795651200,"v":1}'
)
HASH = "b6baf1cd7f8f67ed805a8c73105f8e02bf425abcf017084b893865746b0000dc"
LEAF = Leaf(
    kind=LeafKind.LIST,
    time=1_795_651_200,
    court="京0199",
    tag=bytes.fromhex("947c5ca2db7894eb2712a3b037fa4904"),
    commitment=bytes.fromhex("8ab4a6a26c532ce551b49565fb70109cfec62ae82c681e82b7ebfbaa32d8b256"),
)
AUDIT = Leaf(kind=LeafKind.AUDIT, time=0, public={"head": "AAAA", "length": 7})
SIGNATURE = LeafSignature(method=SignatureMethod.ED25519, key_id="court-1", signature=bytes(64))


class TestWriting:
    def test_is_the_text_of_the_design(self):
        assert LEAF.written().decode() == TEXT
        assert len(LEAF.written()) == 129
        assert leaf_hash(LEAF.written()).hex() == HASH

    def test_the_registrys_own_has_public_content(self):
        assert AUDIT.written() == b'{"a":"registry","k":"audit","p":{"head":"AAAA","length":7},"t":0,"v":1}'

    def test_a_signature_stands_beside_what_it_covers(self):
        signed = replace(LEAF, signature=SIGNATURE)
        assert signed.signed_bytes() == b"DR-LEAF-V1\0" + TEXT.encode() == LEAF.signed_bytes()
        assert json.loads(signed.written())["s"] == {"g": "ed25519", "i": "court-1", "x": "A" * 86 + "=="}
        assert 200 < len(signed.written()) < 300

    def test_the_kinds_are_those_of_the_design(self):
        assert " ".join(LeafKind) == (
            "genesis key audit list amend correct suspend resume remove expire permit permit-end lift lift-end"
        )


class TestReading:
    @pytest.mark.parametrize("kind", LeafKind)
    @pytest.mark.parametrize("signature", [None, SIGNATURE])
    def test_reads_as_it_was_written(self, kind, signature):
        leaf = replace(AUDIT if kind in PUBLIC_KINDS else LEAF, kind=kind, signature=signature)
        assert parse_leaf(leaf.written()) == leaf

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('"v":1', '"v":2'),
            ('"v":1', '"v":true'),
            ('"v":1', '"v":"1"'),
            (',"v":1', ""),
            ('"k":"list"', '"k":"unknown"'),
            ('"k":"list"', '"k":"audit"'),
            ('"k":"list"', '"k":["list"]'),
            ('"k":"list",', ""),
            ("京0199", "registry"),
            ("京0199", ""),
            ("京0199", "京 0199"),
            ("京0199", "京0199\\n"),
            ("京0199", "京0199京0199京0199"),
            ('"京0199"', "199"),
            ('"a":"京0199",', ""),
            ("slY=", "slY"),
            ("slY=", "slZ="),
            ("irSm", ""),
            ("BA==", "BB=="),
            ("BA==", ""),
            (',"o":"lHxcott4lOsnEqOwN/pJBA=="', ""),
            ('"c":"irSmomxTLOVRtJVl+3AQnP7GKugsaB6Ct+v7qjLYslY=",', ""),
            ("1795651200", "-1"),
            ("1795651200", "1795651200.0"),
            ("1795651200", "true"),
            ("1795651200", '"1795651200"'),
            ("1795651200", "9007199254740992"),
            ('"t":1795651200,', ""),
            ('"o"', '"p":{"x":1},"o"'),
            ('"t"', '"s":null,"t"'),
            ('"t"', '"s":{"g":"ed25519","i":"a"},"t"'),
            ('"v":1', '"v":1,"w":1'),
            ('"v":1', '"p":null,"v":1'),
            ("{", "{ "),
            ("京", "\\u4eac"),
            ('"v":1}', '"v":1}\n'),
            ('"k":"list","o"', '"o"'),
            (TEXT, "[]"),
            (TEXT, "1"),
            (TEXT, ""),
        ],
    )
    def test_in_any_other_form_is_refused(self, old, new):
        assert old in TEXT
        with pytest.raises(FormatError):
            parse_leaf(TEXT.replace(old, new).encode())

    @pytest.mark.parametrize(
        "content",
        [
            b'{"a":"registry","k":"audit","t":0,"v":1}',
            b'{"a":"registry","k":"audit","p":{},"t":0,"v":1}',
            b'{"a":"registry","k":"audit","p":[],"t":0,"v":1}',
            b'{"a":"registry","k":"audit","p":"text","t":0,"v":1}',
            b'{"a":"registry","k":"list","p":{"x":1},"t":0,"v":1}',
            '{"a":"京0199","k":"audit","p":{"x":1},"t":0,"v":1}'.encode(),
            b'{"a":"registry","k":"audit","o":"lHxcott4lOsnEqOwN/pJBA==","p":{"x":1},"t":0,"v":1}',
        ],
    )
    def test_the_registrys_own_has_public_content_alone(self, content):
        with pytest.raises(FormatError):
            parse_leaf(content)

    @given(st.integers(0, 128), st.integers(1, 255))
    def test_any_changed_byte_is_another_leaf_or_none(self, at, difference):
        changed = bytearray(TEXT.encode())
        changed[at] ^= difference
        try:
            other = parse_leaf(bytes(changed))
        except FormatError:
            return
        assert other != LEAF
        assert other.written() == bytes(changed)


class TestLimit:
    def test_4096_bytes_are_the_most(self):
        bare = len(replace(AUDIT, public={"x": ""}).written())
        full = replace(AUDIT, public={"x": "a" * (MOST_LEAF_BYTES - bare)})
        assert len(full.written()) == 4_096
        assert parse_leaf(full.written()) == full
        with pytest.raises(FormatError, match="at most"):
            replace(AUDIT, public={"x": "a" * (MOST_LEAF_BYTES - bare + 1)})
        with pytest.raises(FormatError, match="longer"):
            parse_leaf(full.written().replace(b'"aa', b'"aaa'))

    @pytest.mark.parametrize("wrong", [{"tag": bytes(16)}, {"commitment": bytes(32)}, {"public": {}}, {"court": "京"}])
    def test_none_of_the_registrys_own_is_made_of_these(self, wrong):
        with pytest.raises(FormatError):
            replace(AUDIT, **wrong)

    @pytest.mark.parametrize("court", ["京", "京0199", "最高法", "京" * 12])
    def test_the_code_of_a_court_has_one_to_twelve_characters(self, court):
        assert parse_leaf(replace(LEAF, court=court).written()).court == court

    @pytest.mark.parametrize(
        "wrong",
        [
            {"tag": bytes(15)},
            {"commitment": bytes(31)},
            {"tag": None},
            {"commitment": None},
            {"time": -1},
            {"time": 1 << 53},
            {"court": "registry"},
            {"court": ""},
            {"court": "京" * 13},
            {"court": "\uf900"},  # not NFC: a compatibility character
            {"public": {"x": 1}},
        ],
    )
    def test_no_leaf_is_made_of_these(self, wrong):
        with pytest.raises(FormatError):
            replace(LEAF, **wrong)
