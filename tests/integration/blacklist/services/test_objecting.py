"""Objections on both databases: what is received, by whom it is examined and decided, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Role
from blacklist.errors import (
    InvalidError,
    MissingRoleError,
    SamePersonError,
    StaleVersionError,
    TransitionError,
)
from blacklist.identity.sealing import Vault
from blacklist.models import AuditEntry, CourtTask, Objection
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.orders import OrderNotFoundError
from blacklist.queries.remedies import RemedyNotFoundError
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedies import Claim, OtherWayError, Remedy
from blacklist.rules.removals import RemovalReason
from blacklist.rules.renewals import TaskKind
from blacklist.services import answering_objections, objecting, removing, suspending
from blacklist.services.objecting import ObjectionOpenError
from blacklist.services.outcomes import Outcome
from blacklist.services.remedying import ServedAlreadyError, track_mac
from tests.courts import propose
from tests.remedies import CORRECTED, FOUNDED, REMOVED, UNFOUNDED, Remedies, make_remedies

STATES = ("received", "accepted", "upheld", "rejected", "withdrawn")


@pytest.fixture
def remedies(session: Session, vault: Vault, at: datetime) -> Remedies:
    return make_remedies(session, vault=vault, at=at)


class TestReceiving:
    """LIST 11, 12; GOOD 18."""

    @pytest.mark.parametrize("kind", [OrderKind.LISTING, OrderKind.CONSUMPTION])
    @pytest.mark.parametrize("state", ["issued", "effective"])
    def test_takes_what_is_handed_in_and_leaves_the_order_as_it_is(
        self, remedies: Remedies, kind: OrderKind, state: str
    ) -> None:
        order, _ = remedies.courts.order(state, kind=kind)
        before = (order.state, order.version)

        received = remedies.receive(order)

        case = received.case
        assert (case.state, case.via, case.court_id, case.version) == ("received", "desk", order.court_id, 1)
        assert case.received_by == remedies.courts.clerk.person_id
        assert (order.state, order.version) == before
        assert remedies.courts.events(order)[-1] == "objection.received"

    def test_keeps_personal_text_sealed_and_the_code_as_a_mac(self, remedies: Remedies) -> None:
        received = remedies.receive(remedies.courts.order("effective")[0])

        case, vault = received.case, remedies.courts.vault
        opened = remedy_queries.open_remedy(case, vault=vault)
        assert (opened.applicant, opened.contact) == ("测试某", "测试电话")
        assert opened.statement == "本人不是该案被执行人（测试陈述）"
        for blob in (case.statement, case.applicant, case.contact):
            assert "测试".encode() not in blob
        assert case.track_index == track_mac(received.track_code.lower(), vault=vault)
        assert received.track_code.replace("-", "").encode() not in case.track_index
        assert received.track_code not in repr(received)

    def test_may_be_done_by_the_reviewer(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")

        assert remedies.receive(order, actor=remedies.reviewer).case.state == "received"

    def test_is_not_done_by_other_roles_or_courts(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")

        with pytest.raises(MissingRoleError):
            remedies.receive(order, actor=remedies.courts.checker)
        with pytest.raises(OrderNotFoundError):
            remedies.receive(order, actor=remedies.stranger)

    def test_refuses_an_exit_ban(self, remedies: Remedies) -> None:
        with pytest.raises(OtherWayError):
            remedies.receive(remedies.exit_ban(served=False))

    @pytest.mark.parametrize("state", ["draft", "checked", "removed", "withdrawn", "expired"])
    def test_refuses_an_order_that_is_not_standing(self, remedies: Remedies, state: str) -> None:
        with pytest.raises(TransitionError):
            remedies.receive(remedies.courts.order(state)[0])

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"statement": " "}, "/statement"),
            ({"applicant": ""}, "/applicant"),
            ({"received_on": date(2026, 11, 25)}, "/received_on"),
            ({"received_on": date(2026, 11, 22)}, "/received_on"),
        ],
    )
    def test_says_what_is_missing(self, remedies: Remedies, change: dict[str, object], pointer: str) -> None:
        order, _ = remedies.courts.order("effective")

        with pytest.raises(InvalidError) as refused:
            remedies.receive(order, remedies.plea(**change))

        assert [fault.pointer for fault in refused.value.errors] == [pointer]

    def test_takes_the_same_application_once(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")
        first = remedies.receive(order).case

        with pytest.raises(ObjectionOpenError):
            remedies.receive(order)

        remedies.receive(order, remedies.plea(applicant="测试旁人"))
        remedies.receive(order, remedies.plea(Claim.PERFORMED))
        objecting.withdraw_objection(
            remedies.session, first.public_id, note="撤回", version=1, **remedies.given(remedies.courts.clerk)
        )
        remedies.receive(order)

    def test_opens_a_task_of_the_same_day_for_the_wrong_person_alone(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")

        remedies.receive(order, remedies.plea(Claim.PERFORMED))
        assert remedies.tasks(order) == []
        remedies.receive(order, remedies.plea(Claim.NOT_ME))
        remedies.receive(order, remedies.plea(Claim.NOT_ME, applicant="测试旁人"))

        assert [(one.kind, one.due_on) for one in remedies.tasks(order)] == [
            (TaskKind.IDENTITY_DOUBT, remedies.at.date())
        ]

    def test_online_has_no_person_behind_it(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")

        received = objecting.receive_objection_online(
            remedies.session, order.id, remedies.plea(Claim.NOT_ME), at=remedies.at, vault=remedies.courts.vault
        )

        assert (received.case.via, received.case.received_by) == ("online", None)
        entries = remedies.session.scalars(select(AuditEntry).where(AuditEntry.object_id == order.id)).all()
        entry = next(one for one in entries if one.event == "objection.received")
        assert (entry.actor_kind, entry.person_id, entry.facts["via"]) == ("machine", None, "online")
        assert [one.kind for one in remedies.tasks(order)] == [TaskKind.IDENTITY_DOUBT]


class TestStates:
    """Rules, 5: every state against every act of the services."""

    ALLOWED = {
        "accept": {"received"},
        "note": {"received", "accepted"},
        "propose": {"accepted"},
        "withdraw": {"received", "accepted"},
        "serve": {"upheld", "rejected"},
    }

    @pytest.mark.parametrize("state", STATES)
    @pytest.mark.parametrize("act", sorted(ALLOWED))
    def test_decide_whether_an_act_is_possible(self, remedies: Remedies, state: str, act: str) -> None:
        case = remedies.objection(state)

        if state in self.ALLOWED[act]:
            do(remedies, act, case)
        else:
            before = (case.state, case.version)
            with pytest.raises(TransitionError):
                do(remedies, act, case)
            assert (case.state, case.version) == before

    @pytest.mark.parametrize("state", STATES)
    def test_nothing_is_decided_without_a_proposal(self, remedies: Remedies, state: str) -> None:
        case = remedies.objection(state)

        with pytest.raises(TransitionError):
            remedies.decide(case)

    @pytest.mark.parametrize("act", sorted(ALLOWED))
    def test_a_stale_page_is_refused(self, remedies: Remedies, act: str) -> None:
        case = remedies.objection(sorted(self.ALLOWED[act])[0])

        with pytest.raises(StaleVersionError):
            do(remedies, act, case, version=case.version - 1)

    @pytest.mark.parametrize("act", sorted(ALLOWED))
    def test_another_court_finds_nothing(self, remedies: Remedies, act: str) -> None:
        case = remedies.objection(sorted(self.ALLOWED[act])[0])

        with pytest.raises(RemedyNotFoundError):
            do(remedies, act, case, actor=remedies.stranger)
        with pytest.raises(RemedyNotFoundError):
            do(remedies, act, case, actor=remedies.high_reviewer)


class TestExamining:
    def test_is_the_reviewers(self, remedies: Remedies) -> None:
        case = remedies.objection("received")

        with pytest.raises(MissingRoleError):
            do(remedies, "accept", case, actor=remedies.courts.clerk)
        do(remedies, "accept", case)

        assert (case.state, case.reviewer_id) == ("accepted", remedies.reviewer.person_id)
        with pytest.raises(MissingRoleError):
            do(remedies, "propose", case, actor=remedies.courts.president)

    def test_notes_are_sealed_and_make_open_pages_stale(self, remedies: Remedies) -> None:
        case = remedies.objection("proposed")
        seen = case.version

        do(remedies, "note", case)

        (note,) = remedy_queries.list_notes(remedies.session, case)
        assert remedy_queries.open_note(note, vault=remedies.courts.vault) == "听取当事人意见（测试）"
        assert "测试".encode() not in note.text
        with pytest.raises(StaleVersionError):
            remedies.decide(case, version=seen)

    @pytest.mark.parametrize(
        ("claim", "outcome", "pointer"),
        [
            (Claim.PERFORMED, FOUNDED, "/remedy"),
            (Claim.SHOULD_NOT_BE_LISTED, REMOVED, "/remedy"),
            (Claim.PERFORMED, replace(REMOVED, end=RemovalReason.R1), "/end"),
            (Claim.PERFORMED, replace(REMOVED, end=None), "/end"),
            (Claim.INACCURATE, replace(CORRECTED, reasons=" "), "/reasons"),
            (Claim.INACCURATE, replace(CORRECTED, remedy=None), "/remedy"),
            (Claim.INACCURATE, replace(UNFOUNDED, reasons=""), "/reasons"),
        ],
    )
    def test_refuses_an_outcome_that_does_not_fit(
        self, remedies: Remedies, claim: Claim, outcome: Outcome, pointer: str
    ) -> None:
        case = remedies.objection("accepted", plea=remedies.plea(claim))

        with pytest.raises(InvalidError) as refused:
            do(remedies, "propose", case, outcome=outcome)

        assert [fault.pointer for fault in refused.value.errors] == [pointer]
        assert case.outcome is None

    def test_a_later_proposal_replaces_the_first(self, remedies: Remedies) -> None:
        case = remedies.objection("proposed", outcome=FOUNDED)

        do(remedies, "propose", case, outcome=UNFOUNDED)

        assert (case.outcome, case.remedy) == ("rejected", None)


class TestDeciding:
    """Security, P2: one proposes, another person decides."""

    def test_is_the_presidents_of_this_court(self, remedies: Remedies) -> None:
        case = remedies.objection("proposed")

        with pytest.raises(MissingRoleError):
            remedies.decide(case, actor=remedies.courts.clerk)
        with pytest.raises(RemedyNotFoundError):
            remedies.decide(case, actor=remedies.high_president)

        assert remedies.decide(case).state == "rejected"

    def test_is_another_persons_whatever_roles_one_holds(self, remedies: Remedies) -> None:
        both = remedies.courts.stranger(Role.REVIEWER, Role.PRESIDENT)
        case = remedies.objection("accepted")
        do(remedies, "propose", case, actor=both)

        with pytest.raises(SamePersonError):
            remedies.decide(case, actor=replace(both, account_id=99))

        assert case.state == "accepted"

    def test_may_send_the_outcome_back_with_a_reason(self, remedies: Remedies) -> None:
        case = remedies.objection("proposed")
        given = remedies.given(remedies.courts.president, note="请补充听证（测试）")

        with pytest.raises(InvalidError):
            answering_objections.send_back_outcome(
                remedies.session, case.public_id, version=case.version, **(given | {"note": ""})
            )
        answering_objections.send_back_outcome(remedies.session, case.public_id, version=case.version, **given)

        assert (case.state, case.outcome, case.proposer_id, case.reasons) == ("accepted", None, None, None)
        (note,) = remedy_queries.list_notes(remedies.session, case)
        assert remedy_queries.open_note(note, vault=remedies.courts.vault) == "请补充听证（测试）"

    @pytest.mark.parametrize(
        ("claim", "outcome", "act", "reason"),
        [
            (Claim.SHOULD_NOT_BE_LISTED, FOUNDED, "withdraw", "W"),
            (Claim.PERFORMED, REMOVED, "remove", "R9"),
        ],
    )
    def test_upholding_proposes_the_end_in_the_reviewers_name(
        self, remedies: Remedies, claim: Claim, outcome: Outcome, act: str, reason: str
    ) -> None:
        order, _ = remedies.courts.order("effective")

        case = remedies.objection("upheld", order=order, plea=remedies.plea(claim), outcome=outcome)

        (proposal,) = remedies.proposals(order)
        assert (proposal.act, proposal.reason, proposal.state) == (act, reason, "open")
        assert proposal.proposer_id == remedies.reviewer.person_id
        assert (proposal.event_on, case.public_id in proposal.document) == (remedies.at.date(), True)
        assert (order.state, case.state) == ("effective", "upheld")
        assert remedies.courts.events(order)[-2:] == ["order.removal-proposed", "objection.upheld"]
        removing.approve_removal(
            remedies.session,
            order.public_id,
            version=order.version,
            actor=remedies.courts.president,
            at=remedies.at,
            vault=remedies.courts.vault,
        )
        assert order.state == {"withdraw": "withdrawn", "remove": "removed"}[act]

    def test_upholding_wrong_facts_leaves_a_task_for_the_clerk(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")

        remedies.objection("upheld", order=order, plea=remedies.plea(Claim.INACCURATE), outcome=CORRECTED)

        assert remedies.proposals(order) == []
        # Tuesday 24 November; three working days.
        assert [(one.kind, one.due_on) for one in remedies.tasks(order)] == [
            (TaskKind.CORRECT_AFTER_OBJECTION, date(2026, 11, 27))
        ]

    def test_upholding_beside_somebody_elses_proposal_leaves_a_task(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")
        case = remedies.objection("proposed", order=order, outcome=FOUNDED)
        propose(remedies.courts, order)

        remedies.decide(case)

        assert [one.kind for one in remedies.tasks(order)] == [TaskKind.END_AFTER_OBJECTION]
        assert [one.act for one in remedies.proposals(order)] == ["remove"]

    def test_upholding_after_the_end_asks_for_nothing_more(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")
        case = remedies.objection("proposed", order=order, outcome=FOUNDED)
        propose(remedies.courts, order)
        removing.approve_removal(
            remedies.session,
            order.public_id,
            version=order.version,
            actor=remedies.courts.president,
            at=remedies.at,
            vault=remedies.courts.vault,
        )

        assert remedies.decide(case).state == "upheld"

        assert (order.state, remedies.tasks(order), len(remedies.proposals(order))) == ("removed", [], 1)

    def test_a_reason_that_no_longer_fits_is_refused_and_nothing_happens(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("issued")
        performed = replace(REMOVED, end=RemovalReason.PERFORMED_IN_GRACE)
        case = remedies.objection("proposed", order=order, plea=remedies.plea(Claim.PERFORMED), outcome=performed)
        remedies.courts.telling.serve(order, at=remedies.at - timedelta(hours=3))
        assert order.state == "effective"

        with pytest.raises(InvalidError):
            remedies.decide(case)

        assert (case.state, remedies.proposals(order)) == ("accepted", [])

    def test_a_rejection_changes_nothing(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")
        before = order.version

        remedies.objection("rejected", order=order)

        assert (order.state, order.version) == ("effective", before)
        assert (remedies.proposals(order), remedies.tasks(order)) == ([], [])


class TestServing:
    def test_starts_the_ten_days_once(self, remedies: Remedies) -> None:
        case = remedies.objection("rejected")

        do(remedies, "serve", case)

        assert case.served_on == remedies.at.date()
        with pytest.raises(ServedAlreadyError):
            do(remedies, "serve", case)

    @pytest.mark.parametrize("days", [-1, 1])
    def test_is_neither_before_the_decision_nor_to_come(self, remedies: Remedies, days: int) -> None:
        case = remedies.objection("rejected")

        with pytest.raises(InvalidError) as refused:
            do(remedies, "serve", case, served_on=remedies.at.date() + timedelta(days=days))

        assert [fault.pointer for fault in refused.value.errors] == ["/served_on"]


class TestDoubt:
    """Rules, 1.7: one person rests the order the same day, a second confirms."""

    def test_rests_the_order_and_closes_the_task(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")
        case = remedies.objection("received", order=order, plea=remedies.plea(Claim.NOT_ME))

        objecting.suspend_in_doubt(
            remedies.session,
            case.public_id,
            until=remedies.at.date() + timedelta(days=15),
            order_version=order.version,
            **remedies.given(remedies.courts.clerk),
        )

        assert (order.state, remedies.tasks(order)) == ("suspended", [])
        (proposal,) = remedies.proposals(order)
        assert (proposal.act, proposal.state, case.public_id in proposal.document) == ("suspend", "open", True)
        suspending.approve_suspension(
            remedies.session, order.public_id, version=order.version, **remedies.given(remedies.courts.president)
        )
        do(remedies, "accept", case)
        do(remedies, "propose", case, outcome=FOUNDED)
        remedies.decide(case)
        assert sorted(one.act for one in remedies.proposals(order)) == ["suspend", "withdraw"]

    def test_is_for_the_wrong_person_alone(self, remedies: Remedies) -> None:
        order, _ = remedies.courts.order("effective")
        case = remedies.objection("received", order=order)

        with pytest.raises(TransitionError):
            objecting.suspend_in_doubt(
                remedies.session,
                case.public_id,
                until=remedies.at.date(),
                order_version=order.version,
                **remedies.given(remedies.courts.clerk),
            )

        assert order.state == "effective"

    @pytest.mark.parametrize("end", ["withdrawn", "rejected", "upheld"])
    def test_is_over_with_the_last_objection_that_raised_it(self, remedies: Remedies, end: str) -> None:
        order, _ = remedies.courts.order("effective")
        other = remedies.objection("received", order=order, plea=remedies.plea(Claim.NOT_ME, applicant="测试旁人"))

        remedies.objection(end, order=order, plea=remedies.plea(Claim.NOT_ME))
        assert [one.kind for one in remedies.tasks(order)] == [TaskKind.IDENTITY_DOUBT]
        do(remedies, "withdraw", other)

        assert remedies.tasks(order) == []
        assert remedies.session.scalars(select(CourtTask.closed_by)).all() == [remedies.courts.clerk.person_id]


class TestLists:
    def test_show_each_court_its_own(self, remedies: Remedies) -> None:
        case = remedies.objection("received")
        states = list(remedy_queries.OPEN_OBJECTIONS)

        def listed(court_id: int) -> list[Objection]:
            return remedy_queries.list_objections(remedies.session, court_ids={court_id}, states=states, most=5)

        assert (listed(remedies.courts.home), listed(remedies.courts.other)) == ([case], [])

    def test_tell_which_proceedings_run_against_an_order(self, remedies: Remedies) -> None:
        case = remedies.objection("rejected")
        assert remedy_queries.open_proceedings(remedies.session, case.order_id) == ()
        remedies.appeal(case.public_id)
        order, _ = remedies.courts.order("effective")
        remedies.objection("accepted", order=order)

        assert remedy_queries.open_proceedings(remedies.session, case.order_id) == ("reconsideration",)
        assert remedy_queries.open_proceedings(remedies.session, order.id) == ("objection",)


def do(remedies: Remedies, act: str, case: Objection, **change: object) -> object:
    """Do an act in an objection, by default rightly."""
    session, number = remedies.session, case.public_id
    by_clerk = remedies.given(remedies.courts.clerk, version=case.version)
    by_reviewer = remedies.given(remedies.reviewer, version=case.version)
    if act == "accept":
        given = by_reviewer | change
        given.pop("vault")
        return objecting.accept_objection(session, number, **given)
    if act == "note":
        stated = {"kind": "hearing", "text": "听取当事人意见（测试）", "happened_on": remedies.at.date()}
        return objecting.add_note(session, number, **(by_reviewer | stated | change))
    if act == "propose":
        outcome = change.pop("outcome", UNFOUNDED)
        return answering_objections.propose_outcome(session, number, outcome, **(by_reviewer | change))  # type: ignore[arg-type]
    if act == "withdraw":
        return objecting.withdraw_objection(session, number, **(by_clerk | {"note": "书面撤回（测试）"} | change))
    given = by_clerk | {"served_on": remedies.at.date()} | change
    given.pop("vault")
    return answering_objections.serve_outcome(session, number, **given)


def test_remedies_are_those_of_the_rules() -> None:
    assert {FOUNDED.remedy, REMOVED.remedy, CORRECTED.remedy} == set(Remedy)
