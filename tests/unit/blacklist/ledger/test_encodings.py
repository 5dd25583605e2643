"""Numbers, base64 and text as the note formats write them."""

from __future__ import annotations

import pytest

from blacklist.ledger.encodings import check_number, decode64, decode_text, encode64, read_number
from blacklist.ledger.faults import FormatError


class TestBase64:
    """RFC 4648 §10."""

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"", ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"fooba", "Zm9vYmE="),
            (b"foobar", "Zm9vYmFy"),
            (b"\xfb\xff", "+/8="),
        ],
    )
    def test_is_the_standards(self, content, text):
        assert encode64(content) == text
        assert decode64(text, size=len(content)) == content
        for size in (len(content) - 1, len(content) + 1):
            with pytest.raises(FormatError):
                decode64(text, size=size)

    @pytest.mark.parametrize(
        "text", ["Zg", "Zg=", "Zh==", "Zg===", "Z g==", "Zg==\n", "-_8=", "=", "Zm9v====", "Ｚg=="]
    )
    def test_in_any_other_form_is_refused(self, text):
        with pytest.raises(FormatError):
            decode64(text)


class TestNumbers:
    @pytest.mark.parametrize("number", [0, 1, 9, 10, 255])
    def test_are_decimal(self, number):
        assert read_number(str(number), most=255) == number
        check_number(number, most=255)

    @pytest.mark.parametrize("text", ["", "00", "01", "+1", "-0", "1.0", "1_0", " 1", "1\n", "0x1", "١", "１", "256"])
    def test_in_any_other_form_or_too_large_are_refused(self, text):
        with pytest.raises(FormatError):
            read_number(text, most=255)

    def test_end_at_the_largest_of_a_column(self):
        assert read_number("9223372036854775807") == (1 << 63) - 1
        for text in ("9223372036854775808", "1" + "0" * 19, "9" * 5_000):
            with pytest.raises(FormatError):
                read_number(text)
        for number in (-1, 1 << 63):
            with pytest.raises(FormatError):
                check_number(number)


class TestText:
    def test_is_utf8_of_a_length(self):
        assert decode_text("京\n", most=4) == decode_text("京\n".encode(), most=4) == "京\n"
        for content, most in (("京\n", 3), (b"\xff", 9), ("\ud800", 9), (b"\xed\xa0\x80", 9), ("\t", 9), ("\x00", 9)):
            with pytest.raises(FormatError):
                decode_text(content, most=most)
