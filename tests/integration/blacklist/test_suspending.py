"""An order rests and works again; corrected and extended orders keep what they said before."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from blacklist.errors import (
    ExclusionError,
    InvalidError,
    MissingRoleError,
    SamePersonError,
    StaleVersionError,
    TransitionError,
)
from blacklist.models import OrderVersion, Publication, SubjectDocument
from blacklist.queries.standing import find_standing
from blacklist.queries.subjects import open_subject
from blacklist.rules.corrections import CorrectableFact
from blacklist.rules.extensions import ExtensionReason
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.suspensions import SuspensionReason
from blacklist.services import correcting, extending, removing, suspending
from blacklist.services.expiring import expire_due_orders
from blacklist.services.proposing import NoProposalError, ProposalOpenError
from tests.courts import Courts, make_courts, propose


@pytest.fixture
def courts(session, vault, at) -> Courts:
    return make_courts(session, vault=vault, at=at)


def acting(courts: Courts, order, who, **change: Any) -> dict[str, Any]:
    return {"version": order.version, "actor": who, "at": courts.at, "vault": courts.vault} | change


def propose_rest(courts: Courts, order, **change: Any):
    given: dict[str, Any] = {
        "reason": SuspensionReason.OBJECTION,
        "until": courts.at.date() + timedelta(days=30),
        "document": "审查笔录第 1 号",
        "note": "",
    }
    who = change.pop("actor", courts.clerk)
    given |= acting(courts, order, who) | change
    return suspending.propose_suspension(courts.session, order.public_id, **given)


def rest(courts: Courts, order) -> None:
    propose_rest(courts, order)
    suspending.approve_suspension(courts.session, order.public_id, **acting(courts, order, courts.president))


def doubt(courts: Courts, order, **change: Any):
    given = acting(courts, order, courts.clerk) | {
        "until": courts.at.date() + timedelta(days=30),
        "document": "来访登记第 1 号",
        "note": "当事人称同名",
    }
    return suspending.suspend_for_doubt(courts.session, order.public_id, **given | change)


def restricts(courts: Courts, order) -> bool:
    """Whether the one read behind every check finds the order in force."""
    index = courts.session.scalar(
        select(SubjectDocument.document_index).where(SubjectDocument.subject_id == order.subject_id)
    )
    courts.session.flush()
    connection = courts.session.connection()

    def execute(sql: str, parameters: Any) -> list[Any]:
        numbered = sql.replace("?", "%s") if connection.dialect.name == "postgresql" else sql
        return list(connection.exec_driver_sql(numbered, tuple(parameters)))

    found = find_standing(execute, index)
    return found is not None and order.id in {one.order_id for one in found.orders}


def is_published(courts: Courts, order) -> bool:
    return courts.session.get(Publication, order.id) is not None


class TestSuspension:
    def test_changes_nothing_before_another_person_decides(self, courts):
        order, _ = courts.order("effective")

        propose_rest(courts, order)

        assert (order.state, restricts(courts, order), is_published(courts, order)) == ("effective", True, True)

    def test_ends_restriction_and_publication_at_once(self, courts):
        order, _ = courts.order("effective")
        since = len(courts.events(order))
        shown_at = courts.session.get_one(Publication, order.id).published_at

        rest(courts, order)
        assert (order.state, restricts(courts, order), is_published(courts, order)) == ("suspended", False, False)
        assert courts.events(order)[since:] == ["order.suspension-proposed", "order.suspended"]

        suspending.propose_resumption(
            courts.session,
            order.public_id,
            basis="名单规定第十二条",
            document="审查决定第 1 号",
            note="经核实系本人",
            **acting(courts, order, courts.clerk),
        )
        assert order.state == "suspended"
        suspending.approve_resumption(courts.session, order.public_id, **acting(courts, order, courts.president))

        assert (order.state, restricts(courts, order), is_published(courts, order)) == ("effective", True, True)
        assert (order.suspended_until, order.suspended_reason) == (None, None)
        assert courts.session.get_one(Publication, order.id).published_at == shown_at

    @pytest.mark.parametrize("state", ["draft", "submitted", "checked", "issued", "removed", "withdrawn", "expired"])
    def test_is_for_orders_in_force(self, courts, state):
        order, _ = courts.order(state)

        with pytest.raises(TransitionError):
            propose_rest(courts, order)

    def test_wants_two_persons_and_the_version_seen(self, courts):
        order, _ = courts.order("effective")
        propose_rest(courts, order, actor=courts.president)

        with pytest.raises(SamePersonError):
            suspending.approve_suspension(courts.session, order.public_id, **acting(courts, order, courts.president))
        with pytest.raises(MissingRoleError):
            suspending.approve_suspension(courts.session, order.public_id, **acting(courts, order, courts.checker))
        with pytest.raises(StaleVersionError):
            suspending.approve_suspension(
                courts.session, order.public_id, **acting(courts, order, courts.second, version=order.version - 1)
            )
        assert order.state == "effective"

    def test_is_proposed_once(self, courts):
        order, _ = courts.order("effective")
        propose_rest(courts, order)

        with pytest.raises(ProposalOpenError):
            propose_rest(courts, order)

    def test_stands_beside_an_open_removal(self, courts):
        order, _ = courts.order("effective")
        propose(courts, order)
        propose_rest(courts, order)

        suspending.approve_suspension(courts.session, order.public_id, **acting(courts, order, courts.president))
        assert order.state == "suspended"
        removing.approve_removal(
            courts.session,
            order.public_id,
            version=order.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )
        assert order.state == "removed"

    def test_with_a_condition_states_it(self, courts):
        order, _ = courts.order("effective")

        with pytest.raises(InvalidError) as caught:
            propose_rest(courts, order, reason=SuspensionReason.CONDITIONAL_REPAIR)

        assert [fault.pointer for fault in caught.value.errors] == ["/note"]

    def test_does_not_stop_the_term(self, courts):
        order, _ = courts.order("effective")
        rest(courts, order)

        over = courts.at + timedelta(days=(order.ends_on - courts.at.date()).days + 1)
        expire_due_orders(courts.session, at=over, vault=courts.vault)

        assert order.state == "expired"

    def test_refused_leaves_the_order_in_force_and_says_why(self, courts):
        order, _ = courts.order("effective")
        proposal = propose_rest(courts, order)

        suspending.reject_suspension(
            courts.session, order.public_id, note="依据不足", **acting(courts, order, courts.president)
        )

        assert (order.state, proposal.state) == ("effective", "rejected")
        opened = courts.vault.open(proposal.decision_note, table="proposals", row=proposal.id, column="decision_note")
        assert opened == "依据不足"


class TestDoubt:
    """A doubt about who the person is: one person suspends, a second confirms or lifts."""

    def test_suspends_at_once_and_waits_for_the_second(self, courts):
        order, _ = courts.order("effective", kind=OrderKind.EXIT_BAN)
        version = order.version

        doubt(courts, order)

        assert (order.state, restricts(courts, order)) == ("suspended", False)
        assert order.version == version + 1
        suspending.approve_suspension(courts.session, order.public_id, **acting(courts, order, courts.president))
        assert order.state == "suspended"
        assert courts.events(order)[-1] == "order.suspension-confirmed"

    def test_is_not_confirmed_by_who_raised_it(self, courts):
        order, _ = courts.order("effective")
        doubt(courts, order, actor=courts.president)

        with pytest.raises(SamePersonError):
            suspending.approve_suspension(courts.session, order.public_id, **acting(courts, order, courts.president))

    def test_refuted_lets_the_order_work_again(self, courts):
        order, _ = courts.order("effective")
        doubt(courts, order)

        suspending.reject_suspension(
            courts.session, order.public_id, note="照片和指纹比对一致", **acting(courts, order, courts.president)
        )

        assert (order.state, restricts(courts, order), is_published(courts, order)) == ("effective", True, True)
        assert courts.events(order)[-2:] == ["order.proposal-rejected", "order.resumed"]

    def test_is_not_resumed_before_it_is_confirmed(self, courts):
        order, _ = courts.order("effective")
        doubt(courts, order)

        with pytest.raises(ProposalOpenError):
            suspending.propose_resumption(
                courts.session,
                order.public_id,
                basis="-",
                document="-",
                note="-",
                **acting(courts, order, courts.clerk),
            )


def propose_facts(courts: Courts, order, facts, **change: Any):
    given = acting(courts, order, courts.clerk) | {
        "reason": "录入笔误",
        "document": "卷宗第 3 页",
        "found_on": courts.at.date(),
    }
    return correcting.propose_correction(courts.session, order.public_id, facts=facts, **given | change)


def correct(courts: Courts, order, facts) -> None:
    propose_facts(courts, order, facts)
    correcting.approve_correction(courts.session, order.public_id, **acting(courts, order, courts.president))


def versions(courts: Courts, order) -> list[dict[str, Any]]:
    rows = courts.session.scalars(
        select(OrderVersion).where(OrderVersion.order_id == order.id).order_by(OrderVersion.number)
    )
    return [
        json.loads(courts.vault.open(one.content, table="order_versions", row=one.id, column="content")) for one in rows
    ]


class TestCorrection:
    def test_keeps_what_stood_before_and_shows_what_stands_now(self, courts):
        order, _ = courts.order("effective")
        before = correcting.facts_now(courts.session, order, vault=courts.vault)
        wanted = {
            CorrectableFact.NAME: "测试更名",
            CorrectableFact.DUTY: "偿还借款本金五万元。",
            CorrectableFact.DUTY_PUBLIC: "",
            CorrectableFact.AMOUNT_DUE: "50000.00",
            CorrectableFact.BASIS_NUMBER: "（2025）京0199民初999号",
            CorrectableFact.FILED_ON: "2026-09-01",
            CorrectableFact.PERFORMANCE: "part",
        }

        correct(courts, order, wanted)

        after = correcting.facts_now(courts.session, order, vault=courts.vault)
        assert after == before | wanted
        assert versions(courts, order) == [{fact.value: before[fact] for fact in wanted}]
        assert courts.session.get_one(Publication, order.id).name == "测试更名"
        assert order.amount_due == Decimal("50000.00")
        assert order.state == "effective"

    def test_changes_nothing_before_another_person_decides(self, courts):
        order, _ = courts.order("effective")
        before = correcting.facts_now(courts.session, order, vault=courts.vault)

        propose_facts(courts, order, {CorrectableFact.DUTY: "别的义务"})

        assert correcting.facts_now(courts.session, order, vault=courts.vault) == before
        with pytest.raises(SamePersonError):
            correcting.approve_correction(
                courts.session,
                order.public_id,
                **acting(courts, order, replace(courts.clerk, roles=courts.president.roles)),
            )

    def test_leaves_out_what_is_as_it_was(self, courts):
        order, _ = courts.order("effective")
        same = correcting.facts_now(courts.session, order, vault=courts.vault)

        with pytest.raises(InvalidError, match="没有任何内容"):
            propose_facts(courts, order, same)
        correct(courts, order, same | {CorrectableFact.EVIDENCE: "银行流水"})

        assert [set(one) for one in versions(courts, order)] == [{"evidence"}]

    def test_numbers_its_versions(self, courts):
        order, _ = courts.order("issued")

        for amount in ("1.00", "2.00", "3.00"):
            correct(courts, order, {CorrectableFact.AMOUNT_DUE: amount})

        assert [one["amount_due"] for one in versions(courts, order)] == ["330000.00", "1.00", "2.00"]

    def test_of_a_name_borne_before_shows_that_name_again(self, courts):
        order, subject = courts.order("effective")
        correct(courts, order, {CorrectableFact.NAME: "测试更名"})
        courts.at += timedelta(minutes=1)

        correct(courts, order, {CorrectableFact.NAME: subject.name})

        assert open_subject(courts.session, order.subject_id, vault=courts.vault).name == subject.name

    def test_of_grounds_never_lengthens_the_term(self, courts):
        order, _ = courts.order("effective")  # ground 4, two years
        until = order.ends_on

        with pytest.raises(ExclusionError, match="不得延长"):
            propose_facts(courts, order, {CorrectableFact.GROUNDS: "G1"})
        correct(courts, order, {CorrectableFact.GROUNDS: "G3,G4"})

        assert (order.grounds, order.ends_on) == ("G3,G4", until)
        assert versions(courts, order) == [{"grounds": "G4", "ends_on": until.isoformat()}]

    @pytest.mark.parametrize("state", ["draft", "checked", "removed", "withdrawn", "expired", "abandoned"])
    def test_is_for_standing_orders(self, courts, state):
        order, _ = courts.order(state)

        with pytest.raises(TransitionError):
            propose_facts(courts, order, {CorrectableFact.DUTY: "别的义务"})

    @pytest.mark.parametrize("days", [-3, 1])
    def test_was_found_between_the_decision_and_today(self, courts, days):
        order, _ = courts.order("effective")

        with pytest.raises(InvalidError) as caught:
            propose_facts(
                courts, order, {CorrectableFact.DUTY: "别的"}, found_on=courts.at.date() + timedelta(days=days)
            )

        assert [fault.pointer for fault in caught.value.errors] == ["/found_on"]

    def test_of_a_suspended_order_publishes_nothing(self, courts):
        order, _ = courts.order("effective")
        rest(courts, order)

        correct(courts, order, {CorrectableFact.DUTY_PUBLIC: "偿还借款。"})

        assert (order.state, is_published(courts, order)) == ("suspended", False)

    def test_an_earlier_version_is_never_changed(self, courts):
        order, _ = courts.order("effective")
        correct(courts, order, {CorrectableFact.AMOUNT_DUE: "1.00"})
        courts.session.flush()

        row = courts.session.scalars(select(OrderVersion)).one()
        row.cause = "nothing"
        with pytest.raises(Exception, match="append-only"), courts.session.begin_nested():
            courts.session.flush()


class TestExtension:
    def several(self, courts):
        order, _ = courts.order("effective")
        correct(courts, order, {CorrectableFact.GROUNDS: "G3,G4"})
        return order

    def propose(self, courts, order, **change: Any):
        given = acting(courts, order, courts.clerk) | {
            "reason": ExtensionReason.SEVERAL_KINDS,
            "years": 2,
            "document": "合议笔录第 1 号",
            "note": "隐匿财产并违反报告制度",
        }
        return extending.propose_extension(courts.session, order.public_id, **given | change)

    def approve(self, courts, order):
        extending.approve_extension(courts.session, order.public_id, **acting(courts, order, courts.president))

    def test_moves_the_last_day_once(self, courts):
        order = self.several(courts)
        until = order.ends_on

        self.propose(courts, order)
        assert order.ends_on == until
        self.approve(courts, order)

        assert order.ends_on == date(until.year + 2, until.month, until.day)
        assert courts.session.get_one(Publication, order.id).ends_on == order.ends_on
        with pytest.raises(InvalidError):
            self.propose(courts, order)

    def test_and_a_removal_exclude_each_other(self, courts):
        order = self.several(courts)
        propose(courts, order)

        with pytest.raises(ProposalOpenError):
            self.propose(courts, order)

    def test_is_judged_again_on_the_day_of_the_decision(self, courts):
        order = self.several(courts)
        self.propose(courts, order)
        courts.at = courts.at.replace(year=order.ends_on.year + 1)

        with pytest.raises(InvalidError, match="期限已满"):
            self.approve(courts, order)

    def test_needs_its_ground(self, courts):
        order, _ = courts.order("effective")

        with pytest.raises(ExclusionError):
            self.propose(courts, order)
        with pytest.raises(NoProposalError):
            self.approve(courts, order)
