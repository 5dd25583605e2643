"""Facts of the answers to somebody who objected: correction, rejection, reconsideration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from app.documents.acts import ActFacts
from app.documents.facts import Part, date_fact, fact


class Outcome(StrEnum):
    """How a reconsideration ends."""

    MAINTAINED = "maintained"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Part):
    """One corrected fact: what it is, what stood there, what stands there now."""

    item: str = fact("更正事项")
    before: str = fact("原记载")
    after: str = fact("更正为")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionDecision(ActFacts):
    """更正决定书 (LIST 9). `applied_on` stands where somebody asked for it; else the court acts on its own."""

    kind: ClassVar[str] = "correction_decision"
    corrections: tuple[Correction, ...] = fact("更正事项", default=())
    applied_on: date | None = date_fact("纠正申请日期", optional=True)
    next_court: str = fact("上一级人民法院")


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionDecision(ActFacts):
    """驳回纠正申请决定书 (LIST 12; GOOD 18). `claim` is what the applicant asked for, `found` what was found."""

    kind: ClassVar[str] = "rejection_decision"
    received_on: date | None = date_fact("收到纠正申请日期")
    claim: str = fact("申请人的主张")
    found: str = fact("查明的事实")
    next_court: str = fact("上一级人民法院")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconsiderationDecision(ActFacts):
    """复议决定书 (LIST 12; REVIEW 9), of the next higher court, which is `head.court`.

    `challenged` is the number of the paper against which it was asked: a rejection, or the exit ban itself.
    `results` are the operative items of a changed decision, each a whole sentence.
    """

    kind: ClassVar[str] = "reconsideration_decision"
    original_court: str = fact("原作出决定的法院")
    challenged: str = fact("申请复议的决定书编号")
    received_on: date | None = date_fact("收到复议申请日期")
    claim: str = fact("申请人的主张")
    found: str = fact("查明的事实")
    outcome: Outcome = fact("复议结果", default=Outcome.MAINTAINED)
    results: tuple[str, ...] = fact("决定事项", default=(), optional=True)

    def also_missing(self) -> tuple[tuple[str, str], ...]:
        """Who changes a decision says into what."""
        return (("results", "决定事项"),) if self.outcome is Outcome.CHANGED and not self.results else ()
