"""Public data for machines: what anyone may read, masked, in pages of 20."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import orjson
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.cursors import make_cursor, read_cursor
from app.database import current_session
from app.errors import MalformedError, TooManyError
from app.keys import vault
from app.visitors import BROAD_COST, BURST, RATE_A_SECOND, bears_number, draw_visit
from blacklist.errors import Fault, InvalidError
from blacklist.identity.keys import Keyring
from blacklist.identity.texts import clean_text
from blacklist.queries import publications
from blacklist.queries.publications import DEEPEST_PAGE, Place, Wanted
from blacklist.rules.disclosure import PublicCard, PublicOrder

bp = Blueprint("public_api", __name__, url_prefix="/api/v1/public")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = {"name": 100, "court": 12, "region": 40, "cursor": 600}


@bp.get("/orders")
@for_audience(Audience.ANYONE)
def list_public_orders() -> ResponseReturnValue:
    """List published orders, newest first; at most ten pages of a query, then narrow it."""
    given = _parameters()
    wanted = Wanted(name=given.get("name", ""), court_code=given.get("court", ""), region=given.get("region", ""))
    key = cast(Keyring, current_app.extensions["keyring"]).cursors
    at = clock.now()
    scope = f"public\0{wanted.name}\0{wanted.court_code}\0{wanted.region}"
    after, page = None, 1
    if "cursor" in given:
        instant, order_id, page = read_cursor(given["cursor"], scope=scope, key=key, at=at)
        after = Place(_EPOCH + timedelta(microseconds=instant), order_id)
    headers = _draw(cost=BROAD_COST if publications.is_broad(wanted) else 1.0)
    cards, more = publications.list_after(current_session(), wanted, after=after, on=at.date(), vault=vault())
    cursor = None
    if more is not None and page < DEEPEST_PAGE:
        instant = (more.published_at - _EPOCH) // timedelta(microseconds=1)
        cursor = make_cursor((instant, more.order_id, page + 1), scope=scope, key=key, at=at)
    body = {"items": [_card(card) for card in cards], "next": cursor, "cut_off": more is not None and cursor is None}
    return _answer(body, headers)


@bp.get("/orders/<public_id>")
@for_audience(Audience.ANYONE)
def show_public_order(public_id: str) -> ResponseReturnValue:
    """Return one published order; 410 once it is gone."""
    if request.args:
        raise MalformedError("此地址不接受查询参数。", "This address takes no query parameters.")
    headers = _draw()
    at = clock.now()
    order = publications.get_public_order(current_session(), public_id, on=at.date(), vault=vault())
    return _answer({**_order(order), "as_of": at.isoformat(timespec="seconds")}, headers)


def _answer(body: dict[str, Any], headers: dict[str, str]) -> Response:
    response = Response(orjson.dumps(body), content_type="application/json")
    response.headers.update(headers)
    return response


def _parameters() -> dict[str, str]:
    given: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in _MOST or len(values) != 1:
            raise MalformedError("有未知或重复的查询参数。", "There is an unknown or repeated parameter.")
        if not 0 < len(values[0]) <= _MOST[name]:
            detail, english = "长度不符合要求。", "The length is not allowed."
            raise InvalidError(detail, english, errors=(Fault(f"/{name}", "bad-length", detail, english),))
        if name != "cursor" and bears_number(values[0]):
            detail, english = "请勿在网址中写证件号码。", "A document number must not stand in an address."
            raise InvalidError(detail, english, errors=(Fault(f"/{name}", "bad-characters", detail, english),))
        given[name] = values[0] if name == "cursor" else clean_text(values[0], pointer=f"/{name}", most=_MOST[name])
    return given


def _draw(*, cost: float = 1.0) -> dict[str, str]:
    visit = draw_visit(cost=cost)
    refusal = visit.refusal
    headers = {
        "RateLimit-Policy": f"{RATE_A_SECOND * 60:.0f};w=60;burst={BURST:.0f}",
        "RateLimit-Limit": f"{BURST:.0f}",
        "RateLimit-Remaining": str(int(visit.level)) if refusal is None else "0",
        "RateLimit-Reset": str(refusal.retry_after if refusal else math.ceil((BURST - visit.level) / RATE_A_SECOND)),
    }
    if refusal is not None:
        headers["Retry-After"] = str(refusal.retry_after)
        raise TooManyError("请求过于频繁，请稍后重试。", "Too many requests; please wait.", headers=headers)
    return headers


def _card(card: PublicCard) -> dict[str, Any]:
    return {
        "public_id": card.public_id,
        "kind": card.kind.value,
        "subject_kind": card.subject_kind.value,
        "name": card.name,
        "sex": card.sex.value if card.sex else None,
        "age": card.age,
        "legal_representative": card.legal_representative,
        "region": card.region,
        "court": card.court_name,
        "court_contact": card.court_contact,
        "case_number": card.case_number,
        "grounds": [ground.value for ground in card.grounds],
        "basis_number": card.basis_number,
        "basis_maker": card.basis_maker,
        "filed_on": card.filed_on,
        "decided_on": card.decided_on,
        "published_on": card.published_on,
        "ends_on": card.ends_on,
        "unperformed": _sum(card.unperformed),
    }


def _order(order: PublicOrder) -> dict[str, Any]:
    return {
        **_card(order),
        "order_no": order.order_no,
        "number_masked": order.number_masked,
        "duty": order.duty,
        "performance": order.performance,
        "performed": _sum(order.performed),
    }


def _sum(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
