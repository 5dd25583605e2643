"""Facts of what happens to an order after it was made: permits, suspension, extension, removal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.documents.facts import Facts, OrderReference, Party, Signature, date_fact, fact
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permits import Leave, needs_undertaking
from blacklist.rules.removals import RemovalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFacts(Facts):
    """What these papers have in common: whom they concern, the order, and the access code where it is repeated.

    `basis` is the provision the decision rests on, as `Article.citation` writes it; several stand in one text.
    """

    party: Party = fact("当事人", default_factory=Party)
    order: OrderReference = fact("原决定", default_factory=OrderReference)
    reasons: str = fact("理由")
    basis: str = fact("法律依据", optional=True)
    access_code: str = fact("访问码", optional=True)
    signature: Signature = fact("签发", default_factory=Signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit(ActFacts):
    """单次许可决定书 (CONS 3, 8; GOOD 17).

    `purpose` is what is allowed (乘坐飞机), `cause` why it was asked for; both days are included; `undertaken_on`
    is the day of the written undertaking; `confirmation` the higher court's paper, without which nobody leaves the
    country.
    """

    kind: ClassVar[str] = "permit"
    leave: Leave = fact("许可类别", default=Leave.URGENT_TRAVEL)
    applied_on: date | None = date_fact("申请日期")
    purpose: str = fact("准许事项")
    cause: str = fact("申请事由")
    starts_on: date | None = date_fact("许可起始日")
    ends_on: date | None = date_fact("许可届满日")
    uses: int | None = fact("许可次数", default=None)
    undertaken_on: date | None = date_fact("承诺书日期", optional=True)
    confirmation: str = fact("上级法院确认文书", optional=True)

    def also_missing(self) -> tuple[tuple[str, str], ...]:
        """Some leaves need a written undertaking (GOOD 17), a journey abroad the higher court's confirmation."""
        missing: tuple[tuple[str, str], ...] = ()
        if needs_undertaking(self.leave) and self.undertaken_on is None:
            missing += (("undertaken_on", "承诺书日期"),)
        if self.order.kind is OrderKind.EXIT_BAN and not self.confirmation.strip():
            missing += (("confirmation", "上级法院确认文书"),)
        return missing


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionDecision(ActFacts):
    """暂停决定书. `ends_on` is the last day of the suspension."""

    kind: ClassVar[str] = "suspension_decision"
    starts_on: date | None = date_fact("暂停起始日")
    ends_on: date | None = date_fact("暂停届满日")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumptionDecision(ActFacts):
    """恢复决定书. `suspension_number` is the suspension that ends; `ends_on` the order's own last day, if it has one."""

    kind: ClassVar[str] = "resumption_decision"
    suspension_number: str = fact("暂停决定书编号")
    resumed_on: date | None = date_fact("恢复日期")
    ends_on: date | None = date_fact("原决定期限届满日", optional=True)
    next_court: str = fact("上一级人民法院")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionDecision(ActFacts):
    """延长期限决定书 (LIST 2): once, by one to three years."""

    kind: ClassVar[str] = "extension_decision"
    years: int | None = fact("延长年数", default=None)
    previous_end: date | None = date_fact("原届满日")
    ends_on: date | None = date_fact("延长后的届满日")
    next_court: str = fact("上一级人民法院")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalDecision(ActFacts):
    """删除、解除或者撤销决定书 (LIST 9, 10; CONS 9; ENF 25). `document`: the paper that proves the reason."""

    kind: ClassVar[str] = "removal_decision"
    reason: RemovalReason | None = fact("事由", default=None)
    basis: str = fact("法律依据")
    document: str = fact("依据文书", optional=True)
    ended_on: date | None = date_fact("终止日期")
