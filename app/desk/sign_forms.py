"""Forms of the signing table."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from app.accounts.forms import FormSchema
from app.desk.forms import choice, text
from blacklist.services.marking import SignChoice

CARDS = 20  # on one page of the table
MOST_VERSION = 10**9


def _rows() -> dict[str, fields.Field[Any]]:
    found: dict[str, fields.Field[Any]] = {}
    for row in range(CARDS):
        found[f"order_{row}"] = text(10)
        found[f"version_{row}"] = fields.Integer(load_default=0)
        found[f"choice_{row}"] = choice(SignChoice)
        found[f"reason_{row}"] = text(500)
    return found


class _MarksBase(FormSchema):
    do = choice(["save", "confirm", *(f"open-{row}" for row in range(CARDS))], required=True)
    page = text(6)


MarksForm: type[Schema] = _MarksBase.from_dict(_rows(), name="MarksForm")


class ConfirmForm(FormSchema):
    """The one signature under a batch; `seen` is the fingerprint of what the page showed."""

    do = choice(["sign"], required=True)
    form_id = text(64, required=True)
    seen = text(64, required=True)


class TakeBackForm(FormSchema):
    """One order of a batch back to its clerk."""

    order = text(10, required=True)
    version = fields.Integer(required=True)
    reason = text(500, required=True)
