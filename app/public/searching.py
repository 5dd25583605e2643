"""The start page and the search."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.database import current_session
from app.public.blueprint import BROAD_COST, KIND_WORDS, bp, page_number, parameters, slow_down, vault
from app.public.paging import Page
from blacklist.errors import InvalidError
from blacklist.identity.texts import clean_text
from blacklist.queries import publications
from blacklist.queries.publications import DEEPEST_PAGE, MOST_HITS, PAGE, Wanted
from blacklist.vocabulary import SubjectKind

_NUMBER = re.compile(r"[0-9０-９]{8}")
_KINDS = {"person": SubjectKind.NATURAL, "unit": SubjectKind.ORGANISATION}
MOST_NAME = 100


@bp.get("/")
@for_audience(Audience.ANYONE)
def show_home() -> ResponseReturnValue:
    """Show what this is and where to type."""
    parameters()
    session = current_session()
    counts = publications.count_published(session, on=clock.today())
    return render_template(
        "public/home.html",
        regions=_regions(),
        totals=[("个人", f"{counts.get('natural', 0):,}"), ("单位", f"{counts.get('organisation', 0):,}")],
        updated_at=clock.now(),
        read_only=False,
    )


@bp.get("/search")
@for_audience(Audience.ANYONE)
def show_search() -> ResponseReturnValue:
    """Show who is published under a name; the same name is not the same person."""
    given = parameters("q", "type", "region", "page", "hint")
    if _NUMBER.search(given.get("q", "")):
        # A number never stands in an address: lead to a clean one that says so.
        return redirect("/search?hint=number", 303)
    kind = given.get("type", "person")
    if kind not in _KINDS:
        kind = "person"
    errors = {"q": "请勿输入证件号码，只能按姓名或者单位名称查询。"} if given.get("hint") == "number" else {}
    name = given.get("q", "")
    if not name:
        return _shown(name, kind, given.get("region", ""), errors=errors)
    try:
        name = clean_text(name, pointer="/q", most=MOST_NAME)
    except InvalidError as error:
        return _shown("", kind, given.get("region", ""), errors={"q": error.detail})
    if _KINDS[kind] is SubjectKind.ORGANISATION and not publications.is_part_of_name(name):
        return _shown(name, kind, given.get("region", ""), errors={"q": "单位名称请至少输入连续两个字。"})
    number = page_number(given.get("page", "1"), deepest=DEEPEST_PAGE)
    slow_down(cost=BROAD_COST if kind == "unit" and len(name) == publications.SHORTEST_PART else 1.0)
    wanted = Wanted(name=name, kind=_KINDS[kind], region=given.get("region", ""))
    hits = publications.search(current_session(), wanted, page=number, on=clock.today(), vault=vault())
    return _shown(name, kind, wanted.region, hits=hits, number=number)


def _shown(
    name: str,
    kind: str,
    region: str,
    *,
    errors: dict[str, str] | None = None,
    hits: publications.Hits | None = None,
    number: int = 1,
) -> ResponseReturnValue:
    total = hits.total if hits else None
    facets = []
    if hits and len(hits.regions) > 1:
        choices = [
            (one, count, f"/search?{urlencode({'q': name, 'type': kind, 'region': one})}", one == region)
            for one, count in hits.regions
        ]
        facets.append(("按地区缩小范围", choices))
    body = render_template(
        "public/search.html",
        q=name,
        type=kind,
        region=region,
        regions=_regions(),
        errors=errors or {},
        total=min(total, MOST_HITS) if total is not None else None,
        too_many=total is not None and total > MOST_HITS,
        cards=hits.cards if hits else (),
        kind_titles=KIND_WORDS,
        facets=facets,
        page=Page.of(
            number,
            min(total or 0, MOST_HITS),
            size=PAGE,
            path="/search",
            query={"q": name, "type": kind, "region": region},
        ),
        as_of=clock.now(),
    )
    return make_response(body, 422 if errors and name else 200)


def _regions() -> list[tuple[str, str]]:
    return [(name, name) for name in publications.list_regions(current_session())]
