"""Following a case with its number and the code that was handed out once."""

from __future__ import annotations

import hmac
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.accounts.forms import read_form
from app.database import current_session
from app.keys import vault
from app.me.blueprint import bp, draw_try, no_parameters
from app.me.forms import TrackForm
from app.me.words import NOT_TRACKED, Progress, progress_of
from blacklist.identity.access_codes import normal_access_code
from blacklist.models import Objection, Reconsideration
from blacklist.queries import orders as order_queries
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.calendars import load_calendar
from blacklist.services.remedying import track_mac

_NOBODYS = bytes(32)


@bp.get("/track")
@for_audience(Audience.ANYONE)
def show_track() -> ResponseReturnValue:
    """Show the form."""
    no_parameters()
    return _page(errors={})


@bp.post("/track")
@for_audience(Audience.ANYONE)
def take_track() -> ResponseReturnValue:
    """Answer in place: where the case stands, or one text for whatever does not fit."""
    no_parameters()
    values, errors = read_form(TrackForm(), request.form)
    if errors:
        return _page(errors=errors), 422
    number = normal_access_code(values["number"])
    draw_try("track", vault().credential_mac(number), at=clock.now())
    case = remedy_queries.find_tracked(current_session(), number)
    given = track_mac(values["track_code"], vault=vault())
    fits = hmac.compare_digest(_NOBODYS if case is None else case.track_index, given)
    if case is None or not fits:
        return _page(errors={"": NOT_TRACKED}), 422
    return render_template("me/progress.html", progress=_progress(case))


def _progress(case: Objection | Reconsideration) -> Progress:
    session = current_session()
    court = order_queries.get_court(session, case.court_id)
    return progress_of(
        case,
        remedy_queries.order_of(session, case),
        claim=remedy_queries.open_remedy(case, vault=vault()).claim,
        court=(court.name, court.contact),
        requests=_requests(case),
        on=clock.today(),
        calendar=load_calendar(session),
    )


def _requests(case: Objection | Reconsideration) -> tuple[tuple[date, str], ...]:
    """Return what the court asked the applicant for; nothing else that was noted is shown."""
    notes = remedy_queries.list_notes(current_session(), case)
    return tuple(
        (one.happened_on, remedy_queries.open_note(one, vault=vault())) for one in notes if one.kind == "request"
    )


def _page(*, errors: dict[str, str]) -> str:
    return render_template("me/track.html", errors=errors)
