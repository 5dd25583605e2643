"""The OpenAPI 3.1 document, generated from the schemas; `docs/api/openapi.json` equals it by test."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.api import schemas
from app.api.operations import OPERATIONS, Operation
from app.api.sync.operations import SYNC_OPERATIONS

bp = Blueprint("document", __name__, url_prefix="/api")
VERSION = "1.0.0"
_PROBLEMS = {
    "400": "Malformed request",
    "401": "A valid key is needed",
    "403": "The key lacks the scope or the purpose",
    "404": "Not found, or another agency's",
    "409": "In conflict with the present state",
    "410": "No longer published",
    "413": "The body is too large",
    "416": "The range lies outside the file",
    "415": "Not application/json in UTF-8",
    "422": "Some fields are not right; `errors` locates each",
    "429": "A limit is reached; see Retry-After",
    "503": "Unknown for the moment; see Retry-After",
}


@bp.get("/openapi.json")
@for_audience(Audience.DEVELOPER)
def show_openapi() -> ResponseReturnValue:
    """Return the OpenAPI document."""
    return Response(document_bytes(), content_type="application/json")


@lru_cache(maxsize=1)
def document_bytes() -> bytes:
    """Return the document as it is served and committed: sorted, indented, with a final line feed."""
    return orjson.dumps(build_document(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def build_document() -> dict[str, Any]:
    """Return the document as a dict."""
    spec = APISpec(
        title="联合惩戒登记 Joint credit-punishment registry",
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=lambda schema: _name_of(schema))],
        info={
            "description": (
                "May this person do that? 查询某主体能否办理某事项。Paths, field names and statuses of /api/v1 are "
                "fixed; additions may come."
            )
        },
        servers=[{"url": "/", "description": "this registry"}],
        security=[{"agencyKey": []}],
    )
    spec.components.security_scheme(
        "agencyKey", {"type": "http", "scheme": "bearer", "description": "jr_<env>_<key id>_<secret>_<checksum>"}
    )
    for schema in (schemas.InvalidItemAnswer, schemas.CheckAnswer, schemas.ProblemAnswer):
        spec.components.schema(schema.__name__, schema=schema)
    every = (*OPERATIONS, *SYNC_OPERATIONS)
    for path in dict.fromkeys(operation.path for operation in every):
        operations = {one.method: _described(one) for one in every if one.path == path}
        spec.path(path=path, operations=operations)
    return spec.to_dict()


def _name_of(schema: Any) -> str:
    resolved = schema if isinstance(schema, type) else type(schema)
    return resolved.__name__


def _described(operation: Operation) -> dict[str, Any]:
    schema = operation.answer or {"type": "string", "format": "binary"}
    content: dict[str, Any] = {"schema": schema, "example": operation.answer_example}
    responses: dict[str, Any] = {
        str(operation.status): {
            "description": operation.answer_words,
            "content": {operation.answer_type: content},
        }
    }
    for status in operation.problems:
        responses[status] = {
            "description": _PROBLEMS[status],
            "content": {"application/problem+json": {"schema": schemas.ProblemAnswer}},
        }
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": responses,
    }
    if operation.parameters:
        described["parameters"] = list(operation.parameters)
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": operation.body, "example": operation.body_example}},
        }
    if operation.open_to_all:
        described["security"] = []
    return described
