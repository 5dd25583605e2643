"""The blueprint of the listed person's pages, and the limits all of them share (`security.md` H8, P11)."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, request

from app.accounts.throttling import draw_limit, network
from app.errors import MalformedError

bp = Blueprint("me", __name__, url_prefix="/me")

TRIES_AN_HOUR = 5


def draw_try(what: str, secret_mac: bytes, *, at: datetime) -> None:
    """Draw one of the visitor's tries, and one of those against this very code; both refill over an hour.

    The bucket bears a MAC: neither a code nor a number is kept in it. To be called before the view's transaction.

    Raises:
        TooManyError: five tries are used. UnavailableError: tries cannot be counted, so none is given.
    """
    for bucket in (f"me-{what}:{network()}", f"me-{what}-code:{secret_mac[:16].hex()}"):
        draw_limit(bucket, rate=TRIES_AN_HOUR / 3600, burst=TRIES_AN_HOUR, at=at)


def no_parameters() -> None:
    """Refuse whatever stands in the address: nothing of these pages belongs there.

    Raises:
        MalformedError: something does.
    """
    if request.args:
        raise MalformedError("网址中有不能识别的参数。", "There is an unknown parameter.")
