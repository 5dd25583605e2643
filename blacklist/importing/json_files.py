"""JSON lines: one object of texts and numbers a line, UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blacklist.importing.columns import Cells, column_of, is_without_use
from blacklist.importing.csv_files import ReadRow
from blacklist.importing.encodings import detect_encoding
from blacklist.importing.findings import FileFaultError, Finding, finding
from blacklist.importing.numbers import is_exact, text_of_number

_NOTHING = Cells()


class _DuplicateKeyError(ValueError):
    pass


def read_rows(path: Path, notes: list[Finding]) -> Iterator[ReadRow]:
    """Return line number, cells, faults and notes of each line; line 1 is the first object, there is no header.

    Raises:
        FileFaultError: encoding, or no rows.
    """
    encoding = detect_encoding(path)
    any_row = False
    number = 1
    told: set[str] = set()
    with path.open(encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, 1):
            if not line.strip(" \t\r\n"):
                continue
            any_row = True
            try:
                found = json.loads(line, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
            except _DuplicateKeyError:
                yield number, _NOTHING, (finding(number, "", "duplicate-key"),), ()
                continue
            except (ValueError, RecursionError):
                yield number, _NOTHING, (finding(number, "", "bad-json"),), ()
                continue
            yield _row(number, found, notes, told)
    if not any_row:
        raise FileFaultError(finding(number, "", "no-rows"))


def _row(line: int, found: Any, file_notes: list[Finding], told: set[str]) -> ReadRow:
    if not isinstance(found, dict):
        return line, _NOTHING, (finding(line, "", "bad-json"),), ()
    texts: dict[str, str] = {}
    faults: list[Finding] = []
    notes: list[Finding] = []
    for key, value in found.items():
        column = column_of(key)
        if column is not None:
            if column in texts:
                faults.append(finding(line, column, "duplicate-key"))
            texts[column] = _text(line, column, value, faults=faults, notes=notes)
        elif key not in told:
            told.add(key)
            if not is_without_use(key):
                file_notes.append(finding(line, key[:40], "ignored-column"))
    cells = Cells(**texts)
    if not any(cell.strip() for cell in cells):
        faults.append(finding(line, "", "bad-json"))
    return line, cells, tuple(faults), tuple(notes)


def _text(line: int, column: str, value: Any, *, faults: list[Finding], notes: list[Finding]) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, (bool, list, dict)):
        faults.append(finding(line, column, "bad-json"))
        return ""
    if column == "cardNum" and is_exact(value):
        notes.append(finding(line, column, "stored-as-number"))
    return text_of_number(value)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _DuplicateKeyError
    return made


def _no_constant(_name: str) -> Any:
    raise ValueError("not a number of JSON")
