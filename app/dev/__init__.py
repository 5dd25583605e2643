"""Developers' pages: for now, every error code of the API with its cause and cure."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.access import Audience, for_audience
from app.dev.catalogue import CATALOGUE

bp = Blueprint("dev", __name__, url_prefix="/dev")


@bp.get("/errors")
@for_audience(Audience.DEVELOPER)
def list_errors() -> ResponseReturnValue:
    """List every error code."""
    return render_template("dev/errors.html", entries=list(CATALOGUE.values()))


@bp.get("/errors/<code>")
@for_audience(Audience.DEVELOPER)
def show_error(code: str) -> ResponseReturnValue:
    """Explain one error code: what happened, what to do, whether trying again helps."""
    entry = CATALOGUE.get(code)
    if entry is None:
        raise NotFound
    return render_template("dev/error.html", entry=entry)
