"""Forms of the listed person."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.accounts.forms import FormSchema
from blacklist.rules.remedies import Claim

MOST_STATEMENT = 4000
_MISSING: dict[str, Any] = {"required": "请填写。"}


def _text(most: int, *, required: bool = True) -> fields.String:
    length = validate.Length(min=1 if required else 0, max=most, error=f"须为 1 至 {most} 个字。")
    if required:
        return fields.String(required=True, validate=length, error_messages=_MISSING)
    return fields.String(load_default="", validate=length)


class ObjectForm(FormSchema):
    """What is wrong, and the proof of who says so."""

    access_code = _text(40)
    last_six = _text(12)
    name = _text(100)
    claim = fields.String(
        required=True,
        validate=validate.OneOf([str(one) for one in Claim], error="请选择。"),
        error_messages={"required": "请选择。"},
    )
    statement = _text(MOST_STATEMENT)
    contact = _text(200, required=False)


class TrackForm(FormSchema):
    """The number and the code that were handed out together."""

    number = _text(20)
    track_code = _text(40)
