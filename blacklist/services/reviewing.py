"""Another person checks a submitted draft, with the number's last six typed unseen, or sends it back."""

from __future__ import annotations

import hmac
import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, ForbiddenError, MissingRoleError, TransitionError
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.queries.subjects import open_subject
from blacklist.rules.effect import RECALL_WINDOW
from blacklist.rules.lifecycle import STANDING_STATES, Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.services import auditing
from blacklist.services.drafting import require_version

LAST_DIGITS = 6


class RecallClosedError(ConflictError):
    """What was signed can no longer be taken back by its signer alone; it ends by two persons now."""

    code = "recall-closed"
    title = "已不能收回"
    title_english = "It can no longer be taken back"


class NotTheSignerError(ForbiddenError):
    """Only who signed a batch takes an order of it back."""

    code = "not-the-signer"
    title = "只有签发人可以收回"
    title_english = "Only the signer takes it back"


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


def take_back(session: Session, public_id: str, *, reason: str, version: int, actor: Actor, at: datetime) -> Order:
    """Send an order of a batch back to its clerk within ten minutes of signing it, while nobody was served.

    Nothing of the decision remains but its number: that one is spent. It stays on the order until a new decision
    gives it another, so that it is counted and never given again, and in the audit trail for good.

    Raises:
        NotTheSignerError: somebody else signed it.
        RecallClosedError: an exit ban (it worked at once), signed singly, ten minutes over, served or proposed upon,
            or a consumption order beside which its listing stands.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, order.drafted_by)
    require_version(order, version)
    require_recallable(session, order, actor=actor, at=at)

    number = order.order_no
    order.state = state_after(OrderState(order.state), Act.RETURN).value
    order.version += 1
    order.submitted_at = order.checked_by = order.checked_at = None
    order.issued_by = order.issued_at = order.batch_id = None
    order.decided_on = order.ends_on = order.grace_until = None
    order.access_code = order.access_code_index = None
    order.returned_reason = reason

    auditing.record(
        session,
        AuditEvent.ORDER_TAKEN_BACK,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"order_no": number},
    )
    session.flush()
    return order


def require_recallable(session: Session, order: Order, *, actor: Actor, at: datetime) -> None:
    """Refuse to take an order back that its signer can no longer take back alone.

    Raises:
        NotTheSignerError, RecallClosedError, TransitionError: as `take_back`.
    """
    if order.kind == OrderKind.EXIT_BAN.value:
        raise RecallClosedError("限制出境签发即生效，不能收回；须由两人办理解除。", "An exit ban works at once.")
    state_after(OrderState(order.state), Act.RETURN)
    if order.issued_at is None or order.batch_id is None:
        raise RecallClosedError("只有批量签发的决定可以收回。", "Only an order of a batch can be taken back.")
    if order.issued_by != actor.person_id:
        raise NotTheSignerError("只有签发人本人可以收回。", "Only its signer takes an order back.")
    if not order.issued_at <= at <= order.issued_at + RECALL_WINDOW:
        raise RecallClosedError("签发已超过十分钟，不能收回；须由两人办理撤销。", "Ten minutes are over.")
    if order_queries.list_service_attempts(session, order.id):
        raise RecallClosedError("已登记送达，不能收回；须由两人办理撤销。", "Its service is on record.")
    if order_queries.find_open_proposal(session, order.id, acts=tuple(Act)) is not None:
        raise RecallClosedError("该决定有待决定的申请，请先决定。", "A proposal about it is open.")
    if order.kind == OrderKind.CONSUMPTION.value and _listing_beside(session, order):
        raise RecallClosedError(
            "同案的纳入名单决定已经签发，须先收回该决定，再收回限制消费令。", "Take the listing beside it back first."
        )


def _listing_beside(session: Session, order: Order) -> bool:
    listing = order_queries.find_standing_duplicate(
        session, subject_id=order.subject_id, case_id=order.case_id, kind=OrderKind.LISTING
    )
    return listing is not None and OrderState(listing.state) in STANDING_STATES


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
