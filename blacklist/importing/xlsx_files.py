"""XLSX by calamine, after a look into the zip directory (`security.md` N9)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from blacklist.importing.columns import COLUMNS, Cells, read_header
from blacklist.importing.csv_files import ReadRow
from blacklist.importing.findings import FileFaultError, Finding, finding
from blacklist.importing.numbers import is_exact, text_of_number

_MOST_MEMBERS = 200
_MOST_UNPACKED = 2 << 30  # at the terminal; the browser's ceiling is its own
_SMALL_UNPACKED = 1 << 20
_MOST_RATIO = 100
_UNSAFE = re.compile(r"vbaproject|externallink|embeddings/|activex|\.zip$|(?:^|/)\.\.(?:/|$)|^/|\\", re.IGNORECASE)
_FORMULA = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<f[ />]')
_NUMBER_COLUMN = COLUMNS.index("cardNum")


def read_rows(path: Path, notes: list[Finding]) -> Iterator[ReadRow]:
    """Return row number, cells, faults and notes of each row of the first sheet.

    Numbers of documents that were stored as numbers come as what is left of them, and are refused as such later.

    Raises:
        FileFaultError: not a workbook, an unsafe one, header, or no rows.
    """
    _require_safe(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        if len(workbook.sheet_names) > 1:
            notes.append(finding(1, "", "other-sheets"))
        sheet = workbook.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise FileFaultError(finding(1, "", "bad-workbook")) from error
    formulas = _formula_cells(path)
    numbered = ((number, row) for number, row in enumerate(rows, 1) if any(cell not in ("", None) for cell in row))
    first = next(numbered, None)
    if first is None:
        raise FileFaultError(finding(1, "", "empty-file"))
    header_line, names = first
    texts = [_text(cell) for cell in names]
    # Formatted but empty columns at the right are no columns.
    pick = read_header(texts, notes, line=header_line)
    places = pick([str(place) for place in range(len(texts))])
    any_row = False
    for line, row in numbered:
        cells = pick([_text(cell) for cell in row])
        formula = formulas.get(line)
        if not formula and not any(cell.strip() for cell in cells):
            continue
        any_row = True
        faults = [
            finding(line, column, "formula")
            for column, place in zip(COLUMNS, places, strict=True)
            if formula and place and int(place) in formula
        ]
        yield line, cells, tuple(faults), _number_notes(line, row, places)
    if not any_row:
        raise FileFaultError(finding(header_line, "", "no-rows"))


def _number_notes(line: int, row: Sequence[Any], places: Cells) -> tuple[Finding, ...]:
    place = places[_NUMBER_COLUMN]
    value = row[int(place)] if place else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and is_exact(value):
        return (finding(line, "cardNum", "stored-as-number"),)
    return ()


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, (int, float)):
        return text_of_number(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell or "")


def _require_safe(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileFaultError(finding(1, "", "bad-workbook")) from error
    packed = sum(member.compress_size for member in members) or 1
    unpacked = sum(member.file_size for member in members)
    if (
        len(members) > _MOST_MEMBERS
        or unpacked > _MOST_UNPACKED
        or (unpacked > _SMALL_UNPACKED and unpacked > packed * _MOST_RATIO)
        or any(member.flag_bits & 1 or _UNSAFE.search(member.filename) for member in members)
    ):
        raise FileFaultError(finding(1, "", "unsafe-workbook"))


def _formula_cells(path: Path) -> dict[int, set[int]]:
    """Return the columns (from 0) of formula cells by row: the reader only knows what they last evaluated to."""
    found: dict[int, set[int]] = {}
    with zipfile.ZipFile(path) as archive:
        name = _first_sheet(archive)
        if name is None:
            return found
        with archive.open(name) as file:
            rest = b""
            while chunk := file.read(1 << 20):
                window = rest + chunk
                if b"<f" in window:
                    for match in _FORMULA.finditer(window):
                        found.setdefault(int(match[2]), set()).add(_column_number(match[1]))
                rest = window[-512:]
    return found


def _first_sheet(archive: zipfile.ZipFile) -> str | None:
    names = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
    if len(names) <= 1:
        return names[0] if names else None
    workbook = archive.read("xl/workbook.xml")
    links = archive.read("xl/_rels/workbook.xml.rels")
    first = re.search(rb'<(?:\w+:)?sheet\b[^>]*?\br:id="([^"]+)"', workbook)
    for link in re.findall(rb"<Relationship\b[^>]*>", links) if first else ():
        if b'Id="' + (first[1] if first else b"") + b'"' in link:
            target = re.search(rb'Target="/?(?:xl/)?([^"]+)"', link)
            wanted = f"xl/{target[1].decode()}" if target else ""
            return wanted if wanted in names else names[0]
    return names[0]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
