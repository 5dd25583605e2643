"""The start page."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.database import current_session
from app.public.blueprint import bp, parameters
from blacklist.queries import publications

# Counting reads everything published; the totals may be a minute old, the list and the search never are.
TOTALS_LIFE = timedelta(seconds=60)
_KEY = "public_totals"
_counting = Lock()


@bp.get("/")
@for_audience(Audience.ANYONE)
def show_home() -> ResponseReturnValue:
    """Show what this is and where to type."""
    parameters()
    counts = _totals()
    return render_template(
        "public/home.html",
        regions=[(name, name) for name in publications.list_regions(current_session())],
        totals=[("个人", f"{counts.get('natural', 0):,}"), ("单位", f"{counts.get('organisation', 0):,}")],
        updated_at=publications.latest_publication(current_session()),
        read_only=False,
    )


def _totals() -> dict[str, int]:
    at = clock.now()
    with _counting:
        kept: tuple[datetime, dict[str, int]] | None = current_app.extensions.get(_KEY)
        # A clock run backwards counts anew.
        if kept is None or not timedelta(0) <= at - kept[0] < TOTALS_LIFE:
            kept = (at, publications.count_published(current_session(), on=at.date()))
            current_app.extensions[_KEY] = kept
    return kept[1]
