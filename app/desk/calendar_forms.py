"""What the pages of the calendar may be sent."""

from __future__ import annotations

from marshmallow import fields, validate

from app.accounts.forms import FormSchema
from app.desk.forms import choice, text


class YearForm(FormSchema):
    """A year's arrangement: first a file with its year and source, then the content read back."""

    do = choice(["readback", "propose"], required=True)
    year = fields.String(
        load_default="", validate=validate.Regexp(r"^([0-9]{4})?\Z", error="请填写四位数的年度，如 2027。")
    )
    source = text(200)
    content = text(64 * 1024)


class YearDecisionForm(FormSchema):
    """Loading a proposed year; `digest` is that of the days the decider saw."""

    digest = text(64, required=True)
