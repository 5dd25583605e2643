"""The search by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from flask import make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.database import current_session
from app.keys import vault
from app.paging import Page, address
from app.public.blueprint import KIND_WORDS, bp, page_number, parameters, slow_down
from app.visitors import BROAD_COST, bears_number
from blacklist.errors import InvalidError
from blacklist.identity.texts import clean_text
from blacklist.queries import publications
from blacklist.queries.publications import DEEPEST_PAGE, MOST_HITS, PAGE, Hits, Wanted
from blacklist.vocabulary import Sex, SubjectKind

MOST_NAME = 100
_KINDS = MappingProxyType({"person": SubjectKind.NATURAL, "unit": SubjectKind.ORGANISATION})
_SEXES = MappingProxyType({"male": "男", "female": "女"})

Choice = tuple[str, int, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What stands in the address, as the form and the links of the page repeat it."""

    q: str
    type: str
    region: str = ""
    court: str = ""
    sex: str = ""

    def query(self, **changes: str) -> dict[str, str]:
        """Return the query of a link, with changes."""
        kept = {"q": self.q, "type": self.type, "region": self.region, "court": self.court, "sex": self.sex}
        return {**kept, **changes}

    def wanted(self) -> Wanted:
        """Return what to look for."""
        return Wanted(
            name=self.q,
            kind=_KINDS[self.type],
            region=self.region,
            court_code=self.court,
            sex=Sex(self.sex) if self.sex else None,
        )


@bp.get("/search")
@for_audience(Audience.ANYONE)
def show_search() -> ResponseReturnValue:
    """Show who is published under a name; the same name is not the same person."""
    given = parameters("q", "type", "region", "court", "sex", "page", "hint")
    if any(bears_number(given.get(name, "")) for name in ("q", "region", "court")):
        # A number never stands in an address: lead to a clean one that says so.
        return redirect("/search?hint=number", 303)
    asked = Asked(
        q=given.get("q", ""),
        type=given.get("type", "") if given.get("type") in _KINDS else "person",
        region=given.get("region", ""),
        court=given.get("court", ""),
        sex=given.get("sex", "") if given.get("sex") in _SEXES else "",
    )
    if not asked.q:
        hinted = given.get("hint") == "number"
        return _shown(asked, error="请勿输入证件号码，只能按姓名或者单位名称查询。" if hinted else "")
    fault = _fault(asked)
    if fault:
        return _shown(replace(asked, q=""), error=fault, status=422)
    number = page_number(given.get("page", "1"), deepest=DEEPEST_PAGE)
    wanted = asked.wanted()
    slow_down(cost=BROAD_COST if publications.is_broad(wanted) else 1.0)
    hits = publications.search(current_session(), wanted, page=number, on=clock.today(), vault=vault())
    return _shown(asked, hits=hits, number=number)


def _fault(asked: Asked) -> str:
    try:
        clean_text(asked.q, pointer="/q", most=MOST_NAME)
    except InvalidError as error:
        return error.detail
    if asked.type == "unit" and not publications.is_part_of_name(asked.q):
        return "单位名称请至少输入连续两个字。"
    return ""


def _shown(
    asked: Asked, *, hits: Hits | None = None, number: int = 1, error: str = "", status: int = 200
) -> ResponseReturnValue:
    total = min(hits.total, MOST_HITS) if hits else None
    body = render_template(
        "public/search.html",
        q=asked.q,
        type=asked.type,
        region=asked.region,
        regions=[(name, name) for name in publications.list_regions(current_session())],
        errors={"q": error} if error else {},
        total=total,
        subjects=hits.subjects if hits else 0,
        too_many=hits is not None and hits.total > MOST_HITS,
        cards=hits.cards if hits else (),
        kind_titles=KIND_WORDS,
        facets=_facets(asked, hits) if hits else (),
        narrowed=bool(asked.region or asked.court or asked.sex),
        everywhere=address("/search", {"q": asked.q, "type": asked.type}),
        page=Page.of(number, total or 0, size=PAGE, path="/search", query=asked.query()),
        as_of=clock.now(),
    )
    return make_response(body, status)


def _facets(asked: Asked, hits: Hits) -> list[tuple[str, list[Choice]]]:
    """Return what can narrow the search, with counts; what would not narrow it is left out."""
    groups = (
        ("region", "按地区缩小范围", [(name, name, count) for name, count in hits.regions]),
        ("court", "按法院缩小范围", list(hits.courts)),
        ("sex", "按性别缩小范围", [(code, _SEXES[code], count) for code, count in hits.sexes]),
    )
    facets = []
    for name, title, found in groups:
        chosen = asked.query()[name]
        choices = [
            (words, count, address("/search", asked.query(**{name: value})), value == chosen)
            for value, words, count in found
        ]
        if len(choices) > 1 or (chosen and choices):
            facets.append((title, choices))
    return facets
