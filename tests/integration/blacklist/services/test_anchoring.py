"""The public log says how the audit chain ends; a chain written anew is found by it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from blacklist.identity.sealing import Vault
from blacklist.ledger.encodings import encode64
from blacklist.ledger.leaves import LeafKind, parse_leaf
from blacklist.models import AuditEntry, AuditHead, LogEntry, LogHead
from blacklist.queries.log import head_of
from blacklist.queries.verification import verify_audit_chain, verify_log
from blacklist.services.anchoring import anchor_audit_chain
from blacklist.services.auditing import FIRST_HASH, chain_hash
from tests.courts import Courts, make_courts


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    made = make_courts(session, vault=vault, at=at)
    made.order("effective")
    return made


@pytest.fixture
def anchored(courts: Courts, at: datetime) -> Courts:
    """The chain is anchored, and the database's own locks on it are taken off."""
    assert anchor_audit_chain(courts.session, at=at)
    statements = ["DROP TRIGGER audit_entries_append_only ON audit_entries"]
    if courts.session.get_bind().dialect.name == "sqlite":
        statements = [f"DROP TRIGGER audit_entries_no_{act}" for act in ("update", "delete")]
    for statement in statements:
        courts.session.execute(text(statement))
    return courts


def anchors(session: Session) -> list[LogEntry]:
    return list(session.scalars(select(LogEntry).where(LogEntry.kind == "audit").order_by(LogEntry.idx)))


def chain(session: Session) -> AuditHead:
    return session.scalars(select(AuditHead)).one()


def rewrite_the_chain(session: Session) -> None:
    """What the database's owner could do: every hash anew, and the head to fit them."""
    previous = FIRST_HASH
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
    for entry in entries:
        previous = entry.hash = chain_hash(previous, entry)
    chain(session).length, chain(session).hash = len(entries), previous
    session.flush()


class TestAnchorAuditChain:
    def test_says_how_long_the_chain_is_and_how_it_ends(self, courts: Courts, at: datetime) -> None:
        assert anchor_audit_chain(courts.session, at=at)

        (entry,) = anchors(courts.session)
        leaf = parse_leaf(entry.leaf)
        head = chain(courts.session)
        assert (leaf.kind, leaf.court) == (LeafKind.AUDIT, "registry")
        assert leaf.public == {"length": head.length, "head": encode64(head.hash)}
        assert list(verify_log(courts.session)) == []

    def test_says_it_once(self, courts: Courts, at: datetime) -> None:
        assert [anchor_audit_chain(courts.session, at=at) for _ in range(3)] == [True, False, False]

    def test_says_it_again_after_the_next_act(self, courts: Courts, at: datetime) -> None:
        anchor_audit_chain(courts.session, at=at)

        courts.order("removed")

        assert anchor_audit_chain(courts.session, at=at)
        assert len(anchors(courts.session)) == 2
        assert list(verify_audit_chain(courts.session)) == []

    def test_does_not_begin_a_log(self, session: Session, at: datetime) -> None:
        assert not anchor_audit_chain(session, at=at)
        assert head_of(session).size == 0

    def test_leaves_a_fenced_log_alone(self, courts: Courts, at: datetime) -> None:
        courts.session.scalars(select(LogHead)).one().fenced = True
        courts.session.flush()

        assert not anchor_audit_chain(courts.session, at=at)
        assert anchors(courts.session) == []


class TestVerifyAuditChain:
    def test_finds_nothing_where_the_chain_only_grew(self, anchored: Courts) -> None:
        anchored.order("issued")

        assert list(verify_audit_chain(anchored.session)) == []

    def test_finds_a_chain_written_anew(self, anchored: Courts) -> None:
        anchored.session.execute(text("UPDATE audit_entries SET event = 'order.issued' WHERE number = 1"))
        anchored.session.expire_all()

        rewrite_the_chain(anchored.session)

        (fault,) = verify_audit_chain(anchored.session)
        assert "are not those that index" in fault

    def test_finds_a_chain_cut_off_together_with_its_head(self, anchored: Courts) -> None:
        length = chain(anchored.session).length
        anchored.session.execute(text("DELETE FROM audit_entries WHERE number >= :n"), {"n": length - 1})
        anchored.session.expire_all()

        rewrite_the_chain(anchored.session)

        (fault,) = verify_audit_chain(anchored.session)
        assert f"anchors {length} entries, there are {length - 1}" in fault

    def test_names_an_anchor_that_says_nothing(self, anchored: Courts) -> None:
        on = "" if anchored.session.get_bind().dialect.name == "sqlite" else " ON log_entries"
        anchored.session.execute(text(f"DROP TRIGGER log_entries_no_update{on}"))
        anchored.session.execute(text("UPDATE log_entries SET leaf = hash WHERE kind = 'audit'"))
        anchored.session.expire_all()

        (fault,) = verify_audit_chain(anchored.session)
        assert fault.endswith("is no anchor")
