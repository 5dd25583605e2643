"""The life of an order: its kinds, states and acts, and the one table that joins them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import TransitionError


class OrderKind(StrEnum):
    """What a court orders. Basis: LIST 1 (listing); CONS 1 (consumption); CPL 266 (exit_ban)."""

    LISTING = "listing"
    CONSUMPTION = "consumption"
    EXIT_BAN = "exit_ban"


class OrderState(StrEnum):
    """Where an order stands. `issued` is effective in law; only `effective` restricts anybody."""

    DRAFT = "draft"
    CHECKED = "checked"
    ISSUED = "issued"
    EFFECTIVE = "effective"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RETURNED = "returned"
    ABANDONED = "abandoned"


class Act(StrEnum):
    """Everything that can be done to an order."""

    DRAFT = "draft"
    AMEND_DRAFT = "amend_draft"
    SUBMIT = "submit"
    ABANDON = "abandon"
    CHECK = "check"
    RETURN = "return"
    ISSUE = "issue"
    RECORD_SERVICE = "record_service"
    TAKE_EFFECT = "take_effect"
    CORRECT = "correct"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    PERMIT = "permit"
    RELEASE = "release"
    REMOVE = "remove"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


KIND_TITLES: Mapping[OrderKind, str] = MappingProxyType(
    {
        OrderKind.LISTING: "纳入失信被执行人名单",
        OrderKind.CONSUMPTION: "限制消费令",
        OrderKind.EXIT_BAN: "限制出境",
    }
)

ENDING_ACTS = (Act.REMOVE, Act.WITHDRAW)  # by two persons; expiry is the machine's
FINAL_STATES = frozenset({OrderState.REMOVED, OrderState.WITHDRAWN, OrderState.EXPIRED, OrderState.ABANDONED})
# Made by the president and not yet ended: what a person can be told of, object to, or be relieved from.
STANDING_STATES = (OrderState.ISSUED, OrderState.EFFECTIVE, OrderState.SUSPENDED)

STATE_AFTER: Mapping[tuple[OrderState | None, Act], OrderState] = MappingProxyType(
    {
        (None, Act.DRAFT): OrderState.DRAFT,
        (OrderState.DRAFT, Act.AMEND_DRAFT): OrderState.DRAFT,
        (OrderState.RETURNED, Act.AMEND_DRAFT): OrderState.DRAFT,
        (OrderState.DRAFT, Act.SUBMIT): OrderState.DRAFT,
        (OrderState.DRAFT, Act.ABANDON): OrderState.ABANDONED,
        (OrderState.RETURNED, Act.ABANDON): OrderState.ABANDONED,
        (OrderState.DRAFT, Act.CHECK): OrderState.CHECKED,
        (OrderState.DRAFT, Act.RETURN): OrderState.RETURNED,
        (OrderState.CHECKED, Act.RETURN): OrderState.RETURNED,
        # Only the signer of a batch, within ten minutes and before any service; the service asks for both.
        (OrderState.ISSUED, Act.RETURN): OrderState.RETURNED,
        (OrderState.CHECKED, Act.ISSUE): OrderState.ISSUED,
        (OrderState.ISSUED, Act.TAKE_EFFECT): OrderState.EFFECTIVE,
        (OrderState.EFFECTIVE, Act.SUSPEND): OrderState.SUSPENDED,
        (OrderState.SUSPENDED, Act.RESUME): OrderState.EFFECTIVE,
        (OrderState.EFFECTIVE, Act.EXTEND): OrderState.EFFECTIVE,
        (OrderState.SUSPENDED, Act.EXTEND): OrderState.SUSPENDED,
        (OrderState.EFFECTIVE, Act.PERMIT): OrderState.EFFECTIVE,
        **{(state, act): state for state in STANDING_STATES for act in (Act.RECORD_SERVICE, Act.CORRECT, Act.RELEASE)},
        **{(state, Act.REMOVE): OrderState.REMOVED for state in STANDING_STATES},
        **{(state, Act.WITHDRAW): OrderState.WITHDRAWN for state in STANDING_STATES},
        **{(state, Act.EXPIRE): OrderState.EXPIRED for state in STANDING_STATES},
    }
)


def state_after(before: OrderState | None, act: Act) -> OrderState:
    """Return the state that `act` leads to; `before` is None while there is no order yet.

    A listing is decided, signed and effective when made; it restricts once it is served (our stricter choice).
    Nothing leaves a final state: a new ground or a renewal is a new order.

    Basis: LIST 5, LIST 9, LIST 10; CONS 5, CONS 9; ENF 25.

    Raises:
        TransitionError: the life cycle has no such step.
    """
    after = STATE_AFTER.get((before, act))
    if after is None:
        raise TransitionError(
            "该决定的当前状态不允许此操作。",
            f"An order in state {before or 'none'} has no step {act}.",
            before=str(before or "none"),
            act=str(act),
        )
    return after


def mermaid() -> str:
    """Return the table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {before or '[*]'} --> {after}: {act}" for (before, act), after in STATE_AFTER.items()]
    lines += [f"    {state} --> [*]" for state in OrderState if state in FINAL_STATES]
    return "\n".join(lines) + "\n"
