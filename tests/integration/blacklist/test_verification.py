"""States that nobody decided are found; each detector is shown to fail when the thing it guards is broken."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from blacklist.identity.sealing import Vault
from blacklist.models import Order
from blacklist.queries.verification import verify_log, verify_restrictions, verify_states
from tests.courts import Courts, make_courts

STATES = (
    "draft",
    "submitted",
    "checked",
    "issued",
    "effective",
    "suspended",
    "removed",
    "withdrawn",
    "expired",
    "abandoned",
)


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


class TestVerifyLog:
    """Each detector with the thing it guards broken, the database's own locks taken off first."""

    @pytest.fixture
    def unlocked(self, courts: Courts) -> Courts:
        for state in ("effective", "suspended", "removed"):
            courts.order(state)
        courts.session.flush()
        on = "" if courts.session.get_bind().dialect.name == "sqlite" else " ON log_entries"
        for act in ("update", "delete"):
            courts.session.execute(text(f"DROP TRIGGER log_entries_no_{act}{on}"))
        return courts

    def faults(self, courts: Courts, statement: str) -> list[str]:
        assert courts.session.execute(text(statement)).rowcount > 0  # type: ignore[attr-defined]
        courts.session.expire_all()
        return [*verify_log(courts.session), *verify_restrictions(courts.session)]

    def test_finds_nothing_where_the_acts_were_done(self, unlocked: Courts) -> None:
        assert [*verify_log(unlocked.session), *verify_restrictions(unlocked.session)] == []

    @pytest.mark.parametrize(
        ("statement", "found"),
        [
            ("UPDATE log_entries SET leaf = hash WHERE idx = 1", "log_entries: index 1 was changed"),
            ("UPDATE log_entries SET hash = leaf WHERE idx = 2", "log_entries: index 2 was changed"),
            ("DELETE FROM log_entries WHERE idx = 1", "log_entries: index 1 is missing"),
            ("DELETE FROM log_entries WHERE idx = (SELECT MAX(idx) FROM log_entries)", "log_head: is not the end"),
            ("UPDATE log_head SET size = size + 1", "log_head: is not the end"),
            ("UPDATE restrictions SET flags = 0 WHERE flags <> 0", "is not as the log leaves it"),
            ("UPDATE restrictions SET confirm = 2", "is not as the log leaves it"),
            ("DELETE FROM restrictions", "is not as the log leaves it"),
            (
                "UPDATE orders SET state = 'expired', ended_at = issued_at WHERE state = 'effective'",
                "no order in force",
            ),
        ],
    )
    def test_names_what_was_altered(self, unlocked: Courts, statement: str, found: str) -> None:
        faults = self.faults(unlocked, statement)

        assert faults
        assert any(found in fault for fault in faults), faults

    def test_finds_a_leaf_rewritten_with_its_hash(self, unlocked: Courts) -> None:
        leaf = b'{"a":"x"}'
        hashed = hashlib.sha256(b"\0" + leaf).digest()
        unlocked.session.execute(
            text("UPDATE log_entries SET leaf = :leaf, hash = :hash WHERE idx = 0"), {"leaf": leaf, "hash": hashed}
        )
        unlocked.session.expire_all()

        assert list(verify_log(unlocked.session)) == ["log_head: its frontier is not that of the entries"]
