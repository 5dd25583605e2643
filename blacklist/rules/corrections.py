"""Which recorded facts a correction may change, and which call for another act."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import ExclusionError, Fault, InvalidError
from blacklist.rules.articles import ARTICLES
from blacklist.rules.lifecycle import OrderKind


class CorrectableFact(StrEnum):
    """A recorded fact that may turn out wrong without the order being wrong."""

    NAME = "name"
    REPRESENTATIVE = "representative"
    GROUNDS = "grounds"
    EVIDENCE = "evidence"
    DUTY = "duty"
    DUTY_PUBLIC = "duty_public"
    PERFORMANCE = "performance"
    AMOUNT_DUE = "amount_due"
    AMOUNT_PERFORMED = "amount_performed"
    BASIS_NUMBER = "basis_number"
    BASIS_MAKER = "basis_maker"
    FILED_ON = "filed_on"


FACT_TITLES: Mapping[CorrectableFact, str] = MappingProxyType(
    {
        CorrectableFact.NAME: "姓名或者名称",
        CorrectableFact.REPRESENTATIVE: "法定代表人或者负责人",
        CorrectableFact.GROUNDS: "失信行为具体情形",
        CorrectableFact.EVIDENCE: "认定情形的证据",
        CorrectableFact.DUTY: "义务全文",
        CorrectableFact.DUTY_PUBLIC: "义务的公开文本",
        CorrectableFact.PERFORMANCE: "履行情况",
        CorrectableFact.AMOUNT_DUE: "应履行金额",
        CorrectableFact.AMOUNT_PERFORMED: "已履行金额",
        CorrectableFact.BASIS_NUMBER: "执行依据文号",
        CorrectableFact.BASIS_MAKER: "作出执行依据单位",
        CorrectableFact.FILED_ON: "立案日期",
    }
)
_LISTINGS_ONLY = frozenset({CorrectableFact.GROUNDS, CorrectableFact.EVIDENCE})
# Facts of the case, shared by every order made in it.
OF_THE_CASE = frozenset({CorrectableFact.BASIS_NUMBER, CorrectableFact.BASIS_MAKER, CorrectableFact.FILED_ON})


def correctable_facts(kind: OrderKind, *, unit: bool) -> tuple[CorrectableFact, ...]:
    """Return what a correction of such an order may change, in the order of the form.

    A document number is not among them: an order under a wrong number names the wrong person, and is withdrawn.

    Basis: LIST 6, LIST 9; GOOD 18.
    """
    return tuple(
        fact
        for fact in CorrectableFact
        if (kind is OrderKind.LISTING or fact not in _LISTINGS_ONLY)
        and (unit or fact is not CorrectableFact.REPRESENTATIVE)
    )


def require_correctable(changed: Collection[CorrectableFact], kind: OrderKind, *, unit: bool) -> None:
    """Refuse a correction that changes nothing, or what such an order does not record.

    Basis: LIST 6, LIST 9; GOOD 18.

    Raises:
        InvalidError: as described.
    """
    if not changed:
        detail, english = "没有任何内容被更正。", "Nothing would be corrected."
        raise InvalidError(detail, english, errors=(Fault("", "nothing-changed", detail, english),))
    allowed = correctable_facts(kind, unit=unit)
    faults = tuple(
        Fault(f"/{fact.value}", "not-correctable", "此类决定没有这项内容。", "This kind of order has no such fact.")
        for fact in changed
        if fact not in allowed
    )
    if faults:
        raise InvalidError("更正内容有误。", "Some facts cannot be corrected.", errors=faults)


def corrected_end(before: date | None, after: date | None) -> date | None:
    """Return the last day of a listing whose grounds are corrected: a correction may free earlier, never later.

    `before` is the present last day, `after` the one the corrected grounds give; None is no fixed term.

    Basis: LIST 2, LIST 9.

    Raises:
        ExclusionError: the term would grow; that takes a new decision.
    """
    longer = before is not None and (after is None or after > before)
    if longer:
        raise ExclusionError(
            f"更正不得延长名单期限，应当另行作出决定。（{ARTICLES['LIST 2'].citation}）",
            "A correction never lengthens the term; that takes a new decision (LIST 2).",
            article="LIST 2",
        )
    return after
