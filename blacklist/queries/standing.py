"""What stands against a document: the one read behind every check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from blacklist.rules.checking import StandingOrder, StandingPermit
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.subjects import BoundRole
from blacklist.vocabulary import SubjectKind

# Runs one statement (parameters as `?`) and returns its rows: the door's fast reader, or a session's connection.
Execute = Callable[[str, Sequence[object]], list[Any]]

# One row for each effective order that binds the subject, one row with NULLs where there is none.
_COLUMNS = (
    "d.document_index, d.subject_id, s.kind, o.id, o.order_no, o.kind, b.role, b.from_on, b.until_on, "
    "o.effective_at, o.ends_on, c.name, c.contact "
)
_TABLES = (
    "FROM documents d JOIN subjects s ON s.id = d.subject_id "
    "LEFT JOIN order_bindings b ON b.subject_id = d.subject_id "
    "LEFT JOIN orders o ON o.id = b.order_id AND o.state = 'effective' "
    "LEFT JOIN courts c ON c.id = o.court_id "
)
_ONE = f"SELECT {_COLUMNS}{_TABLES}WHERE d.document_index = ?"
_BOUND = (
    "SELECT d.subject_id, b.order_id FROM documents d "
    "LEFT JOIN order_bindings b ON b.subject_id = d.subject_id WHERE d.document_index = ? LIMIT 1"
)
_MANY = f"SELECT {_COLUMNS}{_TABLES}WHERE d.document_index IN"
_BOUND_MANY = (
    "SELECT d.document_index, d.subject_id, b.order_id FROM documents d "
    "LEFT JOIN order_bindings b ON b.subject_id = d.subject_id WHERE d.document_index IN"
)
_PERMITS = (
    "SELECT order_id, subject_id, purpose, permit_no, valid_from, valid_to, uses_left FROM permits "
    "WHERE state = 'granted' AND order_id IN"
)
_NAMES = "SELECT 1 FROM subject_names WHERE subject_id = ? AND name_index = ?"
MOST_AT_ONCE = 900
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Found:
    """A subject found by a document, with the effective orders that bind it; its kind is read only with an order."""

    subject_id: int
    kind: SubjectKind | None
    orders: tuple[StandingOrder, ...]


def find_standing(execute: Execute, document_index: bytes) -> Found | None:
    """Return the subject of a document and its effective orders, or None where the registry knows no such document.

    Most subjects are bound by nothing: a first look at two indexes says so, and the joined read is for the others.
    """
    bound = execute(_BOUND, (document_index,))
    if not bound:
        return None
    if bound[0][1] is None:
        return Found(subject_id=bound[0][0], kind=None, orders=())
    return _found(execute(_ONE, (document_index,)))


def find_standing_many(execute: Execute, document_indexes: Sequence[bytes]) -> dict[bytes, Found]:
    """Return what stands against each of many documents; unknown ones are absent."""
    standing: dict[bytes, Found] = {}
    bound: list[bytes] = []
    for row in _in_parts(execute, _BOUND_MANY, document_indexes):
        index = bytes(row[0])
        if row[2] is None:
            standing[index] = Found(subject_id=row[1], kind=None, orders=())
        elif not bound or bound[-1] != index:
            bound.append(index)
    rows: dict[bytes, list[Any]] = {}
    for row in _in_parts(execute, _MANY, list(dict.fromkeys(bound))):
        rows.setdefault(bytes(row[0]), []).append(row)
    standing.update({index: found for index, some in rows.items() if (found := _found(some)) is not None})
    return standing


def find_permits(execute: Execute, founds: Sequence[Found]) -> dict[int, tuple[StandingPermit, ...]]:
    """Return the granted permits of subjects under the orders that bind them, by subject; the rest are absent.

    To be asked only about those whom an order would restrict: everybody else costs nothing more.
    """
    standing = {(order.order_id, found.subject_id) for found in founds for order in found.orders}
    permits: dict[int, tuple[StandingPermit, ...]] = {}
    for row in _in_parts(execute, _PERMITS, list({order_id for order_id, _ in standing})):
        if (row[0], row[1]) not in standing:  # another person bound by the same order
            continue
        permit = StandingPermit(
            order_id=row[0],
            purpose=row[2],
            permit_no=row[3],
            valid_from=_date(row[4]),
            valid_to=_date(row[5]),
            uses_left=row[6],
        )
        permits[row[1]] = (*permits.get(row[1], ()), permit)
    return permits


def _in_parts(execute: Execute, sql: str, values: Sequence[object]) -> Iterator[Any]:
    for start in range(0, len(values), MOST_AT_ONCE):
        part = values[start : start + MOST_AT_ONCE]
        yield from execute(f"{sql} ({','.join('?' * len(part))})", part)


def has_name(execute: Execute, subject_id: int, name_index: bytes) -> bool:
    """Tell whether a name (by its keyed index) is one of the subject's names."""
    return bool(execute(_NAMES, (subject_id, name_index)))


def _found(rows: list[Any]) -> Found | None:
    if not rows:
        return None
    orders = tuple(_standing(row) for row in rows if row[3] is not None)
    return Found(subject_id=rows[0][1], kind=SubjectKind(rows[0][2]), orders=orders)


def _standing(row: Any) -> StandingOrder:
    return StandingOrder(
        order_id=row[3],
        order_no=row[4],
        kind=OrderKind(row[5]),
        state=OrderState.EFFECTIVE,
        role=BoundRole(row[6]),
        role_from=_day(row[7]),
        role_until=_day(row[8]),
        since=_instant(row[9]).astimezone(_SHANGHAI).date(),
        ends_on=_day(row[10]),
        court_name=row[11],
        court_contact=row[12],
    )


def _day(value: str | date | None) -> date | None:
    return None if value is None else _date(value)


def _date(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _instant(value: str | datetime) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
