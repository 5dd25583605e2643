"""One row, one fault: each with its own code in its own column."""

from __future__ import annotations

from datetime import date

import pytest

from blacklist.importing.columns import Cells
from blacklist.importing.fields import parse_day, parse_sum
from blacklist.importing.reading import Row
from blacklist.importing.rows import ImportedRow, RowReader

ON = date(2026, 11, 24)
PERSON = Cells(
    iname="测试癸",
    cardNum="710100198006060100",
    courtName="示例市示范区人民法院",
    areaName="北京",
    caseCode="(2026) 京0199执1234号",
    gistId="（2025）京0199民初1号",
    gistUnit="示例市示范区人民法院",
    regDate="20260105",
    publishDate="2026年02月06日",
    duty="偿还借款本金100元",
    performance="全部未履行",
    performedPart="暂无",
    unperformPart="100元",
    disruptTypeName="违反财产报告制度",
)
UNIT = PERSON._replace(
    iname="测试一号有限公司", cardNum="91350100M000100Y43", businessEntity="测试壬", partyTypeName="1"
)


def check(cells: Cells) -> tuple[ImportedRow | None, list[tuple[str, str]], list[str]]:
    reader = RowReader(on=ON)
    made = reader.check(Row(2, cells))
    assert all(one.line == 2 and one.detail and one.english for one in reader.faults)
    return made, [(one.column, one.code) for one in reader.faults], [one.code for one in reader.notes]


def test_a_sound_row() -> None:
    made, faults, notes = check(PERSON)
    assert (faults, notes) == ([], [])
    assert made is not None
    assert (made.case_number, made.court_word) == ("（2026）京0199执1234号", "京0199")
    assert (made.filed_on, made.decided_on, made.ends_on) == (date(2026, 1, 5), date(2026, 2, 6), date(2028, 2, 6))
    assert (made.amount_due, made.amount_performed, made.performance) == (10_000, None, "none")
    assert made.birth_date == date(1980, 6, 6)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"iname": " "}, ("iname", "missing")),
        ({"iname": '=HYPERLINK("x")'}, ("iname", "formula")),
        ({"iname": "测\u202e试"}, ("iname", "bad-characters")),
        ({"iname": "测" * 101}, ("iname", "too-long")),
        ({"cardNum": ""}, ("cardNum", "missing")),
        ({"cardNum": "710100198006060101"}, ("cardNum", "bad-check-digit")),
        ({"cardNum": "71O100198006060100"}, ("cardNum", "letter-for-digit")),
        ({"cardNum": "7.10101E+17"}, ("cardNum", "destroyed-by-spreadsheet")),
        ({"cardNum": "71010019800606"}, ("cardNum", "bad-length")),
        ({"cardNum": "710100198006310100"}, ("cardNum", "bad-birth-date")),
        ({"cardType": "licence"}, ("cardType", "unknown-type")),
        ({"cardNum": "A1234567", "cardType": "passport", "country": "XXX"}, ("country", "bad-country")),
        ({"cardNum": "A1234567", "cardType": "passport", "country": "USA"}, ("age", "birth-date-unknown")),
        ({"cardNum": "A1234567", "cardType": "passport", "country": "USA", "age": "17"}, ("age", "minor")),
        ({"cardNum": "7101002012****0100"}, ("cardNum", "minor")),
        ({"sexy": "男"}, ("sexy", "sex-contradicts-number")),
        ({"sexy": "abc"}, ("sexy", "bad-sex")),
        ({"age": "-3"}, ("age", "bad-age")),
        ({"age": "abc"}, ("age", "bad-age")),
        ({"partyTypeName": "1"}, ("cardNum", "kind-contradicts-number")),
        ({"partyTypeName": "9"}, ("partyTypeName", "bad-party-type")),
        ({"caseCode": ""}, ("caseCode", "missing")),
        ({"caseCode": "京0199执88号"}, ("caseCode", "bad-case-number")),
        ({"caseCode": "（2026）京0199民初88号"}, ("caseCode", "not-enforcement-case")),
        ({"regDate": "20250230"}, ("regDate", "bad-date")),
        ({"regDate": ""}, ("regDate", "missing")),
        ({"regDate": "20260207"}, ("regDate", "dates-out-of-order")),
        ({"publishDate": "2026-11-25"}, ("publishDate", "date-in-future")),
        ({"disruptTypeName": "其他原因"}, ("disruptTypeName", "unknown-ground")),
        ({"disruptTypeName": ""}, ("disruptTypeName", "missing")),
        ({"unperformPart": "-5元"}, ("unperformPart", "bad-amount")),
        ({"unperformPart": "9" * 20}, ("unperformPart", "bad-amount")),
        ({"performedPart": "1.2.3"}, ("performedPart", "bad-amount")),
        ({"performance": "也许"}, ("performance", "bad-performance")),
        ({"courtName": ""}, ("courtName", "missing")),
        ({"gistId": "x" * 101}, ("gistId", "too-long")),
        ({"duty": ""}, ("duty", "missing")),
        ({"duty": "字" * 4001}, ("duty", "too-long")),
        ({"duty": "=cmd|' /C calc'!A0"}, ("duty", "formula")),
        ({"duty": "a\x00b"}, ("duty", "bad-characters")),
        ({"cardNum": "7101001980\t06060100"}, ("cardNum", "bad-characters")),
        ({"kind": "exit_ban"}, ("kind", "unknown-kind")),
    ],
)
def test_one_fault_each(changed: dict[str, str], expected: tuple[str, str]) -> None:
    made, faults, _ = check(PERSON._replace(**changed))
    assert made is None
    assert faults == [expected]


def test_units() -> None:
    made, faults, _ = check(UNIT)
    assert faults == []
    assert made is not None
    assert made.representative == "测试壬"
    assert check(UNIT._replace(partyTypeName="0"))[1] == [("cardNum", "kind-contradicts-number")]
    assert check(UNIT._replace(sexy="女性"))[1] == [("sexy", "sex-of-unit")]
    assert check(UNIT._replace(businessEntity="=1+1"))[1] == [("businessEntity", "formula")]


def test_a_minor_is_judged_on_the_day_of_the_decision() -> None:
    # Born on 6 June 1980: eighteen on 6 June 1998.
    young = PERSON._replace(regDate="19980101", publishDate="19980605")
    assert check(young)[1] == [("cardNum", "minor")]
    assert check(young._replace(publishDate="19980606"))[1] == []
    assert check(young._replace(kind="consumption"))[1] == []


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"cardNum": "110105491231002", "caseCode": PERSON.caseCode}, "fifteen-digits"),
        ({"cardNum": "７１０１００１９８００６０６０１００"}, "full-width"),
        ({"cardNum": "7101001980****0100"}, "masked-number"),
        ({"cardNum": "71010019800606XXXX"}, "masked-number"),
    ],
)
def test_notes_do_not_stop(changed: dict[str, str], note: str) -> None:
    made, faults, notes = check(PERSON._replace(**changed))
    assert (faults, notes) == ([], [note])
    assert made is not None
    assert (made.document is None) == (note == "masked-number")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20190709", date(2019, 7, 9)),
        ("2019年07月09日", date(2019, 7, 9)),
        ("2019年7月9日", date(2019, 7, 9)),
        ("2019-07-09", date(2019, 7, 9)),
        ("2019/7/9", date(2019, 7, 9)),
        ("2019-07-09 00:00:00", date(2019, 7, 9)),
        ("２０１９０７０９", date(2019, 7, 9)),
        ("1562601600", date(2019, 7, 9)),  # midnight in Shanghai
        ("1562601599", date(2019, 7, 8)),
        ("1562601600000", date(2019, 7, 9)),
        ("2019-13-09", None),
        ("2019-07/09", None),
        ("0019-07-09", None),
        ("45000", None),
        ("昨天", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("4002062元", 400206200),
        ("33万", 33_000_000),
        ("￥330,000.50", 33_000_050),
        ("暂无", None),
        ("部分利息", None),
        ("0元", 0),
    ],
)
def test_sums(text: str, fen: int | None) -> None:
    assert parse_sum(text) == fen
