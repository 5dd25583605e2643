"""Courts with their people for tests, and orders in any state, made by the real acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo.cast import SandboxSubject
from app.cli.demo.story import Staff, Telling
from blacklist.actors import Actor, ActorKind, Role
from blacklist.identity.case_numbers import parse_case_number
from blacklist.identity.check_digits import resident_check
from blacklist.identity.sealing import Vault
from blacklist.models import AuditEntry, Base, Case, Order
from blacklist.rules.corrections import CorrectableFact
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.rules.suspensions import SuspensionReason
from blacklist.services import correcting, drafting, issuing, removing, reviewing, serving, staffing, suspending
from blacklist.services.expiring import expire_due_orders

CODE, OTHER_CODE = "京0199", "京0198"
_serials = count(1)


def actor(person_id: int | None, *roles: tuple[int, Role], account_id: int = 1) -> Actor:
    """Return a person with these roles at these courts, signed in by some account."""
    return Actor(kind=ActorKind.PERSON, person_id=person_id, account_id=account_id, roles=frozenset(roles))


def invent() -> SandboxSubject:
    """Return a person nobody has named yet."""
    serial = next(_serials)
    first = f"7101011985{serial // 900 + 1:02d}15{serial % 900 + 100:03d}"
    return SandboxSubject("测试某", (("resident_id", first + resident_check(first), None),))


@dataclass
class Courts:
    """Two courts, and at the first one a clerk, a checker and two presidents."""

    session: Session
    vault: Vault
    at: datetime
    home: int
    other: int
    clerk: Actor
    checker: Actor
    president: Actor
    second: Actor

    @property
    def telling(self) -> Telling:
        return Telling(self.session, self.vault, Staff(self.home, CODE, self.clerk, self.checker, self.president))

    def stranger(self, *roles: Role) -> Actor:
        """Return another person with these roles at the home court."""
        person = staffing.create_person(self.session, name="测试旁人", at=self.at)
        return actor(person.id, *((self.home, role) for role in roles))

    def order(
        self, state: str, *, kind: OrderKind = OrderKind.LISTING, at: datetime | None = None
    ) -> tuple[Order, SandboxSubject]:
        """Return a fresh order in this state (`submitted` and `proposed` included) and its debtor."""
        at, subject, telling = at or self.at - timedelta(days=1), invent(), self.telling
        listing = kind is OrderKind.LISTING
        order = telling.draft(
            subject,
            kind,
            serial=5000 + next(_serials),
            at=at,
            grounds=(Ground.G4,) if listing else (),
            exit_ban_months=3 if kind is OrderKind.EXIT_BAN else None,
        )
        for step in PATHS[state]:
            STEPS[step](self, telling, order, subject, at)
        return order, subject

    def events(self, order: Order, *, since: int = 0) -> list[str]:
        """Return the order's audit events from entry number `since` on."""
        query = select(AuditEntry.event).where(AuditEntry.object_id == order.id, AuditEntry.number >= since)
        return list(self.session.scalars(query.order_by(AuditEntry.number)))


def make_courts(session: Session, *, vault: Vault, at: datetime) -> Courts:
    """Write two courts and the people of the first."""
    home = staffing.create_court(session, code=CODE, name="示例市示范区人民法院", region="示例省").id
    other = staffing.create_court(session, code=OTHER_CODE, name="示例市新城区人民法院", region="示例省").id
    people = [
        actor(staffing.create_person(session, name="测试人员", at=at).id, (home, role))
        for role in (Role.CLERK, Role.CHECKER, Role.PRESIDENT, Role.PRESIDENT)
    ]
    return Courts(session, vault, at, home, other, *people)


def propose(courts: Courts, order: Order, reason: RemovalReason = RemovalReason.R9, **change: Any) -> None:
    """Propose the end of an order, by default by the clerk."""
    given: dict[str, Any] = {"version": order.version, "actor": courts.clerk, "at": courts.at} | change
    removing.propose_removal(
        courts.session,
        order.public_id,
        reason=reason,
        basis="名单规定第二条第二款",
        document="履行完毕证明（演示）",
        note="",
        vault=courts.vault,
        **given,
    )


def content(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, sorted: what stands in the database now."""
    return {
        table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
    }


def _check(telling: Telling, order: Order, subject: SandboxSubject, at: datetime) -> None:
    telling.check(order, subject, at=at)
    if order.kind == OrderKind.LISTING.value:
        telling.issue_consumption_order(order, at=at)  # so that the next step is one a president may take


def _abandon(courts: Courts, telling: Telling, order: Order, subject: SandboxSubject, at: datetime) -> None:
    drafting.abandon_draft(
        courts.session, order.public_id, reason="测试", version=order.version, actor=courts.clerk, at=at
    )


def _return(courts: Courts, telling: Telling, order: Order, subject: SandboxSubject, at: datetime) -> None:
    reviewing.return_order(
        courts.session, order.public_id, reason="测试", version=order.version, actor=courts.checker, at=at
    )


def _expire(courts: Courts, telling: Telling, order: Order, subject: SandboxSubject, at: datetime) -> None:
    assert order.ends_on is not None
    over = datetime.combine(order.ends_on + timedelta(days=1), courts.at.timetz())
    assert expire_due_orders(courts.session, at=over, vault=courts.vault) >= 1


Step = Callable[[Courts, Telling, Order, SandboxSubject, datetime], Any]
STEPS: dict[str, Step] = {
    "submit": lambda courts, telling, order, subject, at: telling.submit(order, at=at),
    "check": lambda courts, telling, order, subject, at: _check(telling, order, subject, at),
    "issue": lambda courts, telling, order, subject, at: telling.issue(order, at=at),
    "serve": lambda courts, telling, order, subject, at: telling.serve(order, at=at),
    "remove": lambda courts, telling, order, subject, at: telling.remove(order, RemovalReason.R9, basis="-", at=at),
    "withdraw": lambda courts, telling, order, subject, at: telling.remove(order, RemovalReason.W, basis="-", at=at),
    "propose": lambda courts, telling, order, subject, at: propose(courts, order),
    "suspend": lambda courts, telling, order, subject, at: do(courts, "suspend", order, subject),
    "confirm": lambda courts, telling, order, subject, at: do(courts, "approve_suspension", order, subject),
    "resume": lambda courts, telling, order, subject, at: do(courts, "resume", order, subject),
    "correct": lambda courts, telling, order, subject, at: do(courts, "correct", order, subject),
    "abandon": _abandon,
    "return": _return,
    "expire": _expire,
}
_TO_EFFECT = ("submit", "check", "issue", "serve")
PATHS: dict[str, Iterable[str]] = {
    "draft": (),
    "submitted": ("submit",),
    "returned": ("submit", "return"),
    "abandoned": ("abandon",),
    "checked": _TO_EFFECT[:2],
    "issued": _TO_EFFECT[:3],
    "effective": _TO_EFFECT,
    "proposed": (*_TO_EFFECT, "propose"),
    "suspension-proposed": (*_TO_EFFECT, "suspend"),
    "suspended": (*_TO_EFFECT, "suspend", "confirm"),
    "resumption-proposed": (*_TO_EFFECT, "suspend", "confirm", "resume"),
    "correction-proposed": (*_TO_EFFECT, "correct"),
    "removed": (*_TO_EFFECT, "remove"),
    "withdrawn": (*_TO_EFFECT, "withdraw"),
    "expired": (*_TO_EFFECT, "expire"),
}


@dataclass(frozen=True)
class DeskAct:
    """One act of the desk: in which state it is ready, who may do it, and what it leaves in the audit trail."""

    ready: str
    role: Role
    events: tuple[str, ...]
    run: Callable[..., Any]


def _amend(courts: Courts, order: Order, subject: SandboxSubject, **given: Any) -> Any:
    draft = draft_like(courts, order, subject)
    return drafting.amend_draft(courts.session, order.public_id, draft, vault=courts.vault, **given)


def draft_like(courts: Courts, order: Order, subject: SandboxSubject) -> drafting.OrderDraft:
    case = courts.session.get_one(Case, order.case_id)
    return drafting.OrderDraft(
        kind=OrderKind(order.kind),
        court_id=order.court_id,
        case_number=parse_case_number(case.number),
        filed_on=case.filed_on,
        basis_number=case.basis_number,
        basis_maker=case.basis_maker,
        debtor=courts.telling.party(subject, today=courts.at.date()),
        grounds=(Ground.G3,),
        evidence="更正后的证据（测试）",
        warned_on=case.filed_on,
    )


def _suspend(courts: Courts, order: Order, subject: SandboxSubject, **given: Any) -> Any:
    return suspending.propose_suspension(
        courts.session,
        order.public_id,
        reason=SuspensionReason.OBJECTION,
        until=courts.at.date() + timedelta(days=30),
        document="审查笔录（测试）",
        note="",
        vault=courts.vault,
        **given,
    )


def _doubt(courts: Courts, order: Order, subject: SandboxSubject, **given: Any) -> Any:
    return suspending.suspend_for_doubt(
        courts.session,
        order.public_id,
        until=courts.at.date() + timedelta(days=30),
        document="来访登记（测试）",
        note="同名",
        vault=courts.vault,
        **given,
    )


def _resume(courts: Courts, order: Order, subject: SandboxSubject, **given: Any) -> Any:
    return suspending.propose_resumption(
        courts.session,
        order.public_id,
        basis="名单规定第十二条",
        document="审查决定（测试）",
        note="已核实",
        vault=courts.vault,
        **given,
    )


def _correct(courts: Courts, order: Order, subject: SandboxSubject, **given: Any) -> Any:
    return correcting.propose_correction(
        courts.session,
        order.public_id,
        facts={CorrectableFact.DUTY_PUBLIC: "更正后的公开文本（测试）", CorrectableFact.AMOUNT_DUE: "1.00"},
        reason="笔误",
        document="卷宗（测试）",
        found_on=courts.at.date(),
        vault=courts.vault,
        **given,
    )


Decision = Callable[..., Any]


def _decided(decide: Decision) -> Decision:
    """A decision of the president as one of the acts below."""

    def run(courts: Courts, order: Order, subject: SandboxSubject, **given: Any) -> Any:
        return decide(courts.session, order.public_id, vault=courts.vault, **given)

    return run


ACTS: dict[str, DeskAct] = {
    "amend": DeskAct("draft", Role.CLERK, ("order.amended",), _amend),
    "submit": DeskAct(
        "draft",
        Role.CLERK,
        ("order.submitted",),
        lambda courts, order, subject, **given: drafting.submit_order(
            courts.session, order.public_id, vault=courts.vault, **given
        ),
    ),
    "abandon": DeskAct(
        "draft",
        Role.CLERK,
        ("order.abandoned",),
        lambda courts, order, subject, **given: drafting.abandon_draft(
            courts.session, order.public_id, reason="测试", **given
        ),
    ),
    "check": DeskAct(
        "submitted",
        Role.CHECKER,
        ("order.checked",),
        lambda courts, order, subject, **given: reviewing.check_order(
            courts.session, order.public_id, last_six=subject.documents[0][1][-6:], vault=courts.vault, **given
        ),
    ),
    "return": DeskAct(
        "submitted",
        Role.CHECKER,
        ("order.returned",),
        lambda courts, order, subject, **given: reviewing.return_order(
            courts.session, order.public_id, reason="测试", **given
        ),
    ),
    "issue": DeskAct(
        "checked",
        Role.PRESIDENT,
        ("order.issued",),
        lambda courts, order, subject, **given: issuing.issue_order(
            courts.session, order.public_id, vault=courts.vault, **given
        ),
    ),
    "serve": DeskAct(
        "issued",
        Role.CLERK,
        ("order.service-recorded", "order.effective"),
        lambda courts, order, subject, **given: serving.record_service(
            courts.session,
            order.public_id,
            subject_id=order.subject_id,
            way=serving.ServiceWay.DIRECT,
            outcome="served",
            done_on=courts.at.date(),
            proof="送达回证（测试）",
            vault=courts.vault,
            **given,
        ),
    ),
    "propose": DeskAct(
        "effective",
        Role.CLERK,
        ("order.removal-proposed",),
        lambda courts, order, subject, **given: propose(courts, order, **given),
    ),
    "approve": DeskAct(
        "proposed",
        Role.PRESIDENT,
        ("order.removed",),
        lambda courts, order, subject, **given: removing.approve_removal(
            courts.session, order.public_id, **given, vault=courts.vault
        ),
    ),
    "reject": DeskAct(
        "proposed",
        Role.PRESIDENT,
        ("order.removal-rejected",),
        lambda courts, order, subject, **given: removing.reject_removal(
            courts.session, order.public_id, note="理由（测试）", vault=courts.vault, **given
        ),
    ),
    "suspend": DeskAct("effective", Role.CLERK, ("order.suspension-proposed",), _suspend),
    "doubt": DeskAct("effective", Role.CLERK, ("order.suspension-proposed", "order.suspended"), _doubt),
    "approve_suspension": DeskAct(
        "suspension-proposed", Role.PRESIDENT, ("order.suspended",), _decided(suspending.approve_suspension)
    ),
    "resume": DeskAct("suspended", Role.CLERK, ("order.resumption-proposed",), _resume),
    "approve_resumption": DeskAct(
        "resumption-proposed", Role.PRESIDENT, ("order.resumed",), _decided(suspending.approve_resumption)
    ),
    "correct": DeskAct("effective", Role.CLERK, ("order.correction-proposed",), _correct),
    "approve_correction": DeskAct(
        "correction-proposed", Role.PRESIDENT, ("order.corrected",), _decided(correcting.approve_correction)
    ),
}


def right_hand(courts: Courts, act: DeskAct) -> Actor:
    """Return who may do it."""
    return {Role.CLERK: courts.clerk, Role.CHECKER: courts.checker, Role.PRESIDENT: courts.president}[act.role]


def do(courts: Courts, name: str, order: Order, subject: SandboxSubject, **change: Any) -> Any:
    """Do an act, by default rightly."""
    act = ACTS[name]
    given: dict[str, Any] = {"version": order.version, "actor": right_hand(courts, act), "at": courts.at} | change
    return act.run(courts, order, subject, **given)
