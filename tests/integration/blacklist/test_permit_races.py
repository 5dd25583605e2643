"""Acts on permits at the same moment, each on a connection of its own: one wins, and nothing is half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, StaleVersionError, TransitionError
from blacklist.identity.documents import parse_document
from blacklist.identity.ids import new_id
from blacklist.models import Check, Order, Permit, PermitUse
from blacklist.queries.verification import verify_audit_chain
from blacklist.rules.lifecycle import OrderKind
from blacklist.services.ending_permits import approve_revocation, expire_permits, reject_revocation
from blacklist.services.permitting import PermitOverlapError, refuse_permit
from blacklist.services.proposing import NoProposalError, ProposalOpenError
from blacklist.services.using_permits import PermitUsedUpError, use_permits
from tests.courts import Courts
from tests.permits import apply, grant, permitted, propose
from tests.races import Opened, assert_one_won


def at_once(opened: Opened, *acts: Callable[[Courts], object]) -> list[Exception | None]:
    """Run acts at the same moment, each in a session of its own; return what each was refused with."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[Courts], object]) -> Exception | None:
        barrier.wait(10)
        try:
            with opened() as courts:
                act(courts)
        except Exception as error:
            return error
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def an_order(courts: Courts) -> Order:
    return courts.order("effective", kind=OrderKind.CONSUMPTION)[0]


def a_check(courts: Courts) -> int:
    """Return the row of a check that was answered `permitted`."""
    document = parse_document("resident_id", "11010519491231002X", today=courts.at.date())
    check = Check(
        id=new_id(),
        purpose="air_travel",
        outcome="permitted",
        document_index=courts.vault.document_index(document),
        at=courts.at,
    )
    courts.session.add(check)
    courts.session.flush()
    return check.id


def use(courts: Courts, check_id: int, permit: Permit, *, at: datetime | None = None) -> None:
    check = courts.session.get_one(Check, check_id)
    use_permits(courts.session, check, [permit.permit_no or ""], used_at=courts.at, at=at or courts.at)


def revoke(courts: Courts, permit: Permit, *, president: Actor | None = None) -> None:
    approve_revocation(
        courts.session,
        permit.public_id,
        version=permit.version,
        actor=president or courts.president,
        at=courts.at,
        vault=courts.vault,
    )


def reread(opened: Opened, permit: Permit) -> Permit:
    with opened() as courts:
        assert list(verify_audit_chain(courts.session)) == []
        return courts.session.get_one(Permit, permit.id)


@pytest.mark.requirement("I2")
@pytest.mark.usefixtures("again")
class TestAtOnce:
    """Two or more at the same moment."""

    def test_the_last_use_goes_to_one_of_two_checks(self, opened: Opened) -> None:
        with opened() as courts:
            permit, checks = permitted(courts, an_order(courts)), [a_check(courts), a_check(courts)]

        results = at_once(opened, *(lambda mine, one=one: use(mine, one, permit) for one in checks))

        assert_one_won(results, PermitUsedUpError)
        after = reread(opened, permit)
        assert (after.state, after.uses_left) == ("used", 0)
        with opened() as courts:
            assert len(courts.session.scalars(select(PermitUse)).all()) == 1

    def test_one_check_uses_once(self, opened: Opened) -> None:
        with opened() as courts:
            permit, check_id = permitted(courts, an_order(courts), uses=4), a_check(courts)

        results = at_once(opened, *(lambda mine: use(mine, check_id, permit) for _ in range(4)))

        assert results == [None] * 4
        assert reread(opened, permit).uses_left == 3

    def test_a_grant_and_a_refusal(self, opened: Opened) -> None:
        with opened() as courts:
            permit = apply(courts, an_order(courts))

        results = at_once(
            opened,
            lambda mine: grant(mine, permit, version=1),
            lambda mine: refuse_permit(
                mine.session,
                permit.public_id,
                note="不属实（测试）",
                version=1,
                actor=mine.second,
                at=mine.at,
                vault=mine.vault,
            ),
        )

        assert_one_won(results, StaleVersionError, TransitionError)
        after = reread(opened, permit)
        assert after.state == ("granted" if results[0] is None else "refused")
        assert (after.permit_no is None) == (after.state == "refused")

    def test_numbers_have_no_gap_and_no_twin(self, opened: Opened) -> None:
        with opened() as courts:
            permits = [apply(courts, an_order(courts)) for _ in range(6)]
            stale = permits[3]

        def act(one: Permit) -> Callable[[Courts], object]:
            return lambda mine: grant(mine, one, version=9 if one is stale else 1)

        results = at_once(opened, *(act(one) for one in permits))

        assert [type(one) for one in results if one is not None] == [StaleVersionError]
        with opened() as courts:
            numbers = courts.session.scalars(select(Permit.permit_no).where(Permit.permit_no.is_not(None))).all()
        assert sorted(str(one) for one in numbers) == [f"P-2026-0000{number}" for number in range(1, 6)]

    def test_two_clerks_record_the_same_days(self, opened: Opened) -> None:
        with opened() as courts:
            order, second = an_order(courts), courts.stranger(Role.CLERK)

        results = at_once(
            opened,
            lambda mine: apply(mine, order, version=order.version),
            lambda mine: apply(replace(mine, clerk=second), order, version=order.version),
        )

        assert_one_won(results, PermitOverlapError)

    def test_two_propose_to_take_it_back(self, opened: Opened) -> None:
        with opened() as courts:
            permit = permitted(courts, an_order(courts))

        results = at_once(
            opened,
            lambda mine: propose(mine, permit, version=2),
            lambda mine: propose(mine, permit, version=2, actor=mine.checker),
        )

        assert_one_won(results, ProposalOpenError)

    def test_a_revocation_is_approved_or_rejected(self, opened: Opened) -> None:
        with opened() as courts:
            permit = permitted(courts, an_order(courts))
            propose(courts, permit)

        results = at_once(
            opened,
            lambda mine: revoke(mine, permit),
            lambda mine: reject_revocation(
                mine.session,
                permit.public_id,
                note="查无实据（测试）",
                version=2,
                actor=mine.second,
                at=mine.at,
                vault=mine.vault,
            ),
        )

        assert_one_won(results, StaleVersionError, NoProposalError)
        assert reread(opened, permit).state == ("revoked" if results[0] is None else "granted")

    def test_a_use_and_a_revocation(self, opened: Opened) -> None:
        with opened() as courts:
            permit, check_id = permitted(courts, an_order(courts)), a_check(courts)
            propose(courts, permit)

        used, revoked = at_once(opened, lambda mine: use(mine, check_id, permit), lambda mine: revoke(mine, permit))

        assert revoked is None
        assert used is None or isinstance(used, PermitUsedUpError)
        after = reread(opened, permit)
        assert (after.state, after.uses_left) == ("revoked", 0 if used is None else 1)

    @pytest.mark.requirement("I1")
    def test_the_last_use_and_the_end_of_its_days(self, opened: Opened) -> None:
        with opened() as courts:
            permit, check_id = permitted(courts, an_order(courts)), a_check(courts)
            late = courts.at + timedelta(days=2)

        used, ended = at_once(
            opened,
            lambda mine: use(mine, check_id, permit),
            lambda mine: expire_permits(mine.session, vault=mine.vault, at=late),
        )

        assert ended is None
        assert used is None or isinstance(used, ConflictError)
        after = reread(opened, permit)
        assert (after.state, after.uses_left) == (("used", 0) if used is None else ("expired", 1))
