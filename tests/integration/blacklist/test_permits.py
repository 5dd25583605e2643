"""Permits by their services, on both databases: who may do what, what is kept, and when it ends."""

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
    WrongCourtError,
)
from blacklist.identity.documents import parse_document
from blacklist.identity.ids import first_id_at
from blacklist.identity.sealing import Vault
from blacklist.models import AuditEntry, Check, Order, Permit, PermitUse
from blacklist.queries.orders import OrderNotFoundError, list_bindings
from blacklist.queries.permits import PermitNotFoundError
from blacklist.queries.verification import verify_audit_chain
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permits import Cause, Leave, Revocation
from blacklist.rules.removals import RemovalReason
from blacklist.rules.subjects import BoundRole
from blacklist.services.drafting import BoundParty
from blacklist.services.ending_permits import approve_revocation, expire_permits, reject_revocation
from blacklist.services.permitting import PermitBarredError, PermitOverlapError, application_of, refuse_permit
from blacklist.services.proposing import NoProposalError, ProposalOpenError
from blacklist.services.purging import purge
from blacklist.services.using_permits import use_permits
from tests.courts import Courts, actor, invent, make_courts
from tests.permits import apply, grant, permitted, propose

DAY = timedelta(days=1)


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


@pytest.fixture
def order(courts: Courts) -> Order:
    return courts.order("effective", kind=OrderKind.CONSUMPTION)[0]


def pointers(caught: pytest.ExceptionInfo[InvalidError]) -> list[str]:
    return [fault.pointer for fault in caught.value.errors]


def revoke(courts: Courts, permit: Permit, reason: Revocation = Revocation.BREACH) -> Permit:
    propose(courts, permit, reason)
    return approve_revocation(
        courts.session,
        permit.public_id,
        version=permit.version,
        actor=courts.president,
        at=courts.at,
        vault=courts.vault,
    )


class TestApplying:
    def test_an_application_opens_nothing_and_leaves_the_order_as_it_is(self, courts: Courts, order: Order) -> None:
        version, before = order.version, len(courts.events(order))

        permit = apply(courts, order)

        assert (permit.state, permit.permit_no, permit.uses_left) == ("applied", None, 1)
        assert (order.state, order.version) == ("effective", version)
        assert courts.events(order)[before:] == ["permit.applied"]

    def test_its_papers_are_sealed_and_no_reason_stands_in_the_trail(self, courts: Courts, order: Order) -> None:
        permit = apply(courts, order)

        assert "诊断".encode() not in permit.evidence
        assert application_of(permit, vault=courts.vault).evidence == "诊断证明、住院通知书（测试）"
        entry = courts.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        assert entry is not None
        assert entry.facts == {"permit": permit.public_id, "permit_no": None}

    @pytest.mark.parametrize("role", [Role.CHECKER, Role.PRESIDENT])
    def test_only_a_clerk_records_it(self, courts: Courts, order: Order, role: Role) -> None:
        with pytest.raises(MissingRoleError):
            apply(replace(courts, clerk=courts.stranger(role)), order)

    def test_another_court_does_not_see_the_order(self, courts: Courts, order: Order) -> None:
        stranger = actor(courts.clerk.person_id, (courts.other, Role.CLERK))

        with pytest.raises(OrderNotFoundError):
            apply(replace(courts, clerk=stranger), order)

    def test_an_order_that_changed_since_is_looked_at_again(self, courts: Courts, order: Order) -> None:
        with pytest.raises(StaleVersionError):
            apply(courts, order, version=order.version - 1)

    @pytest.mark.parametrize("state", ["checked", "issued", "withdrawn"])
    def test_only_an_order_that_restricts_is_opened(self, courts: Courts, state: str) -> None:
        order, _ = courts.order(state, kind=OrderKind.CONSUMPTION)

        with pytest.raises(TransitionError):
            apply(courts, order)

    def test_a_listing_is_not_opened(self, courts: Courts) -> None:
        order, _ = courts.order("effective")

        with pytest.raises(InvalidError) as caught:
            apply(courts, order, purpose="company_officer", leave=Leave.NECESSARY)
        assert pointers(caught) == ["/leave"]

    def test_a_person_the_order_does_not_bind_gets_none(self, courts: Courts, order: Order) -> None:
        other, _ = courts.order("effective", kind=OrderKind.CONSUMPTION)

        for subject_id in (other.subject_id, 12345):
            with pytest.raises(InvalidError) as caught:
                apply(courts, order, subject_id=subject_id)
            assert pointers(caught) == ["/leave"]

    def test_the_border_opens_with_the_higher_courts_paper(self, courts: Courts) -> None:
        ban, _ = courts.order("effective", kind=OrderKind.EXIT_BAN)

        with pytest.raises(InvalidError) as caught:
            apply(courts, ban, confirmation="")
        assert pointers(caught) == ["/confirmation"]
        permit = apply(courts, ban)
        assert application_of(permit, vault=courts.vault).confirmation == "（2026）京执限出函1号"

    def test_days_asked_for_or_permitted_are_not_asked_for_again(self, courts: Courts, order: Order) -> None:
        today = courts.at.date()
        permit = apply(courts, order)

        with pytest.raises(PermitOverlapError):
            apply(courts, order, valid_from=today + DAY, valid_to=today + 2 * DAY)
        grant(courts, permit)
        with pytest.raises(PermitOverlapError):
            apply(courts, order)
        assert apply(courts, order, valid_from=today + 2 * DAY, valid_to=today + 3 * DAY).state == "applied"
        assert apply(courts, order, purpose="rail_high_class").state == "applied"


class TestBoundForAUnit:
    """CONS 3 ¶2; GOOD 17."""

    @pytest.fixture
    def bound(self, courts: Courts) -> tuple[Order, int]:
        unit = replace(
            invent(),
            name="测试单位有限公司",
            documents=(("uscc", "91350100M000100Y43", None),),
            representative="测试某",
        )
        person = courts.telling.party(invent(), today=courts.at.date())
        order = courts.telling.make(
            unit,
            OrderKind.CONSUMPTION,
            serial=4001,
            at=courts.at - DAY,
            bound=(BoundParty(person, BoundRole.LEGAL_REPRESENTATIVE),),
        )
        (subject_id,) = {one.subject_id for one in list_bindings(courts.session, order.id)} - {order.subject_id}
        return order, subject_id

    def test_the_legal_representative_spends_his_own_money(self, courts: Courts, bound: tuple[Order, int]) -> None:
        order, person = bound

        permit = permitted(
            courts,
            order,
            subject_id=person,
            leave=Leave.PERSONAL_ASSETS,
            cause=Cause.PRIVATE_SPENDING,
            purpose="vehicle_purchase",
        )

        assert permit.state == "granted"

    def test_the_unit_asks_for_what_is_blocked_for_it(self, courts: Courts, bound: tuple[Order, int]) -> None:
        order, _ = bound
        needs = {"leave": Leave.NECESSARY, "cause": Cause.OTHER_NECESSITY}

        assert apply(courts, order, purpose="office_lease", **needs).state == "applied"
        with pytest.raises(InvalidError) as caught:
            apply(courts, order, purpose="air_travel", **needs)
        assert pointers(caught) == ["/purpose"]

    def test_whose_role_has_ended_needs_none(self, courts: Courts, bound: tuple[Order, int]) -> None:
        order, person = bound
        permit = apply(courts, order, subject_id=person)
        for binding in list_bindings(courts.session, order.id):
            if binding.subject_id == person:
                binding.until_on = courts.at.date() - DAY
        courts.session.flush()

        with pytest.raises(InvalidError) as caught:
            grant(courts, permit)
        assert pointers(caught) == ["/leave"]


class TestDeciding:
    def test_the_president_grants_it_with_a_number(self, courts: Courts, order: Order) -> None:
        permit = permitted(courts, order)

        assert (permit.state, permit.permit_no, permit.version) == ("granted", "P-2026-00001", 2)
        assert courts.events(order)[-2:] == ["permit.applied", "permit.granted"]
        assert list(verify_audit_chain(courts.session)) == []

    def test_numbers_run_without_a_gap_and_begin_anew_with_the_year(self, courts: Courts) -> None:
        orders = [courts.order("effective", kind=OrderKind.CONSUMPTION)[0] for _ in range(3)]
        later = datetime(2027, 1, 1, 9, 0, tzinfo=courts.at.tzinfo)
        first = permitted(courts, orders[0])
        refused = apply(courts, orders[1])
        refuse_permit(
            courts.session,
            refused.public_id,
            note="证据不足（测试）",
            version=1,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )
        second = permitted(courts, orders[2])
        third = permitted(replace(courts, at=later), orders[1])
        fourth = permitted(replace(courts, at=later), orders[2])

        assert [one.permit_no for one in (first, second, third, fourth)] == [
            *("P-2026-00001", "P-2026-00002", "P-2027-00001", "P-2027-00002")
        ]

    def test_who_recorded_it_does_not_decide_it(self, courts: Courts, order: Order) -> None:
        permit = apply(courts, order)
        same = actor(courts.clerk.person_id, (courts.home, Role.CLERK), (courts.home, Role.PRESIDENT), account_id=2)

        with pytest.raises(SamePersonError):
            grant(courts, permit, actor=same)
        with pytest.raises(MissingRoleError):
            grant(courts, permit, actor=courts.checker)

    def test_a_president_of_another_court_neither_sees_nor_decides_it(self, courts: Courts, order: Order) -> None:
        permit = apply(courts, order)
        both = actor(courts.second.person_id, (courts.home, Role.CLERK), (courts.other, Role.PRESIDENT))

        with pytest.raises(PermitNotFoundError):
            grant(courts, permit, actor=actor(courts.second.person_id, (courts.other, Role.PRESIDENT)))
        with pytest.raises(WrongCourtError):
            grant(courts, permit, actor=both)

    def test_is_decided_once(self, courts: Courts, order: Order) -> None:
        permit = permitted(courts, order)

        with pytest.raises(StaleVersionError):
            grant(courts, permit, version=1)
        with pytest.raises(TransitionError):
            grant(courts, permit)

    def test_a_refusal_keeps_its_reason_sealed(self, courts: Courts, order: Order) -> None:
        permit = apply(courts, order)

        refuse_permit(
            courts.session,
            permit.public_id,
            note="经审查不属于紧急情况（测试）",
            version=permit.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )

        assert (permit.state, permit.permit_no) == ("refused", None)
        assert permit.decision_note is not None
        opened = courts.vault.open(permit.decision_note, table="permits", row=permit.id, column="decision_note")
        assert opened == "经审查不属于紧急情况（测试）"
        assert apply(courts, order).state == "applied"

    def test_is_not_granted_once_its_days_are_past(self, courts: Courts, order: Order) -> None:
        permit = apply(courts, order)

        with pytest.raises(InvalidError) as caught:
            grant(courts, permit, at=courts.at + 2 * DAY)
        assert pointers(caught) == ["/valid_to"]
        assert grant(courts, permit, at=courts.at + DAY).state == "granted"

    def test_is_refused_but_not_granted_once_its_order_has_ended(self, courts: Courts, order: Order) -> None:
        permit = apply(courts, order)
        courts.telling.remove(order, RemovalReason.PERFORMED, basis="-", at=courts.at)

        with pytest.raises(TransitionError):
            grant(courts, permit)
        refuse_permit(
            courts.session,
            permit.public_id,
            note="决定已解除，无需许可（测试）",
            version=permit.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )
        assert permit.state == "refused"


class TestExpiring:
    def test_ends_at_the_end_of_its_last_day(self, courts: Courts, order: Order) -> None:
        permit = permitted(courts, order)
        last = datetime.combine(permit.valid_to, datetime.max.time(), courts.at.tzinfo)

        assert expire_permits(courts.session, vault=courts.vault, at=last) == 0
        assert expire_permits(courts.session, vault=courts.vault, at=last + timedelta(microseconds=1)) == 1
        assert (permit.state, courts.events(order)[-1]) == ("expired", "permit.expired")
        assert expire_permits(courts.session, vault=courts.vault, at=last + DAY) == 0

    def test_an_application_waits_for_its_answer_whatever_the_day(self, courts: Courts, order: Order) -> None:
        permit = apply(courts, order)

        assert expire_permits(courts.session, vault=courts.vault, at=courts.at + 90 * DAY) == 0
        assert permit.state == "applied"

    def test_takes_no_more_than_it_is_told(self, courts: Courts) -> None:
        for _ in range(3):
            permitted(courts, courts.order("effective", kind=OrderKind.CONSUMPTION)[0])
        late = courts.at + 9 * DAY

        assert [expire_permits(courts.session, vault=courts.vault, at=late, limit=2) for _ in range(3)] == [2, 1, 0]


class TestRevoking:
    def test_two_persons_take_it_back(self, courts: Courts, order: Order) -> None:
        permit = permitted(courts, order)
        propose(courts, permit)
        assert permit.state == "granted"

        approve_revocation(
            courts.session,
            permit.public_id,
            version=permit.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )

        assert (permit.state, permit.revoked_reason, permit.ended_at) == ("revoked", "breach", courts.at)
        assert courts.events(order)[-2:] == ["permit.revocation-proposed", "permit.revoked"]

    def test_who_proposed_it_does_not_decide_it(self, courts: Courts, order: Order) -> None:
        permit = permitted(courts, order)
        propose(courts, permit, actor=courts.president)

        with pytest.raises(SamePersonError):
            approve_revocation(
                courts.session,
                permit.public_id,
                version=permit.version,
                actor=courts.president,
                at=courts.at,
                vault=courts.vault,
            )

    def test_a_second_proposal_waits_for_the_first(self, courts: Courts, order: Order) -> None:
        permit = permitted(courts, order)
        propose(courts, permit)

        with pytest.raises(ProposalOpenError):
            propose(courts, permit)
        reject_revocation(
            courts.session,
            permit.public_id,
            note="查无实据（测试）",
            version=permit.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )
        assert permit.state == "granted"
        propose(courts, permit)

    def test_a_proposal_for_one_permit_decides_no_other(self, courts: Courts, order: Order) -> None:
        flight, train = permitted(courts, order), permitted(courts, order, purpose="rail_high_class")
        propose(courts, flight)

        with pytest.raises(NoProposalError):
            approve_revocation(
                courts.session,
                train.public_id,
                version=train.version,
                actor=courts.president,
                at=courts.at,
                vault=courts.vault,
            )
        with pytest.raises(ProposalOpenError):
            propose(courts, train)

    @pytest.mark.parametrize("reason", [Revocation.FALSE_EVIDENCE, Revocation.BREACH])
    def test_abuse_bars_every_further_permit_at_this_court(
        self, courts: Courts, order: Order, reason: Revocation
    ) -> None:
        waiting = apply(courts, order, purpose="rail_high_class")
        revoke(courts, permitted(courts, order), reason)

        with pytest.raises(PermitBarredError):
            apply(courts, order)
        with pytest.raises(PermitBarredError):
            grant(courts, waiting)
        subject = courts.session.get_one(Order, order.id).subject_id
        ban, _ = courts.order("effective", kind=OrderKind.EXIT_BAN)
        ban.subject_id = subject
        for binding in list_bindings(courts.session, ban.id):
            binding.subject_id = subject
        courts.session.flush()
        with pytest.raises(PermitBarredError):
            apply(courts, ban)

    def test_the_courts_own_error_bars_nothing(self, courts: Courts, order: Order) -> None:
        revoke(courts, permitted(courts, order), Revocation.GRANTED_IN_ERROR)

        assert permitted(courts, order).state == "granted"

    def test_abuse_found_afterwards_bars_too_and_keeps_the_day_it_ended(self, courts: Courts, order: Order) -> None:
        permit = permitted(courts, order)
        late = courts.at + 9 * DAY
        expire_permits(courts.session, vault=courts.vault, at=late)
        with pytest.raises(InvalidError):
            propose(courts, permit, Revocation.GRANTED_IN_ERROR)

        revoke(replace(courts, at=late + DAY), permit, Revocation.FALSE_EVIDENCE)

        assert (permit.state, permit.ended_at) == ("revoked", late)
        with pytest.raises(PermitBarredError):
            apply(replace(courts, at=late + DAY), order)


def test_a_month_counts_as_the_rule_says(courts: Courts, order: Order) -> None:
    today = courts.at.date()
    assert today == date(2026, 11, 24)

    with pytest.raises(InvalidError) as caught:
        apply(courts, order, valid_to=date(2026, 12, 25))
    assert pointers(caught) == ["/valid_to"]
    assert apply(courts, order, valid_to=date(2026, 12, 24)).state == "applied"


def test_an_old_check_goes_with_its_use_and_the_trail_keeps_it(courts: Courts, order: Order) -> None:
    permit = permitted(courts, order)
    document = parse_document("resident_id", "11010519491231002X", today=courts.at.date())
    checks = [
        Check(
            id=first_id_at(courts.at) + number,
            purpose="air_travel",
            outcome="permitted",
            document_index=courts.vault.document_index(document),
            at=courts.at,
        )
        for number in range(3)
    ]
    courts.session.add_all(checks)
    courts.session.flush()
    assert use_permits(courts.session, checks[1], [permit.permit_no or ""], used_at=courts.at, at=courts.at)

    counts = purge(courts.session, at=courts.at.replace(year=courts.at.year + 5) + DAY)

    assert counts["checks"] == 3
    assert list(courts.session.scalars(select(Check.id))) == []
    assert list(courts.session.scalars(select(PermitUse.id))) == []
    assert "permit.used" in courts.events(order)
