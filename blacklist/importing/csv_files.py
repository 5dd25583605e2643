"""CSV: strict quotes, and a row whose quote never closes does not swallow the rows after it."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from blacklist.importing.columns import Cells, read_header
from blacklist.importing.encodings import detect_encoding
from blacklist.importing.findings import FileFaultError, Finding, finding

ReadRow = tuple[int, Cells, tuple[Finding, ...], tuple[Finding, ...]]

_NOTHING = Cells()
_MOST_LINES_A_ROW = 200


class _Lines:
    """The lines of a file, which remembers those of the present record so that they can be read again."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.read: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.read) >= _MOST_LINES_A_ROW:
            raise csv.Error("a record of too many lines")
        line = self._again.popleft() if self._again else next(self._file)
        self.read.append(line)
        return line

    def keep_first(self) -> None:
        """Give back every line of the record but its first."""
        self._again.extendleft(reversed(self.read[1:]))
        del self.read[1:]


def read_rows(path: Path, notes: list[Finding]) -> Iterator[ReadRow]:
    """Return line number, cells, faults and notes of each row.

    Raises:
        FileFaultError: encoding, header, or no rows.
    """
    encoding = detect_encoding(path)
    # newline="" leaves line ends to the csv module; a lone CR ends a line there too.
    with path.open(encoding=encoding, newline="") as file:
        records = _records(_Lines(file))
        first = next(records, None)
        while first is not None and first[1] is not None and not any(cell.strip() for cell in first[1]):
            first = next(records, None)
        if first is None:
            raise FileFaultError(finding(1, "", "empty-file"))
        line, names = first
        if names is None:
            raise FileFaultError(finding(line, "", "lone-quote"))
        pick = read_header(names, notes, line=line)
        width, any_row = len(names), False
        for line, cells in records:
            if cells is None:
                any_row = True
                yield line, _NOTHING, (finding(line, "", "lone-quote"),), ()
                continue
            if len(cells) == width:
                if any(cells) and any(cell.strip() for cell in cells):
                    any_row = True
                    yield line, pick(cells), (), ()
                continue
            if not any(cell.strip() for cell in cells):
                continue
            any_row = True
            yield line, _NOTHING, (finding(line, "", "wrong-column-count"),), ()
        if not any_row:
            raise FileFaultError(finding(line, "", "no-rows"))


def _records(lines: _Lines) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the first line's number and the cells of each record, None for cells that a lone quote runs together."""
    reader = csv.reader(lines, strict=True)
    start = 1
    width = 0
    while True:
        lines.read.clear()
        try:
            cells: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        width = width or len(cells or ())
        if cells is None or (len(lines.read) > 1 and len(cells) != width):
            lines.keep_first()
            reader = csv.reader(lines, strict=True)
            cells = None
        count = len(lines.read)
        yield start, cells
        start += count
