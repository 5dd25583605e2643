"""Papers the registry writes: their kinds, their numbers, and what a paper is worth today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.permits import PermitState, is_past
from blacklist.rules.tags import Tag
from blacklist.rules.terms import is_over

_VOID_MARK = "（作废"
_PARTS = "〇一二三四五六七八九十"


class PaperKind(StrEnum):
    """The kinds of paper, as they are stored and worded."""

    LISTING_DECISION = "listing_decision"
    CONSUMPTION_ORDER = "consumption_order"
    EXIT_BAN_DECISION = "exit_ban_decision"
    PERMIT = "permit"
    CORRECTION = "correction_decision"
    REJECTION = "rejection_decision"
    RECONSIDERATION = "reconsideration_decision"
    SUSPENSION = "suspension_decision"
    RESUMPTION = "resumption_decision"
    EXTENSION = "extension_decision"
    REMOVAL = "removal_decision"
    CERTIFICATE = "removal_certificate"
    SERVICE = "service_proof"


class PaperState(StrEnum):
    """A misprint is void; it keeps its code, so that who holds it can learn so."""

    VALID = "valid"
    VOID = "void"


class Effect(StrEnum):
    """What a paper is worth today, as anybody may know it: never why, and nothing about the person."""

    VALID = "valid"
    NOT_NOW = "not-now"
    LIFTED = "lifted"
    VOID = "void"


EFFECT_TAGS = {
    Effect.VALID: Tag("有效", "tag-green"),
    Effect.NOT_NOW: Tag("当前不生效", "tag-amber-outline"),
    Effect.LIFTED: Tag("已解除", "tag-grey-outline"),
    Effect.VOID: Tag("已作废", "tag-grey-outline"),
}
DECISION_OF = {
    OrderKind.LISTING: PaperKind.LISTING_DECISION,
    OrderKind.CONSUMPTION: PaperKind.CONSUMPTION_ORDER,
    OrderKind.EXIT_BAN: PaperKind.EXIT_BAN_DECISION,
}
ORDER_DECISIONS = frozenset(DECISION_OF.values())
# These say what holds while the order stands, and nothing once it has ended.
_FOLLOW_ORDER = ORDER_DECISIONS | {PaperKind.CORRECTION, PaperKind.RESUMPTION, PaperKind.EXTENSION}
_ENDED = frozenset({OrderState.REMOVED, OrderState.WITHDRAWN, OrderState.EXPIRED})
_IN_FORCE = frozenset({OrderState.ISSUED, OrderState.EFFECTIVE})
_SUFFIXES = {
    PaperKind.CORRECTION: "更正",
    PaperKind.REJECTION: "驳回",
    PaperKind.RECONSIDERATION: "复议",
    PaperKind.SUSPENSION: "暂停",
    PaperKind.RESUMPTION: "恢复",
    PaperKind.EXTENSION: "延长",
    PaperKind.CERTIFICATE: "退出证明",
    PaperKind.SERVICE: "送达回证",
}


def effect_of_paper(
    kind: PaperKind, state: OrderState, *, ends_on: date | None, on: date, superseded: bool = False
) -> Effect:
    """Return what a paper about an order in `state` is worth on a day; a permit's is `effect_of_permit`.

    A decision holds from the day it is made. What removes, answers or proves something stays true whatever becomes
    of the order. `superseded`: the decision was taken back before it was served.

    Basis: LIST 5, LIST 10; CONS 9; ENF 25.
    """
    if superseded:
        return Effect.VOID
    ended = state in _ENDED or (state in _IN_FORCE and is_over(ends_on, on))
    if kind is PaperKind.SUSPENSION:
        if ended:
            return Effect.LIFTED
        return Effect.VALID if state is OrderState.SUSPENDED else Effect.NOT_NOW
    if kind not in _FOLLOW_ORDER:
        return Effect.VALID
    if ended:
        return Effect.LIFTED
    return Effect.VALID if state in _IN_FORCE else Effect.NOT_NOW


def effect_of_permit(permit: PermitState, *, valid_from: date, valid_to: date, order: OrderState, on: date) -> Effect:
    """Return what a permit is worth on a day: it opens an order in force, on its own days, while uses are left.

    Basis: CONS 8; GOOD 17.
    """
    granted = permit is PermitState.GRANTED and order is OrderState.EFFECTIVE
    return Effect.VALID if granted and valid_from <= on and not is_past(valid_to, on) else Effect.NOT_NOW


def decision_number(order_no: str, part: int) -> str:
    """Return the number of an order's decision; where several persons get one each, the later ones 之二, 之三."""
    return order_no if part == 1 else f"{order_no}之{_PARTS[part]}"


def is_decision_of(number: str, order_no: str | None) -> bool:
    """Tell whether a number, as printed, is that of the order's present decision."""
    return order_no is not None and (number == order_no or number.startswith(f"{order_no}之"))


def suffix_of(kind: PaperKind, order: OrderKind, *, withdrawn: bool = False) -> str:
    """Return what stands between the case number and the count in the number of a paper that is no order's own."""
    if kind is PaperKind.REMOVAL:
        if withdrawn:
            return "撤销"
        return "删除" if order is OrderKind.LISTING else "解除"
    return _SUFFIXES[kind]


def next_number(case_number: str, suffix: str, given: Iterable[str]) -> str:
    """Return the number after the highest of `given`, the numbers kept in the case; void ones are never given again."""
    start = f"{case_number}-{suffix}"
    counts = [printed_number(one).removeprefix(start) for one in given if one.startswith(start)]
    return f"{start}{max((int(one) for one in counts if one.isdecimal()), default=0) + 1}"


def void_number(number: str, given: Iterable[str]) -> str:
    """Return the number a void paper is kept under, so that the same decision can be printed again under its own."""
    count = sum(one.startswith(f"{number}{_VOID_MARK}") for one in given)
    return f"{number}{_VOID_MARK}{count + 1}）"


def printed_number(number: str) -> str:
    """Return the number as it stands on the paper."""
    return number.split(_VOID_MARK)[0]
