"""The catalogue of measures: what an order brings, for whom, by which provision and since when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.subjects import BoundRole
from blacklist.vocabulary import SubjectKind


class MeasureAction(StrEnum):
    """`refuse`: the agency must refuse; `refer`: it decides itself within its own law."""

    REFUSE = "refuse"
    REFER = "refer"


class Rank(StrEnum):
    """Rank of a basis: statute, regulation, judicial interpretation, central policy, ministry document."""

    STATUTE = "L"
    REGULATION = "R"
    INTERPRETATION = "J"
    POLICY = "P"
    MINISTRY = "M"


@dataclass(frozen=True, slots=True)
class Measure:
    """One row: orders of `kind` that bind somebody in one of `roles` block `purpose`, between the two dates.

    `natural` and `organisation` say whose documents it blocks; `in_force_until` is the last day, or None.
    """

    code: str
    name: str
    name_english: str
    kind: OrderKind
    purpose: str
    agency_kind: str
    natural: bool
    organisation: bool
    roles: frozenset[BoundRole]
    action: MeasureAction
    basis: str
    rank: Rank
    in_force_from: date
    in_force_until: date | None

    def binds(self, subject_kind: SubjectKind, role: BoundRole) -> bool:
        """Tell whether it blocks such a subject's documents.

        A unit's staff have no unit's document, and a measure for natural persons never blocks a unit's.

        Basis: CONS 3; GOOD 16; ENF 24.
        """
        applies = self.natural if subject_kind is SubjectKind.NATURAL else self.organisation
        return applies and role in self.roles

    def is_in_force(self, on: date) -> bool:
        """Tell whether its basis is in force on `on`.

        Basis: BASIC.
        """
        return self.in_force_from <= on and (self.in_force_until is None or on <= self.in_force_until)


def _measure(row: dict[str, Any]) -> Measure:
    until = row.pop("in_force_until")
    return Measure(
        kind=OrderKind(row.pop("kind")),
        roles=frozenset(BoundRole(role) for role in row.pop("roles")),
        action=MeasureAction(row.pop("action")),
        rank=Rank(row.pop("rank")),
        in_force_from=date.fromisoformat(row.pop("in_force_from")),
        in_force_until=date.fromisoformat(until) if until else None,
        **row,
    )


def _read_catalogue() -> tuple[Measure, ...]:
    path = Path(__file__).with_name("data") / "measures.json"
    return tuple(_measure(row) for row in json.loads(path.read_text(encoding="utf-8")))


MEASURES: tuple[Measure, ...] = _read_catalogue()


def _by_kind_and_purpose() -> Mapping[tuple[OrderKind, str], tuple[Measure, ...]]:
    ranks = list(Rank)
    strictest_first = sorted(
        MEASURES, key=lambda each: (each.action is not MeasureAction.REFUSE, ranks.index(each.rank))
    )
    index: dict[tuple[OrderKind, str], tuple[Measure, ...]] = {}
    for measure in strictest_first:
        key = (measure.kind, measure.purpose)
        index[key] = (*index.get(key, ()), measure)
    return MappingProxyType(index)


_INDEX = _by_kind_and_purpose()


def measures_for(
    kind: OrderKind, purpose: str, *, subject_kind: SubjectKind, role: BoundRole, on: date
) -> tuple[Measure, ...]:
    """Return the measures by which an order of `kind` blocks `purpose` for a subject bound in `role`.

    Those that oblige to refuse come first, then the higher rank of basis. Empty: the purpose is not blocked,
    for what no measure names is free.

    Basis: LIST 8; CONS 3; CPL 266; BASIC.
    """
    return tuple(
        measure
        for measure in _INDEX.get((kind, purpose), ())
        if measure.binds(subject_kind, role) and measure.is_in_force(on)
    )
