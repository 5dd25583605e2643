"""What the database itself refuses, whoever asks: each rule by its name, through raw SQL, on both databases."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import DBAPIError

from blacklist.models import AuditEntry, Case, Check, Court, Order, Person, Proposal, Subject

pytestmark = [pytest.mark.requirement("B4"), pytest.mark.requirement("P1")]

DRAFTER, CHECKER, ISSUER = 11, 12, 13


@pytest.fixture
def rows(engine: Engine, at: datetime):
    """A connection with a court, three persons, a subject, a case, a draft and an effective order; rolled back."""
    with engine.connect() as connection:
        outer = connection.begin()
        connection.execute(insert(Court).values(id=1, code="京0199", name="示例市示范区人民法院", region="示例"))
        connection.execute(
            insert(Person), [{"id": one, "name": f"测试{one}", "created_at": at} for one in (DRAFTER, CHECKER, ISSUER)]
        )
        connection.execute(insert(Subject).values(id=1, kind="natural", created_at=at))
        connection.execute(
            insert(Case).values(
                id=1,
                court_id=1,
                number="（2026）京0199执1号",
                filed_on=date(2026, 1, 5),
                basis_number="（2025）京0199民初1号",
                basis_maker="示例市示范区人民法院",
                created_at=at,
            )
        )
        connection.execute(insert(Order).values(**order(1, at)))
        connection.execute(insert(Order).values(**effective_order(2, at)))
        yield connection
        outer.rollback()


def order(number: int, at: datetime, **changed: object) -> dict[str, object]:
    values: dict[str, object] = {
        "id": number,
        "public_id": f"ORDER{number:05d}",
        "kind": "consumption",
        "state": "draft",
        "court_id": 1,
        "case_id": 1,
        "subject_id": 1,
        "drafted_by": DRAFTER,
        "drafted_at": at,
        "rule_version": "2026.1",
    }
    return values | changed


def effective_order(number: int, at: datetime, **changed: object) -> dict[str, object]:
    decided: dict[str, object] = {
        "state": "effective",
        "order_no": f"（2026）京0199执1号-限消{number}",
        "decided_on": at.date(),
        "effective_at": at,
        "checked_by": CHECKER,
        "checked_at": at,
        "issued_by": ISSUER,
        "issued_at": at,
    }
    return order(number, at, **decided) | changed


def proposal(number: int, at: datetime, **changed: object) -> dict[str, object]:
    values: dict[str, object] = {
        "id": number,
        "public_id": f"PROPO{number:05d}",
        "order_id": 2,
        "act": "remove",
        "state": "open",
        "reason": "performed",
        "basis": "第十条",
        "document": "（2026）京0199执1号之一",
        "document_hash": "0" * 64,
        "version_seen": 1,
        "proposer_id": DRAFTER,
        "proposed_at": at,
    }
    return values | changed


def approved(number: int, at: datetime, **changed: object) -> dict[str, object]:
    return proposal(number, at, state="approved", decider_id=CHECKER, decided_at=at) | changed


def refused(connection: Connection, statement: object, *, named: str) -> None:
    """Expect the database's own refusal, by the name of the rule."""
    with pytest.raises(DBAPIError, match=named), connection.begin_nested():
        connection.execute(statement)


class TestOrderChecks:
    """Each CHECK of `orders`, by name."""

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            pytest.param("kind = 'other'", "ck_orders_kind_known", id="a kind nobody knows"),
            pytest.param("state = 'lost'", "ck_orders_state_known", id="a state nobody knows"),
            pytest.param("checked_by = drafted_by", "ck_orders_checker_is_another_person", id="drafter checks"),
            pytest.param("issued_by = drafted_by", "ck_orders_issuer_is_another_person", id="drafter issues"),
            pytest.param("state = 'checked'", "ck_orders_checked_has_checker", id="checked by nobody"),
            pytest.param("state = 'issued'", "ck_orders_decided_by_two_persons", id="issued by nobody"),
            pytest.param("state = 'expired'", "ck_orders_decided_by_two_persons", id="expired without a decision"),
        ],
    )
    def test_refuses_for_a_draft(self, rows, change, named):
        refused(rows, text(f"UPDATE orders SET {change} WHERE id = 1"), named=named)

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            pytest.param("checked_by = NULL", "ck_orders_decided_by_two_persons", id="the checker taken out"),
            pytest.param("issued_by = NULL", "ck_orders_decided_by_two_persons", id="the issuer taken out"),
            pytest.param("issued_at = NULL", "ck_orders_decided_by_two_persons", id="no instant of issue"),
            pytest.param("order_no = NULL", "ck_orders_decided_by_two_persons", id="no number"),
            pytest.param("decided_on = NULL", "ck_orders_decided_by_two_persons", id="no day of decision"),
            pytest.param("effective_at = NULL", "ck_orders_effective_has_instant", id="in force since never"),
            pytest.param("kind = 'exit_ban'", "ck_orders_exit_ban_has_end", id="an exit ban without end"),
            pytest.param("drafted_by = 999", "(?i)foreign key", id="drafted by nobody known"),
        ],
    )
    def test_refuses_for_an_order_in_force(self, rows, change, named):
        refused(rows, text(f"UPDATE orders SET {change} WHERE id = 2"), named=named)

    def test_refuses_a_number_given_twice(self, rows, at):
        twice = effective_order(3, at, order_no="（2026）京0199执1号-限消2")

        refused(rows, insert(Order).values(**twice), named=r"order_no")

    @pytest.mark.parametrize("state", ["removed", "withdrawn"])
    def test_refuses_an_end_without_a_reason(self, rows, at, state):
        act = {"removed": "remove", "withdrawn": "withdraw"}[state]
        rows.execute(insert(Proposal).values(**approved(1, at, act=act)))

        refused(rows, text(f"UPDATE orders SET state = '{state}' WHERE id = 2"), named="ck_orders_ended_has_reason")


class TestEndOfAnOrder:
    """Nobody ends an order alone, not even with SQL."""

    END = "UPDATE orders SET state = '{}', ended_at = drafted_at, end_reason = 'performed' WHERE id = 2"
    REMOVE = text(END.format("removed"))

    @pytest.mark.parametrize("state", ["removed", "withdrawn"])
    def test_is_refused_without_a_proposal(self, rows, state):
        refused(rows, text(self.END.format(state)), named="two persons must end an order")

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"state": "open", "decider_id": None, "decided_at": None}, id="still open"),
            pytest.param({"state": "rejected"}, id="rejected"),
            pytest.param({"act": "withdraw"}, id="for another act"),
            pytest.param({"order_id": 1}, id="for another order"),
        ],
    )
    def test_is_refused_with_a_proposal_that_does_not_carry_it(self, rows, at, changed):
        rows.execute(insert(Proposal).values(**approved(1, at, **changed)))

        refused(rows, self.REMOVE, named="two persons must end an order")

    def test_happens_with_an_approved_one(self, rows, at):
        rows.execute(insert(Proposal).values(**approved(1, at)))

        rows.execute(self.REMOVE)

        assert rows.execute(text("SELECT state FROM orders WHERE id = 2")).scalar_one() == "removed"

    @pytest.mark.parametrize("state", ["removed", "withdrawn"])
    def test_cannot_be_its_beginning(self, rows, at, state):
        born = effective_order(3, at, state=state, ended_at=at, end_reason="performed")

        refused(rows, insert(Order).values(**born), named="two persons must end an order")


class TestProposalChecks:
    """Each CHECK of `proposals`, by name."""

    @pytest.mark.parametrize(
        ("changed", "named"),
        [
            pytest.param({"decider_id": DRAFTER}, "ck_proposals_decider_is_another_person", id="the proposer decides"),
            pytest.param({"state": "lost"}, "ck_proposals_state_known", id="a state nobody knows"),
            pytest.param({"decider_id": None}, "ck_proposals_decided_has_decider", id="approved by nobody"),
            pytest.param({"state": "open"}, "ck_proposals_decided_has_decider", id="open and decided"),
        ],
    )
    def test_refuses(self, rows, at, changed, named):
        refused(rows, insert(Proposal).values(**approved(1, at, **changed)), named=named)

    def test_refuses_a_second_open_one_for_the_same_act(self, rows, at):
        rows.execute(insert(Proposal).values(**proposal(1, at)))

        refused(rows, insert(Proposal).values(**proposal(2, at)), named="(?i)unique")


class TestRecords:
    """The audit trail is append-only; a check is never rewritten."""

    @pytest.fixture
    def records(self, rows, at):
        rows.execute(
            insert(AuditEntry).values(
                number=0, event="order.issued", actor_kind="person", facts={}, at=at, hash=bytes(32)
            )
        )
        rows.execute(
            insert(Check).values(
                id=1,
                purpose="air_travel",
                outcome="clear",
                document_index=bytes(32),
                at=at,
            )
        )
        return rows

    @pytest.mark.parametrize(
        ("statement", "named"),
        [
            pytest.param("UPDATE audit_entries SET event = 'x'", "audit_entries is append-only", id="entry changed"),
            pytest.param("DELETE FROM audit_entries", "audit_entries is append-only", id="entry deleted"),
            pytest.param("UPDATE checks SET outcome = 'clear'", "checks is append-only", id="check changed"),
        ],
    )
    def test_refuse_a_change(self, records, statement, named):
        refused(records, text(statement), named=named)

    def test_refuse_a_number_given_twice(self, records, at):
        entry = {"event": "order.issued", "actor_kind": "person", "facts": {}, "at": at, "hash": bytes(32)}

        refused(records, insert(AuditEntry).values(number=0, **entry), named="(?i)unique")
