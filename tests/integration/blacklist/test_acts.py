"""Every act on an order, on both databases: who is refused and why, what it changes, and the one entry it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.cli.demo.cast import GENG, JIA, UNIT_ONE, SandboxSubject
from app.cli.demo.story import Staff, Telling, staff_actor
from blacklist.actors import Actor, ActorKind, Role
from blacklist.errors import (
    ExclusionError,
    InvalidError,
    MissingRoleError,
    NotFoundError,
    RegistryError,
    SamePersonError,
    StaleVersionError,
    TransitionError,
    WrongCourtError,
)
from blacklist.identity.case_numbers import parse_case_number
from blacklist.identity.check_digits import resident_check
from blacklist.identity.sealing import Vault
from blacklist.models import AuditEntry, AuditHead, Order, Proposal, Publication, PublicationBigram, ServiceAttempt
from blacklist.queries import orders as order_queries
from blacklist.queries.orders import OrderNotFoundError
from blacklist.queries.subjects import open_subject
from blacklist.queries.verification import verify_audit_chain, verify_orders
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.rules.terms import add_months
from blacklist.rules.warnings import SoftWarning
from blacklist.services import staffing
from blacklist.services.drafting import (
    DuplicateOrderError,
    OrderDraft,
    abandon_draft,
    amend_draft,
    draft_order,
    submit_order,
)
from blacklist.services.expiring import expire_due_orders
from blacklist.services.issuing import issue_order
from blacklist.services.proposing import NoProposalError, ProposalOpenError
from blacklist.services.removing import approve_removal, propose_removal, reject_removal
from blacklist.services.revealing import reveal_number
from blacklist.services.reviewing import check_order, return_order
from blacklist.services.serving import ServiceWay, record_service

ROLES = (Role.CLERK, Role.CHECKER, Role.PRESIDENT)
COMMAND = Actor(kind=ActorKind.COMMAND)
SECOND_ACCOUNT = 424242


def born(year: int, serial: int = 1) -> SandboxSubject:
    """A person that no authority has numbered, born on the first of January."""
    first = f"710102{year}0101{serial:03d}"
    return SandboxSubject("测试某", (("resident_id", first + resident_check(first), None),))


@dataclass
class Desk:
    """A court with three persons, another court, and orders at every stage."""

    session: Session
    vault: Vault
    at: datetime
    told: Telling
    elsewhere: int
    serials: count[int]

    @property
    def court_id(self) -> int:
        return self.told.staff.court_id

    def draft_of(self, subject: SandboxSubject = JIA, **changes: object) -> OrderDraft:
        """What the clerk enters for a listing."""
        filed_on = self.at.date() - timedelta(days=60)
        entered = OrderDraft(
            kind=OrderKind.LISTING,
            court_id=self.court_id,
            case_number=parse_case_number(f"（2026）京0199执{next(self.serials)}号"),
            filed_on=filed_on,
            basis_number="（2025）京0199民初1号",
            basis_maker="测试法院",
            debtor=self.told.party(subject, today=self.at.date()),
            grounds=(Ground.G1,),
            evidence="送达回证",
            warned_on=self.at.date() - timedelta(days=40),
            duty="偿还借款。",
        )
        return replace(entered, **changes)  # type: ignore[arg-type]

    def draft(self, subject: SandboxSubject = JIA, **changes: object) -> Order:
        return draft_order(
            self.session, self.draft_of(subject, **changes), actor=self.told.staff.clerk, at=self.at, vault=self.vault
        )

    def make(self, stage: str, subject: SandboxSubject = JIA, **changes: object) -> Order:
        """An order that has come as far as `stage`."""
        order = self.draft(subject, **changes)
        path = {
            "drafted": (),
            "submitted": ("submit",),
            "returned": ("submit", "return"),
            "abandoned": ("abandon",),
            "checked": ("submit", "check"),
            "issued": ("submit", "check", "issue"),
            "effective": ("submit", "check", "issue", "serve"),
            "proposed": ("submit", "check", "issue", "serve", "propose"),
            "removed": ("submit", "check", "issue", "serve", "propose", "approve"),
        }[stage]
        for name in path:
            if not (name == "serve" and order.state == "effective"):  # an exit ban needs no service
                self.do(name, order)
            if name == "check" and order.kind == OrderKind.LISTING.value:
                self.told.issue_consumption_order(order, at=self.at)
        return order

    def do(self, name: str, order: Order, *, actor: Actor | None = None, version: int | None = None) -> None:
        """Do one act, by default by whose it is and on the version there is."""
        ACTS[name].do(self, order, actor or self.of(ACTS[name].role), order.version if version is None else version)

    def of(self, role: Role) -> Actor:
        staff = self.told.staff
        return {Role.CLERK: staff.clerk, Role.CHECKER: staff.checker, Role.PRESIDENT: staff.president}[role]

    def with_roles(self, *roles: Role, person_id: int = 987654, court_id: int | None = None) -> Actor:
        """Somebody else, or the same person through another account."""
        made = staff_actor(person_id, "测试", court_id or self.court_id, roles)
        return replace(made, account_id=SECOND_ACCOUNT)

    def events(self) -> list[str]:
        return list(self.session.scalars(select(AuditEntry.event).order_by(AuditEntry.number)))

    def published(self, order: Order) -> tuple[int, int]:
        """How many rows stand in the public index for an order, and how many pairs of characters."""
        counts = [
            self.session.scalar(select(func.count()).select_from(table).where(table.order_id == order.id)) or 0
            for table in (Publication, PublicationBigram)
        ]
        return counts[0], counts[1]

    def refuses(self, error: type[RegistryError], order: Order, act: Callable[[], object]) -> RegistryError:
        """Expect a refusal that leaves no entry and no change, even before anything is rolled back."""
        columns = [column.key for column in Order.__table__.columns]
        before = self.events(), [getattr(order, name) for name in columns], self.published(order)
        with pytest.raises(error) as caught:
            act()
        self.session.flush()
        self.session.refresh(order)
        assert before == (self.events(), [getattr(order, name) for name in columns], self.published(order))
        return caught.value


@pytest.fixture
def desk(session: Session, vault: Vault, at: datetime) -> Desk:
    courts = [
        staffing.create_court(session, code=code, name=f"测试{code}法院", region="示例省").id
        for code in ("京0199", "京0198")
    ]
    people = [staffing.create_person(session, name=f"测试{role}", at=at).id for role in ROLES]
    actors = [staff_actor(person, "测试", courts[0], (role,)) for person, role in zip(people, ROLES, strict=True)]
    told = Telling(session, vault, Staff(courts[0], "京0199", *actors))
    return Desk(session, vault, at, told, courts[1], count(1))


Does = Callable[[Desk, Order, Actor, int], object]


@dataclass(frozen=True)
class OneAct:
    """An act: whose it is, where an order must stand for it, the event of its entry."""

    do: Does
    role: Role
    stages: tuple[str, ...]
    event: str

    @property
    def stage(self) -> str:
        return self.stages[0]


def _submit(desk: Desk, order: Order, actor: Actor, version: int) -> object:
    answers = dict.fromkeys(SoftWarning, "已核实")
    return submit_order(
        desk.session, order.public_id, version=version, actor=actor, at=desk.at, vault=desk.vault, answers=answers
    )


def _amend(desk: Desk, order: Order, actor: Actor, version: int) -> object:
    case = parse_case_number(order_queries.get_case(desk.session, order.case_id).number)
    return amend_draft(
        desk.session,
        order.public_id,
        desk.draft_of(case_number=case),
        version=version,
        actor=actor,
        at=desk.at,
        vault=desk.vault,
    )


def _abandon(desk: Desk, order: Order, actor: Actor, version: int) -> object:
    return abandon_draft(desk.session, order.public_id, reason="录错", version=version, actor=actor, at=desk.at)


def _check(desk: Desk, order: Order, actor: Actor, version: int, last_six: str = "") -> object:
    number = order_numbers(desk, order)
    return check_order(
        desk.session,
        order.public_id,
        last_six=last_six or number[-6:],
        version=version,
        actor=actor,
        at=desk.at,
        vault=desk.vault,
    )


def _return(desk: Desk, order: Order, actor: Actor, version: int) -> object:
    return return_order(desk.session, order.public_id, reason="请补正", version=version, actor=actor, at=desk.at)


def _issue(desk: Desk, order: Order, actor: Actor, version: int) -> object:
    return issue_order(desk.session, order.public_id, version=version, actor=actor, at=desk.at, vault=desk.vault)


def _serve(
    desk: Desk,
    order: Order,
    actor: Actor,
    version: int,
    *,
    outcome: str = "served",
    subject_id: int | None = None,
    done_on: date | None = None,
) -> object:
    return record_service(
        desk.session,
        order.public_id,
        subject_id=subject_id or order.subject_id,
        way=ServiceWay.DIRECT,
        outcome=outcome,
        done_on=done_on or desk.at.date(),
        proof="送达回证",
        version=version,
        actor=actor,
        at=desk.at,
        vault=desk.vault,
    )


def _propose(desk: Desk, order: Order, actor: Actor, version: int, reason: RemovalReason | None = None) -> Proposal:
    performed = RemovalReason.R1 if order.kind == OrderKind.LISTING.value else RemovalReason.PERFORMED
    return propose_removal(
        desk.session,
        order.public_id,
        reason=reason or performed,
        basis="名单规定第十条",
        document="结案通知书1号",
        note="",
        version=version,
        actor=actor,
        at=desk.at,
        vault=desk.vault,
    )


def _approve(desk: Desk, order: Order, actor: Actor, version: int) -> object:
    return approve_removal(desk.session, order.public_id, version=version, actor=actor, at=desk.at, vault=desk.vault)


def _reject(desk: Desk, order: Order, actor: Actor, version: int) -> object:
    return reject_removal(
        desk.session, order.public_id, note="不符合", version=version, actor=actor, at=desk.at, vault=desk.vault
    )


def order_numbers(desk: Desk, order: Order) -> str:
    """The debtor's number, as it stands on the paper before the checker."""
    return open_subject(desk.session, order.subject_id, vault=desk.vault).number


ACTS = {
    "submit": OneAct(_submit, Role.CLERK, ("drafted",), "order.submitted"),
    "amend": OneAct(_amend, Role.CLERK, ("drafted", "submitted", "returned"), "order.amended"),
    "abandon": OneAct(_abandon, Role.CLERK, ("drafted", "submitted", "returned"), "order.abandoned"),
    "check": OneAct(_check, Role.CHECKER, ("submitted",), "order.checked"),
    "return": OneAct(_return, Role.CHECKER, ("submitted", "checked"), "order.returned"),
    "issue": OneAct(_issue, Role.PRESIDENT, ("checked",), "order.issued"),
    "serve": OneAct(_serve, Role.CLERK, ("issued", "effective", "proposed"), "order.service-recorded"),
    "propose": OneAct(_propose, Role.CLERK, ("effective", "issued"), "order.removal-proposed"),
    "approve": OneAct(_approve, Role.PRESIDENT, ("proposed",), "order.removed"),
    "reject": OneAct(_reject, Role.PRESIDENT, ("proposed",), "order.removal-rejected"),
}
STAGES = ("drafted", "submitted", "returned", "abandoned", "checked", "issued", "effective", "proposed", "removed")
BY_ANOTHER = ("check", "return", "issue", "approve", "reject")
NO_STEP = {"propose": (TransitionError, ProposalOpenError), "approve": NoProposalError, "reject": NoProposalError}
every_act = pytest.mark.parametrize("name", ACTS)


@pytest.mark.requirement("P1")
class TestRefusal:
    """No act by the wrong hands, on the wrong paper or at the wrong time; and none of them leaves a trace."""

    @every_act
    def test_of_another_court_is_told_that_there_is_no_such_order(self, desk: Desk, name: str) -> None:
        order = desk.make(ACTS[name].stage)
        stranger = desk.with_roles(*ROLES, court_id=desk.elsewhere)

        desk.refuses(OrderNotFoundError, order, lambda: desk.do(name, order, actor=stranger))

    @every_act
    def test_of_somebody_without_any_role_is_told_the_same(self, desk: Desk, name: str) -> None:
        order = desk.make(ACTS[name].stage)

        desk.refuses(OrderNotFoundError, order, lambda: desk.do(name, order, actor=desk.with_roles()))

    @every_act
    def test_of_the_supervisor_names_the_missing_role(self, desk: Desk, name: str) -> None:
        order = desk.make(ACTS[name].stage)
        supervisor = desk.with_roles(Role.SUPERVISOR)

        desk.refuses(MissingRoleError, order, lambda: desk.do(name, order, actor=supervisor))

    @pytest.mark.parametrize("name", [name for name in ACTS if name not in ("propose", "return")])
    def test_of_all_other_roles_together_names_the_missing_one(self, desk: Desk, name: str) -> None:
        order = desk.make(ACTS[name].stage)
        others = desk.with_roles(*(role for role in ROLES if role is not ACTS[name].role))

        desk.refuses(MissingRoleError, order, lambda: desk.do(name, order, actor=others))

    def test_of_a_clerk_who_would_return_a_draft(self, desk: Desk) -> None:
        order = desk.make("submitted")

        desk.refuses(
            MissingRoleError, order, lambda: desk.do("return", order, actor=desk.with_roles(Role.CLERK, person_id=7))
        )

    @every_act
    def test_of_a_role_held_at_another_court_only(self, desk: Desk, name: str) -> None:
        order = desk.make(ACTS[name].stage)
        guest = desk.with_roles(Role.SUPERVISOR)
        guest = replace(guest, roles=guest.roles | {(desk.elsewhere, role) for role in ROLES})
        refusal = MissingRoleError if name == "return" else WrongCourtError

        desk.refuses(refusal, order, lambda: desk.do(name, order, actor=guest))

    @pytest.mark.parametrize("name", BY_ANOTHER)
    def test_of_the_same_person_through_a_second_account(self, desk: Desk, name: str) -> None:
        order = desk.make(ACTS[name].stage)
        first = desk.told.staff.clerk  # who drafted, and who proposed
        again = desk.with_roles(*ROLES, person_id=first.person_id or 0)
        assert again.account_id != first.account_id

        desk.refuses(SamePersonError, order, lambda: desk.do(name, order, actor=again))

    @pytest.mark.parametrize("name", BY_ANOTHER)
    def test_of_the_machine_although_it_held_every_role(self, desk: Desk, name: str) -> None:
        order = desk.make(ACTS[name].stage)
        machine = replace(desk.with_roles(*ROLES), kind=ActorKind.MACHINE, person_id=None)

        desk.refuses(SamePersonError, order, lambda: desk.do(name, order, actor=machine))

    def test_of_the_president_who_amended_the_draft_as_a_clerk(self, desk: Desk) -> None:
        order = desk.draft()
        person = staffing.create_person(desk.session, name="测试全岗", at=desk.at)
        both = desk.with_roles(*ROLES, person_id=person.id)
        desk.do("amend", order, actor=both)
        desk.do("submit", order)
        desk.do("check", order)

        desk.refuses(SamePersonError, order, lambda: desk.do("issue", order, actor=both))

    @every_act
    @pytest.mark.parametrize("off", [-1, 1])
    def test_of_a_version_that_is_not_the_present_one(self, desk: Desk, name: str, off: int) -> None:
        order = desk.make(ACTS[name].stage)

        error = desk.refuses(StaleVersionError, order, lambda: desk.do(name, order, version=order.version + off))

        assert error.facts == {"seen": str(order.version + off), "present": str(order.version)}

    @pytest.mark.parametrize(
        ("name", "stage"), [(name, stage) for name, act in ACTS.items() for stage in STAGES if stage not in act.stages]
    )
    def test_in_a_state_without_this_step(self, desk: Desk, name: str, stage: str) -> None:
        order = desk.make(stage)

        refusal = desk.refuses(RegistryError, order, lambda: desk.do(name, order))

        assert isinstance(refusal, NO_STEP.get(name, TransitionError))

    def test_of_a_draft_by_no_clerk_or_for_another_court(self, desk: Desk) -> None:
        known = desk.draft()
        for actor, refusal in (
            (desk.told.staff.president, MissingRoleError),
            (desk.with_roles(*ROLES, court_id=desk.elsewhere), WrongCourtError),
        ):
            desk.refuses(
                refusal,
                known,
                lambda by=actor: draft_order(desk.session, desk.draft_of(), actor=by, at=desk.at, vault=desk.vault),
            )

    def test_of_a_look_at_a_number_from_another_court_or_without_a_reason(self, desk: Desk) -> None:
        order = desk.make("effective")

        def look(actor: Actor, reason: str) -> object:
            return reveal_number(
                desk.session, order.public_id, reason=reason, actor=actor, at=desk.at, vault=desk.vault
            )

        stranger = desk.with_roles(*ROLES, court_id=desk.elsewhere)
        desk.refuses(OrderNotFoundError, order, lambda: look(stranger, "核对原件"))
        desk.refuses(InvalidError, order, lambda: look(desk.told.staff.clerk, " "))
        desk.refuses(InvalidError, order, lambda: look(desk.told.staff.clerk, "核对11010519491231002X"))


class TestLaw:
    """What no court may order, whoever asks."""

    def refused(self, desk: Desk, error: type[RegistryError], subject: SandboxSubject, **changes: object) -> object:
        known = desk.draft(born(1971))
        return desk.refuses(error, known, lambda: desk.draft(subject, **changes))

    @pytest.mark.requirement("L4")
    def test_a_minor_is_not_listed(self, desk: Desk) -> None:
        refusal = self.refused(desk, ExclusionError, born(desk.at.year - 17))

        assert refusal.facts == {"article": "LIST 4"}

    def test_who_came_of_age_is(self, desk: Desk) -> None:
        assert desk.draft(born(desk.at.year - 18)).state == "draft"

    def test_nobody_is_listed_without_a_warning(self, desk: Desk) -> None:
        refusal = self.refused(desk, ExclusionError, JIA, warned_on=None)

        assert refusal.facts == {"article": "LIST 5"}

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"grounds": ()}, "/grounds", "missing"),
            ({"evidence": ""}, "/evidence", "missing"),
            ({"filed_on": date(2026, 11, 25)}, "/filed_on", "in-the-future"),
            ({"warned_on": date(2026, 9, 24)}, "/warned_on", "impossible-date"),
            ({"case_number": parse_case_number("（2026）京0198执1号")}, "/case_number", "another-courts-case"),
            ({"kind": OrderKind.EXIT_BAN, "exit_ban_months": 13}, "/exit_ban_months", "out-of-range"),
            ({"kind": OrderKind.EXIT_BAN}, "/exit_ban_months", "missing"),
        ],
    )
    def test_a_fact_that_is_missing_or_impossible_is_located(
        self, desk: Desk, changes: dict[str, object], pointer: str, code: str
    ) -> None:
        refusal = self.refused(desk, InvalidError, JIA, **changes)

        assert (pointer, code) in [(one.pointer, one.code) for one in refusal.errors]

    def test_one_kind_of_order_stands_once_in_a_case(self, desk: Desk) -> None:
        draft = desk.draft_of()
        clerk = desk.told.staff.clerk
        first = draft_order(desk.session, draft, actor=clerk, at=desk.at, vault=desk.vault)

        def again(kind: OrderKind) -> Order:
            return draft_order(desk.session, replace(draft, kind=kind), actor=clerk, at=desk.at, vault=desk.vault)

        desk.refuses(DuplicateOrderError, first, lambda: again(OrderKind.LISTING))
        assert again(OrderKind.CONSUMPTION).state == "draft"
        desk.do("abandon", first)
        assert again(OrderKind.LISTING).state == "draft"

    def test_is_asked_again_on_the_day_of_the_decision(self, desk: Desk) -> None:
        unwarned = desk.make("checked")
        desk.session.execute(update(Order).where(Order.id == unwarned.id).values(warned_on=None))
        desk.session.refresh(unwarned)
        minor = desk.make("checked", born(desk.at.year - 17, 2), kind=OrderKind.CONSUMPTION)
        desk.session.execute(update(Order).where(Order.id == minor.id).values(kind="listing", grounds="G1"))
        desk.session.refresh(minor)

        for order, article in ((unwarned, "LIST 5"), (minor, "LIST 4")):
            refusal = desk.refuses(ExclusionError, order, lambda order=order: desk.do("issue", order))
            assert refusal.facts == {"article": article}

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({}, RemovalReason.PERFORMED),
            ({}, RemovalReason.PERFORMED_IN_GRACE),
            ({"grounds": (Ground.G4,)}, RemovalReason.R1),
            ({"kind": OrderKind.CONSUMPTION, "grounds": ()}, RemovalReason.R9),
            ({"kind": OrderKind.EXIT_BAN, "grounds": (), "exit_ban_months": 3}, RemovalReason.R1),
        ],
    )
    def test_a_reason_that_does_not_fit_ends_nothing(
        self, desk: Desk, changes: dict[str, object], reason: RemovalReason
    ) -> None:
        order = desk.make("effective", GENG, **changes)

        refusal = desk.refuses(
            InvalidError, order, lambda: _propose(desk, order, desk.told.staff.clerk, order.version, reason)
        )

        assert [one.code for one in refusal.errors] == ["reason-does-not-fit"]
        assert desk.session.scalar(select(func.count()).select_from(Proposal)) == 0


class TestEntry:
    """The audit trail: one entry an act."""

    @pytest.mark.parametrize(("name", "stage"), [(name, stage) for name, act in ACTS.items() for stage in act.stages])
    def test_one_act_is_one_entry_with_who_did_what_where(self, desk: Desk, name: str, stage: str) -> None:
        order = desk.make(stage)
        before = desk.events()
        version = order.version

        desk.do(name, order)

        new = desk.events()[len(before) :]
        # Service of an issued order is two: it is recorded, and the order takes effect.
        assert new == [ACTS[name].event] + ["order.effective"] * (name == "serve" and stage == "issued")
        entry = desk.session.scalars(select(AuditEntry).where(AuditEntry.number == len(before))).one()
        actor = desk.of(ACTS[name].role)
        assert (entry.object_id, entry.court_id, entry.person_id) == (order.id, desk.court_id, actor.person_id)
        assert (order.version > version) is (name not in ("propose", "reject"))
        assert list(verify_audit_chain(desk.session)) == []

    def test_a_draft_is_one_entry(self, desk: Desk) -> None:
        desk.draft()

        assert desk.events() == ["order.drafted"]

    def test_a_look_at_a_number_is_one_entry_without_the_number(self, desk: Desk) -> None:
        order = desk.make("effective")
        before = len(desk.events())

        number = reveal_number(
            desk.session, order.public_id, reason="核对原件", actor=desk.told.staff.clerk, at=desk.at, vault=desk.vault
        )

        assert number == JIA.documents[0][1]
        assert desk.events()[before:] == ["subject.number-revealed"]

    def test_no_entry_holds_a_name_or_a_number(self, desk: Desk) -> None:
        desk.make("removed")
        facts = str(list(desk.session.scalars(select(AuditEntry.facts))))

        assert "reason" in facts
        assert JIA.name not in facts
        assert JIA.documents[0][1][:8] not in facts


class TestCheck:
    """The number's end is typed unseen."""

    @pytest.mark.parametrize("typed", ["000000", "", "02X", "1002X", "1231002X", "31002x1"])
    def test_another_end_sends_the_draft_back(self, desk: Desk, typed: str) -> None:
        order = desk.make("submitted")
        before = len(desk.events())

        check_order(
            desk.session,
            order.public_id,
            last_six=typed,
            version=order.version,
            actor=desk.told.staff.checker,
            at=desk.at,
            vault=desk.vault,
        )

        assert (order.state, order.submitted_at, order.checked_by) == ("returned", None, None)
        assert "后六位" in (order.returned_reason or "")
        assert desk.events()[before:] == ["order.returned"]

    @pytest.mark.parametrize("typed", ["31002X", "31002x", "３１００２Ｘ", " 310 02X "])
    def test_the_right_end_passes_however_it_is_typed(self, desk: Desk, typed: str) -> None:
        order = desk.make("submitted")

        _check(desk, order, desk.told.staff.checker, order.version, typed)

        assert (order.state, order.checked_by) == ("checked", desk.told.staff.checker.person_id)


class TestEffect:
    """When an order begins to restrict, and what of it is public."""

    @pytest.mark.requirement("I1")
    def test_an_exit_ban_works_at_issue_and_is_never_public(self, desk: Desk) -> None:
        order = desk.make("checked", GENG, kind=OrderKind.EXIT_BAN, grounds=(), exit_ban_months=3)
        before = len(desk.events())

        desk.do("issue", order)

        assert (order.state, order.effective_at) == ("effective", desk.at)
        assert order.ends_on == add_months(desk.at.date(), 3)
        assert desk.events()[before:] == ["order.issued", "order.effective"]
        assert desk.published(order) == (0, 0)

    @pytest.mark.requirement("I1")
    def test_publication_follows_the_state_of_a_listing(self, desk: Desk) -> None:
        order = desk.draft(UNIT_ONE)
        desk.told.issue_consumption_order(order, at=desk.at)
        seen = []
        for name in ("submit", "check", "issue", "serve", "propose", "reject", "propose", "approve"):
            desk.do(name, order)
            rows, pairs = desk.published(order)
            seen.append((name, order.state, rows, pairs > 0))

        assert seen == [
            ("submit", "draft", 0, False),
            ("check", "checked", 0, False),
            ("issue", "issued", 0, False),
            ("serve", "effective", 1, True),
            ("propose", "effective", 1, True),
            ("reject", "effective", 1, True),
            ("propose", "effective", 1, True),
            ("approve", "removed", 0, False),
        ]

    @pytest.mark.parametrize("outcome", ["served", "attempted"])
    def test_a_listing_works_once_service_was_tried(self, desk: Desk, outcome: str) -> None:
        order = desk.make("issued")

        _serve(desk, order, desk.told.staff.clerk, order.version, outcome=outcome)

        assert (order.state, desk.published(order)[0]) == ("effective", 1)

    def test_a_consumption_order_works_and_is_not_public(self, desk: Desk) -> None:
        order = desk.make("effective", kind=OrderKind.CONSUMPTION, grounds=())

        assert (order.state, desk.published(order)) == ("effective", (0, 0))

    def test_service_on_a_stranger_or_before_the_decision_is_not_recorded(self, desk: Desk) -> None:
        order, other = desk.make("issued"), desk.make("issued", born(1971))
        clerk, version = desk.told.staff.clerk, order.version

        for changes, code in (
            ({"subject_id": other.subject_id}, "unknown"),
            ({"done_on": desk.at.date() - timedelta(days=1)}, "impossible-date"),
            ({"done_on": desk.at.date() + timedelta(days=1)}, "impossible-date"),
        ):
            refusal = desk.refuses(
                InvalidError,
                order,
                lambda given=changes: _serve(desk, order, clerk, version, **given),  # type: ignore[arg-type]
            )
            assert [one.code for one in refusal.errors] == [code]
        assert desk.session.scalar(select(func.count()).select_from(ServiceAttempt)) == 0

    def test_decisions_are_numbered_by_case_and_kind(self, desk: Desk) -> None:
        case = parse_case_number("（2026）京0199执777号")
        listing = desk.make("issued", case_number=case)
        desk.do("propose", listing)
        desk.do("approve", listing)
        again = desk.make("issued", case_number=case)

        assert (listing.order_no, again.order_no) == ("（2026）京0199执777号-失信1", "（2026）京0199执777号-失信2")


class TestEnd:
    """Two persons end an order, or its last day does."""

    @pytest.mark.parametrize(
        ("reason", "state", "event"),
        [(RemovalReason.R1, "removed", "order.removed"), (RemovalReason.W, "withdrawn", "order.withdrawn")],
    )
    @pytest.mark.parametrize("stage", ["issued", "effective"])
    def test_a_removal_and_a_withdrawal_end_it_at_once(
        self, desk: Desk, reason: RemovalReason, state: str, event: str, stage: str
    ) -> None:
        order = desk.make(stage)
        proposal = _propose(desk, order, desk.told.staff.clerk, order.version, reason)
        standing = order.state

        desk.do("approve", order)

        assert standing == stage
        assert (order.state, order.ended_at, order.end_reason) == (state, desk.at, reason.value)
        assert (proposal.state, proposal.decider_id) == ("approved", desk.told.staff.president.person_id)
        assert desk.published(order) == (0, 0)
        assert desk.events()[-2:] == ["order.removal-proposed", event]

    def test_a_rejected_proposal_leaves_the_order_as_it_was(self, desk: Desk) -> None:
        order = desk.make("proposed")

        desk.do("reject", order)

        assert (order.state, desk.published(order)[0]) == ("effective", 1)
        desk.refuses(NotFoundError, order, lambda: desk.do("approve", order))

    @pytest.mark.requirement("I1")
    def test_an_order_past_its_last_day_is_ended_once(self, desk: Desk) -> None:
        fixed = desk.make("effective", grounds=(Ground.G4,))
        open_ended = desk.make("effective", born(1971))
        assert fixed.ends_on is not None
        last_day = datetime.combine(fixed.ends_on, desk.at.timetz()).replace(hour=23, minute=59)
        before = len(desk.events())

        ended = [
            expire_due_orders(desk.session, at=last_day + timedelta(minutes=one), vault=desk.vault) for one in (0, 1, 2)
        ]

        assert ended == [0, 1, 0]
        assert (fixed.state, fixed.end_reason, fixed.ended_at) == ("expired", "R8", last_day + timedelta(minutes=1))
        assert desk.events()[before:] == ["order.expired"]
        entry = desk.session.scalars(select(AuditEntry).where(AuditEntry.number == before)).one()
        assert (entry.actor_kind, entry.person_id, entry.object_id) == ("machine", None, fixed.id)
        assert desk.published(fixed) == (0, 0)
        assert (open_ended.state, desk.published(open_ended)[0]) == ("effective", 1)

    def test_many_orders_are_ended_in_portions(self, desk: Desk) -> None:
        for serial in range(3):
            desk.make("effective", born(1970, serial + 1), grounds=(Ground.G4,))
        later = desk.at + timedelta(days=3 * 365)

        assert [expire_due_orders(desk.session, at=later, limit=2, vault=desk.vault) for _ in range(3)] == [2, 1, 0]

    def test_an_ended_order_cannot_be_removed_as_well(self, desk: Desk) -> None:
        order = desk.make("proposed", grounds=(Ground.G1,))
        desk.session.execute(update(Order).where(Order.id == order.id).values(ends_on=desk.at.date()))
        desk.session.refresh(order)
        assert expire_due_orders(desk.session, at=desk.at + timedelta(days=1), vault=desk.vault) == 1

        desk.refuses(TransitionError, order, lambda: desk.do("approve", order))


@pytest.mark.requirement("B4")
class TestVerification:
    """The chain is checked by somebody who wrote none of it; each test is a control that it can fail."""

    @pytest.fixture
    def told(self, desk: Desk) -> Desk:
        """A desk with a trail of eight entries behind it, and the database's own locks taken off."""
        desk.make("removed", kind=OrderKind.CONSUMPTION, grounds=())
        if desk.session.get_bind().dialect.name == "sqlite":
            triggers = ("audit_entries_no_update", "audit_entries_no_delete")
            statements = [f"DROP TRIGGER {name}" for name in triggers]
        else:
            statements = ["DROP TRIGGER audit_entries_append_only ON audit_entries"]
        for statement in statements:
            desk.session.execute(text(statement))
        return desk

    def verify(self, desk: Desk, *statements: str) -> list[str]:
        for statement in statements:
            assert desk.session.execute(text(statement)).rowcount > 0  # type: ignore[attr-defined]
        desk.session.expire_all()
        return list(verify_audit_chain(desk.session))

    def test_a_whole_chain_is_found_whole(self, told: Desk) -> None:
        assert len(told.events()) == 8
        assert self.verify(told) == []

    def test_an_empty_trail_is_whole(self, session: Session) -> None:
        assert list(verify_audit_chain(session)) == []

    @pytest.mark.parametrize(
        "change",
        [
            "event = 'order.checked'",
            "object_id = object_id + 1",
            "court_id = NULL",
            "actor_kind = 'machine'",
            "person_id = 1",
            "account_id = 1",
            'facts = \'{"reason": "R9"}\'',
            "hash = (SELECT hash FROM audit_entries WHERE number = 2)",
        ],
    )
    def test_an_edited_entry_is_found(self, told: Desk, change: str) -> None:
        found = self.verify(told, f"UPDATE audit_entries SET {change} WHERE number = 3")

        assert found == ["audit_entries: number 3 was changed"]

    def test_an_entry_moved_in_time_is_found(self, told: Desk) -> None:
        told.session.execute(
            update(AuditEntry).where(AuditEntry.number == 3).values(at=told.at + timedelta(microseconds=1))
        )

        assert self.verify(told) == ["audit_entries: number 3 was changed"]

    @pytest.mark.parametrize("number", [0, 3])
    def test_an_entry_taken_out_is_found(self, told: Desk, number: int) -> None:
        found = self.verify(told, f"DELETE FROM audit_entries WHERE number = {number}")

        assert found == [f"audit_entries: number {number} is missing"]

    @pytest.mark.parametrize(
        "cut", ["number = 7", "number >= 3", "number >= 0"], ids=["its end", "its second half", "all of it"]
    )
    def test_a_cut_chain_is_found(self, told: Desk, cut: str) -> None:
        found = self.verify(told, f"DELETE FROM audit_entries WHERE {cut}")

        assert found == ["audit_head: is not the end of the chain (entries were cut off)"]

    def test_a_head_that_was_taken_away_or_bent_is_found(self, told: Desk) -> None:
        words = ["audit_head: is not the end of the chain (entries were cut off)"]

        assert self.verify(told, "UPDATE audit_head SET length = length + 1") == words
        assert self.verify(told, "UPDATE audit_head SET length = length - 1") == []
        assert self.verify(told, "DELETE FROM audit_head") == words

    def test_a_name_that_stands_in_public_without_an_order_in_force_is_found(self, told: Desk) -> None:
        order = told.make("effective", born(1971))
        assert list(verify_orders(told.session)) == []

        told.session.execute(update(Order).where(Order.id == order.id).values(state="suspended"))

        assert list(verify_orders(told.session)) == [f"publications: {order.public_id} is shown and not in force"]

    def test_the_head_counts_the_entries(self, told: Desk) -> None:
        assert told.session.get_one(AuditHead, 1).length == len(told.events())
