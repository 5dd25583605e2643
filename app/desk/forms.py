"""The desk's forms: what a browser may send, and how it becomes what the services take."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.accounts.forms import FormSchema
from app.desk.words import CIRCUMSTANCE_TITLES, DOCUMENT_TITLES, OUTCOME_TITLES, PERFORMANCE_TITLES
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import GRACE_MONTHS
from blacklist.rules.warnings import MOST_ANSWER, SoftWarning
from blacklist.services.serving import WAY_TITLES

BOUND_ROWS = 3
BOUND_FIELDS = ("role", "document_type", "country", "number", "name", "kept")
EXIT_BAN_MONTHS = ("3", "6", "12")
MISSING = "请填写。"
CHOOSE = "请选择。"
_REQUIRED: dict[str, Any] = {"required": MISSING}
_DATE_MESSAGES: dict[str, Any] = {"invalid": "请按“年-月-日”填写真实的日期。", "required": MISSING}


def text(most: int, *, required: bool = False) -> fields.String:
    """Return a field of text; further rules are the domain's."""
    length = validate.Length(min=1 if required else 0, max=most, error=f"须为 1 至 {most} 个字。")
    if required:
        return fields.String(required=True, validate=length, error_messages=_REQUIRED)
    return fields.String(load_default="", validate=length)


def choice(values: Any, *, required: bool = False) -> fields.String:
    """Return a field that takes one of `values`, or nothing where it is not required."""
    known = [str(value) for value in values]
    if required:
        return fields.String(required=True, validate=validate.OneOf(known, error=CHOOSE), error_messages=_REQUIRED)
    return fields.String(load_default="", validate=validate.OneOf(["", *known], error=CHOOSE))


def date_field() -> fields.Date:
    """Return a field of a date that must be given."""
    return fields.Date(required=True, error_messages=_DATE_MESSAGES)


def several(values: Any) -> fields.List[str]:
    """Return a field of checkboxes."""
    return fields.List(fields.String(validate=validate.OneOf([str(value) for value in values])), load_default=list)


class _OptionalDate(fields.Date):
    """A date; an empty field is none."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """Read the field."""
        return None if value == "" else super().deserialize(value, attr, data, **kwargs)


def optional_date() -> fields.Date:
    """Return a field of a date that may be left empty."""
    return _OptionalDate(load_default=None, error_messages=_DATE_MESSAGES)


def _bound_fields() -> dict[str, fields.Field[Any]]:
    found: dict[str, fields.Field[Any]] = {}
    for row in range(BOUND_ROWS):
        found[f"bound_{row}_role"] = choice([one for one in BoundRole if one is not BoundRole.DEBTOR])
        found[f"bound_{row}_document_type"] = choice(DOCUMENT_TITLES)
        found[f"bound_{row}_country"] = text(3)
        found[f"bound_{row}_number"] = text(40)
        found[f"bound_{row}_name"] = text(100)
        found[f"bound_{row}_kept"] = text(2)
    return found


class _EntryBase(FormSchema):
    do = choice(["readback", "draft", "lookup"], required=True)
    form_id = text(64)
    application = text(10)  # the creditor's application it is drafted on
    predecessor = text(10)  # the order it renews or supplements
    version = text(9)
    kind = choice(OrderKind, required=True)
    case_number = text(60, required=True)
    filed_on = fields.Date(required=True, error_messages=_DATE_MESSAGES)
    basis_number = text(100, required=True)
    basis_maker = text(100, required=True)
    document_type = choice(DOCUMENT_TITLES, required=True)
    number = text(40)
    country = text(3)
    name = text(100)  # may come with the debtor
    debtor = text(10)  # chosen from those of the case
    birth_date = _OptionalDate(load_default=None, error_messages=_DATE_MESSAGES)
    sex = choice(["male", "female"])
    representative = text(100)
    grounds = several(Ground)
    evidence = text(2000)
    warned_on = _OptionalDate(load_default=None, error_messages=_DATE_MESSAGES)
    exit_ban_months = choice(EXIT_BAN_MONTHS)
    duty = text(4000, required=True)
    duty_public = text(2000)
    performance = choice(PERFORMANCE_TITLES, required=True)
    amount_due = text(40)
    amount_performed = text(40)
    circumstances = several(CIRCUMSTANCE_TITLES)
    also_consumption = choice(["yes"])


EntryForm: type[Schema] = _EntryBase.from_dict(_bound_fields(), name="EntryForm")
ENTRY_LISTS = ("grounds", "circumstances")


class HintForm(FormSchema):
    """What the live hints look at; everything may be missing while somebody types."""

    document_type = text(20)
    number = text(40)
    country = text(3)
    name = text(100)
    case_number = text(60)
    amount_due = text(40)
    amount_performed = text(40)
    kind = text(12)
    grounds = several(Ground)
    exit_ban_months = choice(EXIT_BAN_MONTHS)


class _SubmitBase(FormSchema):
    """The read-back's one button; the companion is the consumption order drafted with a listing."""

    version = text(9, required=True)
    do = choice(["submit"], required=True)
    companion = text(10)
    companion_version = text(9)


SubmitForm: type[Schema] = _SubmitBase.from_dict(
    {f"answer_{one.value}": text(MOST_ANSWER) for one in SoftWarning}, name="SubmitForm"
)


class ReasonForm(FormSchema):
    """An act that needs nothing but its reason."""

    version = text(9, required=True)
    reason = text(500, required=True)


class CheckForm(FormSchema):
    """Pass with the last six typed unseen, or return with a reason."""

    version = text(9, required=True)
    do = choice(["pass", "return"], required=True)
    last_six = text(12)
    reason = text(500)


class SignForm(FormSchema):
    """Issue, or return with a reason."""

    version = text(9, required=True)
    do = choice(["issue", "return"], required=True)
    grace_months = choice(GRACE_MONTHS)
    reason = text(500)


class ServeForm(FormSchema):
    """One service or attempt."""

    version = text(9, required=True)
    recipient = text(20, required=True)
    way = choice(WAY_TITLES, required=True)
    outcome = choice(OUTCOME_TITLES, required=True)
    done_on = fields.Date(required=True, error_messages=_DATE_MESSAGES)
    proof = text(500, required=True)


class RemovalForm(FormSchema):
    """A proposal to end an order; an empty basis means the article of the reason."""

    version = text(9, required=True)
    reason = text(24, required=True)
    basis = text(200)
    document = text(200, required=True)
    note = text(1000)


class DecideForm(FormSchema):
    """Approve, or reject with a note."""

    version = text(9, required=True)
    do = choice(["approve", "reject"], required=True)
    note = text(1000)


class RevealForm(FormSchema):
    """A look at a whole number."""

    reason = text(200, required=True)


class FindForm(FormSchema):
    """One box: a document number, a name or a case number."""

    q = text(100, required=True)
