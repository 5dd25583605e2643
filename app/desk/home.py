"""What waits for me."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.desk.acting import Desk, open_desk
from app.desk.blueprint import bp
from app.desk.calendar import missing_text
from app.desk.due import Group, load_queue, next_deadline
from app.desk.views import OrderView, view_order
from blacklist.actors import Role
from blacklist.queries import desk as desk_queries
from blacklist.queries.desk import DeskState, OrderFilter, courts_of_role

MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Queue:
    """A counter that leads to its list."""

    title: str
    count: int
    href: str
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str
    state: DeskState
    role: Role
    href: str
    act: str
    path: str


_QUEUES = (
    _Kind("待补正", DeskState.RETURNED, Role.CLERK, "/desk/e?state=returned", "补正", "/desk/e/{}/edit"),
    _Kind("待提交", DeskState.DRAFT, Role.CLERK, "/desk/e?state=draft", "核对并送核验", "/desk/e/{}/check"),
    _Kind("待核验", DeskState.SUBMITTED, Role.CHECKER, "/desk/review", "核验", "/desk/review/{}"),
    _Kind("待签发", DeskState.CHECKED, Role.PRESIDENT, "/desk/sign", "查看并签发", "/desk/sign/{}"),
    _Kind("待送达", DeskState.ISSUED, Role.CLERK, "/desk/e?state=issued", "登记送达", "/desk/e/{}/serve"),
    _Kind(
        "待决定解除",
        DeskState.REMOVAL,
        Role.PRESIDENT,
        "/desk/e?state=removal",
        "查看并决定",
        "/desk/e/{}/decide-removal",
    ),
)
# Removals first: they have the shortest legal time and free somebody.
_URGENCY = (DeskState.REMOVAL, DeskState.RETURNED, DeskState.ISSUED, DeskState.CHECKED, DeskState.SUBMITTED)


@bp.get("")
@for_audience(Audience.STAFF)
def show_home() -> ResponseReturnValue:
    """Show the queues of the actor's roles and the first orders in them."""
    desk = open_desk()
    mine = [kind for kind in _QUEUES if courts_of_role(desk.actor, kind.role)]
    listed = {kind.state: _rows(desk, kind, most=MOST_ROWS) for kind in mine if kind.state in _URGENCY}
    queues = [
        Queue(kind.title, _count(desk, kind), kind.href, overdue=_overdue(listed.get(kind.state, []))) for kind in mine
    ]
    running = load_queue(desk)
    if running.running:
        queues.append(Queue("全部时限", len(running.running), "/desk/due", overdue=running.count(Group.OVER)))
    rows = [row for state in _URGENCY for row in listed.get(state, [])][:MOST_ROWS]
    return render_template(
        "desk/home.html",
        queues=queues,
        rows=rows,
        next_deadline=next_deadline(desk, running),
        missing=missing_text(desk),
        may_draft=bool(courts_of_role(desk.actor, Role.CLERK)),
    )


def _overdue(rows: list[OrderView]) -> int:
    """Count what is past its legal time among the orders shown; a term that is over frees by itself."""
    return sum(row.due is not None and row.due.text.startswith("逾期") for row in rows)


def _filter(desk: Desk, kind: _Kind) -> OrderFilter:
    others_only = kind.role in (Role.CHECKER, Role.PRESIDENT) and kind.state is not DeskState.REMOVAL
    return OrderFilter(
        court_ids=courts_of_role(desk.actor, kind.role),
        state=kind.state,
        not_drafted_by=desk.actor.person_id if others_only else None,
    )


def _count(desk: Desk, kind: _Kind) -> int:
    if kind.state is DeskState.REMOVAL:
        return desk_queries.count_removals_to_decide(
            desk.session, court_ids=courts_of_role(desk.actor, kind.role), person_id=desk.actor.person_id
        )
    return desk_queries.count_desk_orders(desk.session, _filter(desk, kind))


def _rows(desk: Desk, kind: _Kind, *, most: int) -> list[OrderView]:
    orders = desk_queries.list_desk_orders(desk.session, _filter(desk, kind), most=most)
    return [view_order(desk, one, actions=((kind.act, kind.path.format(one.public_id)),)) for one in orders]
