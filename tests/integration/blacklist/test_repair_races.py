"""Case events, releases, applications and tasks by two at the same moment: each happens once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from blacklist.actors import Actor, Role
from blacklist.errors import StaleVersionError, TransitionError
from blacklist.identity.case_numbers import parse_case_number
from blacklist.models import Application, CaseEvent, CourtTask, Order, OrderVersion, Proposal
from blacklist.queries.releasable import NotBoundError, list_releasable
from blacklist.queries.verification import verify_audit_chain
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.repair import CaseEventKind
from blacklist.rules.subjects import BoundRole
from blacklist.services.application_papers import ApplicationText
from blacklist.services.applying import approve_refusal, propose_refusal, receive_application, withdraw_application
from blacklist.services.drafting import BoundParty
from blacklist.services.happenings import Happening
from blacklist.services.performing import record_case_event
from blacklist.services.proposing import NoProposalError, ProposalOpenError
from blacklist.services.releasing import RoleEnd, approve_release, propose_release, reject_release
from blacklist.services.tasks import open_due_tasks
from tests.courts import CODE, invent
from tests.races import Opened, assert_one_won, at_once


@pytest.mark.usefixtures("again")
class TestAtOnce:
    def test_two_clerks_record_full_performance_from_different_orders(self, opened: Opened) -> None:
        with opened() as courts:
            listing = courts.telling.make(
                invent(), OrderKind.LISTING, serial=95_001, at=courts.at - timedelta(days=30), grounds=(Ground.G1,)
            )
            orders = list(courts.session.scalars(select(Order).where(Order.case_id == listing.case_id)))
            second = courts.stranger(Role.CLERK)

        def act(order: Order, who: Actor) -> None:
            with opened() as mine:
                record_case_event(
                    mine.session,
                    order.public_id,
                    Happening(kind=CaseEventKind.PERFORMED, happened_on=mine.at.date(), document="收据", in_full=True),
                    version=order.version,
                    actor=who,
                    at=mine.at,
                    vault=mine.vault,
                )

        assert len(orders) == 2
        results = at_once(lambda: act(orders[0], courts.clerk), lambda: act(orders[1], second))

        assert_one_won(results, StaleVersionError), results
        with opened() as courts:
            counts = {
                order.kind: courts.session.scalar(
                    select(func.count()).select_from(Proposal).where(Proposal.order_id == order.id)
                )
                for order in orders
            }
            versions = courts.session.scalars(
                select(OrderVersion.number).where(OrderVersion.cause == "performance")
            ).all()
            assert counts == {"listing": 1, "consumption": 1}
            assert (list(versions), courts.session.scalar(select(func.count()).select_from(CaseEvent))) == ([1, 1], 1)
            assert list(verify_audit_chain(courts.session)) == []

    @pytest.mark.parametrize("proposed", [False, True])
    def test_a_release_is_proposed_and_decided_once(self, opened: Opened, proposed: bool) -> None:
        with opened() as courts:
            party = courts.telling.party(invent(), today=courts.at.date())
            unit = replace(invent(), documents=(("uscc", "91350100M000100Y43", None),), representative="测试壬")
            order = courts.telling.make(
                unit,
                OrderKind.CONSUMPTION,
                serial=95_100,
                at=courts.at - timedelta(days=30),
                bound=(BoundParty(party, BoundRole.LEGAL_REPRESENTATIVE),),
            )
            binding = list_releasable(courts.session, order, on=courts.at.date())[0]
            second = courts.stranger(Role.CLERK)

        def propose(who: Actor) -> None:
            with opened() as mine:
                propose_release(
                    mine.session,
                    order.public_id,
                    binding_id=binding.id,
                    role_end=RoleEnd(ended_on=mine.at.date(), document="1", evidence="1"),
                    version=order.version,
                    actor=who,
                    at=mine.at,
                    vault=mine.vault,
                )

        def approve() -> None:
            with opened() as mine:
                approve_release(
                    mine.session,
                    order.public_id,
                    version=order.version,
                    actor=mine.president,
                    at=mine.at,
                    vault=mine.vault,
                )

        def reject() -> None:
            with opened() as mine:
                reject_release(
                    mine.session,
                    order.public_id,
                    note="1",
                    version=order.version,
                    actor=mine.second,
                    at=mine.at,
                    vault=mine.vault,
                )

        if proposed:
            propose(courts.clerk)
            results = at_once(approve, reject)
        else:
            results = at_once(lambda: propose(courts.clerk), lambda: propose(second))

        assert_one_won(results, ProposalOpenError, NoProposalError, StaleVersionError, NotBoundError), results
        with opened() as courts:
            states = courts.session.scalars(select(Proposal.state).where(Proposal.order_id == order.id)).all()
            assert len(states) == 1
            free = list_releasable(courts.session, order, on=courts.at.date()) == []
            assert free == (states == ["approved"])

    def test_an_application_is_refused_or_withdrawn(self, opened: Opened) -> None:
        with opened() as courts:
            text = ApplicationText(
                kind=OrderKind.LISTING,
                court_id=courts.home,
                case_number=parse_case_number(f"（2026）{CODE}执95200号"),
                document=courts.telling.party(invent(), today=courts.at.date()).document,
                name="测试某",
                applicant="测试申请人",
                statement="理由",
                received_on=courts.at.date(),
            )
            made = receive_application(courts.session, text, actor=courts.clerk, at=courts.at, vault=courts.vault)
            propose_refusal(
                courts.session,
                made.public_id,
                reason="理由",
                version=1,
                actor=courts.clerk,
                at=courts.at,
                vault=courts.vault,
            )

        def refuse() -> None:
            with opened() as mine:
                approve_refusal(mine.session, made.public_id, version=2, actor=mine.president, at=mine.at)

        def withdraw() -> None:
            with opened() as mine:
                withdraw_application(mine.session, made.public_id, version=2, actor=mine.clerk, at=mine.at)

        results = at_once(refuse, withdraw)

        assert_one_won(results, StaleVersionError, TransitionError), results
        with opened() as courts:
            state = courts.session.scalars(select(Application.state)).one()
            assert state == ("refused" if results[0] is None else "withdrawn")

    def test_two_workers_open_a_task_once(self, opened: Opened) -> None:
        with opened() as courts:
            order, _ = courts.order("issued", kind=OrderKind.EXIT_BAN)
            order.ends_on = courts.at.date() + timedelta(days=5)

        def work() -> None:
            with opened() as mine:
                open_due_tasks(mine.session, at=mine.at)

        assert at_once(work, work) == [None, None]
        with opened() as courts:
            assert courts.session.scalar(select(func.count()).select_from(CourtTask)) == 1
