"""Plain pages: what a listing means, how to leave, privacy, accessibility."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.public.blueprint import bp, parameters


@bp.get("/guide")
@for_audience(Audience.ANYONE)
def show_guide() -> ResponseReturnValue:
    """Explain what a listing brings, how it ends and how to object."""
    parameters()
    return render_template("public/guide.html")


@bp.get("/privacy")
@for_audience(Audience.ANYONE)
def show_privacy() -> ResponseReturnValue:
    """Say what is shown, kept and erased, and on which law."""
    parameters()
    return render_template("public/privacy.html")


@bp.get("/accessibility")
@for_audience(Audience.ANYONE)
def show_accessibility() -> ResponseReturnValue:
    """Say how these pages can be used by everybody, and what is still missing."""
    parameters()
    return render_template("public/accessibility.html")
