"""Checkpoints and cosignatures: C2SP tlog-checkpoint and tlog-cosignature, their examples, and notes of real logs."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from blacklist.ledger.checkpoints import (
    Checkpoint,
    cosign,
    cosigned_at,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from blacklist.ledger.cosignatures import cosigned_message, split_timestamped, timestamped
from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.merkle import EMPTY_ROOT
from blacklist.ledger.note_keys import KeyKind, SignerKey, read_vkey
from blacklist.ledger.signed_notes import parse_note, read_signature, sign_note, with_signatures

# C2SP tlog-cosignature: the checkpoint of tlog-checkpoint with a witness's line.
SPEC_TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
SPEC_NOTE = (
    f"{SPEC_TEXT}\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
# A Certificate Transparency log of 2025 with four witnesses; its first line is of a type unknown here (RFC 6962).
REAL_NOTE = (
    "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n"
    "— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
    "— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
    "— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"
    "— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
    "— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n"
)
REAL_LOG = read_vkey("arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f")
REAL_WITNESS = read_vkey("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")
# Made with github.com/transparency-dev/formats/note, cosignature type 0x04.
FORMATS_VKEY = "vec.example/cosigv10+c12688da+BLMSTPoQj0PojM8eKiPf9xUT8g6b0OuMyvYb5sSu9JH5"
FORMATS_NOTE = base64.b64decode(
    "dmVjLmV4YW1wbGUvY29zaWd2MTAKNDIKQ3NVWWFwR0dQbzRka01nSUFVcW9tL1hhamo3aDJmQjJNUEEzajJqeHEyST0KCuKAlCB2ZWMuZXhhbXBs"
    "ZS9jb3NpZ3YxMCB3U2FJMmdBQUFBQnFiTDVRM0hqYlRDSmVxTWczdG1wZFlHQWcwNWlqVGk3azBweXJlSlNVTG10djNnK3lYSCtHL0tvODdKRytR"
    "a0xGNmFmOStHVlZObEVJZ2Y2VDBidzB3UXlNRHc9PQo="
)

LOG = SignerKey("registry.example/log", KeyKind.ED25519, bytes(range(32)))
WITNESS = SignerKey("rail.example/witness", KeyKind.COSIGNATURE, bytes(range(1, 33)))
ROOT = bytes(range(100, 132))
HEAD = Checkpoint("registry.example/log", 1_048_577, ROOT)
NOTE = sign_checkpoint(LOG, size=HEAD.size, root=ROOT)
NOW = 1_795_651_200


class TestText:
    def test_of_the_standards_example(self):
        found = parse_checkpoint(SPEC_TEXT)
        assert (found.origin, found.size, found.extensions) == ("example.com/behind-the-sofa", 20852163, ())
        assert found.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
        assert found.text() == SPEC_TEXT

    @pytest.mark.parametrize(
        "found",
        [
            HEAD,
            Checkpoint("京 + any text", 1, ROOT, ("an extension", "— no signature AAAAAAA=")),
            Checkpoint("a", 0, EMPTY_ROOT),
            Checkpoint("a", (1 << 63) - 1, ROOT),
        ],
    )
    def test_reads_as_it_was_written(self, found):
        assert parse_checkpoint(found.text()) == found

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("20852163", "020852163"),
            ("20852163", "+20852163"),
            ("20852163", "-1"),
            ("20852163", "20852163 "),
            ("20852163", "２０"),
            ("20852163", "0"),  # a root that is not the empty tree's
            ("20852163", "9223372036854775808"),
            ("20852163", "99999999999999999999999999"),
            ("20852163", ""),
            ("q2I=", "q2I"),
            ("q2I=", "q2J="),
            ("q2I=", "q2I=="),
            ("CsUY", "CsUYCsUY"),
            ("CsUY", ""),
            ("/Xaj", "_Xaj"),
            ("q2I=\n", "q2I="),
            ("q2I=\n", "q2I=\n\n"),
            ("q2I=\n", "q2I=\n\nextension\n"),
            ("q2I=\n", "q2I=\r\n"),
            ("example.com/behind-the-sofa\n", ""),
            ("example.com/behind-the-sofa", ""),
            ("sofa", "so\tfa"),
        ],
    )
    def test_in_any_other_form_is_refused(self, old, new):
        assert old in SPEC_TEXT
        with pytest.raises(FormatError):
            parse_checkpoint(SPEC_TEXT.replace(old, new))

    @pytest.mark.parametrize(
        ("origin", "size", "root", "extensions"),
        [
            ("", 1, ROOT, ()),
            ("a\nb", 1, ROOT, ()),
            ("a\x00", 1, ROOT, ()),
            ("\ud800", 1, ROOT, ()),
            ("a", -1, ROOT, ()),
            ("a", 1 << 63, ROOT, ()),
            ("a", 0, ROOT, ()),
            ("a", 1, ROOT[:-1], ()),
            ("a", 1, ROOT, ("",)),
            ("a", 1, ROOT, ("b\n",)),
        ],
    )
    def test_cannot_be_written_of_these(self, origin, size, root, extensions):
        with pytest.raises(FormatError):
            Checkpoint(origin, size, root, extensions)


class TestSigned:
    def test_is_three_lines_and_the_logs_own(self):
        assert NOTE.startswith(
            "registry.example/log\n1048577\nZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=\n\n— registry.example/log "
        )
        assert NOTE.count("\n") == 5

    def test_is_the_same_every_time(self):
        """Two publishers of one size write one note (Ed25519 draws no randomness)."""
        assert sign_checkpoint(LOG, size=HEAD.size, root=ROOT) == NOTE

    def test_opens_with_the_logs_key(self):
        opened = open_checkpoint(NOTE, logs=[LOG.verifier])
        assert (opened.checkpoint, opened.cosigned) == (HEAD, {})

    def test_of_a_real_log_opens_with_its_witness(self):
        opened = open_checkpoint(REAL_NOTE, logs=[REAL_LOG], witnesses=[REAL_WITNESS])
        assert (opened.checkpoint.origin, opened.checkpoint.size) == (REAL_LOG.name, 1432088532)
        assert opened.cosigned == {REAL_WITNESS: 0x6A122120}

    @pytest.mark.parametrize(("old", "new"), [("\n1432088532\n", "\n1432088533\n"), ("U7WM", "U7WN")])
    def test_of_a_real_log_does_not_open_when_changed(self, old, new):
        with pytest.raises(SignatureError):
            open_checkpoint(REAL_NOTE.replace(old, new), logs=[REAL_LOG])
        with pytest.raises(SignatureError):
            open_checkpoint(REAL_NOTE.replace(old, new), logs=[], witnesses=[REAL_WITNESS])

    def test_of_another_origin_is_not_the_logs(self):
        note = sign_note(replace(HEAD, origin="other.example/log").text(), LOG)
        with pytest.raises(SignatureError, match="not signed by its log"):
            open_checkpoint(note, logs=[LOG.verifier])

    def test_by_a_witness_alone_is_not_the_logs(self):
        note = with_signatures(NOTE, [cosign(HEAD, WITNESS, time=NOW)]).splitlines(keepends=True)
        alone = "".join(line for line in note if not line.startswith("— registry"))
        with pytest.raises(SignatureError, match="not signed by its log"):
            open_checkpoint(alone, logs=[LOG.verifier], witnesses=[WITNESS.verifier])

    def test_during_a_rotation_opens_with_either_key(self):
        newer = replace(LOG, seed=bytes(32))
        both = sign_note(HEAD.text(), LOG, newer)
        for keys in ([LOG.verifier], [newer.verifier], [LOG.verifier, newer.verifier]):
            assert open_checkpoint(both, logs=keys).checkpoint == HEAD

    def test_other_notes_are_no_checkpoints(self):
        with pytest.raises(FormatError):
            open_checkpoint(sign_note("drview/v1\n", LOG), logs=[LOG.verifier])

    def test_keys_of_the_wrong_type_are_refused(self):
        witness_as_log, log_as_witness = replace(LOG, kind=KeyKind.COSIGNATURE), replace(WITNESS, kind=KeyKind.ED25519)
        with pytest.raises(FormatError, match="type 0x01"):
            open_checkpoint(NOTE, logs=[witness_as_log.verifier])
        with pytest.raises(FormatError, match="type 0x01"):
            open_checkpoint(NOTE, logs=[LOG.verifier], witnesses=[log_as_witness.verifier])
        with pytest.raises(FormatError):
            sign_checkpoint(witness_as_log, size=1, root=ROOT)
        with pytest.raises(FormatError, match="type 0x04"):
            cosign(HEAD, log_as_witness, time=NOW)
        with pytest.raises(FormatError, match="type 0x04"):
            cosigned_at(HEAD, cosign(HEAD, WITNESS, time=NOW), log_as_witness.verifier)


class TestCosignature:
    def test_signs_what_the_standard_says(self):
        assert cosigned_message(SPEC_TEXT, 1679315147).decode() == (
            "cosignature/v1\n"
            "time 1679315147\n"
            "example.com/behind-the-sofa\n"
            "20852163\n"
            "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        )

    def test_of_the_standards_example_is_taken_apart(self):
        log, witness = parse_note(SPEC_NOTE).signatures
        assert (log.name, log.key_id.hex(), len(log.content)) == ("example.com/behind-the-sofa", "033de0ae", 64)
        assert (witness.name, witness.key_id.hex()) == ("witness.example.com/w1", "8d66cf3f")
        assert split_timestamped(witness.content)[0] == 1679315147
        assert parse_note(SPEC_NOTE).written() == SPEC_NOTE

    def test_of_another_implementation_verifies(self):
        witness = read_vkey(FORMATS_VKEY)
        note = parse_note(FORMATS_NOTE)
        head = parse_checkpoint(note.text)
        assert (head.origin, head.size) == (witness.name, 42)
        assert cosigned_at(head, note.signatures[0], witness) == 0x6A6CBE50
        with pytest.raises(SignatureError):
            cosigned_at(replace(head, size=43), note.signatures[0], witness)

    def test_time_of_another_implementations_line(self):
        line = (
            "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=="
        )
        assert split_timestamped(read_signature(f"— a {line}\n").content)[0] == 1727964367
        plain = "eQjRQm6eSKzFoiYalgwCPXu2y3ijtg68is9M46JKxuZB+dRfTmeQeDBoXnvxZx2ugnkyV+MUMLXpWs1hPb/W/4xkNQY="
        with pytest.raises(FormatError):
            split_timestamped(read_signature(f"— a {plain}\n").content)

    def test_is_made_read_merged_and_verified(self):
        signature = read_signature(cosign(HEAD, WITNESS, time=NOW).line())
        assert cosigned_at(HEAD, signature, WITNESS.verifier) == NOW
        merged = with_signatures(NOTE, [signature])
        assert merged.startswith(NOTE)
        opened = open_checkpoint(merged, logs=[LOG.verifier], witnesses=[WITNESS.verifier])
        assert opened.cosigned == {WITNESS.verifier: NOW}
        assert open_checkpoint(merged, logs=[LOG.verifier]).cosigned == {}, "a line of an unknown key is ignored"

    def test_covers_time_and_every_line(self):
        head = replace(HEAD, extensions=("extension",))
        signature = cosign(head, WITNESS, time=NOW)
        assert cosigned_at(head, signature, WITNESS.verifier) == NOW
        later = replace(signature, content=timestamped(split_timestamped(signature.content)[1], NOW + 1))
        for changed, line in (
            (head, later),
            (HEAD, signature),
            (replace(head, extensions=("other",)), signature),
            (replace(head, size=head.size + 1), signature),
            (replace(head, root=ROOT[::-1]), signature),
            (replace(head, origin="registry.example/log2"), signature),
        ):
            with pytest.raises(SignatureError):
                cosigned_at(changed, line, WITNESS.verifier)

    def test_any_flipped_bit_fails(self):
        signature = cosign(HEAD, WITNESS, time=NOW)
        for bit in range(len(signature.content) * 8):
            changed = bytearray(signature.content)
            changed[bit // 8] ^= 1 << bit % 8
            with pytest.raises(SignatureError):
                cosigned_at(HEAD, replace(signature, content=bytes(changed)), WITNESS.verifier)

    def test_of_another_witness_does_not_count(self):
        other = replace(WITNESS, name="border.example/witness")
        with pytest.raises(SignatureError):
            cosigned_at(HEAD, cosign(HEAD, other, time=NOW), WITNESS.verifier)
        with pytest.raises(SignatureError):
            cosigned_at(HEAD, cosign(HEAD, replace(WITNESS, seed=bytes(32)), time=NOW), WITNESS.verifier)

    @pytest.mark.parametrize("changed", [{"name": "border.example/witness"}, {"key_id": bytes(4)}])
    def test_under_another_name_or_id_does_not_count(self, changed):
        with pytest.raises(SignatureError):
            cosigned_at(HEAD, replace(cosign(HEAD, WITNESS, time=NOW), **changed), WITNESS.verifier)

    def test_a_bad_line_of_a_known_witness_spoils_the_note(self):
        stale = cosign(replace(HEAD, size=HEAD.size - 1), WITNESS, time=NOW)
        with pytest.raises(SignatureError, match="does not verify"):
            open_checkpoint(with_signatures(NOTE, [stale]), logs=[LOG.verifier], witnesses=[WITNESS.verifier])

    @pytest.mark.parametrize("time", [-1, 1 << 63, 1 << 64])
    def test_has_no_such_time(self, time):
        with pytest.raises(FormatError):
            cosign(HEAD, WITNESS, time=time)
        with pytest.raises(FormatError):
            timestamped(bytes(64), time)

    def test_a_time_above_the_limit_is_not_read(self):
        with pytest.raises(FormatError):
            split_timestamped(b"\x80" + bytes(71))
        assert split_timestamped(b"\x7f" + b"\xff" * 7 + bytes(64))[0] == (1 << 63) - 1

    @pytest.mark.parametrize("size", [0, 8, 64, 71, 73])
    def test_has_72_bytes(self, size):
        with pytest.raises(FormatError):
            split_timestamped(bytes(size))
        if size != 64:
            with pytest.raises(FormatError):
                timestamped(bytes(size), NOW)
