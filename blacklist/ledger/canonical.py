"""Canonical JSON: keys sorted, no spaces, UTF-8, ASCII keys, integers only. One value has one text.

A subset of RFC 8785 (JCS): for such values both write the same bytes. Integers stay within ±(2^53 − 1), which every
reader of JSON keeps exact (RFC 7493).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from blacklist.ledger.faults import FormatError

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

MOST_INTEGER: Final = (1 << 53) - 1
_MOST_DEPTH: Final = 16
_MOST_DIGITS: Final = 17


def canonical_json(value: Json) -> bytes:
    """Write a value.

    Raises:
        FormatError: a float, an integer beyond ±(2^53 − 1), a key that is not ASCII, a lone surrogate, more than 16
            levels, or what is no JSON at all.
    """
    _check(value, _MOST_DEPTH)
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), default=dict
        ).encode()
    except UnicodeEncodeError:
        raise FormatError("a lone surrogate") from None


def read_canonical(content: bytes, *, most: int) -> Json:
    """Read a value from at most `most` bytes of canonical JSON.

    Raises:
        FormatError: too long, not JSON, or not the one text of its value.
    """
    if len(content) > most:
        raise FormatError(f"longer than {most} bytes")
    value = read_json(content)
    if canonical_json(value) != content:
        raise FormatError("not canonical JSON")
    return value


def read_json(content: bytes) -> Json:
    """Read JSON in any spelling: no key twice, integers only, nothing that `canonical_json` could not write.

    Raises:
        FormatError: it is none.
    """
    try:
        value: Json = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise FormatError("not JSON") from None
    _check(value, _MOST_DEPTH)
    return value


def _check(value: Any, depth: int) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > MOST_INTEGER:
            raise FormatError("an integer beyond ±(2^53 − 1)")
        return
    if depth == 0:
        raise FormatError(f"more than {_MOST_DEPTH} levels")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) and key.isascii() for key in value):
            raise FormatError("a key that is not ASCII")
        value = value.values()
    elif not isinstance(value, list | tuple):
        raise FormatError("neither an object, a list, a text, an integer, true, false nor null")
    for one in value:
        _check(one, depth - 1)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormatError("a key twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise FormatError("an integer beyond ±(2^53 − 1)")
    return int(digits)


def _refuse_number(_: str) -> Any:
    raise FormatError("a number that is no integer")
