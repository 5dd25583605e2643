"""Papers on record: one number each, one valid print each, also when several clerks press at the same moment."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.engine import create_registry_engine
from blacklist.errors import InvalidError, MissingRoleError, WrongCourtError
from blacklist.identity.access_codes import new_access_code
from blacklist.identity.sealing import Vault
from blacklist.models import Order, Paper
from blacklist.queries.orders import get_order
from blacklist.queries.papers import PaperNotFoundError, effect_of, get_paper, verify
from blacklist.queries.verification import verify_audit_chain
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.papers import Effect, PaperKind
from blacklist.services.papering import (
    PaperExistsError,
    PaperVoidError,
    PaperWaitsError,
    Printed,
    number_for,
    read_paper,
    record_paper,
    void_paper,
)
from blacklist.services.reviewing import take_back
from tests.courts import Courts, actor, make_courts

Opened = Callable[[], AbstractContextManager[Courts]]
FACTS = '{"head":{"decided_on":"2026-11-23"},"name":"测试某"}'
PDF = b"%PDF-1.7 a page (test)"


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


@pytest.fixture
def opened(own_database_url: str, vault: Vault, at: datetime) -> Iterator[Opened]:
    """Open the courts in a session that is committed at the end of the block."""
    engine = create_registry_engine(own_database_url)
    with Session(engine, expire_on_commit=False) as session:
        first = make_courts(session, vault=vault, at=at)
        session.commit()

    @contextmanager
    def make() -> Iterator[Courts]:
        with Session(engine, expire_on_commit=False) as session:
            yield replace(first, session=session)
            session.commit()

    yield make
    engine.dispose()


def put(
    courts: Courts,
    order: Order,
    kind: PaperKind = PaperKind.LISTING_DECISION,
    *,
    about_id: int | None = None,
    by: Actor | None = None,
) -> Paper:
    """Record a paper as the desk does: the order locked, the number drawn, then the bytes."""
    who = by or courts.clerk
    locked = get_order(courts.session, order.public_id, actor=who, lock=True)
    printed = Printed(
        kind=kind,
        court_id=courts.home,
        number=number_for(courts.session, locked, kind, about_id=about_id),
        code=new_access_code(),
        about_id=about_id,
        facts_json=FACTS,
        template_version="test",
        pdf=PDF,
    )
    return record_paper(courts.session, locked, printed, actor=who, at=courts.at, vault=courts.vault)


def void(courts: Courts, paper: Paper, *, reason: str = "缺页（测试）", by: Actor | None = None) -> Paper:
    return void_paper(courts.session, paper.public_id, reason=reason, actor=by or courts.clerk, at=courts.at)


def effect(courts: Courts, paper: Paper, *, days: int = 0) -> Effect:
    return effect_of(courts.session, paper, on=courts.at.date() + timedelta(days=days))


class TestRecordPaper:
    def test_keeps_the_bytes_sealed_and_their_hash_open(self, courts: Courts) -> None:
        paper = put(courts, courts.order("issued")[0])

        read = read_paper(
            courts.session, paper.public_id, form="pdf", actor=courts.clerk, at=courts.at, vault=courts.vault
        )
        assert (read.pdf, read.facts_json) == (PDF, FACTS)
        assert paper.pdf_hash == hashlib.sha256(PDF).hexdigest()
        for sealed in (paper.pdf, paper.facts):
            assert b"PDF" not in sealed
            assert "测试某".encode() not in sealed

    def test_a_decision_bears_the_orders_number_and_others_are_counted_in_the_case(self, courts: Courts) -> None:
        order, _ = courts.order("removed")
        other, _ = courts.order("removed")

        first, second = put(courts, order), put(courts, order, PaperKind.CERTIFICATE)
        proofs = [put(courts, order, PaperKind.SERVICE, about_id=number) for number in (1, 2)]
        elsewhere = put(courts, other, PaperKind.SERVICE, about_id=1)

        assert first.number == order.order_no
        assert second.number.endswith("-退出证明1")
        assert [one.number[-5:] for one in (*proofs, elsewhere)] == ["送达回证1", "送达回证2", "送达回证1"]

    def test_is_in_the_audit_trail_without_a_name(self, courts: Courts) -> None:
        order, _ = courts.order("issued")
        paper = put(courts, order)
        void(courts, paper)
        read_paper(courts.session, paper.public_id, form="pdf", actor=courts.clerk, at=courts.at, vault=courts.vault)

        assert courts.events(order)[-3:] == ["paper.made", "paper.voided", "paper.read"]
        assert list(verify_audit_chain(courts.session)) == []

    def test_the_same_paper_is_not_made_twice(self, courts: Courts) -> None:
        order, _ = courts.order("issued")
        put(courts, order)

        with pytest.raises(PaperExistsError):
            put(courts, order)

    @pytest.mark.parametrize("role", [Role.CHECKER, Role.REVIEWER, Role.SUPERVISOR])
    def test_clerks_and_presidents_make_papers(self, courts: Courts, role: Role) -> None:
        order, _ = courts.order("issued")

        with pytest.raises((MissingRoleError, WrongCourtError)):
            put(courts, order, by=courts.stranger(role))
        assert put(courts, order, by=courts.second).made_by == courts.second.person_id

    def test_a_decision_of_a_batch_waits_until_it_cannot_be_taken_back(self, courts: Courts) -> None:
        order, _ = courts.order("issued", kind=OrderKind.CONSUMPTION)
        order.batch_id, order.issued_at = "BATCH00001", courts.at - timedelta(minutes=10)

        with pytest.raises(PaperWaitsError):
            put(courts, order, PaperKind.CONSUMPTION_ORDER)
        later = replace(courts, at=courts.at + timedelta(seconds=1))
        assert put(later, order, PaperKind.CONSUMPTION_ORDER).number == order.order_no


class TestVoidPaper:
    def test_makes_room_for_the_next_print_under_the_same_number(self, courts: Courts) -> None:
        order, _ = courts.order("issued")
        first = void(courts, put(courts, order))
        second = void(courts, put(courts, order))
        third = put(courts, order)

        assert [one.number for one in (first, second, third)] == [
            f"{order.order_no}（作废1）",
            f"{order.order_no}（作废2）",
            order.order_no,
        ]
        assert (effect(courts, first), effect(courts, third)) == (Effect.VOID, Effect.VALID)

    def test_a_counted_number_stays_with_its_matter_and_goes_to_no_other(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        void(courts, put(courts, order, PaperKind.SERVICE, about_id=1))

        another = put(courts, order, PaperKind.SERVICE, about_id=2)
        again = put(courts, order, PaperKind.SERVICE, about_id=1)

        assert (another.number[-5:], again.number[-5:]) == ("送达回证2", "送达回证1")

    def test_needs_a_reason_and_happens_once(self, courts: Courts) -> None:
        paper = put(courts, courts.order("issued")[0])

        with pytest.raises(InvalidError):
            void(courts, paper, reason=" ")
        void(courts, paper)
        with pytest.raises(PaperVoidError):
            void(courts, paper)

    def test_is_the_courts_own_act(self, courts: Courts) -> None:
        paper = put(courts, courts.order("issued")[0])

        with pytest.raises(PaperNotFoundError):
            void(courts, paper, by=actor(1, (courts.other, Role.CLERK)))
        with pytest.raises(MissingRoleError):
            void(courts, paper, by=actor(1, (courts.home, Role.CHECKER), (courts.other, Role.CHECKER)))
        assert get_paper(courts.session, paper.public_id, actor=courts.clerk).state == "valid"


class TestEffect:
    def test_follows_the_order(self, courts: Courts) -> None:
        order, _ = courts.order("effective")
        paper = put(courts, order)

        assert effect(courts, paper) is Effect.VALID
        assert effect(courts, paper, days=2000) is Effect.LIFTED
        courts.telling.suspend(order, at=courts.at)
        assert effect(courts, paper) is Effect.NOT_NOW

    def test_a_decision_that_was_taken_back_is_void(self, courts: Courts) -> None:
        order, _ = courts.order("issued", kind=OrderKind.CONSUMPTION)
        paper = put(courts, order, PaperKind.CONSUMPTION_ORDER)
        order.batch_id, order.issued_at = "BATCH00001", courts.at
        take_back(
            courts.session,
            order.public_id,
            reason="笔误（测试）",
            version=order.version,
            actor=courts.president,
            at=courts.at,
        )

        assert effect(courts, paper) is Effect.VOID

    def test_is_told_by_code_however_it_is_typed(self, courts: Courts) -> None:
        paper = put(courts, courts.order("issued")[0])
        typed = paper.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")

        found = verify(courts.session, typed, on=courts.at.date(), vault=courts.vault)

        assert found is not None
        assert (found.number, found.court) == (paper.number, "示例市示范区人民法院")
        assert found.decided_on.isoformat() == "2026-11-23"
        for wrong in ("", "K7Q2-9KDM", "UUUU-UUUU-UUUU", new_access_code()):
            assert verify(courts.session, wrong, on=courts.at.date(), vault=courts.vault) is None


@pytest.fixture(params=range(3), ids=["first", "second", "third"])
def again(request: pytest.FixtureRequest) -> None:
    """The same race more than once."""


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


@pytest.mark.usefixtures("again")
class TestAtOnce:
    def test_two_clerks_print_one_decision_once(self, opened: Opened) -> None:
        with opened() as courts:
            order, _ = courts.order("issued")

        results = at_once(opened, *(lambda mine: put(mine, order) for _ in range(2)))

        assert sorted(type(one).__name__ for one in results) == ["NoneType", "PaperExistsError"]

    def test_numbers_of_one_case_have_no_gap_and_no_twin(self, opened: Opened) -> None:
        with opened() as courts:
            order, _ = courts.order("effective")

        def act(number: int) -> Callable[[Courts], object]:
            return lambda mine: put(mine, order, PaperKind.SERVICE, about_id=number)

        results = at_once(opened, *(act(number) for number in range(1, 6)))

        assert results == [None] * 5
        with opened() as courts:
            numbers = courts.session.scalars(select(Paper.number)).all()
            assert list(verify_audit_chain(courts.session)) == []
        assert sorted(one[-5:] for one in numbers) == [f"送达回证{number}" for number in range(1, 6)]

    def test_orders_of_one_case_share_the_count(self, opened: Opened) -> None:
        with opened() as courts:
            listing, _ = courts.order("effective")
            consumption = courts.session.scalars(
                select(Order).where(Order.case_id == listing.case_id, Order.id != listing.id)
            ).one()

        results = at_once(
            opened,
            lambda mine: put(mine, listing, PaperKind.SERVICE, about_id=1),
            lambda mine: put(mine, consumption, PaperKind.SERVICE, about_id=2),
        )

        assert results == [None, None]
        with opened() as courts:
            numbers = courts.session.scalars(select(Paper.number)).all()
        assert sorted(one[-5:] for one in numbers) == ["送达回证1", "送达回证2"]
