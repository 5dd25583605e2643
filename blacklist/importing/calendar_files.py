"""Reading a file that holds a year's arrangement: JSON as this release ships it, or CSV `date,kind,name`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from blacklist.errors import Fault
from blacklist.rules.calendar_years import DayEntry, DayKind, InvalidYearError, arrange_year
from blacklist.rules.working_days import Year

MOST_BYTES: Final = 64 * 1024
_KEYS: Final = frozenset({"year", "source", "holidays", "make_up_working_days"})
_LISTS: Final = {"holidays": DayKind.HOLIDAY, "make_up_working_days": DayKind.MAKE_UP}
_COLUMNS: Final = ["date", "kind", "name"]
_KINDS: Final[Mapping[str, DayKind]] = {
    "holiday": DayKind.HOLIDAY,
    "放假": DayKind.HOLIDAY,
    "make_up_working_day": DayKind.MAKE_UP,
    "上班": DayKind.MAKE_UP,
}


@dataclass(frozen=True, slots=True)
class YearFile:
    """What a file says: CSV holds days alone, its year and source are given beside it."""

    year: int | None
    source: str | None
    entries: tuple[DayEntry, ...]


def read_year_file(data: bytes, *, year: int | None = None, source: str = "") -> Year:
    """Return the year a file holds. `year` and `source` are what stands beside the file; CSV needs both.

    Raises:
        InvalidYearError: the file cannot be read, or its days are not a year's arrangement; every fault is located
            by `/lines/<number>` in CSV and by JSON pointer in JSON.
    """
    if not data or len(data) > MOST_BYTES:
        raise _unreadable("文件为空，或者超过 64 KiB。", "The file is empty or over 64 KiB.")
    text = _decode(data)
    content = _read_json(text) if text.lstrip().startswith("{") else _read_csv(text)
    if content.year is not None and year is not None and content.year != year:
        raise _refuse("/year", "another-year", "文件的年度与所填的年度不同。", "The file holds another year.")
    of_year = content.year if content.year is not None else year
    if of_year is None:
        raise _refuse("/year", "missing", "请填写年度。", "The year is missing.")
    return arrange_year(of_year, (content.source or source).strip(), content.entries)


def write_year_file(year: Year) -> str:
    """Return a year as the JSON this module reads."""
    content = {
        "year": year.year,
        "source": year.source,
        "holidays": sorted(day.isoformat() for day in year.holidays),
        "make_up_working_days": sorted(day.isoformat() for day in year.make_up_working_days),
    }
    return json.dumps(content, ensure_ascii=False)


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable("文件既不是 UTF-8 也不是 GB18030 编码。", "The file is neither UTF-8 nor GB18030.")


def _read_json(text: str) -> YearFile:
    try:
        content = json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise _unreadable(
            "文件不是正确的 JSON，或者有重复的项。", "The file is no JSON, or a key stands twice."
        ) from error
    faults = list(_shape_faults(content))
    if faults:
        raise _refused(faults)
    entries = tuple(
        DayEntry(f"/{name}/{index}", text, kind)
        for name, kind in _LISTS.items()
        for index, text in enumerate(content[name])
    )
    return YearFile(content["year"], content["source"], entries)


def _shape_faults(content: Mapping[str, Any]) -> Iterable[Fault]:
    for name in sorted(_KEYS - set(content)):
        yield Fault(f"/{name}", "missing", "缺少该项。", "This key is missing.")
    if set(content) - _KEYS:
        yield Fault("", "unknown-field", "文件中有不认识的项。", "There is an unknown key.")
    types: tuple[tuple[str, type], ...] = (("year", int), ("source", str), *((name, list) for name in _LISTS))
    for name, wanted in types:
        value = content.get(name)
        if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            yield Fault(f"/{name}", "wrong-type", "该项的类型不对。", "This value has the wrong type.")
        elif isinstance(value, list):
            yield from (
                Fault(f"/{name}/{index}", "wrong-type", "日期应写成文字。", "A date is written as text.")
                for index, one in enumerate(value)
                if not isinstance(one, str)
            )
        elif value is None and name in content:
            yield Fault(f"/{name}", "wrong-type", "该项的类型不对。", "This value has the wrong type.")


def _read_csv(text: str) -> YearFile:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _unreadable("文件不是正确的 CSV。", "The file is no CSV.") from error
    if not rows or [one.strip() for one in rows[0]] != _COLUMNS:
        raise _refuse(
            "/lines/1", "unreadable-file", "第一行应为表头 date,kind,name。", "The first line must be date,kind,name."
        )
    entries, faults = [], []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        kind = _KINDS.get(row[1].strip()) if len(row) == len(_COLUMNS) else None
        if kind is None:
            faults.append(
                Fault(
                    f"/lines/{number}",
                    "not-allowed",
                    "每行应有三列，第二列应为 holiday（放假）或者 make_up_working_day（上班）。",
                    "A line has three columns, the second is holiday or make_up_working_day.",
                )
            )
        else:
            entries.append(DayEntry(f"/lines/{number}", row[0].strip(), kind))
    if faults:
        raise _refused(faults)
    return YearFile(None, None, tuple(entries))


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _unreadable(detail: str, english: str) -> InvalidYearError:
    return _refuse("", "unreadable-file", detail, english)


def _refuse(pointer: str, code: str, detail: str, english: str) -> InvalidYearError:
    return _refused([Fault(pointer, code, detail, english)])


def _refused(faults: list[Fault]) -> InvalidYearError:
    return InvalidYearError(faults[0].detail, faults[0].english, errors=tuple(faults))
