"""What the machine looked at before a signature, and the grade of a card on the signing table it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.desk.acting import Desk
from app.desk.views import CheckView
from blacklist.errors import ExclusionError, InvalidError
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.queries.staff import name_persons
from blacklist.rules.lifecycle import STANDING_STATES, OrderKind, OrderState
from blacklist.rules.warnings import WARNING_TITLES
from blacklist.services.drafting import answers_of
from blacklist.services.issuing import require_lawful

_SAMPLED_OF = 10  # one green card in so many must be opened, so that no rhythm of keys signs unread


class Level(StrEnum):
    """How a card stands: word, shape and colour follow from it."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of an order for one person; `sampled` marks the green one in ten that must be opened too."""

    level: Level
    sampled: bool = False

    @property
    def must_open(self) -> bool:
        """Tell whether agreeing wants the whole order opened first."""
        return self.level is Level.AMBER or self.sampled

    @property
    def may_agree(self) -> bool:
        """Tell whether it can be agreed to on the table at all."""
        return self.level is not Level.RED


def checks_of(desk: Desk, order: Order) -> list[CheckView]:
    """Return what the machine looked at; a failed one cannot be signed (the service refuses it too)."""
    names = name_persons(desk.session, [order.drafted_by, order.checked_by])
    drafter, checker = names.get(order.drafted_by, ""), names.get(order.checked_by or 0, "")
    checks = [
        CheckView("pass", "两人经办", f"录入：{drafter}；核验：{checker}，已对照原件盲录证件号码末六位"),
        _lawfulness(desk, order),
    ]
    if order.kind == OrderKind.LISTING.value:
        served = order.warned_on is not None
        checks.append(CheckView("pass" if served else "fail", "执行通知书载明风险提示并已送达"))
        checks.append(_companion_check(desk, order))
        if not order.duty_public:
            checks.append(CheckView("warn", "没有公开文本", "公示时不显示义务内容"))
    checks.append(_duplicate_check(desk, order))
    checks += [
        CheckView("warn", WARNING_TITLES[one], f"经办人答复：{answer}")
        for one, answer in answers_of(order, vault=desk.vault).items()
    ]
    return checks


def grade_of(desk: Desk, order: Order, checks: list[CheckView]) -> Grade:
    """Return red where a check failed, amber where one warns, else green."""
    levels = {check.level for check in checks}
    if "fail" in levels:
        return Grade(Level.RED)
    if "warn" in levels:
        return Grade(Level.AMBER)
    return Grade(Level.GREEN, sampled=_is_sampled(desk, order))


def _is_sampled(desk: Desk, order: Order) -> bool:
    """Draw one order in ten: by a keyed hash, so that it cannot be foreseen, yet stays the same on every reload."""
    drawn = desk.vault.credential_mac(f"signing sample|{desk.actor.person_id}|{order.id}|{order.version}")
    return int.from_bytes(drawn[:4], "big") % _SAMPLED_OF == 0


def _lawfulness(desk: Desk, order: Order) -> CheckView:
    try:
        require_lawful(desk.session, order, at=desk.at, vault=desk.vault)
    except (ExclusionError, InvalidError) as error:
        return CheckView("fail", "法定排除情形", error.detail)
    return CheckView("pass", "无法定排除情形（年龄、身份、情形）")


def _companion_check(desk: Desk, order: Order) -> CheckView:
    """Look for the consumption order a listed debtor must be under; one that waits beside it is signed first."""
    consumption = order_queries.find_consumption_order(
        desk.session, order, states=(*STANDING_STATES, OrderState.CHECKED)
    )
    if consumption is None:
        return CheckView("fail", "该案没有限制消费令", "纳入名单的被执行人应当同时限制消费，须先核验、签发限制消费令")
    if consumption.state != OrderState.CHECKED.value:
        return CheckView("pass", "该案有限制消费令")
    if consumption.drafted_by == desk.actor.person_id:
        return CheckView("fail", "该案限制消费令尚未签发", "由您录入，须由另一名院领导先签发")
    return CheckView("pass", "该案限制消费令一并待签发", "与本决定一并签发；批量签发时须一并同意")


def _duplicate_check(desk: Desk, order: Order) -> CheckView:
    duplicate = order_queries.find_standing_duplicate(
        desk.session,
        subject_id=order.subject_id,
        case_id=order.case_id,
        kind=OrderKind(order.kind),
        but=order.id,
    )
    if duplicate is None:
        return CheckView("pass", "同案无重复决定")
    return CheckView("warn", "同案对同一人另有同类决定", duplicate.order_no or "正在办理")
