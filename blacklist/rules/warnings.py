"""Soft warnings: what does not forbid an order, and yet must be answered before it goes on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import Fault, InvalidError
from blacklist.rules.exclusions import Circumstance
from blacklist.rules.lifecycle import OrderKind

MOST_ANSWER = 500  # characters


class SoftWarning(StrEnum):
    """Something a careful court asks itself; the clerk's answer goes to the checker and the president."""

    STUDENT_LOAN = "student_loan"
    STATE_ORGAN = "state_organ"
    PUBLIC_OFFICIAL = "public_official"
    MOSTLY_PERFORMED = "mostly_performed"
    STANDING_ORDER = "standing_order"
    ONE_DOCUMENT = "one_document"


WARNING_TITLES: Mapping[SoftWarning, str] = MappingProxyType(
    {
        SoftWarning.STUDENT_LOAN: "被执行人是全日制在校生且债务为校园贷，一般不纳入名单、不限制消费；仍拟作出的，请写明理由",
        SoftWarning.STATE_ORGAN: "被执行人是国家机关、事业单位或者国有企业，应当通报其上级单位、主管部门；请写明通报情况",
        SoftWarning.PUBLIC_OFFICIAL: "被执行人是公职人员、人大代表或者政协委员，应当通报其所在单位；请写明通报情况",
        SoftWarning.MOSTLY_PERFORMED: "已履行一半以上，请写明仍需采取该措施的必要性",
        SoftWarning.STANDING_ORDER: "该主体已有同类生效决定，请写明不是重复作出",
        SoftWarning.ONE_DOCUMENT: "限制出境只登记了一份证件；请写明是否已查询其护照、通行证等其他出入境证件",
    }
)
_OF_CIRCUMSTANCE: Mapping[Circumstance, SoftWarning] = MappingProxyType(
    {
        Circumstance.STUDENT_LOAN: SoftWarning.STUDENT_LOAN,
        Circumstance.STATE_ORGAN: SoftWarning.STATE_ORGAN,
        Circumstance.PUBLIC_OFFICIAL: SoftWarning.PUBLIC_OFFICIAL,
    }
)
_HALF = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningFacts:
    """What the warnings look at. `documents` counts the identity documents on record of whoever would be bound."""

    kind: OrderKind
    circumstances: Collection[Circumstance] = ()
    amount_due: Decimal | None = None
    amount_performed: Decimal | None = None
    same_kind_in_force: bool = False
    documents: int = 1


def soft_warnings(facts: WarningFacts) -> tuple[SoftWarning, ...]:
    """Return what must be answered, in the order of the list.

    A campus loan of a full-time student asks for a reason with listings and consumption orders; who is an official or
    an organ of the state is told of by law; half performed asks for the need; one passport is the usual leak.

    Basis: GOOD 14, GOOD 16; LIST 8; CONS 2; ENF 24.
    """
    found = {_OF_CIRCUMSTANCE[one] for one in facts.circumstances if one in _OF_CIRCUMSTANCE}
    if facts.kind is OrderKind.EXIT_BAN:
        found.discard(SoftWarning.STUDENT_LOAN)
        if facts.documents == 1:
            found.add(SoftWarning.ONE_DOCUMENT)
    if facts.kind is not OrderKind.LISTING:
        found -= {SoftWarning.STATE_ORGAN, SoftWarning.PUBLIC_OFFICIAL}
    if facts.amount_due and facts.amount_performed and facts.amount_performed * _HALF >= facts.amount_due:
        found.add(SoftWarning.MOSTLY_PERFORMED)
    if facts.same_kind_in_force:
        found.add(SoftWarning.STANDING_ORDER)
    return tuple(one for one in SoftWarning if one in found)


def require_answers(warnings: Collection[SoftWarning], answers: Mapping[SoftWarning, str]) -> None:
    """Refuse to go on while a warning has no answer.

    Basis: GOOD 14, GOOD 16; LIST 8.

    Raises:
        InvalidError: one fault for each at `/answer_<warning>`.
    """
    faults = tuple(
        Fault(f"/answer_{one.value}", "missing", f"请答复：{WARNING_TITLES[one]}。", "The warning needs an answer.")
        for one in warnings
        if not answers.get(one, "").strip()
    )
    if faults:
        raise InvalidError("请先答复下列提示。", "Some warnings are not answered.", errors=faults)
