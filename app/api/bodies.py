"""JSON bodies read strictly: nothing is guessed, nothing is dropped (`security.md` N1)."""

from __future__ import annotations

import json
from typing import Any

import orjson
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from app.errors import MalformedError, TooLargeError, WrongTypeError

MOST_DEPTH = 16
MOST_VALUES = 10_000
MOST_INTEGER = 2**53


class _DuplicateKeyError(ValueError):
    pass


def read_json(*, most_bytes: int, most_values: int = MOST_VALUES) -> tuple[dict[str, Any], bytes]:
    """Return the request's JSON object and its bytes.

    Raises:
        WrongTypeError: not `application/json` in UTF-8. TooLargeError: more than `most_bytes`.
        MalformedError: not JSON, not an object, duplicate keys, too deep, too many values, lone surrogates, NaN.
    """
    if request.mimetype != "application/json" or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise WrongTypeError("请以 application/json（UTF-8）提交。", "The body must be application/json in UTF-8.")
    request.max_content_length = most_bytes
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise TooLargeError(
            f"请求内容不得超过 {most_bytes // 1024} KiB。", f"The body may have at most {most_bytes // 1024} KiB."
        ) from error
    return parse_object(body, most_values=most_values), body


def parse_object(body: bytes, *, most_values: int = MOST_VALUES) -> dict[str, Any]:
    """Return the JSON object in `body`, read strictly.

    Raises:
        MalformedError: as `read_json`.
    """
    if body.count(b",") + body.count(b":") > 2 * most_values:
        raise MalformedError("请求内容的数据项过多。", "The body holds too many values.")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedError("请求内容不是有效的 JSON。", "The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise MalformedError("请求内容应为一个 JSON 对象。", "The body must be a JSON object.")
    if body.count(b"{") + body.count(b"[") > MOST_DEPTH and _too_deep(value):
        raise MalformedError("JSON 嵌套过深。", "The JSON is nested too deeply.")
    # What serialises back to the same bytes cannot have lost a duplicate key; anything else is read again, slowly.
    if orjson.dumps(value) != body:
        _refuse_duplicates(body)
    return value


def _refuse_duplicates(body: bytes) -> None:
    try:
        json.loads(body, object_pairs_hook=_once, parse_int=_bounded, parse_float=_finite)
    except _DuplicateKeyError as error:
        raise MalformedError("JSON 中有重复的字段。", "The JSON holds a duplicate key.") from error
    except (ValueError, RecursionError) as error:
        raise MalformedError("请求内容不是有效的 JSON。", "The body is not valid JSON.") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _bounded(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > MOST_INTEGER:
        raise ValueError("integer out of range")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("number out of range")
    return number


def _too_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(MOST_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def refuse_query() -> None:
    """Refuse any query parameter on a route that takes none."""
    if request.query_string:
        raise MalformedError("此地址不接受查询参数。", "This address takes no query parameters.")
