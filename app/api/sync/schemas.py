"""What agencies post to `/sync/v1`, and the shapes of its answers for the OpenAPI document."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from app.api.schemas import MOST_REFERENCE, DocumentSchema
from blacklist.rules.purposes import PURPOSES
from sync.publishing.acknowledging import MOST_COSIGNATURE, MOST_STATEMENT

MOST_NOTE = 32_000


class _Strict(Schema):
    class Meta:
        """Nothing unknown is dropped silently."""

        unknown = RAISE


class AckSchema(_Strict):
    """An acknowledgement: the statement with both lines under it, and the cosignature's line."""

    statement = fields.String(required=True, validate=validate.Length(1, MOST_STATEMENT))
    cosignature = fields.String(required=True, validate=validate.Length(1, MOST_COSIGNATURE))


class RollbackSchema(_Strict):
    """A checkpoint that the registry signed and does not have."""

    checkpoint = fields.String(required=True, validate=validate.Length(1, MOST_NOTE))


class ConfirmSchema(_Strict):
    """A hit to be confirmed; `use` marks what the agency sells, and uses up a permit once."""

    purpose = fields.String(required=True, validate=validate.OneOf(list(PURPOSES)))
    document = fields.Nested(DocumentSchema, required=True)
    at = fields.String(required=True, validate=validate.Length(1, 60))
    use = fields.String(validate=validate.Length(1, MOST_REFERENCE))


class ItemAnswer(Schema):
    """An entry of the log as this agency is told of it."""

    i = fields.Integer(required=True)
    h = fields.String(required=True)
    d = fields.List(fields.List(fields.Raw()), required=True)


class FeedAnswer(Schema):
    """A page of the log."""

    since = fields.String(required=True)
    next = fields.String(required=True)
    size = fields.Integer(required=True)
    key = fields.Integer(required=True)
    more = fields.Boolean(required=True)
    items = fields.List(fields.Nested(ItemAnswer), required=True)
    checkpoint = fields.String(required=True, allow_none=True)
    statement = fields.String(required=True, allow_none=True)


class PurposeBit(Schema):
    """A purpose and its bit in the flags of a copy."""

    purpose = fields.String(required=True)
    bit = fields.Integer(required=True)


class KeysAnswer(Schema):
    """The registry's public keys."""

    log = fields.List(fields.String(), required=True)
    view = fields.List(fields.String(), required=True)


class ProfileAnswer(Schema):
    """What the registry knows of the caller."""

    agency = fields.String(required=True)
    epoch = fields.String(required=True)
    key = fields.Integer(required=True)
    mask = fields.Integer(required=True)
    purposes = fields.List(fields.Nested(PurposeBit), required=True)
    origin = fields.String(required=True)
    vkeys = fields.Nested(KeysAnswer, required=True)
    hook = fields.String(required=True)
    wait_seconds = fields.Integer(required=True)
    poll_seconds = fields.Integer(required=True)
    stale_seconds = fields.Integer(required=True)


class AckAnswer(Schema):
    """Since when the agency holds a size."""

    cursor = fields.String(required=True)
    at = fields.String(required=True)
    first = fields.Boolean(required=True)


class RollbackAnswer(Schema):
    """The log is fenced."""

    fenced = fields.Boolean(required=True)
    size = fields.Integer(required=True)


class ConfirmedOrder(Schema):
    """An order that restricts, with its proof; without `index` the log cannot prove it."""

    order_no = fields.String(required=True)
    court = fields.String(required=True)
    statute = fields.String(required=True)
    ends_on = fields.String(required=True, allow_none=True)
    index = fields.Integer()
    leaf = fields.String()
    open = fields.Dict()
    closed = fields.Dict()
    proof = fields.String()


class ConfirmAnswer(Schema):
    """The recorded answer with its evidence."""

    outcome = fields.String(required=True)
    as_of = fields.String(required=True)
    check_id = fields.String(required=True)
    denial_code = fields.String(required=True, allow_none=True)
    permit = fields.Dict(required=True, allow_none=True)
    orders = fields.List(fields.Nested(ConfirmedOrder), required=True)
