"""Public data for machines: what anyone may read, masked, in pages of 20."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import orjson
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.cursors import make_cursor, read_cursor
from app.database import current_session, database
from app.errors import MalformedError, TooManyError
from app.networks import network_of
from app.recording import Submission
from blacklist.errors import Fault, InvalidError
from blacklist.identity.keys import Keyring
from blacklist.identity.sealing import Vault
from blacklist.identity.texts import clean_text
from blacklist.queries import publications
from blacklist.queries.publications import Wanted
from blacklist.rules.disclosure import PublicCard, PublicOrder

bp = Blueprint("public_api", __name__, url_prefix="/api/v1/public")

RATE_A_SECOND, BURST = 0.5, 10.0
_MOST = {"name": 100, "court": 12, "region": 40, "cursor": 600}


@bp.get("/orders")
@for_audience(Audience.ANYONE)
def list_public_orders() -> ResponseReturnValue:
    """List published orders, newest first."""
    given = _parameters()
    headers = _draw()
    keyring = cast(Keyring, current_app.extensions["keyring"])
    at = clock.now()
    scope = "\0".join(["public", *(given.get(name, "") for name in ("name", "court", "region"))])
    before = None
    if "cursor" in given:
        before = read_cursor(given["cursor"], scope=scope, key=keyring.cursors, at=at)
    wanted = Wanted(name=given.get("name", ""), court_code=given.get("court", ""), region=given.get("region", ""))
    cards, more = publications.list_after(current_session(), wanted, before=before, on=at.date(), vault=_vault())
    cursor = None if more is None else make_cursor(more, scope=scope, key=keyring.cursors, at=at)
    return _answer({"items": [_card(card) for card in cards], "next": cursor}, headers)


@bp.get("/orders/<public_id>")
@for_audience(Audience.ANYONE)
def show_public_order(public_id: str) -> ResponseReturnValue:
    """Return one published order; 410 once it is gone."""
    if request.args:
        raise MalformedError("此地址不接受查询参数。", "This address takes no query parameters.")
    headers = _draw()
    at = clock.now()
    order = publications.get_public_order(current_session(), public_id, on=at.date(), vault=_vault())
    return _answer({**_order(order), "as_of": at.isoformat(timespec="seconds")}, headers)


def _vault() -> Vault:
    return cast(Vault, current_app.extensions["vault"])


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
        given[name] = values[0] if name == "cursor" else clean_text(values[0], pointer=f"/{name}", most=_MOST[name])
    return given


def _draw() -> dict[str, str]:
    submission = Submission(
        bucket=f"public:{network_of(request.remote_addr)}", cost=1.0, rate=RATE_A_SECOND, burst=BURST, at=clock.now()
    )
    refusal = database().recorder.submit(submission)
    headers = {
        "RateLimit-Policy": "30;w=60;burst=10",
        "RateLimit-Limit": "10",
        "RateLimit-Remaining": str(int(submission.level)) if refusal is None else "0",
        "RateLimit-Reset": str(refusal.retry_after if refusal else 2),
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
