"""The log follows every act: dense, append-only, and equal to what the orders say."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from blacklist.ledger.commitments import parse_opening, verify_tag
from blacklist.ledger.leaves import LeafKind, parse_leaf
from blacklist.ledger.merkle import leaf_hash, push, read_frontier, root_of
from blacklist.models import LogEntry, LogHead, Order, Restriction, SubjectDocument
from blacklist.queries.restricting import standing_of
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.removals import RemovalReason
from blacklist.services.appending import FencedError, LogEvent, append, order_salt
from blacklist.services.bypassing import LogBypassedError
from blacklist.services.ending_permits import expire_permits, start_permits
from blacklist.services.expiring import expire_due_orders
from tests.courts import Courts, do, make_courts, propose
from tests.permits import apply, grant

AIR = 1 << PURPOSES["air_travel"].bit
EXIT = 1 << PURPOSES["exit_border"].bit


@pytest.fixture
def courts(session, vault, at) -> Courts:
    return make_courts(session, vault=vault, at=at)


def entries(courts: Courts) -> list[LogEntry]:
    return list(courts.session.scalars(select(LogEntry).order_by(LogEntry.idx)))


def kinds(courts: Courts, order: Order) -> list[str]:
    return [one.kind for one in entries(courts) if one.order_id == order.id]


def stands(courts: Courts, order: Order) -> tuple[int, int]:
    """Flags and confirm bits of the debtor's document, as the log has them."""
    row = courts.session.scalars(
        select(Restriction)
        .join(SubjectDocument, SubjectDocument.id == Restriction.document_id)
        .where(SubjectDocument.subject_id == order.subject_id)
    ).first()
    return (row.flags, row.confirm) if row else (0, 0)


def assert_sound(courts: Courts) -> None:
    """Indexes are dense, hashes and frontier are those of the leaves, restrictions are those of the orders."""
    courts.session.flush()
    every = entries(courts)
    assert [one.idx for one in every] == list(range(len(every)))
    frontier: list[bytes] = []
    size = 0
    for one in every:
        assert one.hash == leaf_hash(one.leaf)
        parse_leaf(one.leaf)

        frontier = list(push(frontier, size, one.hash))
        size += 1
    head = courts.session.scalars(select(LogHead).execution_options(populate_existing=True)).one()
    assert head.size == size
    assert root_of(read_frontier(head.frontier, size), size) == root_of(frontier, size)
    rows = courts.session.scalars(select(Restriction)).all()
    standing = standing_of(courts.session, {row.document_id for row in rows}, on=courts.at.date())
    assert {row.document_id: (row.flags, row.confirm) for row in rows} == {
        document: (one.flags, one.confirm) for document, one in standing.items()
    }


class TestActs:
    def test_what_only_was_issued_is_not_in_the_log(self, courts):
        order, _ = courts.order("issued")
        propose(courts, order)
        do(courts, "approve", order, None)

        assert kinds(courts, order) == []
        assert_sound(courts)

    def test_an_order_is_listed_suspended_resumed_and_removed(self, courts):
        order, subject = courts.order("effective", kind=OrderKind.CONSUMPTION)
        assert stands(courts, order)[0] & AIR
        for name in ("suspend", "approve_suspension"):
            do(courts, name, order, subject)
        assert stands(courts, order) == (0, 0)
        for name in ("resume", "approve_resumption"):
            do(courts, name, order, subject)
        assert stands(courts, order)[0] & AIR
        do(courts, "propose", order, subject, reason=RemovalReason.PERFORMED)
        do(courts, "approve", order, subject)

        assert kinds(courts, order) == ["list", "suspend", "resume", "remove"]
        assert stands(courts, order) == (0, 0)
        assert_sound(courts)

    def test_ending_one_order_never_lifts_another(self, courts):
        first, subject = courts.order("effective", kind=OrderKind.CONSUMPTION)
        ban = courts.telling.make(subject, OrderKind.EXIT_BAN, serial=9100, at=courts.at, exit_ban_months=3)
        assert stands(courts, first)[0] & (AIR | EXIT) == AIR | EXIT

        over = courts.at + timedelta(days=(ban.ends_on - courts.at.date()).days + 1)
        expire_due_orders(courts.session, at=over, vault=courts.vault)

        assert ban.state == OrderState.EXPIRED.value
        assert stands(courts, first)[0] & (AIR | EXIT) == AIR
        assert kinds(courts, ban) == ["list", "expire"]

    def test_a_correction_is_recorded(self, courts):
        order, subject = courts.order("correction-proposed")
        do(courts, "approve_correction", order, subject)

        assert kinds(courts, order)[-1] == "correct"
        assert_sound(courts)

    def test_a_permit_asks_for_confirmation_from_its_first_day_to_its_end(self, courts):
        order, _ = courts.order("effective", kind=OrderKind.CONSUMPTION)
        tomorrow = courts.at.date() + timedelta(days=1)
        permit = grant(courts, apply(courts, order, valid_from=tomorrow, valid_to=tomorrow))
        assert stands(courts, order)[1] == 0

        courts.at += timedelta(days=1)
        assert start_permits(courts.session, at=courts.at, vault=courts.vault) == 1
        assert start_permits(courts.session, at=courts.at, vault=courts.vault) == 0
        flags, confirm = stands(courts, order)
        assert (flags & AIR, confirm) == (AIR, AIR)
        assert_sound(courts)
        courts.at += timedelta(days=1)
        assert expire_permits(courts.session, at=courts.at, vault=courts.vault) == 1

        assert stands(courts, order) == (flags, 0)
        assert kinds(courts, order) == ["list", "permit", "permit-end"]
        assert [one.permit_id for one in entries(courts) if one.kind.startswith("permit")] == [permit.id, permit.id]

    def test_a_permit_that_never_began_leaves_no_trace(self, courts):
        order, _ = courts.order("effective", kind=OrderKind.CONSUMPTION)
        later = courts.at.date() + timedelta(days=3)
        grant(courts, apply(courts, order, valid_from=later, valid_to=later))
        courts.at += timedelta(days=9)

        assert expire_permits(courts.session, at=courts.at, vault=courts.vault) == 1
        assert kinds(courts, order) == ["list"]


class TestOpenings:
    def test_commit_to_the_order_and_hold_no_number_in_the_leaf(self, courts):
        order, subject = courts.order("effective")
        entry = next(one for one in entries(courts) if one.order_id == order.id)
        number = subject.documents[0][1]
        opened = courts.vault.open(entry.opening, table="log_entries", row=entry.idx, column="opening")
        leaf = parse_leaf(entry.leaf)

        assert parse_opening(opened.encode()).commitment == leaf.commitment
        assert number in opened
        assert number.encode() not in entry.leaf
        assert order.order_no.encode() not in entry.leaf
        assert json.loads(entry.leaf)["a"] == "京0199"
        verify_tag(leaf, order.order_no, salt=order_salt(order, vault=courts.vault))

    def test_of_one_order_bear_one_tag(self, courts):
        order, _ = courts.order("suspended")

        assert len({one.tag for one in entries(courts) if one.order_id == order.id}) == 1


class TestGuards:
    def test_a_change_past_the_log_does_not_commit(self, courts):
        order, _ = courts.order("effective")
        order.state = OrderState.SUSPENDED.value

        with pytest.raises(LogBypassedError):
            courts.session.commit()

    def test_the_same_event_is_recorded_once(self, courts):
        order, _ = courts.order("effective")

        with pytest.raises(Exception, match=r"(?i)unique|duplicate"), courts.session.begin_nested():
            append(courts.session, [LogEvent(LeafKind.LIST, order)], at=courts.at, vault=courts.vault)

    def test_a_fenced_log_takes_nothing(self, courts):
        order, subject = courts.order("issued")
        courts.session.scalars(select(LogHead)).one().fenced = True

        with pytest.raises(FencedError):
            do(courts, "serve", order, subject)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE log_entries SET kind = 'remove'",
            "UPDATE log_entries SET leaf = hash",
            "DELETE FROM log_entries",
        ],
    )
    def test_the_database_refuses_to_change_an_entry(self, courts, statement):
        courts.order("effective")

        with pytest.raises(Exception, match="append-only"), courts.session.begin_nested():
            courts.session.execute(text(statement))

    def test_the_database_lets_an_opening_be_erased(self, courts):
        courts.order("effective")

        courts.session.execute(text("UPDATE log_entries SET opening = NULL"))
