"""The machine tells a court what to look into when a day comes near; a person says what came of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from blacklist.actors import MACHINE, Actor
from blacklist.errors import ConflictError
from blacklist.identity.sealing import Vault
from blacklist.models import CourtTask, Order
from blacklist.queries import orders as order_queries
from blacklist.queries import tasks as task_queries
from blacklist.queries.tasks import TaskNotFoundError
from blacklist.rules.lifecycle import FINAL_STATES, OrderState
from blacklist.rules.renewals import TaskKind
from blacklist.rules.suspensions import suspension_is_over
from blacklist.services import tasking
from blacklist.services.proposing import require_may_propose


class TaskStandsError(ConflictError):
    """The cause of the task is still there; a note does not settle it."""

    code = "task-stands"
    title = "该待办的事由仍然存在"
    title_english = "The cause of the task still stands"


def close_task(
    session: Session, public_id: str, kind: str, *, note: str, actor: Actor, at: datetime, vault: Vault
) -> CourtTask:
    """Close the open task of a kind about an order, with what came of it.

    Raises:
        TaskNotFoundError: no such task is open. TaskStandsError: a suspension past its day needs a decision.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)
    task = task_queries.find_open_task(session, order.id, kind, lock=True)
    if task is None:
        raise TaskNotFoundError("该待办已经办结，或者不存在。", "No such task is open.")

    require_may_propose(actor, order.court_id)
    if kind == TaskKind.SUSPENSION_OVER.value and _rests_too_long(order, at.date()):
        raise TaskStandsError(
            "暂停期限已过而决定仍在暂停中，请提出恢复或者终止；办理后该待办自动办结。",
            "The order still rests; decide whether it works again or ends.",
        )

    tasking.close_task(session, kind, order, actor=actor, at=at)
    task.closing_note = vault.seal(note, table="court_tasks", row=task.id, column="closing_note")
    session.flush()
    return task


def open_due_tasks(session: Session, *, at: datetime, limit: int = 100) -> int:
    """Open what days bring (exit bans near their end, suspensions past theirs), close what settled itself.

    Returns how many tasks were opened or closed. One person is asked once whether an exit ban is renewed; a task
    closed without a renewal does not come back.
    """
    on = at.date()
    done = 0
    for order_id in task_queries.list_due_for_renewal(session, on=on, most=limit):
        order = order_queries.lock_order(session, order_id)
        if OrderState(order.state) not in FINAL_STATES:
            tasking.open_task(session, TaskKind.RENEWAL, order, due_on=order.ends_on, actor=MACHINE, at=at)
            done += 1
    for order_id in task_queries.list_suspensions_over(session, on=on, most=limit - done):
        order = order_queries.lock_order(session, order_id)
        if _rests_too_long(order, on):
            due_on = order.suspended_until
            tasking.open_task(session, TaskKind.SUSPENSION_OVER, order, due_on=due_on, actor=MACHINE, at=at)
            done += 1
    for order_id, kind in task_queries.list_settled_tasks(session, on=on, most=limit - done):
        order = order_queries.lock_order(session, order_id)
        tasking.close_task(session, kind, order, actor=MACHINE, at=at)
        done += 1
    return done


def _rests_too_long(order: Order, on: date) -> bool:
    return OrderState(order.state) is OrderState.SUSPENDED and suspension_is_over(order.suspended_until, on)
