"""Demo orders made by the real acts of the real services, each at its own time in the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.cli.demo.cast import HOME_COURT, SandboxSubject
from blacklist.actors import Actor, ActorKind, Role
from blacklist.identity.case_numbers import parse_case_number
from blacklist.identity.documents import parse_document
from blacklist.identity.sealing import Vault
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.queries.desk import main_document
from blacklist.queries.subjects import open_subject
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import STANDING_STATES, OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.rules.suspensions import SuspensionReason
from blacklist.rules.terms import add_months
from blacklist.rules.warnings import SoftWarning
from blacklist.services.drafting import BoundParty, OrderDraft, Party, draft_order, submit_order
from blacklist.services.issuing import issue_order
from blacklist.services.removing import approve_removal, propose_removal
from blacklist.services.reviewing import check_order
from blacklist.services.serving import ServiceWay, record_service
from blacklist.services.subjects import register_subject
from blacklist.services.suspending import approve_suspension, propose_suspension

WARNED_BEFORE = timedelta(days=40)
FILED_BEFORE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Staff:
    """The three persons who act for a court in the demo."""

    court_id: int
    court_code: str
    clerk: Actor
    checker: Actor
    president: Actor


@dataclass(frozen=True, slots=True)
class Telling:
    """What every act of the story needs."""

    session: Session
    vault: Vault
    staff: Staff

    def party(self, subject: SandboxSubject, *, today: date) -> Party:
        """Return a subject as the desk would enter it, by its first document."""
        kind, number, country = subject.documents[0]
        return Party(
            document=parse_document(kind, number, country=country, today=today),
            name=subject.name,
            representative=subject.representative,
        )

    def register(self, subject: SandboxSubject, *, at: datetime) -> None:
        """Register a subject with all its documents."""
        documents = [
            parse_document(kind, number, country=country, today=at.date())
            for kind, number, country in subject.documents
        ]
        register_subject(
            self.session,
            name=subject.name,
            documents=documents,
            representative=subject.representative,
            vault=self.vault,
            at=at,
        )

    def draft(
        self,
        subject: SandboxSubject,
        kind: OrderKind,
        *,
        serial: int,
        at: datetime,
        grounds: tuple[Ground, ...] = (),
        bound: tuple[BoundParty, ...] = (),
        exit_ban_months: int | None = None,
        amount: str = "330000.00",
    ) -> Order:
        """Draft one order in the case with this serial number."""
        filed_on = at.date() - FILED_BEFORE
        unit = subject.representative is not None
        return draft_order(
            self.session,
            OrderDraft(
                kind=kind,
                court_id=self.staff.court_id,
                case_number=parse_case_number(f"（{filed_on.year}）{self.staff.court_code}执{serial}号"),
                filed_on=filed_on,
                basis_number=f"（{filed_on.year - 1}）{self.staff.court_code}民初{serial + 100}号",
                basis_maker="示例市示范区人民法院" if self.staff.court_code == HOME_COURT else "示例市新城区人民法院",
                debtor=self.party(subject, today=at.date()),
                bound=bound,
                grounds=grounds,
                evidence="财产报告令送达回证、银行流水查询反馈（演示）" if grounds else "",
                warned_on=at.date() - WARNED_BEFORE,
                duty=f"{'被告单位' if unit else '被告'}于判决生效后十日内偿还原告测试申请人借款本金{amount}元及利息。",
                duty_public=f"于判决生效后十日内偿还借款本金{amount}元及利息。",
                amount_due=Decimal(amount),
                amount_performed=Decimal("0.00"),
                exit_ban_months=exit_ban_months,
            ),
            actor=self.staff.clerk,
            at=at,
            vault=self.vault,
        )

    def submit(self, order: Order, *, at: datetime) -> Order:
        """Hand a draft in."""
        return submit_order(
            self.session,
            order.public_id,
            version=order.version,
            actor=self.staff.clerk,
            at=at + timedelta(minutes=2),
            vault=self.vault,
            answers=dict.fromkeys(SoftWarning, "已核实（演示）"),
        )

    def check(self, order: Order, subject: SandboxSubject, *, at: datetime) -> Order:
        """Check a submitted draft by typing the last six from the paper."""
        return check_order(
            self.session,
            order.public_id,
            last_six=subject.documents[0][1][-6:],
            version=order.version,
            actor=self.staff.checker,
            at=at + timedelta(minutes=20),
            vault=self.vault,
        )

    def issue(self, order: Order, *, at: datetime, grace_months: int | None = None) -> Order:
        """Let the president decide; a listing's consumption order first, where the story has not told of one."""
        if order.kind == OrderKind.LISTING.value:
            self.issue_consumption_order(order, at=at, grace_months=grace_months)
        return issue_order(
            self.session,
            order.public_id,
            version=order.version,
            actor=self.staff.president,
            at=at + timedelta(minutes=40),
            vault=self.vault,
            grace_months=grace_months,
        )

    def issue_consumption_order(self, listing: Order, *, at: datetime, grace_months: int | None = None) -> Order | None:
        """Issue the consumption order a listing needs beside it and return it, or None where one stands."""
        if order_queries.find_consumption_order(self.session, listing, states=STANDING_STATES) is not None:
            return None
        case = order_queries.get_case(self.session, listing.case_id)
        subject = open_subject(self.session, listing.subject_id, vault=self.vault)
        draft = OrderDraft(
            kind=OrderKind.CONSUMPTION,
            court_id=listing.court_id,
            case_number=parse_case_number(case.number),
            filed_on=case.filed_on,
            basis_number=case.basis_number,
            basis_maker=case.basis_maker,
            debtor=Party(
                document=main_document(self.session, subject.id, vault=self.vault),
                name=subject.name,
                representative=subject.representative,
            ),
            duty=f"{'被告单位' if subject.representative else '被告'}未按执行通知书指定的期间履行给付义务（演示）。",
            amount_due=listing.amount_due,
            amount_performed=listing.amount_performed,
        )
        order = draft_order(self.session, draft, actor=self.staff.clerk, at=at, vault=self.vault)
        self.submit(order, at=at)
        check_order(
            self.session,
            order.public_id,
            last_six=subject.number[-6:],
            version=order.version,
            actor=self.staff.checker,
            at=at + timedelta(minutes=20),
            vault=self.vault,
        )
        return self.issue(order, at=at, grace_months=grace_months)

    def serve(self, order: Order, *, at: datetime) -> Order:
        """Record service on whoever the order binds first."""
        recipient = order_queries.list_bindings(self.session, order.id)[0]
        return record_service(
            self.session,
            order.public_id,
            subject_id=recipient.subject_id,
            way=ServiceWay.DIRECT,
            outcome="served",
            done_on=at.date(),
            proof="送达回证（演示）",
            version=order.version,
            actor=self.staff.clerk,
            at=at + timedelta(hours=2),
            vault=self.vault,
        )

    def make(
        self,
        subject: SandboxSubject,
        kind: OrderKind,
        *,
        serial: int,
        at: datetime,
        grace_months: int | None = None,
        **more: object,
    ) -> Order:
        """Draft, submit, check, issue and serve: the order restricts from then on, or after its grace period."""
        order = self.draft(subject, kind, serial=serial, at=at, **more)  # type: ignore[arg-type]
        if kind is OrderKind.LISTING:
            consumption = self.issue_consumption_order(order, at=at, grace_months=grace_months)
            if consumption is not None:
                self.serve(consumption, at=at)
        order = self.issue(self.check(self.submit(order, at=at), subject, at=at), at=at, grace_months=grace_months)
        return order if order.state == "effective" else self.serve(order, at=at)

    def suspend(self, order: Order, *, at: datetime) -> Order:
        """Propose and approve a rest of one month, while an objection is examined."""
        propose_suspension(
            self.session,
            order.public_id,
            reason=SuspensionReason.OBJECTION,
            until=add_months(at.date(), 1),
            document="审查笔录（演示）",
            note="当事人提出已提供担保，正在审查（演示）",
            version=order.version,
            actor=self.staff.clerk,
            at=at,
            vault=self.vault,
        )
        return approve_suspension(
            self.session,
            order.public_id,
            version=order.version,
            actor=self.staff.president,
            at=at + timedelta(minutes=30),
            vault=self.vault,
        )

    def remove(self, order: Order, reason: RemovalReason, *, basis: str, at: datetime) -> Order:
        """Propose and approve a removal by two persons."""
        propose_removal(
            self.session,
            order.public_id,
            reason=reason,
            basis=basis,
            document="结案通知书（演示）",
            note="",
            version=order.version,
            actor=self.staff.clerk,
            at=at,
            vault=self.vault,
        )
        return approve_removal(
            self.session,
            order.public_id,
            version=order.version,
            actor=self.staff.president,
            at=at + timedelta(minutes=30),
            vault=self.vault,
        )


def staff_actor(person_id: int, name: str, court_id: int, roles: tuple[Role, ...]) -> Actor:
    """Return a demo person as an actor at one court."""
    return Actor(
        kind=ActorKind.PERSON,
        person_id=person_id,
        display_name=name,
        roles=frozenset((court_id, role) for role in roles),
    )
