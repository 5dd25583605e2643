"""A court with a reviewer and the next higher court with its people, and remedies brought to any state by real acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.identity.sealing import Vault
from blacklist.models import Court, CourtTask, Objection, Order, Proposal, Reconsideration
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedies import Claim, Remedy
from blacklist.rules.removals import RemovalReason
from blacklist.rules.working_days import Calendar, shipped_calendar
from blacklist.services import (
    answering_objections,
    answering_reconsiderations,
    objecting,
    reconsidering,
    staffing,
)
from blacklist.services.outcomes import Outcome
from blacklist.services.remedying import Plea, Received
from tests.courts import Courts, actor, make_courts

FOUNDED = Outcome(founded=True, reasons="理由成立（测试）", remedy=Remedy.WITHDRAW)
UNFOUNDED = Outcome(founded=False, reasons="理由不成立（测试）")
REMOVED = Outcome(founded=True, reasons="已履行（测试）", remedy=Remedy.REMOVE, end=RemovalReason.R9)
CORRECTED = Outcome(founded=True, reasons="信息有误（测试）", remedy=Remedy.CORRECT)


@dataclass
class Remedies:
    """The two courts of `tests.courts` with a reviewer, below a higher court with a clerk, a reviewer, a president."""

    courts: Courts
    high: int
    reviewer: Actor
    high_clerk: Actor
    high_reviewer: Actor
    high_president: Actor
    stranger: Actor
    calendar: Calendar

    @property
    def session(self) -> Session:
        return self.courts.session

    @property
    def at(self) -> datetime:
        return self.courts.at

    def given(self, who: Actor, /, **change: Any) -> dict[str, Any]:
        """Return what every act takes."""
        return {"actor": who, "at": self.at, "vault": self.courts.vault} | change

    def plea(self, claim: Claim = Claim.SHOULD_NOT_BE_LISTED, **change: Any) -> Plea:
        """Return an application handed in today."""
        stated = {
            "claim": claim,
            "statement": "本人不是该案被执行人（测试陈述）",
            "applicant": "测试某",
            "contact": "测试电话",
            "received_on": self.at.date(),
        }
        return Plea(**(stated | change))

    def receive(self, order: Order, plea: Plea | None = None, **change: Any) -> Received:
        """Receive an objection at the desk."""
        given = self.given(self.courts.clerk, **change)
        return objecting.receive_objection(self.session, order.public_id, plea or self.plea(), **given)

    def objection(
        self, state: str, *, order: Order | None = None, plea: Plea | None = None, outcome: Outcome | None = None
    ) -> Objection:
        """Return an objection in this state; `proposed` is accepted with an outcome that waits for the president."""
        order = order or self.courts.order("effective")[0]
        case = self.receive(order, plea).case
        assert isinstance(case, Objection)
        if state == "received":
            return case
        if state == "withdrawn":
            return objecting.withdraw_objection(
                self.session,
                case.public_id,
                note="书面撤回（测试）",
                version=case.version,
                **self.given(self.courts.clerk),
            )
        objecting.accept_objection(self.session, case.public_id, version=case.version, actor=self.reviewer, at=self.at)
        if state == "accepted":
            return case
        outcome = outcome or (FOUNDED if state == "upheld" else UNFOUNDED)
        answering_objections.propose_outcome(
            self.session, case.public_id, outcome, version=case.version, **self.given(self.reviewer)
        )
        return case if state == "proposed" else self.decide(case)

    def decide(self, case: Objection, **change: Any) -> Objection:
        """Let the president adopt the outcome."""
        given = self.given(self.courts.president, **({"version": case.version, "calendar": self.calendar} | change))
        return answering_objections.decide_outcome(self.session, case.public_id, **given)

    def rejected(self, *, served_on: date | None, claim: Claim = Claim.SHOULD_NOT_BE_LISTED) -> Objection:
        """Return a rejected objection, served on that day; its order was decided long before."""
        case = self.objection("rejected", plea=self.plea(claim))
        case.served_on = served_on
        self.session.flush()
        return case

    def appeal(self, reference: str, plea: Plea | None = None, **change: Any) -> Received:
        """Receive a reconsideration at the higher court."""
        given = self.given(self.high_clerk, **({"calendar": self.calendar} | change))
        return reconsidering.receive_reconsideration(self.session, reference, plea or self.plea(), **given)

    def reconsideration(
        self, state: str, *, outcome: Outcome | None = None, case: str | None = None
    ) -> Reconsideration:
        """Return a reconsideration in this state, by default of a rejected objection to a listing."""
        row = self.appeal(case or self.rejected(served_on=self.at.date()).public_id).case
        assert isinstance(row, Reconsideration)
        if state == "received":
            return row
        if state == "withdrawn":
            given = self.given(self.high_clerk, version=row.version)
            return reconsidering.withdraw_reconsideration(self.session, row.public_id, note="撤回（测试）", **given)
        outcome = outcome or (FOUNDED if state == "changed" else UNFOUNDED)
        given = self.given(self.high_reviewer, version=row.version)
        answering_reconsiderations.propose_outcome(self.session, row.public_id, outcome, **given)
        if state == "proposed":
            return row
        given = self.given(self.high_president, version=row.version, calendar=self.calendar)
        return answering_reconsiderations.decide_outcome(self.session, row.public_id, **given)

    def exit_ban(self, *, served: bool) -> Order:
        """Return an exit ban in force, decided yesterday, with or without service on record since then."""
        order, _ = self.courts.order("effective" if served else "issued", kind=OrderKind.EXIT_BAN)
        assert order.state == "effective"
        return order

    def proposals(self, order: Order) -> list[Proposal]:
        """Return what is proposed on an order."""
        return list(self.session.scalars(select(Proposal).where(Proposal.order_id == order.id)))

    def tasks(self, order: Order) -> list[CourtTask]:
        """Return an order's open tasks."""
        query = select(CourtTask).where(CourtTask.order_id == order.id, CourtTask.closed_at.is_(None))
        return list(self.session.scalars(query))


def make_remedies(session: Session, *, vault: Vault, at: datetime) -> Remedies:
    """Write the courts and their people."""
    return add_remedies(make_courts(session, vault=vault, at=at))


def add_remedies(courts: Courts) -> Remedies:
    """Write the higher court and the people of remedies beside the courts that stand already."""
    session = courts.session
    high = staffing.create_court(session, code="京", name="示例省高级人民法院", region="示例省").id
    session.get_one(Court, courts.home).parent_id = high
    session.flush()

    def person(court_id: int, *roles: Role) -> Actor:
        made = staffing.create_person(session, name="测试人员", at=courts.at)
        return actor(made.id, *((court_id, role) for role in roles))

    return Remedies(
        courts=courts,
        high=high,
        reviewer=person(courts.home, Role.REVIEWER),
        high_clerk=person(high, Role.CLERK),
        high_reviewer=person(high, Role.REVIEWER),
        high_president=person(high, Role.PRESIDENT),
        stranger=person(courts.other, *Role),
        calendar=shipped_calendar(),
    )
