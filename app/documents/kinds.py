"""The kinds of paper: code, Chinese name, facts and words, one row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.documents.acts import ExtensionDecision, Permit, RemovalDecision, ResumptionDecision, SuspensionDecision
from app.documents.facts import Facts, require_facts
from app.documents.orders import ConsumptionOrder, ExitBanDecision, ListingDecision
from app.documents.proofs import RemovalCertificate, ServiceProof
from app.documents.remedies import CorrectionDecision, ReconsiderationDecision, RejectionDecision
from app.documents.text import PaperText
from app.documents.wording.acts import extension_text, removal_text, resumption_text, suspension_text
from app.documents.wording.consumption import consumption_text
from app.documents.wording.exit_ban import exit_ban_text
from app.documents.wording.listing import listing_text
from app.documents.wording.permit import permit_text
from app.documents.wording.proofs import certificate_text, service_text
from app.documents.wording.remedies import correction_text, reconsideration_text, rejection_text


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One kind. `title` names it in lists; the paper's own title says more."""

    code: str
    title: str
    facts: type[Facts]
    words: Callable[[Any], PaperText]


_ROWS: tuple[tuple[str, type[Facts], Callable[[Any], PaperText]], ...] = (
    ("纳入失信被执行人名单决定书", ListingDecision, listing_text),
    ("限制消费令", ConsumptionOrder, consumption_text),
    ("限制出境决定书", ExitBanDecision, exit_ban_text),
    ("单次许可决定书", Permit, permit_text),
    ("更正决定书", CorrectionDecision, correction_text),
    ("驳回纠正申请决定书", RejectionDecision, rejection_text),
    ("复议决定书", ReconsiderationDecision, reconsideration_text),
    ("暂停决定书", SuspensionDecision, suspension_text),
    ("恢复决定书", ResumptionDecision, resumption_text),
    ("延长期限决定书", ExtensionDecision, extension_text),
    ("删除、解除、撤销决定书", RemovalDecision, removal_text),
    ("退出名单、解除限制证明", RemovalCertificate, certificate_text),
    ("送达回证", ServiceProof, service_text),
)
KINDS: Mapping[str, PaperKind] = MappingProxyType(
    {facts.kind: PaperKind(facts.kind, title, facts, words) for title, facts, words in _ROWS}
)


def paper_text(facts: Facts) -> PaperText:
    """Return the words of a paper.

    Raises:
        MissingFactsError: naming every fact that is missing; a paper never has a blank.
    """
    require_facts(facts)
    return KINDS[facts.kind].words(facts)
