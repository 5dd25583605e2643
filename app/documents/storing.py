"""Facts as JSON: what a paper was made from is kept beside it, and makes the same paper again."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from app.documents.facts import Facts
from app.documents.kinds import KINDS


def facts_to_json(facts: Facts) -> str:
    """Return the facts in one canonical form: the same facts give the same text."""
    return json.dumps(_plain(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def facts_from_json(kind: str, text: str) -> Facts:
    """Return the facts that `facts_to_json` wrote for a paper of that kind.

    Raises:
        ValueError: the kind is unknown, or the text is not of that kind.
    """
    if kind not in KINDS:
        raise ValueError("no such kind of paper")
    facts = _read(json.loads(text), KINDS[kind].facts)
    if not isinstance(facts, Facts):  # unreachable while the table holds facts only
        raise ValueError("not the facts of a paper")
    return facts


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value.value if isinstance(value, StrEnum) else value


def _read(value: Any, wanted: Any) -> Any:
    if get_origin(wanted) is UnionType:
        if value is None:
            return None
        wanted = next(one for one in get_args(wanted) if one is not NoneType)
    if get_origin(wanted) is tuple:
        return tuple(_read(one, get_args(wanted)[0]) for one in value)
    if is_dataclass(wanted):
        return _read_part(value, wanted)
    if wanted is date:
        return date.fromisoformat(value)
    if isinstance(wanted, type) and issubclass(wanted, Decimal | StrEnum):
        return wanted(value)
    return value


def _read_part(value: Any, wanted: Any) -> Any:
    hints = get_type_hints(wanted)
    known = {one.name for one in fields(wanted)}
    if not isinstance(value, dict) or not set(value) <= known:
        raise ValueError("facts of another kind of paper, or of a later version")
    return wanted(**{name: _read(one, hints[name]) for name, one in value.items()})
