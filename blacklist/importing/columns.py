"""The columns of the public list's exports (`law.md` §11.1), under every name they go by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from blacklist.importing.findings import FileFaultError, Finding, finding


class Cells(NamedTuple):
    """The texts of one row, in the fixed order of the columns; an absent column is ""."""

    iname: str = ""
    sexy: str = ""
    age: str = ""
    cardNum: str = ""  # noqa: N815 - the export's own name
    businessEntity: str = ""  # noqa: N815
    courtName: str = ""  # noqa: N815
    areaName: str = ""  # noqa: N815
    partyTypeName: str = ""  # noqa: N815
    caseCode: str = ""  # noqa: N815
    gistId: str = ""  # noqa: N815
    gistUnit: str = ""  # noqa: N815
    regDate: str = ""  # noqa: N815
    publishDate: str = ""  # noqa: N815
    duty: str = ""
    performance: str = ""
    performedPart: str = ""  # noqa: N815
    unperformPart: str = ""  # noqa: N815
    disruptTypeName: str = ""  # noqa: N815
    kind: str = ""
    cardType: str = ""  # noqa: N815
    country: str = ""


COLUMNS: Final = Cells._fields
REQUIRED: Final = (
    "iname", "cardNum", "courtName", "caseCode", "gistId", "gistUnit", "regDate", "publishDate", "duty",
    "disruptTypeName",
)  # fmt: skip
_ALIASES: Final = {
    "sexname": "sexy",
    "partycardnum": "cardNum",
    "execcourtname": "courtName",
    "areanamenew": "areaName",
    "publishdatestamp": "publishDate",
    **{name.lower(): name for name in COLUMNS},
}
# Wrappers of search engines and row ids of the site: known, and of no use.
_WITHOUT_USE: Final = frozenset(
    [
        "id",
        "qysler",
        "focusnumber",
        "type",
        "loc",
        "sitelink",
        "lastmod",
        "_version",
        "siteid",
        "stdstg",
        "changefreq",
        "priority",
        "sicid",
    ]
)

_AROUND: Final = " \t\r\n\u3000\ufeff"  # a byte order mark may stand before the first name

Picker = Callable[[Sequence[str]], Cells]


def column_of(name: str) -> str | None:
    """Return the column that goes by this name, None for one that is not read."""
    return _ALIASES.get(name.strip(_AROUND).lower())


def is_without_use(name: str) -> bool:
    """Tell whether a column is known and carries nothing the registry keeps."""
    return name.strip().lower() in _WITHOUT_USE


def read_header(names: Sequence[str], notes: list[Finding], *, line: int = 1) -> Picker:
    """Return the function that puts a row's cells into the fixed order.

    Raises:
        FileFaultError: no header, a missing or a doubled column; every one is named.
    """
    places: dict[str, int] = {}
    faults: list[Finding] = []
    for place, name in enumerate(names):
        column = column_of(name)
        if column is None:
            if name.strip() and not is_without_use(name):
                notes.append(finding(line, name.strip()[:40], "ignored-column"))
        elif column in places:
            faults.append(finding(line, column, "duplicate-column"))
        else:
            places[column] = place
    if not places:
        raise FileFaultError(finding(line, "", "missing-header"))
    needed = [column for column in REQUIRED if column not in places]
    if "kind" in places:
        needed = [column for column in needed if column != "disruptTypeName"]
    faults += [finding(line, column, "missing-column") for column in needed]
    if faults:
        raise FileFaultError(*faults)
    # One empty cell is added to every row; absent columns take that.
    order = itemgetter(*(places.get(column, len(names)) for column in COLUMNS))
    return lambda cells: Cells._make(order([*cells, ""]))
