"""Forms of creditors' applications."""

from __future__ import annotations

from app.accounts.forms import FormSchema
from app.desk.forms import choice, date_field, text
from app.desk.words import DOCUMENT_TITLES
from blacklist.rules.lifecycle import OrderKind

MOST_STATEMENT = 2000
MOST_REASON = 1000


class ApplicationNewForm(FormSchema):
    """What the creditor's paper says."""

    kind = choice(OrderKind, required=True)
    case_number = text(60, required=True)
    document_type = choice(DOCUMENT_TITLES, required=True)
    number = text(40, required=True)
    country = text(3)
    name = text(100, required=True)
    applicant = text(200, required=True)
    statement = text(MOST_STATEMENT, required=True)
    received_on = date_field()


class RefuseForm(FormSchema):
    """A proposal to refuse, with the reason the creditor is told."""

    version = text(9, required=True)
    reason = text(MOST_REASON, required=True)


class RefusalDecisionForm(FormSchema):
    """Agree with a proposed refusal, or send the application back to be drafted."""

    version = text(9, required=True)
    do = choice(["approve", "reject"], required=True)


class VersionForm(FormSchema):
    """An act that needs nothing but the version it was seen in."""

    version = text(9, required=True)
