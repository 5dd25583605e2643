"""What marshmallow found, as located faults in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, ValidationError

from blacklist.errors import Fault, InvalidError
from blacklist.logs import redact

_WORDS = {
    "Missing data for required field.": ("missing", "缺少必填项。", "This field is required."),
    "Unknown field.": ("unknown-field", "没有这个字段。", "There is no such field."),
    "Field may not be null.": ("missing", "不能为空。", "This field may not be null."),
    "Not a valid string.": ("wrong-type", "应为字符串。", "This must be a string."),
    "Not a valid list.": ("wrong-type", "应为数组。", "This must be an array."),
    "Not a valid datetime.": ("bad-time", "应为带时区的时间（RFC 3339）。", "This must be a time with its offset."),
    "Not a valid aware datetime.": ("bad-time", "时间必须带时区。", "The time must carry its offset."),
    "There is no such type of document.": ("unknown-type", "不支持该证件类型。", "There is no such type of document."),
    "Invalid input type.": ("wrong-type", "应为对象。", "This must be an object."),
}


def load(schema: Schema, body: dict[str, Any]) -> dict[str, Any]:
    """Return the input as the schema reads it.

    Raises:
        InvalidError: with one located fault for each thing wrong.
    """
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        faults = tuple(_located(error.messages, ""))
        raise InvalidError("提交的内容有误，请按提示更正。", "Some fields are not right.", errors=faults) from error
    return loaded


def _located(messages: Any, pointer: str) -> Iterator[Fault]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            part = "" if name == "_schema" else "/" + redact(str(name)).replace("~", "~0").replace("/", "~1")
            yield from _located(inner, pointer + part[:80])
        return
    for message in messages:
        code, detail, english = _WORDS.get(str(message), ("not-allowed", "", str(message)))
        if not detail:
            detail = _detail_of(str(message))
        yield Fault(pointer, code, detail, english)


def _detail_of(message: str) -> str:
    if message.startswith("Must be one of"):
        return "取值不在允许的范围内。"
    if "length" in message or "Longer than" in message or "Shorter than" in message:
        return "长度不符合要求。"
    return "取值不符合要求。"
