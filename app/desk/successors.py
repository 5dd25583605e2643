"""A new order that renews or supplements one that stands: its entry form, and the order it names."""

from __future__ import annotations

from typing import Any

from app.desk.acting import Desk
from app.desk.facts import duty_of
from blacklist.queries import orders as order_queries


def form_of_successor(desk: Desk, public_id: str) -> dict[str, Any]:
    """Return what the entry form of a successor takes over; whom it binds and for how long is decided anew.

    Raises:
        OrderNotFoundError: there is no such order at the actor's courts.
    """
    before = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    return {
        "predecessor": before.public_id,
        "kind": before.kind,
        "case_number": order_queries.get_case(desk.session, before.case_id).number,
        "also_consumption": [],
        "duty": duty_of(desk, before),
        "duty_public": before.duty_public or "",
        "performance": before.performance,
        "amount_due": "" if before.amount_due is None else f"{before.amount_due:.2f}",
        "amount_performed": "" if before.amount_performed is None else f"{before.amount_performed:.2f}",
    }


def find_predecessor_id(desk: Desk, public_id: str) -> int | None:
    """Return the id of the order a form names as its predecessor, None where it names none.

    Raises:
        OrderNotFoundError: there is no such order at the actor's courts.
    """
    return order_queries.get_order(desk.session, public_id, actor=desk.actor).id if public_id else None
