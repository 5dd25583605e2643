"""One published order, and the neutral page once it is gone."""

from __future__ import annotations

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.database import current_session
from app.keys import vault
from app.public.blueprint import KIND_WORDS, bp, parameters, slow_down
from blacklist.errors import GoneError
from blacklist.queries import publications
from blacklist.rules.grounds import GROUND_TITLES


@bp.get("/e/<public_id>")
@for_audience(Audience.ANYONE)
def show_entry(public_id: str) -> ResponseReturnValue:
    """Show one published order, or 410 with one text for all that is no longer published."""
    parameters()
    slow_down(cost=0.5)
    try:
        entry = publications.get_public_order(current_session(), public_id, on=clock.today(), vault=vault())
    except GoneError:
        return make_response(render_template("public/gone.html"), 410)
    return render_template(
        "public/entry.html",
        entry=entry,
        kind_title=KIND_WORDS[entry.kind],
        ground_titles=[GROUND_TITLES[ground] for ground in entry.grounds],
        as_of=clock.now(),
        corrected_on=None,
        compare=None,
    )
