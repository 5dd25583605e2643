"""What a court must look into: opened by what happened, closed by whoever did it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id
from blacklist.models import CourtTask, Order
from blacklist.services import auditing


def open_task(
    session: Session, kind: str, order: Order, *, due_on: date | None, actor: Actor, at: datetime
) -> CourtTask:
    """Return the court's open task of this kind for an order, opened now unless there is one.

    `due_on` None: the law's last day lies in a year whose holidays are not loaded.
    """
    task = _find_open(session, kind, order)
    if task is not None:
        return task
    task = CourtTask(id=new_id(), kind=kind, court_id=order.court_id, order_id=order.id, due_on=due_on, opened_at=at)
    session.add(task)
    auditing.record(
        session,
        AuditEvent.TASK_OPENED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"kind": kind, "due_on": due_on.isoformat() if due_on else None},
    )
    session.flush()
    return task


def close_task(session: Session, kind: str, order: Order, *, actor: Actor, at: datetime) -> None:
    """Close the court's open task of this kind for an order, if there is one."""
    task = _find_open(session, kind, order)
    if task is None:
        return
    task.closed_at, task.closed_by = at, actor.person_id
    auditing.record(
        session,
        AuditEvent.TASK_CLOSED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"kind": kind},
    )
    session.flush()


def _find_open(session: Session, kind: str, order: Order) -> CourtTask | None:
    query = select(CourtTask).where(
        CourtTask.kind == kind, CourtTask.order_id == order.id, CourtTask.closed_at.is_(None)
    )
    return session.scalars(query).one_or_none()
