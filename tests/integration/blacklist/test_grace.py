"""A grace period (GOOD 15): the decision is made, and until the period is over nothing is published or restricts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.errors import InvalidError
from blacklist.identity.sealing import Vault
from blacklist.models import Order, Publication
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.rules.terms import add_months
from blacklist.services.effecting import start_due_orders
from blacklist.services.issuing import issue_order
from tests.courts import Courts, make_courts


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


def issued_with_grace(courts: Courts, *, months: int) -> Order:
    order, _ = courts.order("checked")
    issue_order(
        courts.session,
        order.public_id,
        version=order.version,
        actor=courts.president,
        at=courts.at,
        vault=courts.vault,
        grace_months=months,
    )
    courts.telling.serve(order, at=courts.at)
    return order


def published(courts: Courts, order: Order) -> bool:
    return courts.session.scalars(select(Publication).where(Publication.order_id == order.id)).first() is not None


class TestGrace:
    def test_keeps_a_served_listing_from_restricting_and_from_the_public(self, courts: Courts) -> None:
        order = issued_with_grace(courts, months=2)

        assert (order.state, order.grace_until) == ("issued", add_months(courts.at.date(), 2))
        assert not published(courts, order)

    def test_is_ended_by_the_machine_the_day_after_its_last(self, courts: Courts) -> None:
        order = issued_with_grace(courts, months=1)
        last = datetime.combine(order.grace_until or courts.at.date(), courts.at.timetz())

        on_the_last_day = start_due_orders(courts.session, at=last, vault=courts.vault)
        on_the_next = start_due_orders(courts.session, at=last + timedelta(days=1), vault=courts.vault)

        assert (on_the_last_day, on_the_next, order.state) == (0, 1, "effective")
        assert published(courts, order)

    def test_does_not_lengthen_the_term(self, courts: Courts) -> None:
        order = issued_with_grace(courts, months=3)

        assert order.ends_on == add_months(courts.at.date(), 24)

    def test_lets_who_performs_in_time_go_before_anybody_knew(self, courts: Courts) -> None:
        order = issued_with_grace(courts, months=1)

        courts.telling.remove(order, RemovalReason.PERFORMED_IN_GRACE, basis="善意文明执行意见第十五条", at=courts.at)

        assert (order.state, order.end_reason, order.effective_at) == ("removed", "performed_in_grace", None)

    def test_is_never_given_before_an_exit_ban(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=OrderKind.EXIT_BAN)

        with pytest.raises(InvalidError):
            issue_order(
                courts.session,
                order.public_id,
                version=order.version,
                actor=courts.president,
                at=courts.at,
                vault=courts.vault,
                grace_months=1,
            )
