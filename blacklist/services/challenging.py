"""Against what a reconsideration can be asked, of which court, and since when its days run."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from blacklist.errors import ConflictError, TransitionError
from blacklist.identity.sealing import Vault
from blacklist.models import Court, Objection, Order, Reconsideration
from blacklist.queries import orders as order_queries
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.remedies import Challenged
from blacklist.rules.lifecycle import STANDING_STATES, OrderKind, OrderState
from blacklist.rules.remedies import NEVER_LATE, Claim, OtherWayError, Way, reached_on, remedy_of
from blacklist.rules.remedy_states import ObjectionState, ReconsiderationState
from blacklist.rules.working_days import Calendar
from blacklist.services.serving import ServiceWay


class NoHigherCourtError(ConflictError):
    """No next higher court is registered for the deciding one."""

    code = "no-higher-court"
    title = "没有登记上一级人民法院"
    title_english = "No higher court is registered"


class NothingToReconsiderError(ConflictError):
    """The objection was not rejected, or the higher court has answered already."""

    code = "nothing-to-reconsider"
    title = "没有可以申请复议的决定"
    title_english = "Nothing to reconsider"


class ReconsiderationOpenError(ConflictError):
    """The order is being reconsidered already."""

    code = "reconsideration-open"
    title = "该决定正在复议"
    title_english = "The order is being reconsidered"


def require_challengeable(
    session: Session, order: Order, objection: Objection | None, claim: Claim, *, vault: Vault
) -> None:
    """Refuse what is not rejected, already before the higher court, answered by it, or to be objected to first.

    Raises:
        OtherWayError, TransitionError, NothingToReconsiderError, ReconsiderationOpenError: as it is.
    """
    if objection is None and remedy_of(OrderKind(order.kind)) is Way.OBJECTION:
        raise OtherWayError("应当先向作出决定的法院申请纠正；被驳回的，再申请复议。", "An objection comes first.")
    if OrderState(order.state) not in STANDING_STATES:
        raise TransitionError("该决定尚未作出或者已经结束。", "The order is not made yet, or has ended.")
    if objection is not None and objection.state != ObjectionState.REJECTED.value:
        raise NothingToReconsiderError("只有驳回纠正申请的决定可以申请复议。", "The objection was not rejected.")
    answered = {ReconsiderationState.CHANGED.value, ReconsiderationState.MAINTAINED.value}
    for one in remedy_queries.list_reconsiderations_of(session, order.id):
        if one.state == ReconsiderationState.RECEIVED.value:
            raise ReconsiderationOpenError("该决定正在复议。", "A reconsideration is open.")
        same = one.objection_id == (objection.id if objection else None)
        if same and one.state in answered and (objection is not None or _is_final(one, claim, vault=vault)):
            raise NothingToReconsiderError("上一级人民法院已经作出复议决定。", "The higher court has answered.")


def _is_final(case: Reconsideration, claim: Claim, *, vault: Vault) -> bool:
    """Tell whether an answer about an exit ban stands against the same claim again."""
    return claim not in NEVER_LATE and remedy_queries.open_remedy(case, vault=vault).claim is claim


def higher_court_of(session: Session, order: Order) -> Court:
    """Return the next higher court of the deciding one.

    Raises:
        NoHigherCourtError: none is registered.
    """
    higher = remedy_queries.higher_court_of(session, order.court_id)
    if higher is None:
        raise NoHigherCourtError(
            "系统没有登记作出决定的法院的上一级人民法院，请系统管理员登记后再受理。", "No higher court is registered."
        )
    return higher


def served_on_of(
    session: Session, challenged: Challenged, *, calendar: Calendar, subject_id: int | None
) -> date | None:
    """Return the day from which the ten days run: of the rejection, or of the exit ban's first service.

    Without `subject_id` the latest recipient's counts: nobody loses a right because another was served earlier.
    """
    if challenged.objection is not None:
        return challenged.objection.served_on
    first: dict[int, date] = {}
    for one in order_queries.list_service_attempts(session, challenged.order.id):
        if one.outcome != "served" or (subject_id is not None and one.subject_id != subject_id):
            continue
        announced = one.way == ServiceWay.ANNOUNCEMENT.value
        day = reached_on(one.done_on, by_announcement=announced, calendar=calendar)
        first[one.subject_id] = min(day, first.get(one.subject_id, day))
    return max(first.values(), default=None)
