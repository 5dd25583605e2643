"""The blueprint of the public pages, and what all of them share."""

from __future__ import annotations

from types import MappingProxyType

from flask import Blueprint, request

from app.errors import MalformedError, TooManyError
from app.visitors import draw_visit
from blacklist.rules.lifecycle import KIND_TITLES, OrderKind

bp = Blueprint("public", __name__)

KIND_WORDS = MappingProxyType({**KIND_TITLES, OrderKind.LISTING: "失信被执行人"})


def slow_down(*, cost: float = 1.0) -> None:
    """Draw from the visitor's bucket.

    Raises:
        TooManyError: it is empty; the answer says after how many seconds to come again.
    """
    refusal = draw_visit(cost=cost).refusal
    if refusal is not None:
        raise TooManyError(
            f"查询过于频繁，请在 {refusal.retry_after} 秒后再试。其他页面仍可浏览。",
            f"Too many searches; please wait {refusal.retry_after} seconds.",
            headers={"Retry-After": str(refusal.retry_after)},
        )


def parameters(*known: str) -> dict[str, str]:
    """Return the query parameters, each at most once, none unknown.

    Raises:
        MalformedError: one is unknown or repeated.
    """
    found = {}
    for name, values in request.args.lists():
        if name not in known or len(values) != 1:
            raise MalformedError("网址中有不能识别的参数。", "There is an unknown or repeated parameter.")
        found[name] = values[0].strip()
    return found


def page_number(text: str, *, deepest: int) -> int:
    """Return a page number from 1 to `deepest`; a number beyond is refused.

    Raises:
        MalformedError: it is no such number.
    """
    if text in {str(number) for number in range(1, deepest + 1)}:
        return int(text)
    raise MalformedError(f"页码应为 1 至 {deepest}；结果较多时请缩小范围。", f"Pages go from 1 to {deepest}.")
