"""Facts of papers that prove something: that an order stands no more, that a paper was served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.documents.facts import Facts, OrderReference, Part, Party, date_fact, fact
from blacklist.rules.removals import RemovalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyTold(Part):
    """An agency that was told of the end; `lifted_on` is empty while it has not answered."""

    name: str = fact("单位名称")
    told_on: date | None = date_fact("通知日期")
    lifted_on: date | None = date_fact("停止执行日期", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalCertificate(Facts):
    """退出名单证明, 解除限制证明. The number is masked: the holder shows it to others.

    `since`: the day from which nothing stands from this order. `reason` is empty where the term ended.
    """

    kind: ClassVar[str] = "removal_certificate"
    party: Party = fact("当事人", default_factory=Party)
    order: OrderReference = fact("原决定", default_factory=OrderReference)
    reason: RemovalReason | None = fact("终止事由", default=None, optional=True)
    ending_number: str = fact("终止决定书编号", optional=True)
    since: date | None = date_fact("终止日期")
    agencies: tuple[AgencyTold, ...] = fact("已通知的单位", default=(), optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProof(Facts):
    """送达回证 (CPL 84 and following). `papers` names each served paper with its number; `outcome` in words.

    The recipient is named by name and document only. `deemed_on` is the day from which a service by announcement
    counts as done.
    """

    kind: ClassVar[str] = "service_proof"
    recipient: Party = fact("受送达人", default_factory=Party)
    papers: tuple[str, ...] = fact("送达文书", default=())
    way: str = fact("送达方式")
    outcome: str = fact("送达结果")
    done_on: date | None = date_fact("送达日期")
    deemed_on: date | None = date_fact("视为送达日期", optional=True)
    place: str = fact("送达地点", optional=True)
    proof: str = fact("送达证明材料")
    server: str = fact("送达人")
