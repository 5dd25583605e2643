"""The published list, newest first."""

from __future__ import annotations

from datetime import date

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.database import current_session
from app.keys import vault
from app.paging import Page
from app.public.blueprint import KIND_WORDS, bp, page_number, parameters, slow_down
from blacklist.queries import publications
from blacklist.queries.publications import DEEPEST_PAGE, MOST_HITS, PAGE, Wanted


@bp.get("/list")
@for_audience(Audience.ANYONE)
def show_list() -> ResponseReturnValue:
    """Show what was published lately, by region, court and day."""
    given = parameters("court", "region", "since", "page")
    errors: dict[str, str] = {}
    courts = publications.list_courts(current_session())
    court = given.get("court", "")
    if court and court not in dict(courts):
        errors["court"], court = "没有这个法院。", ""
    regions = publications.list_regions(current_session())
    region = given.get("region", "")
    if region and region not in regions:
        errors["region"], region = "没有这个地区。", ""
    since = _day(given.get("since", ""), errors)
    number = page_number(given.get("page", "1"), deepest=DEEPEST_PAGE)
    slow_down()
    hits = publications.search(
        current_session(),
        Wanted(court_code=court, region=region, since=since),
        page=number,
        on=clock.today(),
        vault=vault(),
    )
    chosen = {"court": court, "region": region, "since": since.isoformat() if since else ""}
    body = render_template(
        "public/list.html",
        courts=courts,
        regions=[(name, name) for name in regions],
        **chosen,
        errors=errors,
        cards=hits.cards,
        kind_titles=KIND_WORDS,
        page=Page.of(
            number,
            min(hits.total, MOST_HITS),
            size=PAGE,
            path="/list",
            query=chosen,
        ),
        as_of=clock.now(),
    )
    return make_response(body, 422 if errors else 200)


def _day(text: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors["since"] = "日期应为年-月-日，例如 2026-03-01。"
        return None
