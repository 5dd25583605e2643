"""Another person checks a submitted draft, with the number's last six typed unseen, or sends it back."""

from __future__ import annotations

import hmac
import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import MissingRoleError, TransitionError
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import Act, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.services import auditing
from blacklist.services.drafting import require_version

LAST_DIGITS = 6


def check_order(
    session: Session, public_id: str, *, last_six: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Confirm a submitted draft, or return it when the last six characters typed unseen are not the number's.

    Raises:
        SamePersonError: the drafter does not check their own draft.
        TransitionError: it is not a submitted draft.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.CHECKER, order.court_id)
    require_other_person(actor, order.drafted_by)
    require_version(order, version)
    state = state_after(OrderState(order.state), Act.CHECK)
    if order.submitted_at is None:
        raise TransitionError("该决定尚未提交核验。", "The draft has not been submitted.")

    number = open_subject(session, order.subject_id, vault=vault).number
    if not _same_end(number, last_six):
        return _send_back(session, order, reason="盲录的证件号码后六位与录入不一致，请核对原件。", actor=actor, at=at)
    order.state, order.version = state.value, order.version + 1
    order.checked_by, order.checked_at = actor.person_id, at

    auditing.record(session, AuditEvent.ORDER_CHECKED, order.id, actor=actor, at=at, court_id=order.court_id)
    session.flush()
    return order


def return_order(session: Session, public_id: str, *, reason: str, version: int, actor: Actor, at: datetime) -> Order:
    """Send a draft back to its clerk with a reason.

    Raises:
        MissingRoleError: the actor neither checks nor decides at this court.
        TransitionError: it is past the decision.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    _require_checks_or_decides(actor, order.court_id)
    require_other_person(actor, order.drafted_by)
    require_version(order, version)
    if OrderState(order.state) is OrderState.ISSUED or order.submitted_at is None:
        raise TransitionError("该决定当前不能退回。", "The order cannot be sent back now.")

    return _send_back(session, order, reason=reason, actor=actor, at=at)


def _require_checks_or_decides(actor: Actor, court_id: int) -> None:
    if not (actor.holds(Role.CHECKER, court_id) or actor.holds(Role.PRESIDENT, court_id)):
        raise MissingRoleError("只有核验人或院领导可以退回。", "Only a checker or a president sends drafts back.")


def _send_back(session: Session, order: Order, *, reason: str, actor: Actor, at: datetime) -> Order:
    order.state = state_after(OrderState(order.state), Act.RETURN).value
    order.version += 1
    order.submitted_at = order.checked_by = order.checked_at = None
    order.returned_reason = reason

    auditing.record(session, AuditEvent.ORDER_RETURNED, order.id, actor=actor, at=at, court_id=order.court_id)
    session.flush()
    return order


def _same_end(number: str, typed: str) -> bool:
    typed = "".join(unicodedata.normalize("NFKC", typed).split()).upper()
    return hmac.compare_digest(number[-LAST_DIGITS:].encode(), typed.encode())
