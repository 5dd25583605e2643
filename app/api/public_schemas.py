"""Shapes of what anyone may read by machine."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from app.api.schemas import AnswerSchema

_CARD: dict[str, Any] = {
    "public_id": "7K3M9Q2XTD",
    "kind": "listing",
    "subject_kind": "natural",
    "name": "测试甲",
    "sex": "female",
    "age": 76,
    "legal_representative": None,
    "region": "示例省",
    "court": "示例市示范区人民法院",
    "court_contact": "12368",
    "case_number": "（2026）京0199执1234号",
    "grounds": ["G1"],
    "basis_number": "（2025）京0199民初1334号",
    "basis_maker": "示例市示范区人民法院",
    "filed_on": "2026-03-10",
    "decided_on": "2026-05-09",
    "published_on": "2026-05-09",
    "ends_on": None,
    "unperformed": "330000.00",
}
ORDERS_EXAMPLE: dict[str, Any] = {"items": [_CARD], "next": None, "cut_off": False}
ORDER_EXAMPLE: dict[str, Any] = {
    **_CARD,
    "order_no": "（2026）京0199执1234号-失信1",
    "number_masked": "1101**************",
    "duty": "于判决生效后十日内偿还借款本金330000.00元及利息。",
    "performance": "none",
    "performed": "0.00",
    "as_of": "2026-11-24T10:05:00+08:00",
}


class PublicCardAnswer(AnswerSchema):
    """A published order, masked."""

    public_id = fields.String(required=True)
    kind = fields.String(required=True)
    subject_kind = fields.String(required=True)
    name = fields.String(required=True)
    sex = fields.String(required=True, allow_none=True)
    age = fields.Integer(required=True, allow_none=True)
    legal_representative = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)
    court = fields.String(required=True)
    court_contact = fields.String(required=True)
    case_number = fields.String(required=True)
    grounds = fields.List(fields.String(), required=True)
    basis_number = fields.String(required=True, allow_none=True)
    basis_maker = fields.String(required=True, allow_none=True)
    filed_on = fields.Date(required=True, allow_none=True)
    decided_on = fields.Date(required=True)
    published_on = fields.Date(required=True, allow_none=True)
    ends_on = fields.Date(required=True, allow_none=True)
    unperformed = fields.String(required=True, allow_none=True, metadata={"description": "CNY"})


class PublicOrderAnswer(PublicCardAnswer):
    """The public page of one order."""

    order_no = fields.String(required=True)
    number_masked = fields.String(required=True)
    duty = fields.String(required=True, allow_none=True)
    performance = fields.String(required=True, allow_none=True)
    performed = fields.String(required=True, allow_none=True, metadata={"description": "CNY"})
    as_of = fields.AwareDateTime(required=True)


class PublicOrdersAnswer(AnswerSchema):
    """A page of published orders, newest first."""

    items = fields.List(fields.Nested(PublicCardAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
    cut_off = fields.Boolean(
        required=True, metadata={"description": "more matched than the ten pages of a query; narrow it"}
    )
