"""Whom the law forbids to list or to bind: the hard stops before an order is issued."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import ExclusionError, Fault, InvalidError
from blacklist.rules.articles import ARTICLES
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.subjects import BoundRole, allowed_roles
from blacklist.vocabulary import SubjectKind

LEGAL_AGE = 18  # full years


class Circumstance(StrEnum):
    """A fact on record that bars an order."""

    SUFFICIENT_SECURITY = "sufficient_security"
    SUFFICIENT_SEIZURE = "sufficient_seizure"
    LATER_IN_ORDER = "later_in_order"
    NOT_ABLE = "not_able"
    NO_WARNING = "no_warning"
    GRACE_RUNNING = "grace_running"
    RELISTING_BARRED = "relisting_barred"
    WITHOUT_FULL_CAPACITY = "without_full_capacity"
    # These three bar nothing by themselves; they ask for an answer (rules.warnings).
    STUDENT_LOAN = "student_loan"
    STATE_ORGAN = "state_organ"
    PUBLIC_OFFICIAL = "public_official"


# Circumstances under which "able but refuses" is not made out; they bar ground 1 alone.
_NOT_UNDER_GROUND_1: Mapping[Circumstance, tuple[str, str]] = MappingProxyType(
    {
        Circumstance.SUFFICIENT_SECURITY: ("已提供充分有效担保", "Sufficient, effective security was given"),
        Circumstance.SUFFICIENT_SEIZURE: ("查封、扣押、冻结的财产足以清偿债务", "The seized assets suffice to pay"),
        Circumstance.LATER_IN_ORDER: ("履行顺序在后，依法不应强制执行", "The debtor's turn to perform has not come"),
        Circumstance.NOT_ABLE: ("不属于有履行能力而拒不履行", "The debtor is not able to perform"),
    }
)


def age_on(birth: date, on: date) -> int:
    """Return the full years lived on `on`; who was born on 29 February is a year older from 1 March.

    Basis: LIST 4.
    """
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def is_minor(birth: date, on: date) -> bool:
    """Tell whether a person is under eighteen on `on`.

    Basis: LIST 4.
    """
    return age_on(birth, on) < LEGAL_AGE


def _refuse(article: str, detail: str, english: str) -> ExclusionError:
    return ExclusionError(f"{detail}（{ARTICLES[article].citation}）", f"{english} ({article}).", article=article)


def require_may_order(
    kind: OrderKind,
    *,
    debtor_kind: SubjectKind,
    birth_date: date | None,
    on: date,
    grounds: Collection[Ground] = (),
    roles: Collection[BoundRole] = (BoundRole.DEBTOR,),
    circumstances: Collection[Circumstance] = (),
) -> None:
    """Refuse an order the law forbids; `on` is the day of the decision.

    `birth_date` is the debtor's (None for an organisation), `roles` are all the roles in which the order would
    bind a person, `circumstances` what the case record shows.

    Basis: LIST 3, LIST 4, LIST 5, LIST 10; GOOD 15, GOOD 16; CONS 3; ENF 24.

    Raises:
        ExclusionError: the law forbids the order; its facts name the article.
        InvalidError: a natural person would be listed whose birth date is unknown, so that a minor might be.
    """
    _require_roles(kind, debtor_kind, roles)
    if BoundRole.STATUTORY_AGENT in roles:
        _require_incapacity(birth_date, on, circumstances)
    if kind is not OrderKind.EXIT_BAN and Circumstance.GRACE_RUNNING in circumstances:
        raise _refuse("GOOD 15", "宽限期尚未届满，不得采取惩戒措施。", "A grace period is running")
    if kind is OrderKind.LISTING:
        if debtor_kind is SubjectKind.NATURAL:
            _require_adult(birth_date, on)
        _require_listing_due(grounds, circumstances)


def _require_roles(kind: OrderKind, debtor_kind: SubjectKind, roles: Collection[BoundRole]) -> None:
    if set(roles) <= allowed_roles(kind, debtor_kind):
        return
    if kind is OrderKind.EXIT_BAN:
        raise _refuse("ENF 24", "该身份的人员不属于可以限制出境的对象。", "An exit ban may not bind this role")
    if kind is OrderKind.CONSUMPTION:
        raise _refuse("CONS 3", "该身份的人员不属于限制消费令的对象。", "A consumption order may not bind this role")
    raise _refuse(
        "GOOD 16", "名单只能列入被执行人本身，不得列入单位的有关人员。", "A listing names the debtor and nobody else"
    )


def _require_incapacity(birth_date: date | None, on: date, circumstances: Collection[Circumstance]) -> None:
    known_minor = birth_date is not None and is_minor(birth_date, on)
    if not known_minor and Circumstance.WITHOUT_FULL_CAPACITY not in circumstances:
        raise _refuse(
            "ENF 24", "被执行人具有完全民事行为能力，不得限制其法定代理人出境。", "The debtor has full capacity"
        )


def _require_adult(birth_date: date | None, on: date) -> None:
    if birth_date is None:
        detail, english = "须核实被执行人的出生日期。", "The debtor's birth date must be known."
        raise InvalidError(detail, english, errors=(Fault("/birth_date", "missing", detail, english),))
    if is_minor(birth_date, on):
        raise _refuse("LIST 4", "被执行人为未成年人，不得纳入失信被执行人名单。", "A minor is never listed")


def _require_listing_due(grounds: Collection[Ground], circumstances: Collection[Circumstance]) -> None:
    if Circumstance.NO_WARNING in circumstances:
        raise _refuse("LIST 5", "执行通知未载明纳入名单的风险提示，应先行送达。", "No warning was served yet")
    if Circumstance.RELISTING_BARRED in circumstances:
        raise _refuse(
            "LIST 10",
            "因申请执行人申请而删除后六个月内，不支持其再次申请。",
            "Six months have not passed",
        )
    if Ground.G1 in grounds:
        for circumstance, (detail, english) in _NOT_UNDER_GROUND_1.items():
            if circumstance in circumstances:
                raise _refuse("LIST 3", f"{detail}，不得以有履行能力而拒不履行为由纳入名单。", english)
