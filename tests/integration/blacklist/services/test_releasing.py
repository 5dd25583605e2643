"""One person bound beside the debtor is set free by two others; everybody else stays bound."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo.cast import SandboxSubject
from blacklist.actors import Role
from blacklist.errors import InvalidError, MissingRoleError, SamePersonError, StaleVersionError, TransitionError
from blacklist.identity.documents import parse_document
from blacklist.identity.sealing import Vault
from blacklist.models import CourtTask, Order, OrderBinding, Proposal
from blacklist.queries.desk import list_standing_against
from blacklist.queries.orders import list_bindings
from blacklist.queries.releasable import NotBoundError
from blacklist.queries.standing import find_standing
from blacklist.rules.checking import Outcome, decide
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.rules.subjects import BoundRole
from blacklist.services.drafting import BoundParty
from blacklist.services.proposing import NoProposalError, ProposalOpenError
from blacklist.services.releasing import (
    RoleEnd,
    approve_release,
    propose_release,
    reject_release,
    report_role_change,
)
from blacklist.vocabulary import SubjectKind
from tests.courts import Courts, invent, make_courts, propose

UNIT = SandboxSubject("测试一号有限公司", (("uscc", "91350100M000100Y43", None),), "测试壬")


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


class Bound:
    """A consumption order against a unit that binds two people of it."""

    def __init__(self, courts: Courts, *, at: datetime | None = None, kind: OrderKind = OrderKind.CONSUMPTION) -> None:
        self.courts = courts
        self.people = {BoundRole.LEGAL_REPRESENTATIVE: invent(), BoundRole.PRINCIPAL: invent()}
        self.order = courts.telling.make(
            UNIT,
            kind,
            serial=60_001,
            at=at or courts.at - timedelta(days=60),
            bound=tuple(
                BoundParty(courts.telling.party(one, today=courts.at.date()), role) for role, one in self.people.items()
            ),
            **({"exit_ban_months": 12} if kind is OrderKind.EXIT_BAN else {}),
        )

    def binding(self, role: BoundRole) -> OrderBinding:
        return next(one for one in list_bindings(self.courts.session, self.order.id) if one.role == role.value)

    def propose(self, role: BoundRole = BoundRole.LEGAL_REPRESENTATIVE, **change: Any) -> Proposal:
        end = {
            "ended_on": self.courts.at.date() - timedelta(days=10),
            "document": "登记通知书1号",
            "evidence": "股权、职务均已变更，不参与经营。",
        }
        end |= {key: change.pop(key) for key in list(change) if key in end}
        given: dict[str, Any] = {
            "binding_id": self.binding(role).id,
            "version": self.order.version,
            "actor": self.courts.clerk,
            "at": self.courts.at,
            "vault": self.courts.vault,
        } | change
        return propose_release(self.courts.session, self.order.public_id, role_end=RoleEnd(**end), **given)

    def approve(self, **change: Any) -> Order:
        given = {"version": self.order.version, "actor": self.courts.president, "at": self.courts.at} | change
        return approve_release(self.courts.session, self.order.public_id, vault=self.courts.vault, **given)

    def outcome(self, role: BoundRole, on: date) -> Outcome:
        """What an agency is answered about one of the people on a day."""
        kind, number, country = self.people[role].documents[0]
        document = parse_document(kind, number, country=country, today=on)
        session = self.courts.session

        def execute(sql: str, parameters: Any) -> list[Any]:
            style = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
            return list(session.connection().exec_driver_sql(sql.replace("?", style), tuple(parameters)))

        found = find_standing(execute, self.courts.vault.document_index(document))
        assert found is not None
        decision = decide("air_travel", subject_kind=SubjectKind.NATURAL, orders=found.orders, on=on)
        return decision.outcome


class TestRelease:
    """GOOD 17."""

    def test_frees_one_person_at_once_and_leaves_the_other_bound(self, courts: Courts) -> None:
        bound = Bound(courts)
        today = courts.at.date()
        bound.propose()
        assert bound.outcome(BoundRole.LEGAL_REPRESENTATIVE, today) is Outcome.RESTRICTED

        bound.approve()

        assert bound.outcome(BoundRole.LEGAL_REPRESENTATIVE, today) is Outcome.CLEAR
        assert bound.outcome(BoundRole.PRINCIPAL, today) is Outcome.RESTRICTED
        assert bound.order.state == "effective"
        assert bound.binding(BoundRole.LEGAL_REPRESENTATIVE).until_on == today - timedelta(days=1)
        assert bound.binding(BoundRole.PRINCIPAL).until_on is None
        assert bound.binding(BoundRole.DEBTOR).until_on is None
        assert courts.events(bound.order)[-2:] == ["order.release-proposed", "order.person-released"]

    def test_frees_on_the_very_day_the_order_began(self, courts: Courts) -> None:
        bound = Bound(courts, at=courts.at - timedelta(hours=9))
        bound.propose(ended_on=courts.at.date())

        bound.approve()

        binding = bound.binding(BoundRole.LEGAL_REPRESENTATIVE)
        assert binding.until_on == binding.from_on - timedelta(days=1)
        assert bound.outcome(BoundRole.LEGAL_REPRESENTATIVE, courts.at.date()) is Outcome.CLEAR

    def test_the_desk_names_the_order_no_more_among_what_stands_against_him(self, courts: Courts) -> None:
        bound = Bound(courts)
        subject_id = bound.binding(BoundRole.LEGAL_REPRESENTATIVE).subject_id
        bound.propose()

        bound.approve()

        assert list_standing_against(courts.session, [subject_id], but=None, on=courts.at.date()) == []

    def test_keeps_evidence_sealed_and_cites_the_article(self, courts: Courts) -> None:
        proposal = Bound(courts).propose()

        assert proposal.basis.endswith("第十七条")
        assert proposal.note is not None
        opened = courts.vault.open(proposal.note, table="proposals", row=proposal.id, column="note")
        assert opened == "股权、职务均已变更，不参与经营。"

    def test_of_an_exit_ban_too(self, courts: Courts) -> None:
        bound = Bound(courts, kind=OrderKind.EXIT_BAN)
        bound.propose()

        bound.approve()

        assert bound.binding(BoundRole.LEGAL_REPRESENTATIVE).until_on == courts.at.date() - timedelta(days=1)

    def test_a_refusal_leaves_the_person_bound_with_the_reason(self, courts: Courts) -> None:
        bound = Bound(courts)
        proposal = bound.propose()

        reject_release(
            courts.session,
            bound.order.public_id,
            note="仍为实际控制人",
            version=bound.order.version,
            actor=courts.president,
            at=courts.at,
            vault=courts.vault,
        )

        assert proposal.state == "rejected"
        assert bound.outcome(BoundRole.LEGAL_REPRESENTATIVE, courts.at.date()) is Outcome.RESTRICTED
        assert bound.propose().state == "open"  # with better evidence he may try again

    def test_a_proposal_to_end_the_order_does_not_stand_in_the_way(self, courts: Courts) -> None:
        bound = Bound(courts)
        propose(courts, bound.order, RemovalReason.CONSENT)

        assert bound.propose().act == "release"


class TestRefusals:
    @pytest.mark.parametrize("missing", ["document", "evidence"])
    def test_the_burden_of_proof_is_the_persons(self, courts: Courts, missing: str) -> None:
        with pytest.raises(InvalidError) as refused:
            Bound(courts).propose(**{missing: "  "})

        assert [fault.pointer for fault in refused.value.errors] == [f"/{missing}"]

    def test_a_role_that_is_not_over(self, courts: Courts) -> None:
        with pytest.raises(InvalidError):
            Bound(courts).propose(ended_on=courts.at.date() + timedelta(days=1))

    def test_the_debtor_is_not_released(self, courts: Courts) -> None:
        with pytest.raises(NotBoundError):
            Bound(courts).propose(BoundRole.DEBTOR)

    def test_a_binding_of_another_order(self, courts: Courts) -> None:
        other, _ = courts.order("effective", kind=OrderKind.CONSUMPTION)

        with pytest.raises(NotBoundError):
            Bound(courts).propose(binding_id=list_bindings(courts.session, other.id)[0].id)

    def test_one_who_is_free_already(self, courts: Courts) -> None:
        bound = Bound(courts)
        bound.propose()
        bound.approve()

        with pytest.raises(NotBoundError):
            bound.propose()

    def test_one_release_at_a_time(self, courts: Courts) -> None:
        bound = Bound(courts)
        bound.propose()

        with pytest.raises(ProposalOpenError):
            bound.propose(BoundRole.PRINCIPAL)

    def test_who_proposed_does_not_decide(self, courts: Courts) -> None:
        bound = Bound(courts)
        bound.propose(actor=courts.president)

        with pytest.raises(SamePersonError):
            bound.approve()

    def test_only_the_president_decides_and_only_on_what_he_saw(self, courts: Courts) -> None:
        bound = Bound(courts)
        with pytest.raises(NoProposalError):
            bound.approve()
        bound.propose()

        with pytest.raises(MissingRoleError):
            bound.approve(actor=courts.stranger(Role.CLERK))
        with pytest.raises(StaleVersionError):
            bound.approve(version=bound.order.version - 1)

    def test_an_order_that_is_not_made_yet(self, courts: Courts) -> None:
        order, _ = courts.order("draft", kind=OrderKind.CONSUMPTION)

        with pytest.raises(TransitionError):
            propose_release(
                courts.session,
                order.public_id,
                binding_id=list_bindings(courts.session, order.id)[0].id,
                role_end=RoleEnd(ended_on=courts.at.date(), document="1", evidence="1"),
                version=order.version,
                actor=courts.clerk,
                at=courts.at,
                vault=courts.vault,
            )


class TestRoleChange:
    """A change that was heard of opens a review; it switches nobody."""

    def report(self, courts: Courts, order: Order) -> CourtTask:
        return report_role_change(courts.session, order.public_id, actor=courts.clerk, at=courts.at)

    def tasks(self, courts: Courts) -> list[tuple[str, bool]]:
        return [(one.kind, one.closed_at is None) for one in courts.session.scalars(select(CourtTask))]

    def test_opens_one_review_and_frees_nobody(self, courts: Courts) -> None:
        bound = Bound(courts)
        for _ in range(2):
            self.report(courts, bound.order)

        assert self.tasks(courts) == [("role-change", True)]
        assert {one.until_on for one in list_bindings(courts.session, bound.order.id)} == {None}

    @pytest.mark.parametrize("approved", [True, False])
    def test_the_decision_closes_it(self, courts: Courts, approved: bool) -> None:
        bound = Bound(courts)
        self.report(courts, bound.order)
        bound.propose()

        if approved:
            bound.approve()
        else:
            reject_release(
                courts.session,
                bound.order.public_id,
                note="理由",
                version=bound.order.version,
                actor=courts.president,
                at=courts.at,
                vault=courts.vault,
            )

        assert self.tasks(courts) == [("role-change", False)]

    def test_not_for_an_order_that_binds_the_debtor_alone(self, courts: Courts) -> None:
        order, _ = courts.order("effective")

        with pytest.raises(NotBoundError):
            self.report(courts, order)

    def test_not_for_an_order_that_ended(self, courts: Courts) -> None:
        order, _ = courts.order("removed")

        with pytest.raises(TransitionError):
            self.report(courts, order)
