"""Canonical JSON: what RFC 8785 writes, for the values that the log has; nothing else is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.ledger.canonical import MOST_INTEGER, canonical_json, read_canonical, read_json
from blacklist.ledger.faults import FormatError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST_INTEGER, MOST_INTEGER) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner, max_size=4)
    ),
    max_leaves=20,
)


class TestWriting:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            # RFC 8785 §3.2.2 and §3.2.3: its example of strings, literals and sorted keys, without its floats
            (
                {"string": '€$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]},
                '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
            ),
            ({"b": 1, "a": {"d": [], "c": {}}, "B": -0}, '{"B":0,"a":{"c":{},"d":[]},"b":1}'),
            (
                "\b\t\n\f\r\x00\x1f\x7f\u0080\u2028\ufeff\U0001f600",
                '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\u0080\u2028\ufeff😀"',
            ),
            ([1, -1, MOST_INTEGER, -MOST_INTEGER], "[1,-1,9007199254740991,-9007199254740991]"),
            (("e\u0301", "é", "\uf900", "\u8c48"), '["e\u0301","é","\uf900","\u8c48"]'),  # never normalised
        ],
    )
    def test_is_the_one_text(self, value, text):
        assert canonical_json(value) == text.encode()

    @pytest.mark.parametrize(
        "value",
        [
            1.0,
            float("nan"),
            MOST_INTEGER + 1,
            -MOST_INTEGER - 1,
            [0.5],
            {"a": {"b": 2.0}},
            {"é": 1},
            {1: 1},
            {None: 1},
            "\ud800",
            {"a": "\udfff"},
            b"bytes",
            {"a": {1, 2}},
            object(),
        ],
    )
    def test_of_these_there_is_none(self, value):
        with pytest.raises(FormatError):
            canonical_json(value)

    def test_sixteen_levels_are_the_most(self):
        deep: object = 0
        for _ in range(16):
            deep = [deep]
        assert canonical_json(deep) == b"[" * 16 + b"0" + b"]" * 16
        with pytest.raises(FormatError, match="levels"):
            canonical_json([deep])


class TestReading:
    @given(VALUES)
    def test_reads_as_it_was_written(self, value):
        content = canonical_json(value)
        assert read_canonical(content, most=len(content)) == value
        assert json.loads(content) == value, "any reader of JSON understands it"

    @given(VALUES)
    def test_any_other_spelling_is_refused(self, value):
        content = canonical_json(value)
        others = {
            json.dumps(value).encode(),
            json.dumps(value, ensure_ascii=False).encode(),
            json.dumps(value, ensure_ascii=False, indent=1).encode(),
            b" " + content,
            content + b"\n",
            b"\xef\xbb\xbf" + content,
        } - {content}
        for other in others:
            with pytest.raises(FormatError):
                read_canonical(other, most=1_000_000)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"nul",
            b"1.0",
            b"1e2",
            b"-0",
            b"01",
            b"+1",
            b"NaN",
            b"Infinity",
            b"-Infinity",
            b"9007199254740992",
            b"1" * 5_000,
            b'{"a":1,"a":1}',
            b'{"b":1,"a":1}',
            '{"é":1}'.encode(),
            b'"\\ud800"',
            b'"\\u00e9"',
            b'"\\/"',
            b'"\\u000A"',
            b'"\\u001F"',
            b'"\n"',
            b"'a'",
            b'"\xff"',
            b'"\xed\xa0\x80"',
            b"[1,]",
            b"1 1",
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"[" * 17 + b"]" * 17,
        ],
    )
    def test_what_no_writer_writes_is_refused(self, content):
        with pytest.raises(FormatError):
            read_canonical(content, most=1_000_000)

    def test_too_long_is_refused(self):
        assert read_canonical(b'"a"', most=3) == "a"
        with pytest.raises(FormatError, match="longer"):
            read_canonical(b'"a"', most=2)

    def test_loosely_reads_any_spelling_of_the_same_values(self):
        assert read_json(b' {"b" : [ -0, "\\u00e9" ],\n"a":null} ') == {"a": None, "b": [0, "é"]}
        refused = (b'{"a":1,"a":2}', b"1.5", b"NaN", b"9007199254740992", b"-9007199254740992", '{"é":1}'.encode())
        for content in (*refused, b"[" * 17 + b"]" * 17):
            with pytest.raises(FormatError):
                read_json(content)
        assert read_json(b"-9007199254740991") == -MOST_INTEGER
