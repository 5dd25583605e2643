"""One table from refusals to answers: RFC 9457 problems for machines, pages for people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import orjson
from flask import Flask, Response, g, render_template, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from app.database import unavailable
from app.refusals import record_refusal
from blacklist.errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    RegistryError,
    UnavailableError,
)

log = logging.getLogger(__name__)

STATUS_OF_KIND = MappingProxyType(
    {
        InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
        ForbiddenError: HTTPStatus.FORBIDDEN,
        NotFoundError: HTTPStatus.NOT_FOUND,
        ConflictError: HTTPStatus.CONFLICT,
        GoneError: HTTPStatus.GONE,
        UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
MACHINE_PATHS = ("/api/", "/sync/", "/log/")
RETRY_SECONDS = 2


class DoorError(HTTPException):
    """A refusal of the door itself: the request never reached the registry."""

    error_code = "bad-request"
    code = 400
    title = "请求格式有误"
    title_english = "Malformed request"

    def __init__(self, detail: str, english: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.english = english
        self.extra_headers = headers or {}


class MalformedError(DoorError):
    """The body or the query cannot be read."""

    error_code = "malformed"


class KeyNeededError(DoorError):
    """No key, or one that is not right."""

    error_code = "key-needed"
    code = 401
    title = "需要有效的接口密钥"
    title_english = "A valid key is needed"


class TooLargeError(DoorError):
    """The body is larger than this route takes."""

    error_code = "too-large"
    code = 413
    title = "请求内容过大"
    title_english = "The body is too large"


class WrongTypeError(DoorError):
    """The content type is not the one this route takes."""

    error_code = "wrong-content-type"
    code = 415
    title = "内容类型不受支持"
    title_english = "Unsupported content type"


class TooManyError(DoorError):
    """A limit is reached; the answer says when to come again."""

    error_code = "too-many-requests"
    code = 429
    title = "请求过于频繁"
    title_english = "Too many requests"


class StillRunningError(ConflictError):
    """The same request or form is being worked on; the first one's answer is not there yet."""

    code = "request-running"
    title = "同一请求正在办理"
    title_english = "The same request is running"


# werkzeug's own refusals, in our words.
_OWN_WORDS = MappingProxyType(
    {
        400: ("bad-request", "请求格式有误", "The request cannot be understood."),
        401: ("sign-in-needed", "请先登录。", "Please sign in."),
        403: ("forbidden", "没有权限。", "Not allowed."),
        404: ("not-found", "没有这个页面或对象。", "There is no such page or object."),
        405: ("method-not-allowed", "此地址不接受该请求方法。", "This address does not take this method."),
        413: ("too-large", "提交的内容超过允许的大小。", "The body is larger than this address takes."),
        415: ("wrong-content-type", "内容类型不受支持。", "The content type is not supported."),
        500: ("internal", "系统内部错误，已记录。请凭编号联系管理员。", "Internal error; it has been recorded."),
    }
)


def status_of(error: RegistryError) -> HTTPStatus:
    """Return the HTTP status of a refusal; one of no kind is our own fault, 500."""
    for kind, status in STATUS_OF_KIND.items():
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def wants_problem() -> bool:
    """Tell whether the request came to a machine's door."""
    return request.path.startswith(MACHINE_PATHS)


def prefers_english() -> bool:
    """Tell whether the caller asks for English before Chinese."""
    return request.accept_languages.best_match(["zh", "en"], default="zh") == "en"


def problem(
    status: int,
    *,
    code: str,
    title: tuple[str, str],
    detail: tuple[str, str],
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return a problem document (RFC 9457), in Chinese or English by `Accept-Language`."""
    which = int(prefers_english())
    body: dict[str, Any] = {
        "type": f"{request.url_root.rstrip('/')}/dev/errors/{code}",
        "title": title[which],
        "status": int(status),
        "code": code,
        "detail": detail[which],
        "instance": request_id(),
    }
    if errors:
        body["errors"] = errors
    response = Response(orjson.dumps(body), status=int(status), content_type="application/problem+json")
    response.headers.update(headers or {})
    return response


def request_id() -> str:
    """Return the id of this request, as in `X-Request-Id`."""
    return str(g.get("request_id", "-"))


def init_errors(app: Flask) -> None:
    """Register the one table."""
    app.register_error_handler(RegistryError, refuse)
    app.register_error_handler(HTTPException, _refuse_at_door)
    app.register_error_handler(OperationalError, lambda error: refuse(unavailable(error)))
    app.register_error_handler(PoolTimeoutError, lambda error: refuse(unavailable(error)))
    app.register_error_handler(Exception, _fail)


def refuse(error: RegistryError) -> Response:
    """Return the answer to a refusal: a problem for machines, a page for people."""
    status = status_of(error)
    log.info("request refused", extra={"code": error.code, "status": int(status), "facts": error.facts})
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if wants_problem():
        english = prefers_english()
        errors = [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.english if english else fault.detail}
            for fault in error.errors
        ]
        code = error.errors[0].code if len(error.errors) == 1 else error.code
        return problem(
            status,
            code=code,
            title=(error.title, error.title_english),
            detail=(error.detail, error.english),
            errors=errors,
            headers=headers,
        )
    record_refusal(error)
    return _page(status, title=error.title, detail=error.detail, english=error.english, headers=headers)


def _refuse_at_door(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and error.response is not None:
        return error.get_response()  # type: ignore[return-value]
    code, detail, english = _OWN_WORDS.get(status, _OWN_WORDS[400])
    title, title_english, headers = detail, english, {}
    if isinstance(error, DoorError):
        code, detail, english = error.error_code, str(error.description), error.english
        title, title_english, headers = str(error.title), error.title_english, error.extra_headers
    valid_methods = getattr(error, "valid_methods", None)
    if valid_methods:
        headers = {**headers, "Allow": ", ".join(sorted(valid_methods))}
    log.info("request refused at the door", extra={"code": code, "status": status})
    if wants_problem():
        return problem(status, code=code, title=(title, title_english), detail=(detail, english), headers=headers)
    return _page(status, title=title, detail=detail, english=english, headers=headers)


def _fail(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error, extra={"error": type(error).__name__})
    code, detail, english = _OWN_WORDS[500]
    if wants_problem():
        return problem(500, code=code, title=("系统内部错误", "Internal error"), detail=(detail, english))
    return _page(500, title="系统内部错误", detail=detail, english=english, headers={})


def _page(status: int, *, title: str, detail: str, english: str, headers: dict[str, str]) -> Response:
    body = render_template(
        "errors/error.html",
        status=int(status),
        title=title,
        detail=detail,
        english=english,
        reference=request_id(),
        what_next=_WHAT_NEXT.get(int(status), ""),
    )
    response = Response(body, status=int(status), content_type="text/html; charset=utf-8")
    response.headers.update(headers)
    response.headers["Cache-Control"] = "no-store"
    return response


_WHAT_NEXT = MappingProxyType(
    {
        401: "请重新登录后再试。",
        403: "如确需办理，请联系本院院领导或系统的安全管理员授予相应岗位。",
        404: "请核对地址，或返回首页查询。",
        409: "请返回刷新页面，查看最新内容后再办理。",
        429: "请稍等后再试；网页其他部分仍可使用。",
        500: "可稍后重试；如仍出现，请凭下列编号联系管理员。",
        503: "系统暂时只读或繁忙，请稍后重试。",
    }
)
