"""How long an order stands: terms, extensions and grace periods, in whole calendar days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from blacklist.errors import Fault, InvalidError
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind

FIXED_TERM_MONTHS = 24
EXTENSION_YEARS = range(1, 4)
EXIT_BAN_MONTHS = range(1, 13)
EXIT_BAN_USUAL_MONTHS = (3, 6, 12)
GRACE_MONTHS = range(1, 4)
RELISTING_BAR_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Term:
    """A span of days; `ends_on` is the last day in force, None while nothing but a removal ends it."""

    starts_on: date
    ends_on: date | None


def add_months(day: date, months: int) -> date:
    """Return the same-numbered day `months` later, or the last day of a shorter month.

    Terms of restriction never roll forward over a holiday: that would lengthen the burden.

    Basis: CPL 85.
    """
    year, month_before = divmod(day.year * 12 + day.month - 1 + months, 12)
    month = month_before + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _months_within(months: int | None, allowed: range, *, pointer: str, what: tuple[str, str]) -> int:
    if months is None or months not in allowed:
        detail = f"{what[0]}应为{allowed[0]}至{allowed[-1]}。"
        english = f"{what[1]} must be {allowed[0]} to {allowed[-1]}."
        code = "missing" if months is None else "out-of-range"
        raise InvalidError(detail, english, errors=(Fault(pointer, code, detail, english),))
    return months


def term_of(
    kind: OrderKind, grounds: Collection[Ground], decided_on: date, *, exit_ban_months: int | None = None
) -> Term:
    """Return how long an order decided on `decided_on` stands.

    A listing under ground 1, alone or among others, has no term and lives until a removal; under grounds 2 to 6
    it runs two years from the decision, whatever service, grace and publication do. A consumption order has no
    fixed term. An exit ban always has an end, never later than a year.

    Basis: LIST 2, LIST 5; CONS 9; ENF 25.

    Raises:
        InvalidError: an exit ban without a period of 1 to 12 months, or a listing without a ground.
    """
    if kind is OrderKind.CONSUMPTION:
        return Term(decided_on, None)
    if kind is OrderKind.EXIT_BAN:
        months = _months_within(
            exit_ban_months,
            EXIT_BAN_MONTHS,
            pointer="/exit_ban_months",
            what=("限制出境的期限（月）", "The months of an exit ban"),
        )
        return Term(decided_on, add_months(decided_on, months))
    if not grounds:
        detail, english = "纳入失信被执行人名单须有法定情形。", "A listing needs a ground."
        raise InvalidError(detail, english, errors=(Fault("/grounds", "missing", detail, english),))
    if Ground.G1 in grounds:
        return Term(decided_on, None)
    return Term(decided_on, add_months(decided_on, FIXED_TERM_MONTHS))


def extended(term: Term, years: int) -> Term:
    """Return a listing's fixed term made longer, once, by one to three years (five at most in all).

    Basis: LIST 2.

    Raises:
        InvalidError: the listing has no fixed term, was extended before, or `years` is not 1, 2 or 3.
    """
    _months_within(years, EXTENSION_YEARS, pointer="/years", what=("延长的年数", "The years of an extension"))
    if term.ends_on != add_months(term.starts_on, FIXED_TERM_MONTHS):
        detail, english = "无固定期限或者已经延长过的名单不得延长。", "Only a two-year term is extended, and only once."
        raise InvalidError(detail, english, errors=(Fault("/years", "not-extendable", detail, english),))
    return Term(term.starts_on, add_months(term.starts_on, FIXED_TERM_MONTHS + 12 * years))


def grace_until(granted_on: date, months: int) -> date:
    """Return the last day of a grace period of one to three months, in which nothing is published or restricts.

    Basis: GOOD 15.

    Raises:
        InvalidError: `months` is not 1, 2 or 3.
    """
    return add_months(
        granted_on,
        _months_within(
            months, GRACE_MONTHS, pointer="/grace_months", what=("宽限期（月）", "The months of a grace period")
        ),
    )


def is_over(ends_on: date | None, on: date) -> bool:
    """Tell whether the last day in force lies before `on`: a term ends at 24:00 of `ends_on` in Asia/Shanghai.

    Basis: LIST 2, LIST 10.
    """
    return ends_on is not None and on > ends_on
