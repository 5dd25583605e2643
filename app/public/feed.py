"""The Atom feed of new listings and removals."""

from __future__ import annotations

from flask import Response, current_app, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.database import current_session
from app.keys import vault
from app.public.blueprint import bp, parameters, slow_down
from blacklist.queries import publications
from blacklist.queries.publications import Wanted
from config import Config


@bp.get("/list.atom")
@for_audience(Audience.ANYONE)
def show_feed() -> ResponseReturnValue:
    """Return the newest listings by court and case, and removals by id alone."""
    parameters()
    slow_down()
    config: Config = current_app.extensions["config"]
    at = clock.now()
    cards, _ = publications.list_after(current_session(), Wanted(), after=None, on=at.date(), vault=vault())
    body = render_template(
        "public/list.atom.xml",
        base_url=config.base_url,
        cards=cards,
        endings=publications.list_endings(current_session(), at=at),
        at=at,
    )
    return Response(body, content_type="application/atom+xml; charset=utf-8")
