"""States that nobody decided are found; each detector is shown to fail when the thing it guards is broken."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from blacklist.identity.sealing import Vault
from blacklist.models import Order
from blacklist.queries.verification import verify_states
from tests.courts import Courts, make_courts

STATES = ("draft", "submitted", "checked", "issued", "effective", "removed", "withdrawn", "expired", "abandoned")


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


def write_past_the_services(courts: Courts, order: Order, change: str) -> None:
    courts.session.execute(text(f"UPDATE orders SET {change} WHERE id = :id"), {"id": order.id})
    courts.session.expire_all()


class TestVerifyStates:
    def test_finds_nothing_where_the_acts_were_done(self, courts: Courts) -> None:
        for state in STATES:
            courts.order(state)

        assert list(verify_states(courts.session)) == []

    def test_finds_an_order_put_in_force_by_hand(self, courts: Courts) -> None:
        order, _ = courts.order("issued")

        write_past_the_services(courts, order, "state = 'effective', effective_at = issued_at")

        assert [order.public_id in fault for fault in verify_states(courts.session)] == [True]

    def test_finds_an_order_ended_by_hand(self, courts: Courts) -> None:
        order, _ = courts.order("effective")

        write_past_the_services(courts, order, "state = 'expired', ended_at = issued_at")

        assert [order.public_id in fault for fault in verify_states(courts.session)] == [True]
