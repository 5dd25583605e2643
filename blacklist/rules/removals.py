"""Why an order ends before its time, and which reasons each kind of order knows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from blacklist.rules.articles import ARTICLES
from blacklist.rules.lifecycle import Act, OrderKind


class RemovalReason(StrEnum):
    """R… for listings (the items of LIST 10, R9 of LIST 2), words for the other kinds; W is a withdrawal."""

    R1 = "R1"
    R2 = "R2"
    R3 = "R3"
    R4 = "R4"
    R5 = "R5"
    R6 = "R6"
    R7 = "R7"
    R9 = "R9"
    W = "W"
    PERFORMED = "performed"
    SECURITY = "security"
    CONSENT = "consent"
    ROLE_ENDED = "role_ended"
    CASE_ENDED = "case_ended"
    PERFORMED_IN_GRACE = "performed_in_grace"


REMOVAL_TITLES: Mapping[RemovalReason, str] = MappingProxyType(
    {
        RemovalReason.R1: "已履行生效法律文书确定的义务或者已执行完毕",
        RemovalReason.R2: "当事人达成执行和解协议且已履行完毕",
        RemovalReason.R3: "申请执行人书面申请删除，经审查同意",
        RemovalReason.R4: "终结本次执行程序后两次以上网络查控未发现财产且无人提供有效线索",
        RemovalReason.R5: "因审判监督或者破产程序裁定中止执行",
        RemovalReason.R6: "依法裁定不予执行",
        RemovalReason.R7: "依法裁定终结执行",
        RemovalReason.R9: "积极履行义务或者主动纠正失信行为，决定提前删除",
        RemovalReason.W: "不应纳入或者不应作出，予以撤销",
        RemovalReason.PERFORMED: "已履行全部义务",
        RemovalReason.SECURITY: "已提供充分有效担保",
        RemovalReason.CONSENT: "申请执行人同意解除",
        RemovalReason.ROLE_ENDED: "不再担任原职务且不属于直接责任人员或者实际控制人",
        RemovalReason.CASE_ENDED: "执行案件终结",
        RemovalReason.PERFORMED_IN_GRACE: "生效前（宽限期内）已履行",
    }
)

REMOVAL_TITLES_ENGLISH: Mapping[RemovalReason, str] = MappingProxyType(
    {
        RemovalReason.R1: "Performed, or enforcement completed",
        RemovalReason.R2: "Settlement reached and fully performed",
        RemovalReason.R3: "The creditor asked in writing and the court agreed",
        RemovalReason.R4: "After termination two network searches found nothing and nobody gave a lead",
        RemovalReason.R5: "Enforcement stayed by retrial or bankruptcy",
        RemovalReason.R6: "Ruled not to enforce",
        RemovalReason.R7: "Ruled to end enforcement",
        RemovalReason.R9: "Early removal on active performance or correction",
        RemovalReason.W: "Should never have been made: withdrawn",
        RemovalReason.PERFORMED: "Performed in full",
        RemovalReason.SECURITY: "Sufficient, effective security given",
        RemovalReason.CONSENT: "The creditor agreed",
        RemovalReason.ROLE_ENDED: "The person no longer holds the role",
        RemovalReason.CASE_ENDED: "The case has ended",
        RemovalReason.PERFORMED_IN_GRACE: "Performed before the order took effect",
    }
)

_OPEN_LISTING = (
    RemovalReason.R1,
    RemovalReason.R2,
    RemovalReason.R3,
    RemovalReason.R4,
    RemovalReason.R5,
    RemovalReason.R6,
    RemovalReason.R7,
    RemovalReason.R9,
)
_ITEMS_OF_LIST_TEN: Mapping[RemovalReason, str] = MappingProxyType(
    dict(zip(_OPEN_LISTING[:7], "一二三四五六七", strict=True))
)
_ARTICLES: Mapping[RemovalReason, str] = MappingProxyType(
    {RemovalReason.ROLE_ENDED: "GOOD 17", RemovalReason.PERFORMED_IN_GRACE: "GOOD 15"}
)
_OTHER_KINDS = (
    RemovalReason.PERFORMED,
    RemovalReason.SECURITY,
    RemovalReason.CONSENT,
    RemovalReason.ROLE_ENDED,
    RemovalReason.CASE_ENDED,
)


def removal_reasons(kind: OrderKind, *, fixed_term: bool, effective: bool) -> tuple[RemovalReason, ...]:
    """Return the reasons for which such an order may be removed (a withdrawal, W, is possible for any).

    The seven events of LIST 10 end a listing without a term; one with a term ends by expiry or, by decision,
    early. Consumption orders and exit bans are lifted on performance, security, consent, or with role or case.
    `effective` is False for an order that is issued and restricts nobody yet: it can end by performance in time.

    Basis: LIST 2, LIST 10; CONS 9; GOOD 15, GOOD 17; ENF 25.
    """
    reasons: tuple[RemovalReason, ...]
    if kind is not OrderKind.LISTING:
        reasons = _OTHER_KINDS
    elif fixed_term:
        reasons = (RemovalReason.R9,)
    else:
        reasons = _OPEN_LISTING
    return reasons if effective else (RemovalReason.PERFORMED_IN_GRACE, *reasons)


def act_of(reason: RemovalReason) -> Act:
    """Return the act a reason belongs to: W withdraws, every other removes.

    Basis: LIST 9, LIST 10.
    """
    return Act.WITHDRAW if reason is RemovalReason.W else Act.REMOVE


def basis_of(reason: RemovalReason, kind: OrderKind) -> str:
    """Return the provision a removal for this reason rests on, as a decision cites it, down to paragraph and item.

    Basis: LIST 2, LIST 9, LIST 10; CONS 9; GOOD 15, GOOD 17, GOOD 18; ENF 25.
    """
    if reason in _ITEMS_OF_LIST_TEN:
        return f"{ARTICLES['LIST 10'].citation}第一款第（{_ITEMS_OF_LIST_TEN[reason]}）项"
    if reason is RemovalReason.R9:
        return f"{ARTICLES['LIST 2'].citation}第二款"
    if reason in _ARTICLES:
        return ARTICLES[_ARTICLES[reason]].citation
    withdrawn = reason is RemovalReason.W
    if kind is OrderKind.LISTING:
        return ARTICLES["LIST 9" if withdrawn else "LIST 10"].citation
    if kind is OrderKind.EXIT_BAN:
        return ARTICLES["ENF 25"].citation
    return ARTICLES["GOOD 18" if withdrawn else "CONS 9"].citation
