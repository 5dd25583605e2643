"""The outcome of an objection or reconsideration: proposed soundly, taken back, carried out at the deciding court."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor, ActorKind
from blacklist.errors import Fault, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.models import Objection, Order, Reconsideration
from blacklist.queries import orders as order_queries
from blacklist.queries.remedies import open_remedy
from blacklist.rules.deadlines import Clock, deadline
from blacklist.rules.lifecycle import ENDING_ACTS, STANDING_STATES, OrderKind, OrderState, state_after
from blacklist.rules.remedies import Claim, Remedy, remedies_for
from blacklist.rules.removals import RemovalReason, act_of, basis_of, removal_reasons
from blacklist.rules.renewals import TaskKind
from blacklist.rules.working_days import Calendar, UnknownYearError
from blacklist.services import auditing
from blacklist.services.proposing import Grounds, open_proposal
from blacklist.services.tasking import open_task


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a reviewer proposes. Founded: with its remedy; a removal also with its reason, `end`."""

    founded: bool
    reasons: str = field(repr=False)
    remedy: Remedy | None = None
    end: RemovalReason | None = None


def require_sound(outcome: Outcome, claim: Claim, order: Order) -> None:
    """Refuse an outcome without reasons, or with a remedy that does not answer the claim or end this order.

    An order that has ended meanwhile needs no remedy any more; the answer is still owed.

    Raises:
        InvalidError: a fault at each wrong field.
    """
    faults = []
    if not outcome.reasons.strip():
        faults.append(Fault("/reasons", "missing", "请写明理由。", "The reasons are missing."))
    if outcome.founded and outcome.remedy not in remedies_for(claim):
        faults.append(
            Fault("/remedy", "not-allowed", "该处理方式与申请理由不符。", "This remedy does not answer the claim.")
        )
    if outcome.founded and outcome.remedy is Remedy.REMOVE and _stands(order):
        effective = OrderState(order.state) is not OrderState.ISSUED
        fitting = removal_reasons(OrderKind(order.kind), fixed_term=order.ends_on is not None, effective=effective)
        if outcome.end not in fitting:
            faults.append(
                Fault("/end", "reason-does-not-fit", "该事由不适用于此类决定。", "This reason does not end the order.")
            )
    if faults:
        raise InvalidError("审查意见有误。", "The outcome is not right.", errors=tuple(faults))


def put_outcome(
    case: Objection | Reconsideration, outcome: Outcome, word: str, *, actor: Actor, at: datetime, vault: Vault
) -> None:
    """Write a proposed outcome (`word` is the state it leads to) in place of an earlier one."""
    found: dict[str, str] = {"text": outcome.reasons}
    if outcome.founded and outcome.remedy in (Remedy.REMOVE, Remedy.WITHDRAW):
        end = RemovalReason.W if outcome.remedy is Remedy.WITHDRAW else outcome.end
        found["end"] = str(end or "")
    content = json.dumps(found, ensure_ascii=False, sort_keys=True)
    case.outcome = word
    case.remedy = outcome.remedy.value if outcome.founded and outcome.remedy else None
    case.reasons = vault.seal(content, table=case.__tablename__, row=case.id, column="reasons")
    case.proposer_id, case.proposed_at = actor.person_id, at
    case.version += 1


def take_back_outcome(case: Objection | Reconsideration) -> None:
    """Drop a proposed outcome, which the president sent back."""
    case.outcome = case.remedy = case.reasons = case.proposer_id = case.proposed_at = None
    case.version += 1


def outcome_of(case: Objection | Reconsideration, *, founded: bool, vault: Vault) -> Outcome:
    """Return the outcome proposed in a case."""
    opened = open_remedy(case, vault=vault)
    return Outcome(founded=founded, reasons=opened.reasons, remedy=opened.remedy, end=opened.end)


def carry_out(
    session: Session,
    order: Order,
    outcome: Outcome,
    *,
    document: str,
    proposer_id: int | None,
    at: datetime,
    calendar: Calendar,
    vault: Vault,
) -> str:
    """Set going at the deciding court what a founded outcome asks for; return what: for the audit trail.

    The reviewer whose outcome was adopted stands as the proposer of the end; another person there still decides it,
    within three working days. Corrected values are entered by a clerk: a task says so.
    """
    if not _stands(order):
        return "ended-already"
    reviewer = Actor(kind=ActorKind.PERSON, person_id=proposer_id)
    if outcome.remedy is Remedy.CORRECT:
        open_task(
            session,
            TaskKind.CORRECT_AFTER_OBJECTION,
            order,
            due_on=_last_day(at.date(), calendar),
            actor=reviewer,
            at=at,
        )
        return TaskKind.CORRECT_AFTER_OBJECTION
    if order_queries.find_open_proposal(session, order.id, acts=ENDING_ACTS) is not None:
        # Somebody else's proposal stands in the way of the remedy's own.
        open_task(
            session, TaskKind.END_AFTER_OBJECTION, order, due_on=_last_day(at.date(), calendar), actor=reviewer, at=at
        )
        return TaskKind.END_AFTER_OBJECTION
    end = RemovalReason.W if outcome.remedy is Remedy.WITHDRAW else outcome.end
    if end is None:
        raise ValueError("a removal without a reason is refused when it is proposed")
    act = act_of(end)
    state_after(OrderState(order.state), act)
    basis = basis_of(end, OrderKind(order.kind))
    grounds = Grounds(reason=end.value, basis=basis, document=document, event_on=at.date())
    proposal = open_proposal(session, order, act, grounds, besides=ENDING_ACTS, actor=reviewer, at=at, vault=vault)
    auditing.record(
        session,
        AuditEvent.REMOVAL_PROPOSED,
        order.id,
        actor=reviewer,
        at=at,
        court_id=order.court_id,
        facts={"reason": end.value, "basis": basis, "document_hash": proposal.document_hash},
    )
    session.flush()
    return f"proposed-{act.value}"


def _stands(order: Order) -> bool:
    return OrderState(order.state) in STANDING_STATES


def _last_day(decided_on: date, calendar: Calendar) -> date | None:
    try:
        return deadline(Clock.OBJECTION_UPHELD, decided_on, calendar=calendar)
    except UnknownYearError:
        return None
