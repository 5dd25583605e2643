"""The life of an objection and of a reconsideration: states, acts, and the two tables that join them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import TransitionError


class ObjectionState(StrEnum):
    """Where an objection stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ReconsiderationState(StrEnum):
    """Where a reconsideration stands."""

    RECEIVED = "received"
    CHANGED = "changed"
    MAINTAINED = "maintained"
    WITHDRAWN = "withdrawn"


class RemedyAct(StrEnum):
    """Everything that can be done in an objection or a reconsideration."""

    RECEIVE = "receive"
    ACCEPT = "accept"
    NOTE = "note"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    UPHOLD = "uphold"
    REJECT = "reject"
    SERVE = "serve"
    WITHDRAW = "withdraw"


_OBJECTION: Mapping[tuple[ObjectionState | None, RemedyAct], ObjectionState] = MappingProxyType(
    {
        (None, RemedyAct.RECEIVE): ObjectionState.RECEIVED,
        (ObjectionState.RECEIVED, RemedyAct.ACCEPT): ObjectionState.ACCEPTED,
        (ObjectionState.RECEIVED, RemedyAct.NOTE): ObjectionState.RECEIVED,
        (ObjectionState.RECEIVED, RemedyAct.WITHDRAW): ObjectionState.WITHDRAWN,
        (ObjectionState.ACCEPTED, RemedyAct.NOTE): ObjectionState.ACCEPTED,
        (ObjectionState.ACCEPTED, RemedyAct.PROPOSE): ObjectionState.ACCEPTED,
        (ObjectionState.ACCEPTED, RemedyAct.SEND_BACK): ObjectionState.ACCEPTED,
        (ObjectionState.ACCEPTED, RemedyAct.UPHOLD): ObjectionState.UPHELD,
        (ObjectionState.ACCEPTED, RemedyAct.REJECT): ObjectionState.REJECTED,
        (ObjectionState.ACCEPTED, RemedyAct.WITHDRAW): ObjectionState.WITHDRAWN,
        (ObjectionState.UPHELD, RemedyAct.SERVE): ObjectionState.UPHELD,
        (ObjectionState.REJECTED, RemedyAct.SERVE): ObjectionState.REJECTED,
    }
)
_RECONSIDERATION: Mapping[tuple[ReconsiderationState | None, RemedyAct], ReconsiderationState] = MappingProxyType(
    {
        (None, RemedyAct.RECEIVE): ReconsiderationState.RECEIVED,
        (ReconsiderationState.RECEIVED, RemedyAct.NOTE): ReconsiderationState.RECEIVED,
        (ReconsiderationState.RECEIVED, RemedyAct.PROPOSE): ReconsiderationState.RECEIVED,
        (ReconsiderationState.RECEIVED, RemedyAct.SEND_BACK): ReconsiderationState.RECEIVED,
        (ReconsiderationState.RECEIVED, RemedyAct.UPHOLD): ReconsiderationState.CHANGED,
        (ReconsiderationState.RECEIVED, RemedyAct.REJECT): ReconsiderationState.MAINTAINED,
        (ReconsiderationState.RECEIVED, RemedyAct.WITHDRAW): ReconsiderationState.WITHDRAWN,
        (ReconsiderationState.CHANGED, RemedyAct.SERVE): ReconsiderationState.CHANGED,
        (ReconsiderationState.MAINTAINED, RemedyAct.SERVE): ReconsiderationState.MAINTAINED,
    }
)


def objection_state_after(before: ObjectionState | None, act: RemedyAct) -> ObjectionState:
    """Return the state that `act` leads an objection to; `before` is None while there is none.

    It can be withdrawn until it is decided; nothing leaves a decision but its service.

    Basis: LIST 12; GOOD 18.

    Raises:
        TransitionError: there is no such step.
    """
    after = _OBJECTION.get((before, act))
    if after is None:
        raise _no_step("纠正申请", before, act)
    return after


def reconsideration_state_after(before: ReconsiderationState | None, act: RemedyAct) -> ReconsiderationState:
    """Return the state that `act` leads a reconsideration to; `before` is None while there is none.

    Upholding it changes the decision below, rejecting it maintains that; both are final.

    Basis: LIST 12; REVIEW 9.

    Raises:
        TransitionError: there is no such step.
    """
    after = _RECONSIDERATION.get((before, act))
    if after is None:
        raise _no_step("复议", before, act)
    return after


def _no_step(what: str, before: StrEnum | None, act: RemedyAct) -> TransitionError:
    return TransitionError(
        f"该{what}的当前状态不允许此操作。",
        f"There is no step {act} from the state {before or 'none'}.",
        before=str(before or "none"),
        act=str(act),
    )
