"""Why and for how long an order may rest, and when a suspension made by one person alone must be confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import Fault, InvalidError
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.terms import add_months

MOST_MONTHS = 12  # ours: a longer rest is an end, which is decided as one


class SuspensionReason(StrEnum):
    """Why an order is suspended; the decision says so."""

    IDENTITY_DOUBT = "identity_doubt"
    OBJECTION = "objection"
    CONDITIONAL_REPAIR = "conditional_repair"
    RETRIAL = "retrial"
    DEATH = "death"


SUSPENSION_TITLES: Mapping[SuspensionReason, str] = MappingProxyType(
    {
        SuspensionReason.IDENTITY_DOUBT: "对是否本人存在疑问，正在核实",
        SuspensionReason.OBJECTION: "纠正申请审查中，继续执行可能造成难以挽回的损害",
        SuspensionReason.CONDITIONAL_REPAIR: "当事人作出履行承诺，附条件暂停",
        SuspensionReason.RETRIAL: "执行依据正在再审或者复查",
        SuspensionReason.DEATH: "被执行人死亡，等待权利义务承受人",
    }
)
_ARTICLES: Mapping[SuspensionReason, str] = MappingProxyType(
    {
        SuspensionReason.IDENTITY_DOUBT: "LIST 12",
        SuspensionReason.OBJECTION: "LIST 12",
        SuspensionReason.CONDITIONAL_REPAIR: "GOOD 19",
        SuspensionReason.RETRIAL: "CPL 267",
        SuspensionReason.DEATH: "CPL 267",
    }
)


def article_of(reason: SuspensionReason, kind: OrderKind) -> str:
    """Return the key of the article a suspension for this reason rests on.

    What LIST 12 says of listings holds for consumption orders by GOOD 18; an exit ban rests on REVIEW 9.

    Basis: LIST 12; GOOD 18, GOOD 19; CPL 267; REVIEW 9.
    """
    article = _ARTICLES[reason]
    if article == "LIST 12" and kind is OrderKind.CONSUMPTION:
        return "GOOD 18"
    if article == "LIST 12" and kind is OrderKind.EXIT_BAN:
        return "REVIEW 9"
    return article


def acts_alone(reason: SuspensionReason) -> bool:
    """Tell whether one person may suspend at once, a second one confirming within a working day.

    Only a doubt about who the person is: every hour of it may strike somebody who owes nothing.

    Basis: LIST 12.
    """
    return reason is SuspensionReason.IDENTITY_DOUBT


def require_suspension_days(until: date, *, on: date, ends_on: date | None) -> None:
    """Refuse an end of a suspension that is past, over a year away, or later than the order's own end.

    `until` is the last day of the suspension, `ends_on` the order's last day in force.

    Basis: LIST 2, LIST 12.

    Raises:
        InvalidError: as described, at `/until`.
    """
    if until < on:
        detail, english = "暂停的截止日期不能早于今天。", "The suspension would end before today."
    elif until > add_months(on, MOST_MONTHS):
        detail, english = "暂停期限不得超过一年。", "A suspension lasts a year at most."
    elif ends_on is not None and until > ends_on:
        detail, english = "暂停的截止日期不能晚于该决定的期满日。", "The suspension would outlast the order."
    else:
        return
    raise InvalidError(detail, english, errors=(Fault("/until", "impossible-date", detail, english),))


def suspension_is_over(until: date | None, on: date) -> bool:
    """Tell whether the last day of a suspension is past; the order then waits for a decision and stays suspended.

    Basis: LIST 12.
    """
    return until is not None and on > until
