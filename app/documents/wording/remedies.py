"""Words of the answers to somebody who objected: correction, rejection, reconsideration."""

from __future__ import annotations

from app.documents.remedies import CorrectionDecision, Outcome, ReconsiderationDecision, RejectionDecision
from app.documents.text import Block, PaperText, heading, item, paragraph, table
from app.documents.wording import phrases
from app.documents.wording.acts import act_text
from app.documents.wording.phrases import cite
from app.formats import day_cn
from blacklist.rules.lifecycle import OrderKind

_CORRECTED = {OrderKind.LISTING: "LIST 9", OrderKind.CONSUMPTION: "GOOD 18", OrderKind.EXIT_BAN: "GOOD 18"}
_SPREAD = {
    OrderKind.LISTING: "本院在三个工作日内更正已经公布的信息，并在原通知、公告的范围内通知有关单位按更正后的内容执行",
    OrderKind.CONSUMPTION: "本院在三个工作日内，在原通知、公告的范围内通知有关单位按更正后的内容执行",
    OrderKind.EXIT_BAN: "本院及时通知移民管理机构和出入境边防检查机关按更正后的内容执行",
}
_ANSWERED = {
    OrderKind.LISTING: ("LIST 12",),
    OrderKind.CONSUMPTION: ("GOOD 18", "LIST 12"),
    OrderKind.EXIT_BAN: ("REVIEW 9",),
}


def correction_text(facts: CorrectionDecision) -> PaperText:
    """Return the words of a correction."""
    kind = facts.order.kind
    start = f"{day_cn(facts.applied_on)}，当事人向本院书面申请纠正。" if facts.applied_on else ""
    basis = phrases.cite_as_told(facts.basis) or cite(_CORRECTED[kind])
    items = (
        "将所涉决定及据此登记的信息按下表更正",
        _SPREAD[kind],
        "所涉决定的其他内容不变",
    )
    middle = (
        *phrases.paragraphs(facts.reasons, before=f"{start}经审查查明："),
        paragraph(f"本院认为，所涉决定记载的下列内容不准确，应予更正。依照{basis}的规定，决定如下："),
        *(item(one) for one in phrases.numbered(items)),
        table(
            "更正事项",
            tuple((one.item, one.before, one.after) for one in facts.corrections),
            head=("事项", "原记载", "更正为"),
            widths=(8, 12, 12),
        ),
        paragraph("本决定自作出之日起生效。"),
        *phrases.remedy(kind, facts.next_court),
    )
    return act_text(facts, title="更正决定书", label="当事人", middle=middle)


def rejection_text(facts: RejectionDecision) -> PaperText:
    """Return the words of a rejection."""
    who = facts.party.name
    basis = phrases.cite_as_told(facts.basis) or cite(*_ANSWERED[facts.order.kind])
    middle = (
        paragraph(
            f"{who}不服所涉决定，向本院书面申请纠正，主张：{phrases.stripped(facts.claim)}。本院于{day_cn(facts.received_on)}"
            f"收到该申请，依法进行了审查。现已审查终结。"
        ),
        *phrases.paragraphs(facts.found, before="经审查查明："),
        *phrases.paragraphs(facts.reasons, before="本院认为，"),
        paragraph(f"综上，申请人的理由不成立。依照{basis}的规定，决定如下："),
        item(f"驳回{who}的纠正申请。"),
        heading("权利救济"),
        paragraph(
            phrases.reconsideration(facts.next_court)
            .replace("对驳回决定不服", "对本决定不服")
            .replace("驳回决定书", "本决定书")
        ),
    )
    return act_text(facts, title="驳回纠正申请决定书", label="申请人", middle=middle)


def reconsideration_text(facts: ReconsiderationDecision) -> PaperText:
    """Return the words of a reconsideration."""
    basis = phrases.cite_as_told(facts.basis) or cite(*_ANSWERED[facts.order.kind])
    middle = (
        paragraph(
            f"{facts.party.name}不服{facts.original_court}{facts.challenged}决定书，向本院申请复议，主张：{phrases.stripped(facts.claim)}。"
            f"本院于{day_cn(facts.received_on)}收到复议申请，依法进行了审查。现已审查终结。"
        ),
        *phrases.paragraphs(facts.found, before="本院查明："),
        *phrases.paragraphs(facts.reasons, before="本院认为，"),
        paragraph(f"{_conclusion(facts)}依照{basis}的规定，决定如下："),
        *_results(facts),
        paragraph("本决定送达后即发生法律效力。"),
    )
    return act_text(facts, title="复议决定书", label="复议申请人", middle=middle)


def _conclusion(facts: ReconsiderationDecision) -> str:
    if facts.outcome is Outcome.MAINTAINED:
        return "综上，复议申请的理由不成立，原决定应予维持。"
    return "综上，复议申请的理由成立，原决定应予改变。"


def _results(facts: ReconsiderationDecision) -> tuple[Block, ...]:
    if facts.outcome is Outcome.MAINTAINED:
        return (item(f"驳回{facts.party.name}的复议申请，维持{facts.original_court}{facts.challenged}决定书。"),)
    return tuple(item(one) for one in phrases.numbered(facts.results))
