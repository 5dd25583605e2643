"""Forms of permits: an application, its decision, a revocation and its decision."""

from __future__ import annotations

from app.accounts.forms import FormSchema
from app.desk.forms import choice, date_field, optional_date, text
from blacklist.rules.permits import USES, Cause, Leave, Revocation
from blacklist.rules.purposes import PURPOSES

MOST_EVIDENCE = 2000
MOST_NOTE = 1000
MOST_DOCUMENT = 200


class ApplicationForm(FormSchema):
    """What an applicant asks for; `person` is a number in the page's own list, `version` the order's."""

    version = text(9, required=True)
    person = text(9, required=True)
    leave = choice(Leave, required=True)
    cause = choice(Cause, required=True)
    purpose = choice(PURPOSES, required=True)
    received_on = date_field()
    valid_from = date_field()
    valid_to = date_field()
    uses = choice(USES, required=True)
    evidence = text(MOST_EVIDENCE, required=True)
    undertaken_on = optional_date()
    confirmation = text(MOST_DOCUMENT)


class PermitDecisionForm(FormSchema):
    """Grant, or refuse with the reason; `version` is the permit's."""

    version = text(9, required=True)
    do = choice(["grant", "refuse"], required=True)
    note = text(MOST_NOTE)


class RevocationForm(FormSchema):
    """A permit shall be taken back."""

    version = text(9, required=True)
    reason = choice(Revocation, required=True)
    document = text(MOST_DOCUMENT, required=True)
    note = text(MOST_NOTE)


class RevocationDecisionForm(FormSchema):
    """Approve, or reject with the reason."""

    version = text(9, required=True)
    do = choice(["approve", "reject"], required=True)
    note = text(MOST_NOTE)
