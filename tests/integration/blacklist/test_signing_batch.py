"""The signing table: marks, batches in which each order stands alone, and ten minutes to take one back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.cli.demo.cast import SandboxSubject
from app.cli.demo.story import Telling
from blacklist.actors import Actor, Role
from blacklist.engine import create_registry_engine
from blacklist.errors import InvalidError, SamePersonError, StaleVersionError, TransitionError
from blacklist.identity.sealing import Vault
from blacklist.importing.known import Known, load_cases
from blacklist.models import AuditEntry, Case, Order, SignMark
from blacklist.queries import signing as signing_queries
from blacklist.queries.verification import verify_audit_chain, verify_orders, verify_states
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.services import drafting, reviewing
from blacklist.services.drafting import NumberedInCaseError
from blacklist.services.marking import (
    CannotAgreeError,
    MustOpenError,
    SignChoice,
    is_chosen,
    mark_order,
    open_order,
)
from blacklist.services.reviewing import NotTheSignerError, RecallClosedError, take_back
from blacklist.services.signing_batch import BatchResult, Outcome, SignedBatch, sign_batch
from tests.courts import Courts, do, draft_like, invent, make_courts, propose
from tests.integration.blacklist.test_races import at_once

SECOND = timedelta(seconds=1)
CONSUMPTION = OrderKind.CONSUMPTION
Opened = Callable[[], AbstractContextManager[Courts]]


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


def mark(courts: Courts, order: Order, choice: SignChoice = SignChoice.AGREE, **change: object) -> SignMark:
    given: dict[str, object] = {
        "version": order.version,
        "must_open": False,
        "may_agree": True,
        "actor": courts.president,
        "at": courts.at,
        "reason": "请补正（测试）" if choice is SignChoice.RETURN else "",
    }
    return mark_order(courts.session, order.public_id, choice=choice, **{**given, **change})  # type: ignore[arg-type]


def look(courts: Courts, order: Order, *, at: datetime) -> SignMark:
    return open_order(courts.session, order.public_id, version=order.version, actor=courts.president, at=at)


def sign(courts: Courts, *orders: Order, actor: Actor | None = None, at: datetime | None = None) -> SignedBatch:
    return sign_batch(
        courts.session,
        [order.public_id for order in orders],
        actor=actor or courts.president,
        at=at or courts.at,
        vault=courts.vault,
    )


def signed(courts: Courts, kind: OrderKind = CONSUMPTION) -> Order:
    order, _ = courts.order("checked", kind=kind)
    mark(courts, order)
    assert sign(courts, order).results[0].outcome is not Outcome.REFUSED
    return order


def back(courts: Courts, order: Order, **change: object) -> Order:
    given: dict[str, object] = {"version": order.version, "actor": courts.president, "at": courts.at}
    return take_back(courts.session, order.public_id, reason="金额有误（测试）", **{**given, **change})  # type: ignore[arg-type]


def outcomes(batch: SignedBatch) -> dict[str, Outcome]:
    return {result.public_id: result.outcome for result in batch.results}


class TestMark:
    def test_is_kept_once_a_person_and_order_and_may_be_changed(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)

        mark(courts, order, SignChoice.HOLD)
        mark(courts, order, SignChoice.RETURN)
        mark(courts, order, actor=courts.second)

        rows = courts.session.scalars(select(SignMark).where(SignMark.order_id == order.id)).all()
        assert {(one.person_id, one.choice, one.reason) for one in rows} == {
            (courts.president.person_id, "return", "请补正（测试）"),
            (courts.second.person_id, "agree", ""),
        }
        assert order.state == "checked"

    def test_of_an_order_that_must_be_opened_waits_until_it_was(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)

        with pytest.raises(MustOpenError):
            mark(courts, order, must_open=True)
        look(courts, order, at=courts.at)
        made = mark(courts, order, must_open=True, at=courts.at + 9 * SECOND)

        assert (made.choice, made.opened, made.reading_seconds) == ("agree", True, 9)

    def test_counts_reading_from_the_first_opening_to_the_last_choice(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)

        assert not is_chosen(look(courts, order, at=courts.at))
        look(courts, order, at=courts.at + 2 * SECOND)
        held = mark(courts, order, SignChoice.HOLD, at=courts.at + 5 * SECOND)
        assert is_chosen(held)
        made = mark(courts, order, at=courts.at + 60 * SECOND)

        assert made.reading_seconds == 60

    def test_chosen_before_opening_stands_when_the_order_is_opened(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)
        mark(courts, order, SignChoice.HOLD)

        made = look(courts, order, at=courts.at)

        assert is_chosen(made)
        assert made.choice == "hold"

    def test_of_a_failed_check_is_never_agreement(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)
        look(courts, order, at=courts.at)

        with pytest.raises(CannotAgreeError):
            mark(courts, order, may_agree=False)

        mark(courts, order, SignChoice.RETURN, may_agree=False)

    def test_needs_a_reason_to_return(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)

        with pytest.raises(InvalidError):
            mark(courts, order, SignChoice.RETURN, reason="")

    def test_on_an_earlier_version_is_no_mark(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)
        look(courts, order, at=courts.at)
        order.version += 1
        courts.session.flush()

        assert signing_queries.marks_on(courts.session, [order], person_id=courts.president.person_id) == {}
        with pytest.raises(MustOpenError):
            mark(courts, order, must_open=True)

    def test_is_refused_to_the_drafter_and_in_another_state(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)
        drafter = replace(courts.clerk, roles=frozenset({(courts.home, Role.PRESIDENT)}))
        issued, _ = courts.order("issued", kind=CONSUMPTION)

        with pytest.raises(SamePersonError):
            mark(courts, order, actor=drafter)
        with pytest.raises(TransitionError):
            mark(courts, issued)
        with pytest.raises(StaleVersionError):
            mark(courts, order, version=order.version - 1)


class TestBatch:
    def test_issues_returns_and_leaves_what_is_held(self, courts: Courts) -> None:
        agreed, sent_back, held = (courts.order("checked", kind=CONSUMPTION)[0] for _ in range(3))
        mark(courts, agreed)
        mark(courts, sent_back, SignChoice.RETURN)
        mark(courts, held, SignChoice.HOLD)

        batch = sign(courts, agreed, sent_back, held)

        assert outcomes(batch) == {agreed.public_id: Outcome.ISSUED, sent_back.public_id: Outcome.RETURNED}
        assert [one.state for one in (agreed, sent_back, held)] == ["issued", "returned", "checked"]
        assert (agreed.batch_id, agreed.issued_by) == (batch.batch_id, courts.president.person_id)
        assert sent_back.returned_reason == "请补正（测试）"
        left = signing_queries.list_marked(
            courts.session, court_ids=[courts.home], person_id=courts.president.person_id, most=9
        )
        assert [order for order, _ in left] == [held]
        assert list(verify_states(courts.session)) == []

    def test_signs_the_consumption_order_before_its_listing(self, courts: Courts) -> None:
        subject, telling = invent(), courts.telling
        listing, consumption = checked_pair(courts, telling, subject)
        mark(courts, listing)
        mark(courts, consumption)
        assert listing.id < consumption.id

        batch = sign(courts, listing, consumption)

        assert set(outcomes(batch).values()) == {Outcome.ISSUED}

    def test_refuses_a_listing_whose_consumption_order_is_sent_back_and_nothing_else(self, courts: Courts) -> None:
        listing, consumption = checked_pair(courts, courts.telling, invent())
        other, _ = courts.order("checked", kind=CONSUMPTION)
        mark(courts, listing)
        mark(courts, consumption, SignChoice.RETURN)
        mark(courts, other)

        batch = sign(courts, listing, consumption, other)

        assert outcomes(batch) == {
            consumption.public_id: Outcome.RETURNED,
            other.public_id: Outcome.ISSUED,
            listing.public_id: Outcome.REFUSED,
        }
        assert "限制消费令" in next(one.why for one in batch.results if one.public_id == listing.public_id)
        assert (listing.state, listing.order_no) == ("checked", None)
        left = courts.session.scalars(select(SignMark.order_id)).all()
        assert sorted(left) == sorted([consumption.id, other.id])
        assert list(verify_audit_chain(courts.session)) == []

    def test_names_what_changed_or_went_and_signs_the_rest(self, courts: Courts) -> None:
        changed, gone, fine, unmarked = (courts.order("checked", kind=CONSUMPTION)[0] for _ in range(4))
        for order in (changed, gone, fine):
            mark(courts, order)
        changed.version += 1
        reviewing.return_order(
            courts.session, gone.public_id, reason="-", version=gone.version, actor=courts.second, at=courts.at
        )

        batch = sign(courts, changed, gone, fine, unmarked)

        assert outcomes(batch) == {
            changed.public_id: Outcome.REFUSED,
            gone.public_id: Outcome.REFUSED,
            unmarked.public_id: Outcome.REFUSED,
            fine.public_id: Outcome.ISSUED,
        }
        assert all(one.why for one in batch.results if one.outcome is Outcome.REFUSED)

    def test_passes_over_another_courts_order(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)
        foreign = replace(courts.president, roles=frozenset({(courts.other, Role.PRESIDENT)}))

        batch = sign(courts, order, actor=foreign)

        assert batch.results == (BatchResult(order.public_id, Outcome.REFUSED, "没有这份决定，或不属于您所在的法院。"),)

    def test_makes_an_exit_ban_work_at_once(self, courts: Courts) -> None:
        order, _ = courts.order("checked", kind=OrderKind.EXIT_BAN)
        mark(courts, order)

        assert outcomes(sign(courts, order)) == {order.public_id: Outcome.EFFECTIVE}

    @pytest.mark.parametrize(("seconds", "told"), [(1, True), (2, False)])
    def test_tells_the_supervisor_of_reading_under_two_seconds(self, courts: Courts, seconds: int, told: bool) -> None:
        order, _ = courts.order("checked", kind=CONSUMPTION)
        look(courts, order, at=courts.at)
        mark(courts, order, at=courts.at + seconds * SECOND)

        batch = sign(courts, order)

        assert order.state == "issued"
        assert hasty(courts) == (
            [{"hasty": True, "batch": batch.batch_id, "orders": 1, "under_two_seconds": 1, "in_one_minute": 0}]
            if told
            else []
        )

    @pytest.mark.parametrize(("count", "told"), [(31, [31]), (30, [])])
    def test_tells_the_supervisor_of_more_than_thirty_a_minute(
        self, courts: Courts, count: int, told: list[int]
    ) -> None:
        orders = [courts.order("checked", kind=CONSUMPTION)[0] for _ in range(count)]
        for number, order in enumerate(orders):
            mark(courts, order, at=courts.at + number * SECOND)

        sign(courts, *orders)

        assert [facts["in_one_minute"] for facts in hasty(courts)] == told


class TestTakeBack:
    def test_within_ten_minutes_leaves_a_returned_draft_and_a_spent_number(self, courts: Courts) -> None:
        order = signed(courts)
        number = order.order_no

        back(courts, order, at=courts.at + timedelta(minutes=10))

        assert (order.state, order.returned_reason) == ("returned", "金额有误（测试）")
        emptied = (order.issued_by, order.issued_at, order.decided_on, order.ends_on, order.checked_by, order.batch_id)
        assert set(emptied) == {None}
        assert order.access_code_index is None
        assert courts.events(order)[-1] == "order.taken-back"
        facts = courts.session.scalars(
            select(AuditEntry.facts).where(AuditEntry.event == "order.taken-back", AuditEntry.object_id == order.id)
        ).one()
        assert facts == {"order_no": number}
        assert list(verify_orders(courts.session)) == []

    def test_never_lets_a_number_come_again(self, courts: Courts) -> None:
        subjects = [invent() for _ in range(3)]
        first, second, third = (checked_in_case(courts, subject, serial=9100) for subject in subjects)
        mark(courts, first)
        sign(courts, first)
        assert str(first.order_no).endswith("限消1")
        back(courts, first)

        mark(courts, second)
        sign(courts, second)
        do(courts, "amend", first, subjects[0])
        do(courts, "submit", first, subjects[0])
        do(courts, "check", first, subjects[0])
        mark(courts, first)
        sign(courts, first)
        mark(courts, third)
        sign(courts, third)

        numbers = [str(one.order_no)[-3:] for one in (second, first, third)]
        assert numbers == ["限消2", "限消3", "限消4"]

    def test_is_heeded_by_an_import_that_numbers_on(self, courts: Courts) -> None:
        subject = invent()
        order = checked_in_case(courts, subject, serial=9150)
        for _ in range(2):
            mark(courts, order)
            sign(courts, order)
            if str(order.order_no).endswith("限消1"):
                back(courts, order)
                for act in ("amend", "submit", "check"):
                    do(courts, act, order, subject)
        known = Known()

        load_cases(courts.session, known, {courts.session.get_one(Case, order.case_id).number})

        assert str(order.order_no).endswith("限消2")
        assert known.numbered[order.case_id, order.kind] == 2

    def test_keeps_the_order_in_the_case_whose_number_it_spent(self, courts: Courts) -> None:
        subject = invent()
        order = checked_in_case(courts, subject, serial=9200)
        mark(courts, order)
        sign(courts, order)
        back(courts, order)
        elsewhere = checked_in_case(courts, invent(), serial=9201)
        draft = replace(
            draft_like(courts, order, subject), case_number=draft_like(courts, elsewhere, subject).case_number
        )

        with pytest.raises(NumberedInCaseError):
            drafting.amend_draft(
                courts.session,
                order.public_id,
                draft,
                version=order.version,
                actor=courts.clerk,
                at=courts.at,
                vault=courts.vault,
            )

    def test_is_over_after_ten_minutes(self, courts: Courts) -> None:
        order = signed(courts)

        with pytest.raises(RecallClosedError):
            back(courts, order, at=courts.at + timedelta(minutes=10, seconds=1))

        assert order.state == "issued"

    def test_is_over_with_the_first_attempt_at_service_while_grace_still_runs(self, courts: Courts) -> None:
        order, subject = courts.order("checked", kind=CONSUMPTION)
        mark(courts, order)
        sign(courts, order)
        order.grace_until = (courts.at + timedelta(days=30)).date()
        courts.session.flush()
        do(courts, "serve", order, subject)
        assert order.state == "issued"

        with pytest.raises(RecallClosedError):
            back(courts, order)

    def test_is_refused_once_the_order_restricts(self, courts: Courts) -> None:
        order, subject = courts.order("checked", kind=CONSUMPTION)
        mark(courts, order)
        sign(courts, order)
        do(courts, "serve", order, subject)

        with pytest.raises(TransitionError):
            back(courts, order)

        assert order.state == "effective"

    def test_is_never_of_an_exit_ban(self, courts: Courts) -> None:
        order = signed(courts, OrderKind.EXIT_BAN)

        with pytest.raises(RecallClosedError):
            back(courts, order)

        assert order.state == "effective"

    def test_is_the_signers_alone_and_of_batches_alone(self, courts: Courts) -> None:
        order = signed(courts)
        single, _ = courts.order("issued", kind=CONSUMPTION, at=courts.at)

        with pytest.raises(NotTheSignerError):
            back(courts, order, actor=courts.second)
        with pytest.raises(RecallClosedError):
            back(courts, single)

    def test_waits_for_an_open_proposal(self, courts: Courts) -> None:
        order = signed(courts)
        propose(courts, order, RemovalReason.W)

        with pytest.raises(RecallClosedError):
            back(courts, order)

    def test_of_a_consumption_order_wants_its_listing_taken_back_first(self, courts: Courts) -> None:
        listing, consumption = checked_pair(courts, courts.telling, invent())
        mark(courts, listing)
        mark(courts, consumption)
        sign(courts, listing, consumption)

        with pytest.raises(RecallClosedError):
            back(courts, consumption)
        back(courts, listing)
        back(courts, consumption)

        assert (listing.state, consumption.state) == ("returned", "returned")

    def test_shows_in_the_list_of_what_was_just_signed(self, courts: Courts) -> None:
        order = signed(courts)
        person, since = courts.president.person_id, courts.at - timedelta(minutes=10)

        def listed() -> list[str]:
            return [
                one.public_id
                for one in signing_queries.list_signed_since(courts.session, person_id=person, since=since)
            ]

        assert listed() == [order.public_id]
        back(courts, order)
        assert listed() == []


@pytest.fixture
def own_engine(own_database_url: str) -> Iterator[Engine]:
    engine = create_registry_engine(own_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def opened(own_engine: Engine, vault: Vault, at: datetime) -> Opened:
    """Open the courts in a session that is committed at the end of the block."""
    with Session(own_engine, expire_on_commit=False) as session:
        first = make_courts(session, vault=vault, at=at)
        session.commit()

    @contextmanager
    def make() -> Iterator[Courts]:
        with Session(own_engine, expire_on_commit=False) as session:
            yield replace(first, session=session)
            session.commit()

    return make


@pytest.mark.requirement("I2")
@pytest.mark.parametrize("_again", range(3))
def test_two_presidents_sign_overlapping_batches_and_each_order_is_issued_once(opened: Opened, _again: int) -> None:
    with opened() as courts:
        orders = [courts.order("checked", kind=CONSUMPTION)[0] for _ in range(6)]
        batches = (orders[:4], orders[2:][::-1])
        for who, batch in zip((courts.president, courts.second), batches, strict=True):
            for order in batch:
                mark(courts, order, actor=who)
    results: list[SignedBatch] = []

    def act(who: Actor, batch: list[Order]) -> None:
        with opened() as mine:
            results.append(sign(mine, *batch, actor=who))

    refused = at_once(
        lambda: act(courts.president, batches[0]),
        lambda: act(courts.second, batches[1]),
    )

    assert refused == [None, None]
    won = [one.public_id for batch in results for one in batch.results if one.outcome is Outcome.ISSUED]
    lost = [one.public_id for batch in results for one in batch.results if one.outcome is Outcome.REFUSED]
    assert sorted(won) == sorted(order.public_id for order in orders)
    assert sorted(lost) == sorted(order.public_id for order in orders[2:4])
    with opened() as after:
        issued = after.session.execute(
            select(AuditEntry.object_id, func.count())
            .where(AuditEntry.event == "order.issued", AuditEntry.object_id.in_([order.id for order in orders]))
            .group_by(AuditEntry.object_id)
        ).all()
        assert sorted(count for _, count in issued) == [1] * 6
        assert list(verify_audit_chain(after.session)) == []
        assert list(verify_orders(after.session)) == []


def test_taking_back_and_serving_at_the_same_moment_leave_one_of_the_two(opened: Opened) -> None:
    with opened() as courts:
        order, subject = courts.order("checked", kind=CONSUMPTION)
        mark(courts, order)
        sign(courts, order)
        version = order.version

    def recall() -> None:
        with opened() as mine:
            back(mine, order, version=version)

    def serve() -> None:
        with opened() as mine:
            do(mine, "serve", order, subject, version=version)

    results = at_once(recall, serve)

    assert [one is None for one in results].count(True) == 1, results
    with opened() as after:
        state = after.session.scalar(select(Order.state).where(Order.id == order.id))
        assert state == ("returned" if results[0] is None else "effective")
        assert list(verify_audit_chain(after.session)) == []


def hasty(courts: Courts) -> list[dict[str, object]]:
    return [
        dict(facts)
        for facts in courts.session.scalars(select(AuditEntry.facts).where(AuditEntry.object_id.is_(None)))
        if facts.get("hasty")
    ]


def checked_in_case(courts: Courts, subject: SandboxSubject, *, serial: int) -> Order:
    order = courts.telling.draft(subject, CONSUMPTION, serial=serial, at=courts.at)
    do(courts, "submit", order, subject)
    do(courts, "check", order, subject)
    return order


def checked_pair(courts: Courts, telling: Telling, subject: SandboxSubject) -> tuple[Order, Order]:
    """Return a checked listing and the consumption order of its case, drafted after it."""
    serial = 9300 + len(courts.session.scalars(select(Order.id)).all())
    listing = telling.draft(subject, OrderKind.LISTING, serial=serial, at=courts.at, grounds=(Ground.G4,))
    do(courts, "submit", listing, subject)
    do(courts, "check", listing, subject)
    return listing, checked_in_case(courts, subject, serial=serial)
