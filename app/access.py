"""Whom a view is for. A view that does not say so is refused at run time and fails a test."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import Forbidden, NotFound

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


class Audience(StrEnum):
    """Who may call a view."""

    ANYONE = "anyone"
    STAFF = "staff"
    AGENCY = "agency"
    DEVELOPER = "developer"
    OPERATOR = "operator"


def for_audience(audience: Audience) -> Callable[[ViewT], ViewT]:
    """Declare whom a view is for."""

    def declare(view: ViewT) -> ViewT:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return declare


def init_access(app: Flask) -> None:
    """Refuse every view that declares no audience, and staff pages without a signed-in member of staff."""

    @app.before_request
    def _guard() -> ResponseReturnValue | None:
        if "\0" in request.path:  # names nothing of ours, and PostgreSQL cannot even be asked for it
            raise NotFound
        if request.endpoint is None or request.endpoint == "static":
            return None
        audience = getattr(current_app.view_functions[request.endpoint], "audience", None)
        if audience is None:
            raise NotFound
        if audience is Audience.STAFF and not current_user.is_authenticated:
            if request.method == "GET":
                return redirect(url_for("accounts.show_login", next=request.full_path.rstrip("?")), 303)
            raise Forbidden
        return None
