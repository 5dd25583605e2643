"""A log line is JSON, and holds nothing that looks like a document number or a key."""

from __future__ import annotations

import json
import logging

import pytest

from blacklist.logs import JsonFormatter, redact


def line_of(**extra):
    record = logging.makeLogRecord({"name": "test", "levelname": "INFO", "msg": "order issued", **extra})
    return json.loads(JsonFormatter(lambda: {"request_id": "r1"}).format(record))


class TestRedact:
    @pytest.mark.parametrize(
        "secret",
        [
            pytest.param("11010519491231002X", id="resident number"),
            pytest.param("110105491231002", id="resident number of 15 digits"),
            pytest.param("91350100M000100Y43", id="credit code"),
            pytest.param("E00000001", id="passport"),
            pytest.param("jr_test_abc123_secret", id="agency key"),
            pytest.param("Bearer abc.def", id="bearer token"),
        ],
    )
    def test_hides(self, secret):
        assert secret not in redact(f"asked about {secret} today")


class TestJsonFormatter:
    def test_keeps_the_registrys_own_ids_whole(self):
        assert line_of(run_id=123456789012345678)["run_id"] == 123456789012345678

    def test_hides_a_number_given_as_a_number(self):
        assert line_of(asked=110105194912310021)["asked"] == "[redacted]"

    def test_hides_inside_lists_and_mappings(self):
        assert line_of(asked={"numbers": ["11010519491231002X"]})["asked"] == {"numbers": ["[redacted]"]}

    def test_keeps_line_breaks_inside_their_string(self):
        assert line_of(note="a\nb")["note"] == "a\nb"

    def test_adds_the_context(self):
        assert line_of()["request_id"] == "r1"
