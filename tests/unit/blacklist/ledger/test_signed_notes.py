"""Keys and signed notes: C2SP signed-note, its example, and the vectors of golang.org/x/mod/sumdb/note."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.note_keys import KeyKind, SignerKey, VerifierKey, read_skey, read_vkey
from blacklist.ledger.signed_notes import (
    MOST_NOTE_BYTES,
    MOST_SIGNATURES,
    Note,
    Signature,
    open_note,
    parse_note,
    read_signature,
    sign_note,
    sign_text,
    with_signatures,
)

# golang.org/x/mod/sumdb/note
PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH_VKEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
PETER_NOTE = f"{TEXT}\n{PETER_LINE}"
# C2SP signed-note
SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)

PETER = read_vkey(PETER_VKEY)
ENOCH = read_vkey(ENOCH_VKEY)
MINE = SignerKey("registry.example/log", KeyKind.ED25519, bytes(range(32)))


def wrong(line: str) -> str:
    """The same line with one bit of its signature changed; the key's id stays."""
    signature = read_signature(line)
    return replace(signature, content=signature.content[:-1] + bytes([signature.content[-1] ^ 1])).line()


class TestKeys:
    @pytest.mark.parametrize(
        ("vkey", "name", "kind", "key_id"),
        [
            (PETER_VKEY, "PeterNeumann", KeyKind.ED25519, "c74f20a3"),
            (ENOCH_VKEY, "EnochRoot", KeyKind.ED25519, "af0cfe78"),
            (SPEC_VKEY, "example.com/foo", KeyKind.ED25519, "530d903a"),
            (
                "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
                "sum.golang.org",
                KeyKind.ED25519,
                "033de0ae",
            ),
            (
                "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
                "remora.n621.de",
                KeyKind.COSIGNATURE,
                "da77ade7",
            ),
        ],
    )
    def test_published_ones_are_read_and_written(self, vkey, name, kind, key_id):
        key = read_vkey(vkey)
        assert (key.name, key.kind, key.key_id.hex()) == (name, kind, key_id)
        assert key.written() == vkey

    def test_a_signer_gives_its_verifier_and_never_shows_its_seed(self):
        key = read_skey(PETER_SKEY)
        assert key.written() == PETER_SKEY
        assert key.verifier == PETER
        assert repr(key) == "SignerKey(name='PeterNeumann', kind=<KeyKind.ED25519: 1>)"

    def test_one_seed_has_another_id_as_a_witness(self):
        witness = replace(MINE, kind=KeyKind.COSIGNATURE)
        assert witness.verifier.public == MINE.verifier.public
        assert witness.verifier.key_id != MINE.verifier.key_id
        assert read_skey(witness.written()) == witness
        assert read_vkey(witness.verifier.written()) == witness.verifier

    @pytest.mark.parametrize(
        "vkey",
        [
            # the reference implementation's own: too long, and of an unknown type, both with the id that fits
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            PETER_VKEY.replace("c74f20a3", "c74f20a4"),
            PETER_VKEY.replace("c74f20a3", "C74F20A3"),
            PETER_VKEY.replace("c74f20a3", "c7 4f20a3"),
            PETER_VKEY.replace("c74f20a3", "74f20a3"),
            PETER_VKEY.replace("PeterNeumann", "EnochRoot"),
            PETER_VKEY.replace("PeterNeumann", ""),
            PETER_VKEY.replace("PeterNeumann", "Peter Neumann"),
            PETER_VKEY + "=",
            PETER_VKEY + "\n",
            " " + PETER_VKEY,
            PETER_VKEY[:-1],
            "PeterNeumann+c74f20a3",
            "PeterNeumann+c74f20a3+",
            PETER_SKEY,
            "",
        ],
    )
    def test_a_verifier_written_otherwise_is_refused(self, vkey):
        with pytest.raises(FormatError):
            read_vkey(vkey)

    @pytest.mark.parametrize(
        "skey",
        [
            PETER_VKEY,
            PETER_SKEY.removeprefix("PRIVATE+KEY+"),
            PETER_SKEY.replace("PRIVATE", "private"),
            PETER_SKEY.replace("c74f20a3", "c74f20a4"),
            PETER_SKEY.replace("PeterNeumann", "EnochRoot"),
            PETER_SKEY[:-4],
            PETER_SKEY + "\n",
        ],
    )
    def test_a_signer_written_otherwise_is_refused_and_not_repeated(self, skey):
        with pytest.raises(FormatError) as refusal:
            read_skey(skey)
        assert "AYEKFALVFGyNhPJEMzD1" not in str(refusal.value)

    @pytest.mark.parametrize(
        "name",
        ["", "a b", "a+b", "a\u00a0b", "a\u3000b", "a\u2028b", "a\nb", "a\x01b", "e\u0301", "\ud800", "a" * 256],
    )
    def test_no_key_has_such_a_name(self, name):
        with pytest.raises(FormatError):
            VerifierKey(name, KeyKind.ED25519, bytes(32))
        with pytest.raises(FormatError):
            SignerKey(name, KeyKind.ED25519, bytes(32))

    def test_a_name_has_255_bytes_at_most(self):
        assert read_vkey(VerifierKey("京" * 85, KeyKind.ED25519, bytes(32)).written()).name == "京" * 85

    @pytest.mark.parametrize("size", [0, 31, 33])
    def test_no_key_has_such_a_length(self, size):
        with pytest.raises(FormatError):
            VerifierKey("a", KeyKind.ED25519, bytes(size))
        with pytest.raises(FormatError):
            SignerKey("a", KeyKind.ED25519, bytes(size))


class TestIsDegenerate:
    @pytest.mark.parametrize(
        "point",
        [
            "00" * 32,  # of order 4
            "00" * 31 + "80",
            "01" + "00" * 31,  # the neutral point
            "01" + "00" * 30 + "80",  # and once more, not canonical
            "ec" + "ff" * 30 + "7f",  # of order 2
            "ed" + "ff" * 30 + "7f",
            "ee" + "ff" * 30 + "7f",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  # of order 8
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        ],
    )
    def test_finds_keys_that_are_everybodys(self, point):
        assert VerifierKey("rail.example/ack", KeyKind.ED25519, bytes.fromhex(point)).is_degenerate()

    @pytest.mark.parametrize("number", range(8))
    def test_a_key_somebody_made_is_none(self, number):
        assert not SignerKey("rail.example/ack", KeyKind.ED25519, bytes([number]) * 32).verifier.is_degenerate()


class TestVectors:
    def test_the_note_of_peter_neumann_opens_and_is_signed_again_byte_for_byte(self):
        assert open_note(PETER_NOTE, [PETER]).text == TEXT
        assert sign_note(TEXT, read_skey(PETER_SKEY)) == PETER_NOTE

    def test_a_second_line_is_added_and_both_verify(self):
        both = with_signatures(PETER_NOTE, [read_signature(ENOCH_LINE)])
        assert both == PETER_NOTE + ENOCH_LINE
        assert list(open_note(both, [ENOCH, PETER]).signatures) == [PETER, ENOCH]

    def test_the_example_of_the_standard_opens(self):
        assert open_note(SPEC_NOTE, [read_vkey(SPEC_VKEY)]).text == "This is an example message.\n"

    def test_the_last_blank_line_ends_the_text(self):
        note = parse_note(POEM)
        assert note.text == (
            "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
        )
        assert [one.name for one in note.signatures] == ["quasimodo.example/salvatore"]
        assert len(note.signatures[0].content) == 64
        assert note.written() == POEM

    @pytest.mark.parametrize(
        "note",
        [
            TEXT,
            TEXT + "\n",
            TEXT + "\n" + PETER_LINE[:-1],
            TEXT + "\n" + PETER_LINE[:-1] + "=",
            PETER_LINE,
            TEXT + PETER_LINE,
            "\x01" + PETER_NOTE,
            b"\xff" + PETER_NOTE.encode(),
            TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "Bad Name"),
            PETER_NOTE + "Unexpected line.\n",
        ],
    )
    def test_the_reference_implementations_bad_notes_are_refused(self, note):
        with pytest.raises(FormatError):
            open_note(note, [PETER])


class TestParsing:
    @pytest.mark.parametrize(
        "line",
        [
            "- PeterNeumann x08go/Y=\n",
            "—PeterNeumann x08go/Y=\n",
            "—  PeterNeumann x08go/Y=\n",
            "— PeterNeumann  x08go/Y=\n",
            "— PeterNeumann\n",
            "— PeterNeumann \n",
            "—  x08go/Y=\n",
            "— Peter+Neumann x08go/Y=\n",
            "— Peter\u00a0Neumann x08go/Y=\n",
            "— PeterNeumann x08go/Y=\r\n",
            "— PeterNeumann x08go/Y= \n",
            "— PeterNeumann x08go/Y\n",
            "— PeterNeumann x08go/Y==\n",
            "— PeterNeumann x08go/Z=\n",  # bits that no byte carries
            "— PeterNeumann x08go_Y=\n",
            "— PeterNeumann x08gow==\n",  # a key id and nothing more
            "— PeterNeumann x08g o/Y=\n",
            "— Peter\ud800Neumann x08go/Y=\n",
            "— PeterNeumann x08go/Y=",
        ],
    )
    def test_a_line_in_any_other_form_is_refused(self, line):
        with pytest.raises(FormatError):
            read_signature(line)
        with pytest.raises(FormatError):
            parse_note(f"{TEXT}\n{line}{PETER_LINE}")

    def test_the_same_line_in_the_right_form_is_read(self):
        assert read_signature("— PeterNeumann x08go/Y=\n") == Signature(
            "PeterNeumann", bytes.fromhex("c74f20a3"), b"\xf6"
        )

    @pytest.mark.parametrize("character", [chr(code) for code in range(0x20) if code != 0x0A])
    def test_a_control_character_is_refused(self, character):
        with pytest.raises(FormatError, match="control character"):
            parse_note(PETER_NOTE.replace("cryptography", character))
        with pytest.raises(FormatError, match="control character"):
            sign_note(f"a{character}\n", MINE)

    def test_other_text_is_the_signers_own(self):
        """The standard forbids control characters below U+0020 alone; text is neither normalised nor judged."""
        text = "\x7f\u0085 e\u0301 京0199 \U0001f600\n\n\n"
        note = sign_note(text, MINE)
        assert open_note(note.encode(), [MINE.verifier]).text == text

    def test_too_much_is_refused(self):
        assert len(parse_note(TEXT + "\n" + PETER_LINE * MOST_SIGNATURES).signatures) == MOST_SIGNATURES
        with pytest.raises(FormatError, match="too many"):
            parse_note(TEXT + "\n" + PETER_LINE * (MOST_SIGNATURES + 1))
        room = MOST_NOTE_BYTES - len(f"\n\n{PETER_LINE}".encode())
        assert parse_note("a" * room + "\n\n" + PETER_LINE).text == "a" * room + "\n"
        with pytest.raises(FormatError, match="longer"):
            parse_note("a" * (room + 1) + "\n\n" + PETER_LINE)

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.lists(st.binary(min_size=5), max_size=4))
    def test_what_is_read_is_written_back(self, text, contents):
        lines = "".join(f"— a {base64.b64encode(one).decode()}\n" for one in contents)
        whole = f"{text}\n\n{lines}"
        try:
            note = parse_note(whole)
        except FormatError:
            assert not contents or any(one < " " and one != "\n" for one in text)
        else:
            assert note.written() == whole


class TestOpening:
    def test_lines_of_unknown_keys_are_ignored(self):
        assert list(open_note(PETER_NOTE + ENOCH_LINE, [PETER]).signatures) == [PETER]
        assert list(open_note(PETER_NOTE + wrong(ENOCH_LINE), [PETER]).signatures) == [PETER]

    def test_a_name_or_an_id_alone_is_no_known_key(self):
        same_name = Signature("PeterNeumann", ENOCH.key_id, bytes(64)).line()
        same_id = Signature("EnochRoot", PETER.key_id, bytes(64)).line()
        assert list(open_note(f"{TEXT}\n{same_name}{same_id}{PETER_LINE}", [PETER]).signatures) == [PETER]

    @pytest.mark.parametrize("note", [TEXT + "\n" + ENOCH_LINE, TEXT + "\n" + wrong(ENOCH_LINE)])
    def test_without_a_known_key_nothing_is_believed(self, note):
        with pytest.raises(SignatureError, match="no known key"):
            open_note(note, [PETER])
        with pytest.raises(SignatureError, match="no known key"):
            open_note(note, [])

    def test_a_bad_line_of_a_known_key_spoils_the_note(self):
        for note in (
            f"{TEXT}\n{wrong(PETER_LINE)}",
            f"{TEXT}\n{PETER_LINE}{wrong(ENOCH_LINE)}",
            f"{TEXT}\n{PETER_LINE}{wrong(PETER_LINE)}",
            f"{TEXT}\n{Signature(PETER.name, PETER.key_id, bytes(63)).line()}",
        ):
            with pytest.raises(SignatureError, match="does not verify"):
                open_note(note, [PETER, ENOCH])

    def test_a_line_twice_counts_once(self):
        assert list(open_note(PETER_NOTE + PETER_LINE, [PETER, PETER]).signatures) == [PETER]

    def test_no_other_text_bears_the_signature(self):
        for text in (TEXT[:-2] + "!\n", TEXT + "\n", "\n" + TEXT, TEXT.replace("\n", "\n\n")):
            with pytest.raises(SignatureError):
                open_note(f"{text}\n{PETER_LINE}", [PETER])

    def test_any_flipped_bit_of_the_signature_fails(self):
        signature = read_signature(PETER_LINE)
        for bit in range(len(signature.content) * 8):
            changed = bytearray(signature.content)
            changed[bit // 8] ^= 1 << bit % 8
            assert not PETER.verifies(TEXT, bytes(changed))
        assert PETER.verifies(TEXT, signature.content)

    def test_two_keys_under_one_name_and_id_are_a_fault_of_the_configuration(self):
        """An id of four bytes is soon met twice; who can plant such a key in the configuration owns it anyway."""
        seen: dict[bytes, VerifierKey] = {}
        for number in range(1_000_000):
            key = VerifierKey("a", KeyKind.ED25519, number.to_bytes(32, "big"))
            if key.key_id in seen:
                break
            seen[key.key_id] = key
        with pytest.raises(FormatError, match="share"):
            open_note(PETER_NOTE, iter([PETER, seen[key.key_id], key]))


class TestSigning:
    @pytest.mark.parametrize("text", ["", "no newline", "a\x00\n", "\ud800\n"])
    def test_what_is_no_text_of_a_note_is_not_signed(self, text):
        with pytest.raises(FormatError):
            sign_note(text, MINE)

    def test_a_witness_signs_no_plain_text(self):
        with pytest.raises(FormatError):
            sign_text(TEXT, replace(MINE, kind=KeyKind.COSIGNATURE))

    def test_is_the_same_every_time_in_the_order_of_the_keys(self):
        other = SignerKey("registry.example/view", KeyKind.ED25519, bytes(32))
        assert sign_note(TEXT, MINE, other) == sign_note(TEXT, MINE, other)
        assert [one.name for one in parse_note(sign_note(TEXT, other, MINE)).signatures] == [other.name, MINE.name]

    def test_a_newer_line_takes_the_place_of_an_older_one(self):
        older = Signature(PETER.name, PETER.key_id, b"old")
        note = Note(TEXT, (older, read_signature(ENOCH_LINE))).written()
        assert with_signatures(note, [read_signature(PETER_LINE)]) == f"{TEXT}\n{ENOCH_LINE}{PETER_LINE}"
        assert with_signatures(PETER_NOTE, [read_signature(PETER_LINE)]) == PETER_NOTE

    def test_no_note_grows_beyond_what_is_read(self):
        nearly = TEXT + "\n" + PETER_LINE * (MOST_SIGNATURES - 1)
        assert len(parse_note(with_signatures(nearly, [read_signature(ENOCH_LINE)])).signatures) == MOST_SIGNATURES
        with pytest.raises(FormatError, match="too many"):
            with_signatures(nearly + PETER_LINE, [read_signature(ENOCH_LINE)])
