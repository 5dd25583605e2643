"""Forms of the acts on an order in force: suspend, resume, extend, correct, and decide what was proposed."""

from __future__ import annotations

from app.accounts.forms import FormSchema
from app.desk.forms import choice, date_field, several, text
from blacklist.rules.extensions import ExtensionReason
from blacklist.rules.grounds import Ground
from blacklist.rules.suspensions import SuspensionReason
from blacklist.rules.terms import EXTENSION_YEARS


class SuspendForm(FormSchema):
    """`alone`: at once, on a doubt about identity; a second person confirms."""

    version = text(9, required=True)
    reason = choice(SuspensionReason, required=True)
    until = date_field()
    document = text(200, required=True)
    note = text(1000)
    alone = choice(["yes"])


class ResumeForm(FormSchema):
    """A suspended order shall work again."""

    version = text(9, required=True)
    basis = text(200, required=True)
    document = text(200, required=True)
    note = text(1000, required=True)


class ExtendForm(FormSchema):
    """A listing shall last one to three years longer."""

    version = text(9, required=True)
    reason = choice(ExtensionReason, required=True)
    years = choice(EXTENSION_YEARS, required=True)
    document = text(200, required=True)
    note = text(1000, required=True)


class CorrectForm(FormSchema):
    """Every correctable fact as it should read; what is unlike the present one is the correction."""

    version = text(9, required=True)
    found_on = date_field()
    reason = text(1000, required=True)
    document = text(200, required=True)
    name = text(100)
    representative = text(100)
    grounds = several(Ground)
    evidence = text(2000)
    duty = text(4000)
    duty_public = text(2000)
    performance = choice(["none", "part", "full"])
    amount_due = text(40)
    amount_performed = text(40)
    basis_number = text(100)
    basis_maker = text(100)
    filed_on = text(10)


CORRECT_LISTS = ("grounds",)
