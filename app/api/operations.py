"""Every operation of `/api/v1` as the OpenAPI document tells it, with examples that work on a demo database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from app.api import schemas
from app.api.public_schemas import ORDER_EXAMPLE, ORDERS_EXAMPLE, PublicOrderAnswer, PublicOrdersAnswer

Parameter = dict[str, Any]
_EVERY = ("400", "401", "403", "429", "503")
_DOCUMENT = {"type": "resident_id", "number": "11010519491231002X"}
_ANSWER = {
    "check_id": "chk_7K3M9Q2XTD4H8VBN",
    "outcome": "restricted",
    "purpose": "air_travel",
    "restrictions": [
        {
            "order_no": "（2026）京0199执1234号-限消1",
            "kind": "consumption",
            "measure": "consumption.air",
            "measure_name": "不得乘坐飞机",
            "role": "debtor",
            "legal_basis": "最高人民法院关于限制被执行人高消费及有关消费的若干规定 第三条第一款第（一）项",
            "court": "示例市示范区人民法院",
            "court_contact": "12368",
            "since": "2026-03-02",
            "until": None,
        }
    ],
    "permit": None,
    "denial_code": "F7Q2-9KDM",
    "as_of": {"log_id": None, "size": None, "at": "2026-11-24T10:05:00.000+08:00"},
    "action": "refuse",
    "message": "依据……不得为其办理；请告知当事人凭拒绝码查询原因与救济途径。",
}
_INVALID = {
    "outcome": "invalid",
    "errors": [{"pointer": "/document/number", "code": "bad-check-digit", "detail": "证件号码校验位不符。"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    answer: type[Schema] | None = None  # None: bytes
    answer_type: str = "application/json"
    answer_words: str
    answer_example: Any
    problems: tuple[str, ...]
    status: int = 200
    body: type[Schema] | None = None
    body_example: Any = None
    parameters: tuple[Parameter, ...] = ()
    open_to_all: bool = False


def _in_path(name: str, pattern: str, example: str) -> Parameter:
    return {
        "in": "path",
        "name": name,
        "required": True,
        "schema": {"type": "string", "pattern": pattern, "example": example},
    }


def _in_query(name: str, words: str, *, most: int) -> Parameter:
    return {
        "in": "query",
        "name": name,
        "required": False,
        "description": words,
        "schema": {"type": "string", "minLength": 1, "maxLength": most},
    }


_CHECK_ID = _in_path("check_id", "^chk_[0-9A-HJKMNP-TV-Z]{16}$", "chk_7K3M9Q2XTD4H8VBN")
_IDEMPOTENCY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "example": "8e03978e-40d5-43e8-bc93-6894a57f9324"},
}
_PURPOSES = {
    "items": [
        {
            "purpose": "air_travel",
            "name": "乘坐飞机",
            "name_english": "air travel",
            "name_required": False,
            "legal_basis": [_ANSWER["restrictions"][0]["legal_basis"]],  # type: ignore[index]
            "obligations": {
                "clear": "proceed",
                "restricted": "refuse",
                "permitted": "proceed",
                "mismatch": "verify",
            },
        }
    ],
    "next": None,
}

OPERATIONS = (
    Operation(
        name="ask",
        method="post",
        path="/api/v1/checks",
        tag="checks",
        summary="Ask whether one person may do one thing",
        body=schemas.CheckSchema,
        body_example={"purpose": "air_travel", "document": _DOCUMENT, "name": "测试甲", "reference": "PNR-8K2M4"},
        answer=schemas.CheckAnswer,
        answer_words="The recorded answer",
        answer_example=_ANSWER,
        problems=(*_EVERY, "413", "415", "422"),
    ),
    Operation(
        name="askBatch",
        method="post",
        path="/api/v1/checks/batch",
        tag="checks",
        summary="Ask about up to 5,000 subjects for one purpose",
        body=schemas.BatchSchema,
        body_example={"purpose": "air_travel", "subjects": [{"document": _DOCUMENT, "reference": "1"}]},
        answer=schemas.BatchAnswer,
        answer_words="The answers, in order",
        answer_example={"results": [_ANSWER, _INVALID]},
        problems=(*_EVERY, "413", "415", "422"),
    ),
    Operation(
        name="listPurposes",
        method="get",
        path="/api/v1/purposes",
        tag="checks",
        summary="List the purposes this agency may ask",
        answer=schemas.PurposesAnswer,
        answer_words="Purposes with legal basis and obligations",
        answer_example=_PURPOSES,
        problems=_EVERY,
    ),
    Operation(
        name="showCheck",
        method="get",
        path="/api/v1/checks/{check_id}",
        tag="checks",
        summary="Return a recorded answer of this agency",
        parameters=(_CHECK_ID,),
        answer=schemas.CheckAnswer,
        answer_words="The answer as it was given",
        answer_example=_ANSWER,
        problems=(*_EVERY, "404"),
    ),
    Operation(
        name="reportOutcome",
        method="post",
        path="/api/v1/checks/{check_id}/outcome",
        tag="checks",
        summary="Report what the agency did after a check",
        parameters=(_CHECK_ID, _IDEMPOTENCY),
        body=schemas.OutcomeSchema,
        body_example={"action": "refused", "at": "2026-11-24T10:06:00+08:00", "note": "已出具告知单"},
        status=201,
        answer=schemas.OutcomeAnswer,
        answer_words="The report is recorded",
        answer_example={
            "check_id": "chk_7K3M9Q2XTD4H8VBN",
            "action": "refused",
            "recorded_at": "2026-11-24T10:06:01.000+08:00",
        },
        problems=(*_EVERY, "404", "409", "413", "415", "422"),
    ),
    Operation(
        name="listPublicOrders",
        method="get",
        path="/api/v1/public/orders",
        tag="public",
        summary="List published orders, masked",
        parameters=(
            _in_query("name", "whole name of a person, or any part of 2 or more characters of a unit's", most=100),
            _in_query("court", "code of the court, its word in case numbers", most=12),
            _in_query("region", "region of the court", most=40),
            _in_query("cursor", "`next` of the page before", most=600),
        ),
        answer=PublicOrdersAnswer,
        answer_words="A page of published orders",
        answer_example=ORDERS_EXAMPLE,
        problems=("400", "422", "429", "503"),
        open_to_all=True,
    ),
    Operation(
        name="showPublicOrder",
        method="get",
        path="/api/v1/public/orders/{public_id}",
        tag="public",
        summary="Show one published order, masked",
        parameters=(_in_path("public_id", "^[0-9A-HJKMNP-TV-Z]{10}$", "7K3M9Q2XTD"),),
        answer=PublicOrderAnswer,
        answer_words="The published order",
        answer_example=ORDER_EXAMPLE,
        problems=("400", "404", "410", "429", "503"),
        open_to_all=True,
    ),
)
