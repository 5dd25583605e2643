"""The view statement `drview/v1`: nine lines, signed by the registry and countersigned by the agency."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.note_keys import KeyKind, SignerKey
from blacklist.ledger.signed_notes import sign_note
from blacklist.ledger.statements import (
    Statement,
    acknowledge,
    open_acknowledgement,
    open_statement,
    parse_statement,
    sign_statement,
)

# The example of the design, byte for byte.
TEXT = """drview/v1
rail.example
5b1e90c2a7d34f6c8e1b0d9f2a4c6e80
3
1048577
10000000
HMXoKsZxfF2/7unLd4Hyzixs80rz3OM8O+gztdTJxLU=
VnvKqLLyX++/2ACi8DedaimZSFFeI/yiCC9fWIhR8Zo=
1795651200
"""
STATEMENT = Statement(
    agency="rail.example",
    epoch="5b1e90c2a7d34f6c8e1b0d9f2a4c6e80",
    key_epoch=3,
    size=1_048_577,
    n=10_000_000,
    view_root=base64.b64decode("HMXoKsZxfF2/7unLd4Hyzixs80rz3OM8O+gztdTJxLU="),
    log_root=base64.b64decode("VnvKqLLyX++/2ACi8DedaimZSFFeI/yiCC9fWIhR8Zo="),
    time=1_795_651_200,
)
VIEW = SignerKey("registry.example/view", KeyKind.ED25519, bytes(32))
ACK = SignerKey("rail.example/ack", KeyKind.ED25519, bytes([1]) * 32)
NOTE = sign_statement(STATEMENT, VIEW)


class TestText:
    def test_of_the_design(self):
        assert STATEMENT.text() == TEXT
        assert parse_statement(TEXT) == STATEMENT
        assert TEXT.count("\n") == 9

    @given(
        st.builds(
            Statement,
            agency=st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?", fullmatch=True),
            epoch=st.binary(min_size=16, max_size=16).map(bytes.hex),
            key_epoch=st.integers(0, (1 << 32) - 1),
            size=st.integers(0, (1 << 63) - 1),
            n=st.integers(0, (1 << 63) - 1),
            view_root=st.binary(min_size=32, max_size=32),
            log_root=st.binary(min_size=32, max_size=32),
            time=st.integers(0, (1 << 63) - 1),
        )
    )
    def test_reads_as_it_was_written(self, statement):
        assert parse_statement(statement.text()) == statement

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("drview/v1", "drview/v2"),
            ("drview/v1\n", ""),
            ("rail.example", "Rail.example"),
            ("rail.example", "rail.example."),
            ("rail.example", "rail example"),
            ("rail.example", "铁路.example"),
            ("rail.example", ""),
            ("5b1e", "5B1E"),
            ("5b1e", "5b1"),
            ("5b1e", "5b1ee"),
            ("\n3\n", "\n03\n"),
            ("\n3\n", "\n-3\n"),
            ("\n3\n", "\n4294967296\n"),
            ("1048577", "1048577 "),
            ("10000000", "1e7"),
            ("10000000", "１"),
            ("HMXo", "HMX"),
            ("xLU=", "xLU"),
            ("xLU=", "xLV="),
            ("8Zo=", "8Zo=\n"),
            ("1795651200", "1795651200.0"),
            ("1795651200\n", "1795651200"),
            ("1795651200\n", "1795651200\n\n"),
            ("1795651200\n", "1795651200\nextension\n"),
            ("1795651200\n", "1795651200\r\n"),
            ("1795651200\n", ""),
        ],
    )
    def test_in_any_other_form_is_refused(self, old, new):
        assert old in TEXT
        with pytest.raises(FormatError):
            parse_statement(TEXT.replace(old, new, 1))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"agency": "a\nb"},
            {"agency": "a" * 101},
            {"epoch": "0" * 31},
            {"key_epoch": -1},
            {"size": 1 << 63},
            {"n": -1},
            {"time": -1},
            {"view_root": bytes(31)},
            {"log_root": b""},
        ],
    )
    def test_cannot_be_written_of_these(self, wrong):
        with pytest.raises(FormatError):
            replace(STATEMENT, **wrong)

    def test_is_newer_by_time_or_by_size(self):
        assert not STATEMENT.is_newer_than(STATEMENT)
        assert replace(STATEMENT, time=STATEMENT.time + 1).is_newer_than(STATEMENT)
        assert replace(STATEMENT, size=STATEMENT.size + 1).is_newer_than(STATEMENT)
        assert not STATEMENT.is_newer_than(replace(STATEMENT, time=STATEMENT.time + 1))


class TestSigned:
    def test_is_the_text_and_one_line(self):
        assert NOTE.startswith(TEXT + "\n— registry.example/view ")
        assert sign_statement(STATEMENT, VIEW) == NOTE
        assert open_statement(NOTE, view_keys=[VIEW.verifier]) == STATEMENT

    def test_by_another_key_is_not_the_registrys(self):
        for key in (replace(VIEW, seed=b"2" * 32), replace(VIEW, name="registry.example/log")):
            with pytest.raises(SignatureError):
                open_statement(sign_statement(STATEMENT, key), view_keys=[VIEW.verifier])

    def test_changed_in_any_line_does_not_verify(self):
        changed = NOTE.replace("\n1048577\n", "\n1048578\n")
        with pytest.raises(SignatureError):
            open_statement(changed, view_keys=[VIEW.verifier])

    def test_of_another_format_is_refused_though_signed(self):
        with pytest.raises(FormatError):
            open_statement(sign_note("drview/v2\n", VIEW), view_keys=[VIEW.verifier])

    def test_a_witness_key_verifies_no_statement(self):
        witness = replace(VIEW, kind=KeyKind.COSIGNATURE).verifier
        with pytest.raises(FormatError, match="type 0x01"):
            open_statement(NOTE, view_keys=[witness])
        for keys in ([witness], [VIEW.verifier]), ([VIEW.verifier], [witness]):
            with pytest.raises(FormatError, match="type 0x01"):
                open_acknowledgement(NOTE, view_keys=keys[0], ack_keys=keys[1])


class TestAcknowledged:
    BOTH = acknowledge(NOTE, ACK)

    def test_bears_both_lines(self):
        assert self.BOTH.startswith(NOTE + "— rail.example/ack ")
        found = open_acknowledgement(self.BOTH, view_keys=[VIEW.verifier], ack_keys=[ACK.verifier])
        assert found == STATEMENT

    def test_needs_both(self):
        alone = sign_statement(STATEMENT, ACK)
        for note in (NOTE, alone):
            with pytest.raises(SignatureError):
                open_acknowledgement(note, view_keys=[VIEW.verifier], ack_keys=[ACK.verifier])

    def test_by_another_agency_is_not_this_ones(self):
        other = acknowledge(NOTE, SignerKey("border.example/ack", KeyKind.ED25519, ACK.seed))
        with pytest.raises(SignatureError, match="missing"):
            open_acknowledgement(other, view_keys=[VIEW.verifier], ack_keys=[ACK.verifier])

    def test_of_a_statement_that_the_registry_never_made_is_not_accepted(self):
        forged = acknowledge(sign_statement(STATEMENT, replace(VIEW, seed=b"2" * 32)), ACK)
        with pytest.raises(SignatureError, match="missing"):
            open_acknowledgement(forged, view_keys=[VIEW.verifier], ack_keys=[ACK.verifier])

    def test_only_statements_are_acknowledged(self):
        with pytest.raises(FormatError):
            acknowledge(sign_note("anything\n", VIEW), ACK)
        with pytest.raises(FormatError):
            acknowledge(NOTE, replace(ACK, kind=KeyKind.COSIGNATURE))

    def test_during_a_rotation_verifies_under_either_key(self):
        newer = replace(VIEW, seed=b"3" * 32)
        both = acknowledge(sign_statement(STATEMENT, VIEW, newer), ACK)
        for key in (VIEW, newer):
            assert open_acknowledgement(both, view_keys=[key.verifier], ack_keys=[ACK.verifier]) == STATEMENT
