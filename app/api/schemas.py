"""Shapes of what agencies send and get; the OpenAPI document is made of these."""

from __future__ import annotations

from marshmallow import EXCLUDE, RAISE, Schema, fields, validate

from blacklist.identity.documents import DocumentType
from blacklist.rules.checking import Action, Outcome
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.subjects import BoundRole

MOST_NUMBER = 64
MOST_NAME = 100
MOST_REFERENCE = 64
MOST_NOTE = 500
MOST_SUBJECTS = 5_000
DOCUMENT_TYPES = tuple(one.value for one in DocumentType)
OUTCOME_ACTIONS = ("refused", "proceeded", "verified", "permit_used")


class StrictSchema(Schema):
    """Input: an unknown field is refused."""

    class Meta:
        """marshmallow's options."""

        unknown = RAISE


class AnswerSchema(Schema):
    """Output: describes an answer; answers themselves are plain dicts."""

    class Meta:
        """marshmallow's options."""

        unknown = EXCLUDE


class DocumentSchema(StrictSchema):
    """An identity document."""

    type = fields.String(
        required=True, validate=validate.OneOf(DOCUMENT_TYPES, error="There is no such type of document.")
    )
    number = fields.String(
        required=True,
        validate=validate.Length(1, MOST_NUMBER),
        metadata={"example": "11010519491231002X", "description": "15 or 18 digits for a resident identity number"},
    )
    country = fields.String(
        validate=validate.Length(equal=3), metadata={"description": "ISO 3166-1 alpha-3; passports only"}
    )


class SubjectSchema(StrictSchema):
    """Whom a question is about."""

    document = fields.Nested(DocumentSchema, required=True)
    name = fields.String(
        validate=validate.Length(1, MOST_NAME), metadata={"description": "compared, never used to find anybody"}
    )
    reference = fields.String(
        validate=validate.Length(1, MOST_REFERENCE), metadata={"description": "the agency's own reference"}
    )


class CheckSchema(SubjectSchema):
    """One question."""

    purpose = fields.String(required=True, validate=validate.OneOf(list(PURPOSES)))


class BatchSchema(StrictSchema):
    """Many questions for one purpose."""

    purpose = fields.String(required=True, validate=validate.OneOf(list(PURPOSES)))
    subjects = fields.List(fields.Nested(SubjectSchema), required=True, validate=validate.Length(1, MOST_SUBJECTS))


class OutcomeSchema(StrictSchema):
    """What the agency did after a check."""

    action = fields.String(required=True, validate=validate.OneOf(OUTCOME_ACTIONS))
    at = fields.AwareDateTime(format="iso", required=True)
    note = fields.String(validate=validate.Length(0, MOST_NOTE))


class RestrictionAnswer(AnswerSchema):
    """A measure of an order that blocks the purpose."""

    order_no = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([one.value for one in OrderKind]))
    measure = fields.String(required=True)
    measure_name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf([one.value for one in BoundRole]))
    legal_basis = fields.String(required=True)
    court = fields.String(required=True)
    court_contact = fields.String(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)


class PermitAnswer(AnswerSchema):
    """The permit that covers the purpose."""

    permit_no = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True)
    uses_left = fields.Integer(required=True)


class AsOfAnswer(AnswerSchema):
    """The state of the registry the answer was read from."""

    log_id = fields.String(required=True, allow_none=True)
    size = fields.Integer(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)


class CheckAnswer(AnswerSchema):
    """The answer to one question."""

    check_id = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([one.value for one in Outcome]))
    purpose = fields.String(required=True)
    restrictions = fields.List(fields.Nested(RestrictionAnswer), required=True)
    permit = fields.Nested(PermitAnswer, required=True, allow_none=True)
    denial_code = fields.String(required=True, allow_none=True)
    as_of = fields.Nested(AsOfAnswer, required=True)
    action = fields.String(required=True, validate=validate.OneOf([one.value for one in Action]))
    message = fields.String(required=True)


class FaultAnswer(AnswerSchema):
    """A located fault of the input."""

    pointer = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class BatchAnswer(AnswerSchema):
    """The answers to a batch, in order; an item that cannot be read is `invalid` with its errors."""

    results = fields.List(
        fields.Raw(
            metadata={
                "oneOf": [
                    {"$ref": "#/components/schemas/CheckAnswer"},
                    {"$ref": "#/components/schemas/InvalidItemAnswer"},
                ]
            }
        ),
        required=True,
    )


class InvalidItemAnswer(AnswerSchema):
    """An item of a batch that cannot be read."""

    outcome = fields.String(required=True, validate=validate.Equal("invalid"))
    errors = fields.List(fields.Nested(FaultAnswer), required=True)


class PurposeAnswer(AnswerSchema):
    """A purpose this agency may ask."""

    purpose = fields.String(required=True)
    name = fields.String(required=True)
    name_english = fields.String(required=True)
    name_required = fields.Boolean(required=True)
    legal_basis = fields.List(fields.String(), required=True)
    obligations = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class PurposesAnswer(AnswerSchema):
    """A page of purposes."""

    items = fields.List(fields.Nested(PurposeAnswer), required=True)
    next = fields.String(required=True, allow_none=True)


class OutcomeAnswer(AnswerSchema):
    """The receipt for a reported outcome."""

    check_id = fields.String(required=True)
    action = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)


class ProblemAnswer(AnswerSchema):
    """A problem document (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultAnswer))
