"""Files of every format and every mishap; each mishap on its own line."""

from __future__ import annotations

import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from blacklist.importing.columns import Cells
from blacklist.importing.findings import FileFaultError, Finding
from blacklist.importing.reading import Row, read_rows
from blacklist.importing.rows import RowReader

GOOD = {
    "iname": "测试癸",
    "sexy": "男性",
    "age": "46",
    "cardNum": "710100198006060100",
    "businessEntity": "",
    "courtName": "示例市示范区人民法院",
    "areaName": "北京",
    "partyTypeName": "0",
    "caseCode": "（2026）京0199执1234号",
    "gistId": "（2025）京0199民初1号",
    "gistUnit": "示例市示范区人民法院",
    "regDate": "20260105",
    "publishDate": "2026年02月06日",
    "duty": "偿还借款本金100元",
    "performance": "全部未履行",
    "performedPart": "暂无",
    "unperformPart": "100元",
    "disruptTypeName": "违反财产报告制度",
}
HEADER = ",".join(GOOD)
LINE = ",".join({**GOOD, "sexy": ""}.values())


def found_in(path: Path) -> list[tuple[int, str, str]]:
    """Return line, column and code of every fault of a file."""
    reader = RowReader(on=date(2026, 11, 24))
    notes: list[Finding] = []
    try:
        for row in read_rows(path, notes):
            reader.check(row)
    except FileFaultError as error:
        reader.faults.extend(error.findings)
    return [(one.line, one.column, one.code) for one in reader.faults]


def csv_of(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "", "empty-file")]),
        ("\n\n", [(1, "", "empty-file")]),
        (HEADER, [(1, "", "no-rows")]),
        (HEADER + "\n\n  \n,,,\n", [(4, "", "no-rows")]),
        (LINE + "\n" + LINE, [(1, "", "missing-header")]),
        (HEADER.replace("iname,", "") + "\n" + LINE, [(1, "iname", "missing-column")]),
        (HEADER + ",sexname\n" + LINE + ",", [(1, "sexy", "duplicate-column")]),
        (f"{HEADER}\n{LINE}\n\n{LINE},x\n{LINE[:-1]}", [(4, "", "wrong-column-count"), (5, "disruptTypeName", "unknown-ground")]),
        (f'{HEADER}\n"{LINE}\n{LINE}\n{LINE}x"y', [(2, "", "lone-quote"), (4, "disruptTypeName", "unknown-ground")]),
        (f'{HEADER}\n{LINE}\n"{LINE}\n{LINE}', [(3, "", "lone-quote")]),
        (HEADER + "\n" + LINE.replace("北京", "北\x00京") + "\n" + LINE, [(2, "areaName", "bad-characters")]),
        (f"{HEADER}\n{LINE}".encode("utf-16"), [(1, "", "bad-encoding")]),
        (f"{HEADER}\n{LINE}\n".encode() * 1 + LINE.encode("gb18030"), [(3, "", "mixed-encoding")]),
        (f"{HEADER}\n{LINE}\n{LINE}\n".encode("gb18030") + LINE.encode(), [(4, "", "mixed-encoding")]),
        (f"{HEADER}\n{LINE}\n".encode("gb18030") + b"\xff\xff,\n", [(3, "", "bad-encoding")]),
    ],
)  # fmt: skip
def test_each_mishap_of_a_csv_on_its_line(tmp_path: Path, text: str | bytes, expected: list[object]) -> None:
    assert found_in(csv_of(tmp_path, text)) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_sound_files_in_three_encodings(tmp_path: Path, encoding: str, end: str) -> None:
    path = csv_of(tmp_path, end.join([HEADER, LINE, "", LINE, ""]).encode(encoding))
    assert [row.line for row in read_rows(path, [])] == [2, 4]
    assert found_in(path) == []


def test_a_quoted_line_feed_keeps_the_later_line_numbers(tmp_path: Path) -> None:
    two_lines = LINE.replace("偿还借款本金100元", '"一、偿还借款本金100元\n二、""利息"""')
    path = csv_of(tmp_path, f"{HEADER}\n{two_lines}\n{LINE.replace('违反财产', '')}")
    assert found_in(path) == [(4, "disruptTypeName", "unknown-ground")]


def test_unknown_extension(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    path.write_bytes(b"x")
    assert found_in(path) == [(1, "", "unknown-extension")]


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    renamed = {("partyCardNum" if key == "cardNum" else key): value for key, value in GOOD.items()}
    lines = [
        json.dumps({**renamed, "sexy": None, "id": 7}),
        "{",
        "",
        "[1]",
        '{"iname": "a", "iname": "b"}',
        json.dumps({**GOOD, "sexy": "", "duty": ["x"]}),
        json.dumps({**GOOD, "sexy": "", "cardNum": 7.10100198006060100e17}),
        json.dumps({**GOOD, "sexy": "", "cardNum": 710100198006060100}),
        json.dumps({**GOOD, "sexy": "", "age": True}),
        '{"age": NaN}',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert found_in(path) == [
        (2, "", "bad-json"),
        (4, "", "bad-json"),
        (5, "", "duplicate-key"),
        (6, "duty", "bad-json"),
        (7, "cardNum", "destroyed-by-spreadsheet"),
        (9, "age", "bad-json"),
        (10, "", "bad-json"),
    ]


def workbook(tmp_path: Path, rows: list[list[object]], *, start: int = 1) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(rows, start):
        for column, value in enumerate(row, 1):
            sheet.cell(row=number, column=column, value=value)
    path = tmp_path / "list.xlsx"
    book.save(path)
    return path


def test_workbook_cells_of_every_type(tmp_path: Path) -> None:
    plain: dict[str, object] = {**GOOD, "sexy": ""}
    rows = [
        list(GOOD),
        # A cell has no zone.
        list({**plain, "regDate": datetime(2026, 1, 5), "publishDate": date(2026, 2, 6), "age": 46}.values()),  # noqa: DTZ001
        list({**plain, "cardNum": 710100198006060100}.values()),
        list({**plain, "cardNum": 710100800606010}.values()),
        [None] * len(GOOD),
        list({**plain, "iname": "=A1"}.values()),
        list({**plain, "partyTypeName": 0, "unperformPart": 100}.values()),
        list({**plain, "regDate": 45000}.values()),
    ]
    assert found_in(workbook(tmp_path, rows)) == [
        (3, "cardNum", "destroyed-by-spreadsheet"),
        (6, "iname", "formula"),
        (8, "regDate", "bad-date"),
    ]


def test_workbook_rows_keep_their_numbers_below_empty_ones(tmp_path: Path) -> None:
    rows: list[list[object]] = [list(GOOD), list({**GOOD, "sexy": "", "iname": " "}.values())]
    assert found_in(workbook(tmp_path, rows, start=4)) == [(5, "iname", "missing")]


def test_unsafe_and_broken_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK no zip")
    assert found_in(path) == [(1, "", "bad-workbook")]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert found_in(path) == [(1, "", "unsafe-workbook")]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    assert found_in(path) == [(1, "", "unsafe-workbook")]


def test_a_row_is_a_plain_tuple() -> None:
    assert Row(2, Cells(iname="x")).cells.iname == "x"
