"""CSRF tokens, and reading forms strictly."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from marshmallow import RAISE, Schema, ValidationError
from werkzeug.datastructures import MultiDict

from app.errors import DoorError, MalformedError
from app.security import MACHINE_PREFIXES
from blacklist.errors import RegistryError

CSRF_FIELD = "csrf_token"


class FormExpiredError(DoorError):
    """The form's token is missing or belongs to another session."""

    error_code = "form-expired"
    title = "表单已失效"
    title_english = "The form has expired"


class FormSchema(Schema):
    """A form: unknown fields are refused."""

    class Meta:
        """Refuse what the form has no field for."""

        unknown = RAISE


def init_csrf(app: Flask) -> None:
    """Ask every unsafe browser request for the session's token; machines bring keys and no cookie."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # it lives as long as the session
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # asked below, so that machines' paths can be left out
    protection = CSRFProtect(app)

    @app.before_request
    def _require_token() -> None:
        if request.path.startswith(MACHINE_PREFIXES) or request.endpoint is None:
            return
        try:
            if request.method in app.config["WTF_CSRF_METHODS"]:
                protection.protect()
        except CSRFError as error:
            raise FormExpiredError(
                "表单已失效，请返回上一页刷新后重新提交。", "Reload the form and send it again."
            ) from error


def read_form(
    schema: Schema, form: MultiDict[str, str], *, lists: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a form's values and its faults by field; a form with faults has no values.

    Raises:
        MalformedError: a field nobody asked for, or one sent twice: no browser does that with our pages.
    """
    raw: dict[str, Any] = {}
    for name in form:
        if name == CSRF_FIELD:
            continue
        values = form.getlist(name)
        if name in lists:
            raw[name] = values
        elif len(values) == 1:
            raw[name] = values[0]
        else:
            raise MalformedError("表单中有重复的栏目。", "A field was sent twice.")
    if any(name not in schema.fields for name in raw):
        raise MalformedError("表单中有未知的栏目。", "The form has an unknown field.")
    try:
        return dict(schema.load(raw)), {}
    except ValidationError as error:
        return {}, {name: _first(messages) for name, messages in _by_field(error).items()}


def faults_of(error: RegistryError, *, names: dict[str, str] | None = None) -> dict[str, str]:
    """Return a refusal's faults by form field; `names` maps JSON pointers to fields named otherwise."""
    names = names or {}
    faults = {
        names.get(fault.pointer, fault.pointer.strip("/").replace("/", "_")): fault.detail for fault in error.errors
    }
    return faults or {"": error.detail}


def _by_field(error: ValidationError) -> dict[str, Any]:
    return error.messages if isinstance(error.messages, dict) else {"": error.messages}


def _first(messages: Any) -> str:
    while isinstance(messages, dict):
        messages = next(iter(messages.values()))
    return str(messages[0] if isinstance(messages, list) else messages)
