"""Where a change has arrived: on the order's page, on a board of all removals, and as evidence to download."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.desk.acting import Desk, open_desk
from app.desk.blueprint import bp
from app.desk.views import view_order
from blacklist.models import Order
from blacklist.queries import in_force as force_queries
from blacklist.queries import orders as order_queries
from blacklist.queries.in_force import Arrival, Change

RELIEVING = ("remove", "expire", "suspend", "correct", "amend")
RESTRICTING = ("list", "resume")
MOST_ROWS = 50
LATE_AFTER = timedelta(seconds=5)
RED_AFTER = timedelta(seconds=60)
KIND_TITLES = {
    "list": "产生限制",
    "resume": "恢复限制",
    "suspend": "暂停",
    "remove": "解除",
    "expire": "期满",
    "correct": "更正",
    "amend": "变更",
    "permit": "单次许可开始",
    "permit-end": "单次许可结束",
}


@dataclass(frozen=True, slots=True)
class ArrivalView:
    """One agency: since when the change is in force there, or how long it is late; `level` is '', 'soon' or 'over'."""

    title: str
    since: datetime | None
    waited: str
    level: str
    evidence_href: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """The newest change of an order and where it has arrived."""

    title: str
    at: datetime
    idx: int
    arrived: int
    expected: int
    arrivals: tuple[ArrivalView, ...]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One change on the board: whose order, and who is late."""

    name: str = field(repr=False)
    order_no: str
    href: str
    change: ChangeView
    late: str


@bp.get("/in-force")
@for_audience(Audience.STAFF)
def show_board() -> ResponseReturnValue:
    """Show the newest changes of the actor's courts, those that free somebody first, with the agencies that are late."""
    desk = open_desk()
    return render_template(
        "desk/in_force.html",
        groups=(
            ("解除、期满、暂停和更正", _board(desk, RELIEVING)),
            ("产生和恢复限制", _board(desk, RESTRICTING)),
        ),
        subscribed=len(force_queries.list_subscribed(desk.session)),
        most=MOST_ROWS,
    )


@bp.get("/e/<public_id>/in-force/<name>.txt")
@for_audience(Audience.STAFF)
def download_evidence(public_id: str, name: str) -> Response:
    """Give the doubly signed statement and the cosignature: proof that the agency had the change, checkable offline."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    found = force_queries.acknowledgement(desk.session, order, name)
    response = make_response(found.note + "\n" + found.cosignature)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="ack-{found.size}.txt"'
    response.headers["Cache-Control"] = "no-store"
    return response


def change_of(desk: Desk, order: Order) -> ChangeView | None:
    """Return where the newest change of an order has arrived, for its page; None where it never took effect."""
    change = force_queries.newest_change(desk.session, order)
    return None if change is None else _view(desk, order, change)


def _board(desk: Desk, kinds: tuple[str, ...]) -> list[BoardRow]:
    changes = force_queries.latest_changes(desk.session, court_ids=desk.actor.court_ids(), kinds=kinds, most=MOST_ROWS)
    rows = []
    for change in changes:
        order = desk.session.get_one(Order, change.order_id)
        shown = view_order(desk, order)
        view = _view(desk, order, change)
        late = "；".join(f"{one.title}{one.waited}" for one in view.arrivals if one.since is None)
        rows.append(BoardRow(shown.name, order.order_no or "", shown.href, view, late))
    return rows


def _view(desk: Desk, order: Order, change: Change) -> ChangeView:
    arrivals = tuple(_arrival(desk, order, change, one) for one in change.arrivals)
    return ChangeView(
        title=KIND_TITLES.get(change.kind, change.kind),
        at=change.at,
        idx=change.idx,
        arrived=sum(one.since is not None for one in arrivals),
        expected=len(arrivals),
        arrivals=arrivals,
    )


def _arrival(desk: Desk, order: Order, change: Change, arrival: Arrival) -> ArrivalView:
    waited = desk.at - change.at
    if arrival.since is not None:
        href = f"/desk/e/{order.public_id}/in-force/{arrival.agency.name}.txt"
        return ArrivalView(arrival.agency.title, arrival.since, "", "", href)
    level = "over" if waited > RED_AFTER else "soon" if waited > LATE_AFTER else ""
    return ArrivalView(arrival.agency.title, None, f"尚未生效，已过 {_span(waited)}", level, "")


def _span(waited: timedelta) -> str:
    seconds = max(0, int(waited.total_seconds()))
    if seconds < 60:
        return f"{seconds} 秒"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    return f"{minutes} 分钟" if minutes < 60 else f"{hours} 小时" if hours < 48 else f"{days} 天"
