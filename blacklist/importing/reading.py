"""One file as a stream of rows, whatever its format; every row keeps its own line number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from blacklist.importing import csv_files, json_files, xlsx_files
from blacklist.importing.columns import Cells
from blacklist.importing.findings import FileFaultError, Finding, finding


class Row(NamedTuple):
    """One row; `faults` keep it from being read further, `notes` do not."""

    line: int
    cells: Cells
    faults: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()


_READERS: Final = {
    ".csv": csv_files.read_rows,
    ".xlsx": xlsx_files.read_rows,
    ".jsonl": json_files.read_rows,
    ".ndjson": json_files.read_rows,
    ".json": json_files.read_rows,
}


def read_rows(path: Path, notes: list[Finding]) -> Iterator[Row]:
    """Return the rows of a CSV, XLSX or JSON-lines file in its own order; blank lines are skipped.

    Notes on the file as a whole are appended to `notes`.

    Raises:
        FileFaultError: the file as a whole cannot be read; also while iterating.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise FileFaultError(finding(1, "", "unknown-extension"))
    if path.stat().st_size == 0:
        raise FileFaultError(finding(1, "", "empty-file"))
    return map(Row._make, reader(path, notes))
