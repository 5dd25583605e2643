"""Tag, parts, commitment, opening, evidence. The numbers in hex were made with printf and sha256sum."""

from __future__ import annotations

import json
from hashlib import sha256
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.ledger.canonical import canonical_json
from blacklist.ledger.commitments import (
    MOST_PART_BYTES,
    MOST_PARTS,
    ClosedPart,
    Opening,
    OpenPart,
    commitment_of,
    open_part,
    parse_opening,
    read_opening,
    tag_of,
    verify_evidence,
    verify_tag,
)
from blacklist.ledger.faults import FormatError, ProofError
from blacklist.ledger.leaves import Leaf, LeafKind

NUMBER = "（2026）京0199执1234号-限消1"
VALUES = (
    {"kind": "consumption", "order_no": NUMBER},
    {"name": "测试甲"},
    {"owed": 123456789, "source": "desk"},
)
HASHES = (
    "b514ebdb14ae09c9c9094c46904fdf207d1fc1e6de25dc20a06e7ec647cb620e",
    "d0fe04a3ff26237349238705add10a194bea1a77560c056aa2a9c4de3c7e7a55",
    "b1b616afabdd27c2c66eef2a4b8854739c1a9ee6d2e7634e41f3ca6630b5d5ae",
)
COMMITMENT = bytes.fromhex("8ab4a6a26c532ce551b49565fb70109cfec62ae82c681e82b7ebfbaa32d8b256")
TAG = bytes.fromhex("947c5ca2db7894eb2712a3b037fa4904")
ORDER_SALT = b"\x33" * 32
OPENING = Opening(tuple(open_part(value, salt=bytes([number * 0x11]) * 32) for number, value in enumerate(VALUES)))
LEAF = Leaf(kind=LeafKind.LIST, time=0, court="京0199", tag=TAG, commitment=COMMITMENT)
SUBSETS = list(chain.from_iterable(combinations(range(3), count) for count in range(4)))


class TestVectors:
    def test_of_parts_and_commitment(self):
        assert tuple(part.hash.hex() for part in OPENING.parts) == HASHES
        assert OPENING.commitment == COMMITMENT
        assert commitment_of([bytes.fromhex(one) for one in HASHES]) == COMMITMENT

    def test_of_the_tag(self):
        assert tag_of(NUMBER, salt=ORDER_SALT) == TAG

    @given(st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.integers(0, 99)), min_size=1, max_size=6))
    def test_the_formula_for_any_parts(self, drawn):
        opening = Opening(tuple(open_part({"n": number}, salt=salt) for salt, number in drawn))
        joined = b"".join(sha256(b"DR-PART-V1\x00" + salt + b'{"n":%d}' % number).digest() for salt, number in drawn)
        assert opening.commitment == sha256(b"DR-COMMIT-V1\x00" + joined).digest()


class TestEvidence:
    @pytest.mark.parametrize("numbers", SUBSETS)
    def test_of_any_parts_leads_to_the_commitment(self, numbers):
        evidence = OPENING.showing(numbers)
        verify_evidence(evidence, LEAF)
        assert [at for at, part in enumerate(evidence.parts) if isinstance(part, OpenPart)] == list(numbers)

    @pytest.mark.parametrize("numbers", SUBSETS)
    def test_shows_nothing_of_the_rest(self, numbers):
        text = json.dumps(OPENING.showing(numbers).members(), ensure_ascii=False)
        for at, (value, part) in enumerate(zip(VALUES, OPENING.parts, strict=True)):
            shown = all(str(one) in text for one in value.values())
            assert shown is (at in numbers)
            assert (json.dumps(part_salt(part)) in text) is (at in numbers)

    @pytest.mark.parametrize("numbers", SUBSETS)
    def test_is_read_from_what_a_door_answers_in_whatever_spelling(self, numbers):
        evidence = OPENING.showing(numbers)
        answered = json.loads(json.dumps(evidence.members(), indent=2))
        assert read_opening(answered) == evidence

    def test_is_as_the_design_shows_it(self):
        members = OPENING.showing([0, 2]).members()
        assert members["open"]["2"] == {"salt": "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=", "part": VALUES[2]}
        assert list(members["open"]) == ["0", "2"]
        assert members["closed"] == {"1": "0P4Eo/8mI3NJI4cFrdEKGUvqGndWDAVqoqnE3jx+elU="}

    def test_of_another_leaf_does_not_hold(self):
        for leaf in (
            Leaf(kind=LeafKind.LIST, time=0, court="京0199", tag=TAG, commitment=bytes(32)),
            Leaf(kind=LeafKind.AUDIT, time=0, public={"length": 1}),
        ):
            with pytest.raises(ProofError):
                verify_evidence(OPENING, leaf)

    def test_changed_in_anything_does_not_hold(self):
        parts = OPENING.parts
        for wrong in (
            (open_part({**VALUES[0], "kind": "dishonest"}, salt=bytes(32)), *parts[1:]),
            (open_part(VALUES[0], salt=b"\x01" * 32), *parts[1:]),
            (parts[1], parts[0], parts[2]),
            parts[:2],
            (*parts, parts[2]),
            (*parts[:2], ClosedPart(bytes(32))),
        ):
            with pytest.raises(ProofError):
                verify_evidence(Opening(wrong), LEAF)

    def test_one_part_cannot_pass_for_the_whole(self):
        """The marks keep a commitment, a part and a tag from standing for one another."""
        with pytest.raises(ProofError):
            verify_evidence(Opening((ClosedPart(COMMITMENT),)), LEAF)
        assert sha256(b"".join(bytes.fromhex(one) for one in HASHES)).digest() != COMMITMENT

    @pytest.mark.parametrize("numbers", [[3], [-1], [0, 99]])
    def test_no_part_is_shown_that_is_not_there(self, numbers):
        with pytest.raises(FormatError):
            OPENING.showing(numbers)
        with pytest.raises(FormatError):
            OPENING.without(numbers)

    def test_no_closed_part_is_shown(self):
        with pytest.raises(FormatError):
            OPENING.showing([0]).showing([1])


class TestErasing:
    def test_one_person_leaves_the_commitment_and_nothing_of_him(self):
        rest = OPENING.without([1])
        verify_evidence(rest, LEAF)
        assert b"\xe6\xb5\x8b" not in rest.written()
        assert parse_opening(rest.written()) == rest
        assert rest.without([1]) == rest, "doing it again does no harm"
        with pytest.raises(FormatError):
            rest.showing([1])
        verify_evidence(rest.showing([0]), LEAF)

    @pytest.mark.parametrize("numbers", SUBSETS)
    def test_any_parts_one_after_the_other_or_at_once(self, numbers):
        rest = OPENING
        for number in numbers:
            rest = rest.without([number])
        assert rest == OPENING.without(numbers)
        assert [at for at, part in enumerate(rest.parts) if isinstance(part, ClosedPart)] == list(numbers)
        verify_evidence(rest, LEAF)

    def test_without_its_salt_no_part_can_be_tried(self):
        """Who knows everything but the 32 random bytes finds no hash that he could compare."""
        guess = open_part(VALUES[1], salt=bytes(32))
        assert guess.content == OPENING.parts[1].content
        assert guess.hash != OPENING.parts[1].hash


class TestOpening:
    def test_reads_as_it_was_written(self):
        assert parse_opening(OPENING.written()) == OPENING
        assert OPENING.parts[1].value == VALUES[1]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('{"closed":{}', '{"closed":[]'),
            ('"closed":{}', '"closed":{"1":"0P4Eo/8mI3NJI4cFrdEKGUvqGndWDAVqoqnE3jx+elU="}'),
            ('"closed":{}', '"closed":{"4":"0P4Eo/8mI3NJI4cFrdEKGUvqGndWDAVqoqnE3jx+elU="}'),
            ('"closed":{}', '"closed":{"3":"AAAA"}'),
            ('"closed":{}', '"closed":{"3":1}'),
            ('"closed":{},', ""),
            ('"closed":{}', '"closed":{},"extra":1'),
            ('"0":', '"00":'),
            ('"2":', '"3":'),
            ('"2":', '"-2":'),
            ('"salt":"IiIi', '"salt":"IiI'),
            ('"salt":"IiIi', '"salt":"'),
            ('"part":{"name":"测试甲"}', '"part":"测试甲"'),
            ('"part":{"name":"测试甲"},', ""),
            ('"name":"测试甲"', '"name":1.5'),
            ('"name"', '"名"'),
            ("{", "{ "),
        ],
    )
    def test_in_any_other_form_is_refused(self, old, new):
        text = OPENING.written().decode()
        assert old in text
        with pytest.raises(FormatError):
            parse_opening(text.replace(old, new, 1).encode())

    @pytest.mark.parametrize(
        "members", [None, [], "text", {}, {"open": {}, "closed": {}}, {"open": {"0": 1}, "closed": {}}]
    )
    def test_what_is_none_is_refused(self, members):
        with pytest.raises(FormatError):
            read_opening(members)

    def test_of_more_parts_than_ten_keeps_their_order(self):
        opening = Opening(tuple(open_part({"n": at}, salt=bytes([at]) * 32) for at in range(12)))
        assert parse_opening(opening.written()) == opening

    def test_has_its_limits(self):
        one = OPENING.parts[0]
        assert Opening((one,) * MOST_PARTS).commitment
        for wrong in ((), (one,) * (MOST_PARTS + 1)):
            with pytest.raises(FormatError):
                Opening(wrong)
            with pytest.raises(FormatError):
                commitment_of([part.hash for part in wrong])
        room = MOST_PART_BYTES - len(canonical_json({"x": ""}))
        assert open_part({"x": "a" * room}, salt=bytes(32)).hash
        with pytest.raises(FormatError):
            open_part({"x": "a" * (room + 1)}, salt=bytes(32))

    @pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
    def test_a_salt_has_32_bytes(self, salt):
        with pytest.raises(FormatError):
            open_part({"a": 1}, salt=salt)
        with pytest.raises(FormatError):
            tag_of(NUMBER, salt=salt)

    @pytest.mark.parametrize("content", [b"[]", b'{"a": 1}', b"", b'"a"'])
    def test_a_part_is_the_canonical_text_of_an_object(self, content):
        with pytest.raises(FormatError):
            OpenPart(bytes(32), content)

    def test_a_hash_has_32_bytes(self):
        with pytest.raises(FormatError):
            ClosedPart(bytes(31))
        with pytest.raises(FormatError):
            commitment_of([bytes(31)])


class TestTag:
    def test_is_borne_by_leaves_of_the_order_alone(self):
        verify_tag(LEAF, NUMBER, salt=ORDER_SALT)
        for number, salt in ((NUMBER + "0", ORDER_SALT), (NUMBER, b"\x34" * 32)):
            with pytest.raises(ProofError):
                verify_tag(LEAF, number, salt=salt)
        with pytest.raises(ProofError):
            verify_tag(Leaf(kind=LeafKind.AUDIT, time=0, public={"a": 1}), NUMBER, salt=ORDER_SALT)

    @pytest.mark.parametrize("number", ["", "\ud800", "a" * 401])
    def test_of_no_number_there_is_none(self, number):
        with pytest.raises(FormatError):
            tag_of(number, salt=ORDER_SALT)


def part_salt(part) -> str:
    """The salt as the members of an opening write it."""
    return Opening((part,)).members()["open"]["0"]["salt"]
