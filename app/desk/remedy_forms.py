"""Forms of objections and reconsiderations at the desk; fields of one page have names of their own."""

from __future__ import annotations

from app.accounts.forms import FormSchema
from app.desk.forms import choice, date_field, text
from blacklist.rules.remedies import Claim, Remedy
from blacklist.services.remedying import NOTE_KINDS

MOST_STATEMENT = 4000
MOST_NOTE = 2000


class PleaForm(FormSchema):
    """An application on paper, as the clerk enters it."""

    claim = choice(Claim, required=True)
    applicant = text(100, required=True)
    contact = text(200)
    statement = text(MOST_STATEMENT, required=True)
    received_on = date_field()


class AppealForm(FormSchema):
    """An application for reconsideration; the claim of a rejected objection is that objection's."""

    reference = text(80, required=True)
    claim = choice(Claim)
    applicant = text(100, required=True)
    contact = text(200)
    statement = text(MOST_STATEMENT, required=True)
    received_on = date_field()


class AcceptForm(FormSchema):
    """Take an objection up."""

    version = text(9, required=True)


class SuspendInDoubtForm(FormSchema):
    """Rest the order at once; `version` is the order's."""

    version = text(9, required=True)
    until = date_field()


class NoteForm(FormSchema):
    """Something heard, handed in or asked for."""

    version = text(9, required=True)
    kind = choice(NOTE_KINDS, required=True)
    text = text(MOST_NOTE, required=True)
    happened_on = date_field()


class OutcomeForm(FormSchema):
    """A proposed outcome: a removal brings its reason."""

    version = text(9, required=True)
    founded = choice(["yes", "no"], required=True)
    remedy = choice(Remedy)
    end = text(24)
    reasons = text(MOST_STATEMENT, required=True)


class OutcomeDecisionForm(FormSchema):
    """Adopt the outcome, or send it back with a note."""

    version = text(9, required=True)
    do = choice(["adopt", "back"], required=True)
    back_note = text(MOST_NOTE)


class OutcomeServiceForm(FormSchema):
    """The day on which the decision reached the applicant."""

    version = text(9, required=True)
    served_on = date_field()


class WithdrawalForm(FormSchema):
    """The applicant takes it back."""

    version = text(9, required=True)
    withdrawal_note = text(MOST_NOTE, required=True)
