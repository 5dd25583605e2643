"""A second order in a case: only one that renews or supplements the standing order it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.cli.demo.cast import SandboxSubject
from blacklist.identity.case_numbers import parse_case_number
from blacklist.identity.sealing import Vault
from blacklist.models import Case, Order
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.subjects import BoundRole
from blacklist.services.drafting import BoundParty, DuplicateOrderError, OrderDraft, draft_order
from tests.courts import Courts, invent, make_courts

UNIT = SandboxSubject("测试一号有限公司", (("uscc", "91350100M000100Y43", None),), "测试壬")


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


def standing(courts: Courts, kind: OrderKind, subject: SandboxSubject = UNIT) -> Order:
    more = {"exit_ban_months": 3, "bound": (representative(courts),)} if kind is OrderKind.EXIT_BAN else {}
    if kind is OrderKind.LISTING:
        more = {"grounds": (Ground.G1,)}
    return courts.telling.make(subject, kind, serial=97_001, at=courts.at - timedelta(days=60), **more)


def representative(courts: Courts) -> BoundParty:
    return BoundParty(courts.telling.party(invent(), today=courts.at.date()), BoundRole.LEGAL_REPRESENTATIVE)


def following(courts: Courts, before: Order, *, bound: bool = True, named: bool = True) -> OrderDraft:
    case = courts.session.get_one(Case, before.case_id)
    kind = OrderKind(before.kind)
    listing = kind is OrderKind.LISTING
    return OrderDraft(
        kind=kind,
        court_id=before.court_id,
        case_number=parse_case_number(case.number),
        filed_on=case.filed_on,
        basis_number=case.basis_number,
        basis_maker=case.basis_maker,
        debtor=courts.telling.party(UNIT, today=courts.at.date()),
        bound=(representative(courts),) if bound and not listing else (),
        grounds=(Ground.G1,) if listing else (),
        evidence="证据（测试）" if listing else "",
        warned_on=case.filed_on,
        duty="偿还借款。",
        exit_ban_months=3 if kind is OrderKind.EXIT_BAN else None,
        predecessor_id=before.id if named else None,
    )


def draft(courts: Courts, wanted: OrderDraft) -> Order:
    return draft_order(courts.session, wanted, actor=courts.clerk, at=courts.at, vault=courts.vault)


class TestFollowing:
    @pytest.mark.parametrize("kind", [OrderKind.CONSUMPTION, OrderKind.EXIT_BAN])
    def test_a_supplement_and_a_renewal_name_the_order_they_follow(self, courts: Courts, kind: OrderKind) -> None:
        before = standing(courts, kind)

        made = draft(courts, following(courts, before))

        assert (made.predecessor_id, before.state) == (before.id, "effective")

    @pytest.mark.parametrize("kind", list(OrderKind))
    def test_without_a_name_it_is_a_duplicate(self, courts: Courts, kind: OrderKind) -> None:
        before = standing(courts, kind)

        with pytest.raises(DuplicateOrderError):
            draft(courts, following(courts, before, named=False))

    def test_a_listing_stands_once(self, courts: Courts) -> None:
        before = standing(courts, OrderKind.LISTING)

        with pytest.raises(DuplicateOrderError):
            draft(courts, following(courts, before))

    def test_a_supplement_that_binds_nobody_further_is_a_duplicate(self, courts: Courts) -> None:
        before = standing(courts, OrderKind.CONSUMPTION)

        with pytest.raises(DuplicateOrderError):
            draft(courts, following(courts, before, bound=False))

    def test_an_order_of_another_case_is_no_predecessor(self, courts: Courts) -> None:
        before = standing(courts, OrderKind.CONSUMPTION)
        other, _ = courts.order("effective", kind=OrderKind.CONSUMPTION)

        with pytest.raises(DuplicateOrderError):
            draft(courts, replace(following(courts, before), predecessor_id=other.id))

    def test_a_second_supplement_follows_the_first_or_the_order_itself(self, courts: Courts) -> None:
        before = standing(courts, OrderKind.CONSUMPTION)
        draft(courts, following(courts, before))

        assert draft(courts, following(courts, before)).predecessor_id == before.id
