"""Facts of the three decisions that restrict somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.documents.facts import EnforcementCase, Facts, Part, Party, Signature, date_fact, fact
from blacklist.rules.grounds import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts(Facts):
    """What the three have in common. `found` is what the court found, in whole sentences, a line a paragraph.

    `grace_until` is the last day of a grace period; `next_court` the court that reconsiders; `access_code` opens
    the person's own room.
    """

    case: EnforcementCase = fact("案件", default_factory=EnforcementCase)
    debtor: Party = fact("被执行人", default_factory=Party)
    found: str = fact("查明的事实")
    grace_until: date | None = date_fact("宽限期届满日", optional=True)
    next_court: str = fact("上一级人民法院")
    access_code: str = fact("访问码")
    signature: Signature = fact("签发", default_factory=Signature)

    def also_missing(self) -> tuple[tuple[str, str], ...]:
        """The debtor is named as the law names him (LIST 6)."""
        return self.debtor.lacks("debtor", "被执行人")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDecision(OrderFacts):
    """纳入失信被执行人名单决定书 (LIST 5). `warned_on`: service of the execution notice with its warning."""

    kind: ClassVar[str] = "listing_decision"
    warned_on: date | None = date_fact("执行通知书送达日期")
    grounds: tuple[Ground, ...] = fact("失信行为情形", default=())
    ends_on: date | None = date_fact("纳入期限届满日", optional=True)
    consumption_number: str = fact("限制消费令编号", optional=True)

    def also_missing(self) -> tuple[tuple[str, str], ...]:
        """Grounds two to six have a term (LIST 2)."""
        missing = OrderFacts.also_missing(self)
        if self.grounds and Ground.G1 not in self.grounds and self.ends_on is None:
            missing += (("ends_on", "纳入期限届满日"),)
        return missing


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumptionOrder(OrderFacts):
    """限制消费令 (CONS 5). `bound`: the unit's people who are restricted with it, each with a role."""

    kind: ClassVar[str] = "consumption_order"
    bound: tuple[Party, ...] = fact("受限制人员", default=(), optional=True)

    def also_missing(self) -> tuple[tuple[str, str], ...]:
        """Whoever is bound beside the debtor is bound in a role (CONS 3)."""
        without = (i for i, one in enumerate(self.bound) if not one.role)
        roles = tuple((f"bound/{i}/role", f"受限制人员（第{i + 1}项）的受限制的身份") for i in without)
        return OrderFacts.also_missing(self) + roles


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelDocument(Part):
    """One document of a person who may not leave; a second passport is the usual leak, so all are listed."""

    document: str = fact("证件种类")
    number: str = fact("证件号码")
    issued_by: str = fact("签发国家或者地区", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitBanDecision(OrderFacts):
    """限制出境决定书 (ENF 23, 24).

    `person` is who may not leave: the debtor, or with a `role` somebody of a unit or a statutory agent.
    `foreign`: not a Chinese citizen. `on_application`: the creditor asked for it in writing.
    """

    kind: ClassVar[str] = "exit_ban_decision"
    person: Party = fact("被限制出境人员", default_factory=Party)
    foreign: bool = fact("是否外国人", default=False)
    on_application: bool = fact("是否依申请", default=True)
    documents: tuple[TravelDocument, ...] = fact("被限制出境人员的证件", default=())
    starts_on: date | None = date_fact("限制出境起始日")
    ends_on: date | None = date_fact("限制出境届满日")
