"""Case numbers as people write them."""

from __future__ import annotations

import pytest

from blacklist.errors import InvalidError
from blacklist.identity.case_numbers import CaseNumber, parse_case_number


@pytest.mark.parametrize(
    "text",
    ["（2026）京0199执1234号", "(2026)京0199执1234号", " ( ２０２６ ) 京0199 执 01234 号", "〔2026〕京0199执1234号"],
)
def test_variants_have_one_normal_form(text: str) -> None:
    assert parse_case_number(text) == CaseNumber("（2026）京0199执1234号", 2026, "京0199", "执", 1234)


@pytest.mark.parametrize(
    ("text", "court", "kind", "part"),
    [
        ("(2026)沪99执恢3558号", "沪99", "执恢", ""),
        ("（2019）最高法执监12号", "最高法", "执监", ""),
        ("（2019）京执复5号之二", "京", "执复", "之二"),
        ("（2019）兵0101司惩复5号之1", "兵0101", "司惩复", "之1"),
    ],
)
def test_courts_and_kinds(text: str, court: str, kind: str, part: str) -> None:
    number = parse_case_number(text)
    assert (number.court_word, number.type_word, number.part, number.legacy) == (court, kind, part, False)


def test_the_old_style_is_text_and_says_so() -> None:
    number = parse_case_number("(2014)朝执字第01234号")
    assert number == CaseNumber("（2014）朝执字第01234号", 2014, "朝", "执字", 1234, "", True)


@pytest.mark.parametrize(
    "text",
    [
        "京0199执88号",
        "（2026）京0199执号",
        "（2026）京0199执0号",
        "（2026）京0199执12",
        "（2026）京019执12号",
        "（1826）京0199执12号",
        "（2026）京0199执1234号-限消1",
        "（2026）京0199执١٢号",
        "（2026）" + "京" * 200,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        parse_case_number(text)
    assert (caught.value.errors[0].pointer, caught.value.errors[0].code) == ("/case_number", "bad-case-number")


def test_missing() -> None:
    with pytest.raises(InvalidError) as caught:
        parse_case_number(" ")
    assert caught.value.errors[0].code == "missing"
