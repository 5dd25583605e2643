"""What a court is told to look into, and when an exit ban's end is near enough to ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from blacklist.rules.lifecycle import OrderKind

RENEWAL_DAYS = 30
RENEWAL_ESCALATED_DAYS = 10


class TaskKind(StrEnum):
    """Why a task is open; one open task of a kind per order."""

    MISSING_CONSUMPTION = "missing-consumption-order"
    CASE_EVENT = "case-event-review"
    ROLE_CHANGE = "role-change"
    RENEWAL = "exit-ban-renewal"
    SUSPENSION_OVER = "suspension-over"
    IDENTITY_DOUBT = "identity-doubt"
    CORRECT_AFTER_OBJECTION = "correct-after-objection"
    END_AFTER_OBJECTION = "end-after-objection"


TASK_TITLES: Mapping[str, str] = MappingProxyType(
    {
        TaskKind.MISSING_CONSUMPTION: "已纳入名单而没有限制消费令，应当同时限制消费",
        TaskKind.CASE_EVENT: "案件情况发生变化，审查该决定是否继续",
        TaskKind.ROLE_CHANGE: "受限人员的任职可能已经变更，审查是否解除对其的限制",
        TaskKind.RENEWAL: "限制出境即将期满，审查是否续期",
        TaskKind.SUSPENSION_OVER: "暂停期限已过，决定恢复或者终止",
        TaskKind.IDENTITY_DOUBT: "有人提出“不是本人”，当日核实",
        TaskKind.CORRECT_AFTER_OBJECTION: "纠正申请成立，更正该决定",
        TaskKind.END_AFTER_OBJECTION: "纠正申请成立，终止该决定",
    }
)


def may_stand_beside(kind: OrderKind, *, binds_others: bool) -> bool:
    """Tell whether a new order may be made while the one it names as its predecessor still stands.

    An exit ban is renewed before it ends. A consumption order is supplemented by one that binds further persons of a
    unit (`binds_others`). A listing stands once: only an ended one is followed by another.

    Basis: CONS 3; CPL 266; GOOD 17.
    """
    return kind is OrderKind.EXIT_BAN or (kind is OrderKind.CONSUMPTION and binds_others)


class RenewalStage(StrEnum):
    """How near the end of an exit ban is."""

    FAR = "far"
    DUE = "due"
    ESCALATED = "escalated"
    OVER = "over"


def renewal_stage(ends_on: date, on: date) -> RenewalStage:
    """Return how near the last day of an exit ban is: asked 30 days before, pressed 10 days before.

    Nothing renews by itself: without a new decision the ban lapses.

    Basis: CPL 266; ENF 25.
    """
    left = (ends_on - on).days
    if left < 0:
        return RenewalStage.OVER
    if left <= RENEWAL_ESCALATED_DAYS:
        return RenewalStage.ESCALATED
    return RenewalStage.DUE if left <= RENEWAL_DAYS else RenewalStage.FAR
