"""No act bypasses the log: a transaction that altered who is restricted and appended nothing does not commit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from blacklist.models import Order, OrderBinding
from blacklist.rules.lifecycle import OrderState
from blacklist.services.appending import PENDING

_RESTRICTS = OrderState.EFFECTIVE.value


class LogBypassedError(RuntimeError):
    """A programming error: a service changed an order in force and did not record it in the log."""


def watch_sessions() -> None:
    """Watch every session of this process; called once, when the services are first imported."""
    event.listen(Session, "before_flush", _note_changes)
    event.listen(Session, "before_commit", _require_recorded)
    event.listen(Session, "after_soft_rollback", _forget)


def _note_changes(session: Session, _context: Any, _instances: Any) -> None:
    pending: set[int] = session.info.setdefault(PENDING, set())
    for row in (*session.new, *session.dirty):
        if isinstance(row, Order) and _changed(row, "state", _RESTRICTS):
            pending.add(row.id)
        elif isinstance(row, OrderBinding) and _has_changed(row, "until_on") and row not in session.new:
            pending.add(row.order_id)


def _forget(session: Session, _transaction: Any) -> None:
    session.info.pop(PENDING, None)


def _require_recorded(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint is part of an act
        return
    session.flush()
    pending: set[int] = session.info.get(PENDING, set())
    if pending:
        session.info[PENDING] = set()
        raise LogBypassedError(f"orders changed and not in the log: {sorted(pending)}")


def _changed(row: Order, name: str, value: str) -> bool:
    """Tell whether a column came to hold `value`, or ceased to."""
    history = inspect(row).attrs[name].history
    if not history.has_changes():
        return False
    return value in (*history.added, *history.deleted)


def _has_changed(row: Any, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())
