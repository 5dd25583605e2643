"""The form in which the clerk records what happened in a case."""

from __future__ import annotations

from app.accounts.forms import FormSchema
from app.desk.forms import choice, date_field, text
from blacklist.rules.repair import CaseEventKind

MOST_DOCUMENT = 200
MOST_NOTE = 1000


class CaseEventForm(FormSchema):
    """Shown back before it is recorded; `optional` also proposes what the court may, but need not, lift."""

    version = text(9, required=True)
    do = choice(["preview", "confirm", "change"], required=True)
    kind = choice(CaseEventKind, required=True)
    happened_on = date_field()
    document = text(MOST_DOCUMENT, required=True)
    amount = text(40)
    in_full = choice(["yes"])
    note = text(MOST_NOTE)
    optional = choice(["yes"])
