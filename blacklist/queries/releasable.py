"""Whom an order binds beside its debtor and may set free."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from blacklist.errors import ConflictError
from blacklist.models import Order, OrderBinding
from blacklist.queries import orders as order_queries
from blacklist.rules.subjects import BoundRole


class NotBoundError(ConflictError):
    """The person is free already, or was never bound by this order beside the debtor."""

    code = "not-bound"
    title = "该人员不在本决定的受限人员之内"
    title_english = "The order does not bind this person"


def list_releasable(session: Session, order: Order, *, on: date) -> list[OrderBinding]:
    """Return whom an order binds beside its debtor on a day."""
    return [
        one
        for one in order_queries.list_bindings(session, order.id)
        if one.role != BoundRole.DEBTOR.value and (one.until_on is None or one.until_on >= on)
    ]


def get_releasable(session: Session, order: Order, binding_id: int, *, on: date) -> OrderBinding:
    """Return a binding of this order that may be ended.

    Raises:
        NotBoundError: it is the debtor's, another order's, or over.
    """
    for one in list_releasable(session, order, on=on):
        if one.id == binding_id:
            return one
    raise not_bound()


def not_bound() -> NotBoundError:
    """Return the refusal for somebody the order does not bind beside its debtor."""
    return NotBoundError(
        "该决定除被执行人外不约束该人员，或者对其的限制已经解除。",
        "The order does not bind this person beside its debtor.",
    )
