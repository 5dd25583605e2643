"""Reconsideration on both databases: in time or too late, at the next higher court alone, and what follows below."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from blacklist.actors import Role
from blacklist.errors import (
    InvalidError,
    MissingRoleError,
    SamePersonError,
    StaleVersionError,
    TransitionError,
    WrongCourtError,
)
from blacklist.identity.sealing import Vault
from blacklist.models import Court, Reconsideration
from blacklist.queries import orders as order_queries
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.orders import OrderNotFoundError
from blacklist.queries.remedies import RemedyNotFoundError
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedies import Claim, OtherWayError, TooLateError
from blacklist.rules.renewals import TaskKind
from blacklist.services import answering_reconsiderations, reconsidering, removing, serving
from blacklist.services.challenging import NoHigherCourtError, NothingToReconsiderError, ReconsiderationOpenError
from blacklist.services.outcomes import Outcome
from blacklist.services.remedying import ServedAlreadyError, track_mac
from tests.remedies import CORRECTED, FOUNDED, REMOVED, UNFOUNDED, Remedies, make_remedies

STATES = ("received", "changed", "maintained", "withdrawn")


@pytest.fixture
def remedies(session: Session, vault: Vault, at: datetime) -> Remedies:
    return make_remedies(session, vault=vault, at=at)


class TestReceiving:
    """LIST 12; REVIEW 9."""

    def test_goes_to_the_next_higher_court(self, remedies: Remedies) -> None:
        objection = remedies.rejected(served_on=remedies.at.date())

        received = remedies.appeal(objection.public_id)

        case, vault = received.case, remedies.courts.vault
        assert (case.court_id, case.order_id, case.state) == (remedies.high, objection.order_id, "received")
        assert case.track_index == track_mac(received.track_code, vault=vault)
        opened = remedy_queries.open_remedy(case, vault=vault)
        assert (opened.claim, opened.applicant, opened.contact) == (
            Claim.SHOULD_NOT_BE_LISTED,
            "测试某",
            "测试电话",
        )
        assert "测试".encode() not in case.statement + case.applicant

    def test_keeps_the_claim_of_the_objection(self, remedies: Remedies) -> None:
        objection = remedies.rejected(served_on=None, claim=Claim.NOT_ME)

        case = remedies.appeal(objection.public_id, remedies.plea(Claim.PERFORMED)).case

        assert remedy_queries.open_remedy(case, vault=remedies.courts.vault).claim is Claim.NOT_ME

    def test_may_be_handed_in_at_the_court_below(self, remedies: Remedies) -> None:
        objection = remedies.rejected(served_on=remedies.at.date())

        assert remedies.appeal(objection.public_id, actor=remedies.reviewer).case.court_id == remedies.high

    def test_is_received_by_no_other_court_and_no_other_role(self, remedies: Remedies) -> None:
        objection = remedies.rejected(served_on=remedies.at.date())

        with pytest.raises(RemedyNotFoundError):
            remedies.appeal(objection.public_id, actor=remedies.stranger)
        with pytest.raises(MissingRoleError):
            remedies.appeal(objection.public_id, actor=remedies.high_president)
        with pytest.raises(RemedyNotFoundError):
            remedies.appeal("0000000000")

    def test_needs_a_higher_court(self, remedies: Remedies) -> None:
        objection = remedies.rejected(served_on=remedies.at.date())
        remedies.session.get_one(Court, remedies.courts.home).parent_id = None
        remedies.session.flush()

        with pytest.raises(NoHigherCourtError):
            remedies.appeal(objection.public_id, actor=remedies.reviewer)

    @pytest.mark.parametrize("state", ["received", "accepted", "upheld", "withdrawn"])
    def test_is_of_rejections_alone(self, remedies: Remedies, state: str) -> None:
        objection = remedies.objection(state)

        with pytest.raises(NothingToReconsiderError):
            remedies.appeal(objection.public_id)

    def test_runs_once_at_a_time_and_is_answered_once(self, remedies: Remedies) -> None:
        objection = remedies.rejected(served_on=remedies.at.date())
        case = remedies.appeal(objection.public_id).case

        with pytest.raises(ReconsiderationOpenError):
            remedies.appeal(objection.public_id)
        do(remedies, "withdraw", case)
        again = remedies.appeal(objection.public_id).case
        do(remedies, "propose", again)
        decide(remedies, again)
        with pytest.raises(NothingToReconsiderError):
            remedies.appeal(objection.public_id)

    def test_of_an_ended_order_is_refused(self, remedies: Remedies) -> None:
        objection = remedies.rejected(served_on=remedies.at.date())
        order = remedy_queries.order_of(remedies.session, objection)
        remedies.courts.telling.remove(order, REMOVED.end, basis="-", at=remedies.at)  # type: ignore[arg-type]

        with pytest.raises(TransitionError):
            remedies.appeal(objection.public_id)


class TestInTime:
    """Ten days from service of the rejection: CPL 85."""

    # Served on Wednesday 4 November; the tenth day is a Saturday, so Monday the 16th is the last.
    SERVED, LAST = date(2026, 11, 4), date(2026, 11, 16)

    def appeal_on(self, remedies: Remedies, day: date, *, claim: Claim = Claim.SHOULD_NOT_BE_LISTED) -> Reconsideration:
        objection = remedies.rejected(served_on=self.SERVED, claim=claim)
        order = remedy_queries.order_of(remedies.session, objection)
        order.decided_on = date(2026, 10, 9)
        case = remedies.appeal(objection.public_id, remedies.plea(received_on=day)).case
        assert isinstance(case, Reconsideration)
        return case

    def test_takes_the_last_day(self, remedies: Remedies) -> None:
        assert self.appeal_on(remedies, self.LAST).received_on == self.LAST

    def test_refuses_the_day_after_and_names_the_last(self, remedies: Remedies) -> None:
        with pytest.raises(TooLateError, match="2026年11月16日"):
            self.appeal_on(remedies, self.LAST + timedelta(days=1))

    @pytest.mark.parametrize("claim", [Claim.NOT_ME, Claim.SHOULD_BE_REMOVED])
    def test_is_never_late_for_the_wrong_person_and_who_should_be_free(self, remedies: Remedies, claim: Claim) -> None:
        assert self.appeal_on(remedies, date(2026, 11, 24), claim=claim).state == "received"


class TestExitBan:
    """REVIEW 9: straight to the higher court, within ten days of receiving the decision."""

    def test_goes_by_its_own_number(self, remedies: Remedies) -> None:
        order = remedies.exit_ban(served=True)

        case = remedies.appeal(order.order_no or "", remedies.plea(Claim.PERFORMED)).case

        assert isinstance(case, Reconsideration)
        assert (case.objection_id, case.court_id, case.order_id) == (None, remedies.high, order.id)

    @pytest.mark.parametrize("kind", [OrderKind.LISTING, OrderKind.CONSUMPTION])
    def test_is_the_only_kind_that_does(self, remedies: Remedies, kind: OrderKind) -> None:
        order, _ = remedies.courts.order("effective", kind=kind)

        with pytest.raises(OtherWayError):
            remedies.appeal(order.order_no or "")

    def test_is_late_after_ten_days_from_service(self, remedies: Remedies) -> None:
        order = remedies.exit_ban(served=True)  # on Monday 23 November; the tenth day is Thursday 3 December
        later = remedies.at + timedelta(days=12)

        def appeal_on(day: date, claim: Claim = Claim.PERFORMED) -> Reconsideration:
            case = remedies.appeal(order.order_no or "", remedies.plea(claim, received_on=day), at=later).case
            assert isinstance(case, Reconsideration)
            return case

        with pytest.raises(TooLateError, match="2026年12月3日"):
            appeal_on(date(2026, 12, 4))
        do(remedies, "withdraw", appeal_on(date(2026, 12, 3)), at=later)
        assert appeal_on(date(2026, 12, 4), Claim.NOT_ME).state == "received"

    def test_is_not_late_before_service(self, remedies: Remedies) -> None:
        order = remedies.exit_ban(served=False)
        later = remedies.at + timedelta(days=30)

        assert remedies.appeal(order.order_no or "", remedies.plea(received_on=later.date()), at=later).case

    def test_announced_is_received_when_the_thirty_days_are_over(self, remedies: Remedies) -> None:
        order = remedies.exit_ban(served=False)
        serving.record_service(
            remedies.session,
            order.public_id,
            subject_id=order.subject_id,
            way=serving.ServiceWay.ANNOUNCEMENT,
            outcome="served",
            done_on=date(2026, 11, 23),
            proof="公告（测试）",
            version=order.version,
            **remedies.given(remedies.courts.clerk),
        )
        # Thirty days end on 23 December; ten more lead into the year that is not loaded, plain days are enough.
        later = remedies.at + timedelta(days=39)

        assert remedies.appeal(order.order_no or "", remedies.plea(received_on=later.date()), at=later).case

    def test_online_counts_from_the_service_on_that_very_person(self, remedies: Remedies) -> None:
        order = remedies.exit_ban(served=True)
        later = remedies.at + timedelta(days=12)

        def appeal(subject_id: int) -> object:
            return reconsidering.receive_reconsideration_online(
                remedies.session,
                order.id,
                remedies.plea(Claim.PERFORMED, received_on=later.date()),
                subject_id=subject_id,
                at=later,
                calendar=remedies.calendar,
                vault=remedies.courts.vault,
            ).case.via

        with pytest.raises(TooLateError):
            appeal(order.subject_id)
        assert appeal(1) == "online"

    def test_answered_stands_against_the_same_claim_alone(self, remedies: Remedies) -> None:
        order = remedies.exit_ban(served=True)
        remedies.reconsideration("maintained", case=order.order_no)

        with pytest.raises(NothingToReconsiderError):
            remedies.appeal(order.order_no or "")
        assert remedies.appeal(order.order_no or "", remedies.plea(Claim.SHOULD_BE_REMOVED)).case


class TestStates:
    ALLOWED = {
        "note": {"received"},
        "propose": {"received"},
        "withdraw": {"received"},
        "serve": {"changed", "maintained"},
    }

    @pytest.mark.parametrize("state", STATES)
    @pytest.mark.parametrize("act", sorted(ALLOWED))
    def test_decide_whether_an_act_is_possible(self, remedies: Remedies, state: str, act: str) -> None:
        case = remedies.reconsideration(state)

        if state in self.ALLOWED[act]:
            do(remedies, act, case)
        else:
            before = (case.state, case.version)
            with pytest.raises(TransitionError):
                do(remedies, act, case)
            assert (case.state, case.version) == before

    @pytest.mark.parametrize("state", STATES)
    def test_nothing_is_decided_without_a_proposal(self, remedies: Remedies, state: str) -> None:
        with pytest.raises(TransitionError):
            decide(remedies, remedies.reconsideration(state))

    @pytest.mark.parametrize("act", sorted(ALLOWED))
    def test_a_stale_page_is_refused(self, remedies: Remedies, act: str) -> None:
        case = remedies.reconsideration(sorted(self.ALLOWED[act])[0])

        with pytest.raises(StaleVersionError):
            do(remedies, act, case, version=case.version - 1)

    @pytest.mark.parametrize("act", sorted(ALLOWED))
    def test_the_court_below_reads_and_does_nothing(self, remedies: Remedies, act: str) -> None:
        case = remedies.reconsideration(sorted(self.ALLOWED[act])[0])

        assert remedy_queries.get_reconsideration(remedies.session, case.public_id, actor=remedies.reviewer) is case
        with pytest.raises(WrongCourtError):
            do(remedies, act, case, actor=remedies.reviewer)

    @pytest.mark.parametrize("act", sorted(ALLOWED))
    def test_another_court_finds_nothing(self, remedies: Remedies, act: str) -> None:
        case = remedies.reconsideration(sorted(self.ALLOWED[act])[0])

        with pytest.raises(RemedyNotFoundError):
            do(remedies, act, case, actor=remedies.stranger)


class TestScope:
    """Security, I13: a foreign order is answered exactly like an absent one, but for the case at one's own court."""

    def test_the_higher_court_sees_the_order_through_its_case_alone(self, remedies: Remedies) -> None:
        other, _ = remedies.courts.order("effective")
        case = remedies.reconsideration("received")

        order = remedy_queries.order_of(
            remedies.session,
            remedy_queries.get_reconsideration(remedies.session, case.public_id, actor=remedies.high_reviewer),
        )

        assert order.court_id == remedies.courts.home
        for public_id in (order.public_id, other.public_id):
            with pytest.raises(OrderNotFoundError):
                order_queries.get_order(remedies.session, public_id, actor=remedies.high_reviewer)

    def test_the_higher_court_sees_no_objection_below(self, remedies: Remedies) -> None:
        objection = remedies.objection("accepted")

        with pytest.raises(RemedyNotFoundError):
            remedy_queries.get_objection(remedies.session, objection.public_id, actor=remedies.high_reviewer)

    def test_lists_show_in_and_out_and_nothing_to_others(self, remedies: Remedies) -> None:
        case = remedies.reconsideration("received")

        def listed(court_id: int, *, decided_here: bool) -> list[Reconsideration]:
            return remedy_queries.list_reconsiderations(
                remedies.session, court_ids={court_id}, decided_here=decided_here, open_only=True, most=5
            )

        assert listed(remedies.high, decided_here=True) == [case]
        assert listed(remedies.courts.home, decided_here=False) == [case]
        assert listed(remedies.high, decided_here=False) == []
        assert listed(remedies.courts.home, decided_here=True) == []
        assert listed(remedies.courts.other, decided_here=True) == []
        assert listed(remedies.courts.other, decided_here=False) == []


class TestDeciding:
    def test_is_two_persons_of_the_higher_court(self, remedies: Remedies) -> None:
        case = remedies.reconsideration("proposed")

        with pytest.raises(WrongCourtError):
            decide(remedies, case, actor=remedies.courts.president)
        with pytest.raises(MissingRoleError):
            decide(remedies, case, actor=remedies.high_clerk)
        both = replace(
            remedies.high_reviewer,
            account_id=99,
            roles=frozenset({(remedies.high, Role.PRESIDENT), (remedies.high, Role.REVIEWER)}),
        )
        with pytest.raises(SamePersonError):
            decide(remedies, case, actor=both)

        assert decide(remedies, case).state == "maintained"

    def test_may_send_the_outcome_back(self, remedies: Remedies) -> None:
        case = remedies.reconsideration("proposed")

        answering_reconsiderations.send_back_outcome(
            remedies.session,
            case.public_id,
            note="请调阅原卷（测试）",
            **remedies.given(remedies.high_president, version=case.version),
        )

        assert (case.state, case.outcome) == ("received", None)
        with pytest.raises(TransitionError):
            decide(remedies, case)

    @pytest.mark.parametrize(
        ("claim", "outcome", "act"),
        [(Claim.SHOULD_NOT_BE_LISTED, FOUNDED, "withdraw"), (Claim.PERFORMED, REMOVED, "remove")],
    )
    def test_changed_proposes_the_end_below_and_its_president_makes_it(
        self, remedies: Remedies, claim: Claim, outcome: Outcome, act: str
    ) -> None:
        objection = remedies.rejected(served_on=remedies.at.date(), claim=claim)
        order = remedy_queries.order_of(remedies.session, objection)

        case = remedies.reconsideration("changed", outcome=outcome, case=objection.public_id)

        (proposal,) = remedies.proposals(order)
        assert (proposal.act, proposal.state, proposal.event_on) == (act, "open", remedies.at.date())
        assert (proposal.proposer_id, case.state) == (remedies.high_reviewer.person_id, "changed")
        assert order.state == "effective"
        removing.approve_removal(
            remedies.session,
            order.public_id,
            version=order.version,
            actor=remedies.courts.president,
            at=remedies.at,
            vault=remedies.courts.vault,
        )
        assert order.state in ("withdrawn", "removed")

    def test_changed_wrong_facts_are_a_task_below(self, remedies: Remedies) -> None:
        objection = remedies.rejected(served_on=remedies.at.date(), claim=Claim.INACCURATE)
        order = remedy_queries.order_of(remedies.session, objection)

        remedies.reconsideration("changed", outcome=CORRECTED, case=objection.public_id)

        (task,) = remedies.tasks(order)
        assert (task.kind, task.court_id, task.due_on) == (
            TaskKind.CORRECT_AFTER_OBJECTION,
            remedies.courts.home,
            date(2026, 11, 27),
        )

    def test_maintained_changes_nothing(self, remedies: Remedies) -> None:
        case = remedies.reconsideration("maintained")
        order = remedy_queries.order_of(remedies.session, case)

        assert (order.state, remedies.proposals(order), remedies.tasks(order)) == ("effective", [], [])

    def test_refuses_an_outcome_that_does_not_fit(self, remedies: Remedies) -> None:
        case = remedies.reconsideration("received")

        with pytest.raises(InvalidError):
            do(remedies, "propose", case, outcome=REMOVED)


class TestServing:
    def test_is_put_on_record_once(self, remedies: Remedies) -> None:
        case = remedies.reconsideration("maintained")

        do(remedies, "serve", case)

        assert case.served_on == remedies.at.date()
        with pytest.raises(ServedAlreadyError):
            do(remedies, "serve", case)


def do(remedies: Remedies, act: str, case: object, **change: object) -> object:
    """Do an act in a reconsideration, by default rightly."""
    assert isinstance(case, Reconsideration)
    session, number = remedies.session, case.public_id
    by_clerk = remedies.given(remedies.high_clerk, version=case.version)
    by_reviewer = remedies.given(remedies.high_reviewer, version=case.version)
    if act == "note":
        stated = {"kind": "material", "text": "调阅原卷（测试）", "happened_on": remedies.at.date()}
        return reconsidering.add_note(session, number, **(by_reviewer | stated | change))
    if act == "propose":
        outcome = change.pop("outcome", UNFOUNDED)
        return answering_reconsiderations.propose_outcome(session, number, outcome, **(by_reviewer | change))  # type: ignore[arg-type]
    if act == "withdraw":
        return reconsidering.withdraw_reconsideration(session, number, **(by_clerk | {"note": "撤回（测试）"} | change))
    given = by_clerk | {"served_on": remedies.at.date()} | change
    given.pop("vault")
    return answering_reconsiderations.serve_outcome(session, number, **given)


def decide(remedies: Remedies, case: object, **change: object) -> Reconsideration:
    assert isinstance(case, Reconsideration)
    given = remedies.given(remedies.high_president, version=case.version, calendar=remedies.calendar) | change
    return answering_reconsiderations.decide_outcome(remedies.session, case.public_id, **given)
