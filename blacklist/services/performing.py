"""The clerk records what happened in a case; what it ends is proposed in the same moment, for another to decide."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import TransitionError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.models import CaseEvent, Order
from blacklist.queries import orders as order_queries
from blacklist.queries import repair as repair_queries
from blacklist.queries.calendars import load_calendar
from blacklist.queries.repair import Foreseen
from blacklist.rules.articles import ARTICLES
from blacklist.rules.lifecycle import STANDING_STATES, Act, OrderKind, OrderState
from blacklist.rules.permissions import require_role
from blacklist.rules.removals import basis_of
from blacklist.rules.renewals import TaskKind
from blacklist.rules.repair import CASE_EVENT_TITLES, Force, Outcome, due_on
from blacklist.rules.suspensions import SuspensionReason
from blacklist.rules.terms import add_months
from blacklist.rules.working_days import UnknownYearError
from blacklist.services import auditing
from blacklist.services.correcting import keep_version
from blacklist.services.drafting import require_version, text_hash
from blacklist.services.happenings import Happening, performed_after, require_possible
from blacklist.services.removing import propose_removal
from blacklist.services.suspending import propose_suspension
from blacklist.services.tasking import open_task

DEATH_SUSPENSION_MONTHS = 6  # ours: time to find who takes over the duty; then the court decides again


def record_case_event(
    session: Session, public_id: str, happening: Happening, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> CaseEvent:
    """Record an event in the case of an order, about its debtor, and propose what it ends.

    For every standing order of the case against this debtor: sums and performance are brought up to date (what stood
    before is kept), and the end, suspension or review that the event brings is proposed by the recording clerk,
    counted from the day it happened. An order whose end is proposed already is left alone. Nothing ends by this.

    Raises:
        InvalidError: the event cannot have happened so. TransitionError: the order does not stand.
        StaleVersionError: the order changed since the clerk looked.
    """
    order = _lock_all(session, public_id, actor=actor, on=at.date())

    require_role(actor, Role.CLERK, order.court_id)
    require_version(order, version)
    if OrderState(order.state) not in STANDING_STATES:
        raise TransitionError("该决定尚未作出或者已经终止，不能登记案件事项。", "The order does not stand.")
    require_possible(session, order, happening, on=at.date())
    foreseen = repair_queries.foresee(session, order, happening.kind, happening.happened_on, on=at.date())

    event = _keep(session, order, happening, actor=actor, at=at, vault=vault)
    order.version += 1
    auditing.record(
        session,
        AuditEvent.CASE_EVENT_RECORDED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={
            "kind": happening.kind.value,
            "happened_on": happening.happened_on.isoformat(),
            "document_hash": text_hash(happening.document),
        },
    )
    for one in foreseen:
        _bring_up_to_date(session, one.order, happening, actor=actor, at=at, vault=vault)
    session.flush()
    for one in foreseen:
        _draw(session, one, happening, actor=actor, at=at, vault=vault)
    session.flush()
    return event


def _lock_all(session: Session, public_id: str, *, actor: Actor, on: date) -> Order:
    """Lock the debtor's standing orders of the case in one order, so that two who record at once wait in line."""
    order = order_queries.get_order(session, public_id, actor=actor)
    repair_queries.list_standing(session, case_id=order.case_id, subject_id=order.subject_id, on=on, lock=True)
    return order_queries.get_order(session, public_id, actor=actor, lock=True)


def _keep(
    session: Session, order: Order, happening: Happening, *, actor: Actor, at: datetime, vault: Vault
) -> CaseEvent:
    row_id = new_id()
    note = happening.note
    event = CaseEvent(
        id=row_id,
        case_id=order.case_id,
        court_id=order.court_id,
        subject_id=order.subject_id,
        kind=happening.kind.value,
        happened_on=happening.happened_on,
        amount=happening.amount,
        document=happening.document,
        note=vault.seal(note, table="case_events", row=row_id, column="note") if note else None,
        recorded_by=actor.person_id,
        recorded_at=at,
    )
    session.add(event)
    return event


def _bring_up_to_date(
    session: Session, order: Order, happening: Happening, *, actor: Actor, at: datetime, vault: Vault
) -> None:
    performance, performed = performed_after(order, happening)
    if (performance, performed) == (order.performance, order.amount_performed):
        return
    earlier = {
        "performance": order.performance,
        "amount_performed": None if order.amount_performed is None else f"{order.amount_performed:.2f}",
    }
    keep_version(session, order, earlier, cause="performance", proposal=None, actor=actor, at=at, vault=vault)
    order.performance, order.amount_performed = performance, performed
    order.version += 1

    auditing.record(
        session,
        AuditEvent.PERFORMANCE_RECORDED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"performance": performance, "amount": None if performed is None else f"{performed:.2f}"},
    )


def _draw(
    session: Session, foreseen: Foreseen, happening: Happening, *, actor: Actor, at: datetime, vault: Vault
) -> None:
    """Do what the event brings for one order: a proposal, or a task."""
    order, consequence = foreseen.order, foreseen.consequence
    outcome = consequence.outcome
    optional = consequence.force is Force.MAY
    if outcome is Outcome.RECORD or (optional and not happening.with_optional):
        return
    if outcome is Outcome.SUSPEND and OrderState(order.state) is OrderState.SUSPENDED:
        outcome = Outcome.TASK  # it rests for another reason already; the court looks at both
    if outcome is Outcome.REMOVE and not foreseen.proposed:
        _propose_end(session, foreseen, happening, actor=actor, at=at, vault=vault)
    elif outcome is Outcome.SUSPEND:
        _propose_rest(session, order, happening, actor=actor, at=at, vault=vault)
    elif outcome is Outcome.TASK:
        day = _due(session, foreseen, happening)
        open_task(session, TaskKind.CASE_EVENT, order, due_on=day, actor=actor, at=at)


def _propose_end(
    session: Session, foreseen: Foreseen, happening: Happening, *, actor: Actor, at: datetime, vault: Vault
) -> None:
    order, reason = foreseen.order, foreseen.consequence.reason
    if reason is None:
        raise ValueError("a removal has its reason")
    further = [ARTICLES[key].citation for key in foreseen.consequence.articles[1:]]
    propose_removal(
        session,
        order.public_id,
        reason=reason,
        basis="；".join([basis_of(reason, OrderKind(order.kind)), *further]),
        document=happening.document,
        note=_note(happening),
        version=order.version,
        actor=actor,
        at=at,
        vault=vault,
        event_on=happening.happened_on,
    )


def _propose_rest(
    session: Session, order: Order, happening: Happening, *, actor: Actor, at: datetime, vault: Vault
) -> None:
    if order_queries.find_open_proposal(session, order.id, acts={Act.SUSPEND}) is not None:
        return
    until = add_months(at.date(), DEATH_SUSPENSION_MONTHS)
    propose_suspension(
        session,
        order.public_id,
        reason=SuspensionReason.DEATH,
        until=until if order.ends_on is None else min(until, order.ends_on),
        document=happening.document,
        note=_note(happening),
        version=order.version,
        actor=actor,
        at=at,
        vault=vault,
    )


def _note(happening: Happening) -> str:
    """Return what happened as the decision will say it: the note of a removal is printed as what the court found."""
    on = happening.happened_on
    amount = f"，金额为人民币{happening.amount:,.2f}元" if happening.amount is not None else ""
    found = f"{on.year}年{on.month}月{on.day}日，本案出现“{CASE_EVENT_TITLES[happening.kind]}”的情形{amount}。"
    return f"{found}\n{happening.note}" if happening.note else found


def _due(session: Session, foreseen: Foreseen, happening: Happening) -> date | None:
    try:
        return due_on(foreseen.consequence, happening.happened_on, calendar=load_calendar(session))
    except UnknownYearError:
        return None  # no date is guessed; the task is open all the same
