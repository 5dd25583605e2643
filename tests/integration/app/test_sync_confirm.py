"""Confirmations, on both databases: recorded checks whose proof an agency verifies under a root it countersigned."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.cli.demo.cast import SandboxSubject
from blacklist.ledger.commitments import read_opening, verify_evidence
from blacklist.ledger.encodings import decode64
from blacklist.ledger.faults import ProofError
from blacklist.ledger.leaves import LeafKind, parse_leaf
from blacklist.ledger.note_keys import read_vkey
from blacklist.ledger.policies import Log, Policy
from blacklist.ledger.proofs import parse_proof, verify_proof
from blacklist.ledger.signed_notes import parse_note
from blacklist.ledger.statements import parse_statement
from blacklist.models import Check, LogEntry, Order, Permit, PermitUse
from blacklist.rules.removals import RemovalReason
from tests.apps import SetClock, bearer, close_thread
from tests.courts import do, propose
from tests.log import Agent, LogRegistry, assert_problem
from tests.permits import apply, grant

PURPOSES = ("air_travel", "star_hotel")


@pytest.fixture(scope="module")
def log(database_url: str, key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogRegistry]:
    clock = SetClock(datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai")))
    made = LogRegistry.make(database_url, key_file, tmp_path_factory.mktemp("log"), clock)
    made.list()
    made.publish()
    yield made
    made.close()


@pytest.fixture(scope="module")
def agent(log: LogRegistry) -> Agent:
    return log.subscribe(*PURPOSES)


def confirm(
    log: LogRegistry, agent: Agent, subject: SandboxSubject, *, at: int | None = None, **more: Any
) -> TestResponse:
    kind, number, _ = subject.documents[0]
    size = log.size if at is None else at
    body = {
        "purpose": "air_travel",
        "document": {"type": kind, "number": number},
        "at": log.cursor(size),
        **more,
    }
    return log.post(agent, "confirm", body)


def permitted(log: LogRegistry, **change: Any) -> tuple[Order, SandboxSubject, str]:
    """An order in force with a permit for a flight, published."""
    order, subject = log.list()
    with log.acting() as courts:
        order = courts.session.merge(order)
        permit = grant(courts, apply(courts, order, **change))
        number = permit.permit_no
    log.publish()
    assert number is not None
    return order, subject, number


def uses(log: LogRegistry, permit_no: str) -> tuple[int, int]:
    """How many uses a permit has left, and how many are recorded."""
    with log.reading() as session:
        permit = session.scalars(select(Permit).where(Permit.permit_no == permit_no)).one()
        done = session.scalar(select(func.count()).select_from(PermitUse).where(PermitUse.permit_id == permit.id))
        return permit.uses_left, done or 0


class TestEvidence:
    def test_proves_the_order_and_the_person_under_the_countersigned_root(self, log, agent):
        order, subject = log.list()
        size = log.publish()
        statement = log.feed(agent, size).json["statement"]
        keys = log.get(agent, "profile").json["vkeys"]

        answer = confirm(log, agent, subject)

        assert answer.status_code == 200
        assert answer.json["outcome"] == "restricted"
        assert answer.json["as_of"] == log.cursor(size)
        assert answer.json["denial_code"]
        (proved,) = answer.json["orders"]
        assert (proved["order_no"], proved["court"]) == (order.order_no, "京0199")
        leaf, evidence = decode64(proved["leaf"]), read_opening({"open": proved["open"], "closed": proved["closed"]})
        proof = parse_proof(proved["proof"])
        policy = Policy(logs=tuple(Log(read_vkey(one)) for one in keys["log"]), witnesses=(), groups=(), quorum="none")
        opened = verify_proof(proof, leaf=leaf, policy=policy)
        verify_evidence(evidence, parse_leaf(leaf))
        assert opened.checkpoint.root == parse_statement(parse_note(statement).text).log_root
        assert (opened.checkpoint.size, proof.index) == (size, proved["index"])
        assert proved["open"]["0"]["part"]["number"] == order.order_no
        assert proved["open"]["1"]["part"]["number"] == subject.documents[0][1]

    def test_opens_nothing_that_does_not_concern_the_person(self, log, agent):
        _, subject = log.list()
        log.publish()

        (proved,) = confirm(log, agent, subject).json["orders"]

        assert proved["open"].keys() == {"0", "1"}
        assert proved["closed"].keys() == {"2"}
        assert "persons" not in str(proved["open"])

    def test_of_another_order_does_not_verify(self, log, agent):
        """The negative control of the verification above."""
        _, one = log.list()
        _, other = log.list()
        log.publish()
        first, second = (confirm(log, agent, subject).json["orders"][0] for subject in (one, other))
        keys = log.get(agent, "profile").json["vkeys"]
        policy = Policy(logs=tuple(Log(read_vkey(one)) for one in keys["log"]), witnesses=(), groups=(), quorum="none")

        with pytest.raises(ProofError):
            verify_proof(parse_proof(first["proof"]), leaf=decode64(second["leaf"]), policy=policy)
        with pytest.raises(ProofError):
            verify_evidence(
                read_opening({"open": first["open"], "closed": first["closed"]}),
                parse_leaf(decode64(second["leaf"])),
            )

    def test_is_given_of_the_newest_entry_that_says_what_the_order_is(self, log, agent):
        order, subject, _ = permitted(log)
        with log.acting() as courts:
            order = courts.session.merge(order)
            do(courts, "suspend", order, subject)
            do(courts, "approve_suspension", order, subject)
        log.publish()
        with log.acting() as courts:
            order = courts.session.merge(order)
            do(courts, "resume", order, subject)
            do(courts, "approve_resumption", order, subject)
        log.publish()

        (proved,) = confirm(log, agent, subject, purpose="star_hotel").json["orders"]

        with log.reading() as session:
            assert session.get_one(LogEntry, proved["index"]).kind == LeafKind.RESUME.value


class TestAnswers:
    def test_are_recorded_as_checks(self, log, agent):
        _, subject = log.list()
        log.publish()

        answer = confirm(log, agent, subject, use="PNR-8KQ2/1").json

        vault = log.app.extensions["vault"]
        row_id = vault.check_names.row_id(answer["check_id"])
        with log.reading() as session:
            check = session.get_one(Check, row_id)
        assert (check.outcome, check.purpose, check.denial_code) == (
            "restricted",
            "air_travel",
            answer["denial_code"],
        )
        assert vault.open(check.reference, table="checks", row=row_id, column="reference") == "PNR-8KQ2/1"

    def test_are_clear_where_nothing_stands(self, log, agent):
        order, subject = log.list()
        with log.acting() as courts:
            order = courts.session.merge(order)
            propose(courts, order, RemovalReason.PERFORMED)
            do(courts, "approve", order, subject)
        log.publish()

        answer = confirm(log, agent, subject).json

        assert (answer["outcome"], answer["orders"], answer["permit"], answer["denial_code"]) == (
            "clear",
            [],
            None,
            None,
        )

    def test_wait_for_the_agency_to_pull_what_is_newer(self, log, agent):
        before = log.size
        _, subject = log.list()
        unpublished = confirm(log, agent, subject, at=before)
        size = log.publish()
        published = confirm(log, agent, subject, at=before)

        assert assert_problem(unpublished, 409, "copy-behind")["cursor"] == log.cursor(size)
        assert assert_problem(published, 409, "copy-behind")["cursor"] == log.cursor(size)
        assert confirm(log, agent, subject, at=size).status_code == 200

    def test_are_given_for_granted_purposes_alone(self, log, agent):
        _, subject = log.list()
        log.publish()

        assert_problem(confirm(log, agent, subject, purpose="bank_credit"), 403, "purpose-not-granted")

    @pytest.mark.parametrize("number", ["11010519491231002x1", "110105194912310021", "11010519491231002х"])
    def test_are_not_given_about_numbers_that_cannot_be(self, log, agent, number):
        body = {
            "purpose": "air_travel",
            "document": {"type": "resident_id", "number": number},
            "at": log.cursor(log.size),
        }

        assert_problem(log.post(agent, "confirm", body), 422, "bad-document")

    def test_are_given_at_checkpoints_alone(self, log, agent):
        log.list()
        log.list()
        size = log.publish()
        _, subject = log.list()

        assert_problem(confirm(log, agent, subject, at=size - 1), 400, "bad-cursor")
        assert_problem(confirm(log, agent, subject, at=size + 9), 409, "ahead-of-registry")
        assert_problem(log.post(agent, "confirm", {"purpose": "air_travel"}), 422, "invalid")

    def test_end_with_the_quota_of_the_day(self, log):
        poor = log.subscribe("air_travel", daily_subjects=1)
        _, one = log.list()
        _, other = log.list()
        log.publish()

        assert confirm(log, poor, one).status_code == 200
        assert_problem(confirm(log, poor, other), 429, "too-many-requests")


class TestPermits:
    def test_are_shown_without_a_use_and_not_used_up(self, log, agent):
        _, subject, number = permitted(log)

        answers = [confirm(log, agent, subject).json for _ in range(2)]

        assert [one["outcome"] for one in answers] == ["permitted", "permitted"]
        assert answers[0]["permit"]["permit_no"] == number
        assert uses(log, number) == (1, 0)

    def test_are_used_up_once_by_a_use(self, log, agent):
        _, subject, number = permitted(log)
        size = log.size

        first = confirm(log, agent, subject, use="PNR-1").json
        log.publish()
        again = confirm(log, agent, subject, use="PNR-1", at=size).json
        later = confirm(log, agent, subject, use="PNR-1").json
        other = confirm(log, agent, subject, use="PNR-2").json

        assert first["outcome"] == "permitted"
        assert first == again
        assert later == {**first, "as_of": log.cursor(log.size)}
        assert other["outcome"] == "restricted"
        assert uses(log, number) == (0, 1)

    def test_that_are_used_up_leave_the_view_by_the_log(self, log, agent):
        _, subject, number = permitted(log)
        size = log.size

        confirm(log, agent, subject, use="PNR-3")
        log.publish()

        changes = [change for item in log.feed(agent, size).json["items"] for change in item["d"]]
        assert [flags >> 31 for _, flags in changes] == [0]
        assert uses(log, number) == (0, 1)

    def test_of_two_agencies_with_one_mark_are_two_uses(self, log, agent):
        other = log.subscribe(*PURPOSES)
        _, subject, number = permitted(log)

        mine = confirm(log, agent, subject, use="PNR-4").json
        log.publish()
        theirs = confirm(log, other, subject, use="PNR-4").json

        assert (mine["outcome"], theirs["outcome"]) == ("permitted", "restricted")
        assert uses(log, number) == (0, 1)

    def test_a_mark_stands_for_one_person_and_purpose(self, log, agent):
        _, subject, _ = permitted(log)
        _, other = log.list()
        log.publish()
        confirm(log, agent, subject, use="PNR-5")
        log.publish()

        assert_problem(confirm(log, agent, other, use="PNR-5"), 422, "use-reused")

    def test_a_restricted_answer_binds_no_mark(self, log, agent):
        order, subject = log.list()
        log.publish()
        before = confirm(log, agent, subject, use="PNR-6").json
        with log.acting() as courts:
            order = courts.session.merge(order)
            grant(courts, apply(courts, order))
        log.publish()

        after = confirm(log, agent, subject, use="PNR-6").json

        assert (before["outcome"], after["outcome"]) == ("restricted", "permitted")

    def test_one_mark_at_the_same_moment_uses_it_once(self, log, agent):
        _, subject, number = permitted(log, uses=3)
        kind, text, _ = subject.documents[0]
        body = {
            "purpose": "air_travel",
            "document": {"type": kind, "number": text},
            "at": log.cursor(log.size),
            "use": "PNR-7",
        }
        log.clock.at += timedelta(seconds=2)
        barrier = threading.Barrier(4)

        def ask(_: int) -> TestResponse:
            try:
                barrier.wait(10)
                return log.app.test_client().post("/sync/v1/confirm", json=body, headers=bearer(agent.key))
            finally:
                close_thread(log.app)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, range(4)))

        # Whoever comes after the first is told the same, or that something is newer and that it has to pull.
        done = [one.json["check_id"] for one in answers if one.status_code == 200]
        assert {one.status_code for one in answers} <= {200, 409}
        assert len(set(done)) == 1
        assert uses(log, number) == (2, 1)
