"""Words of what happens to an order: suspension, resumption, extension, removal."""

from __future__ import annotations

from app.documents.acts import ActFacts, ExtensionDecision, RemovalDecision, ResumptionDecision, SuspensionDecision
from app.documents.text import Block, Form, PaperText, item, line, paragraph
from app.documents.wording import phrases
from app.documents.wording.phrases import cite
from app.formats import count_cn, day_cn
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import REMOVAL_TITLES, RemovalReason

_SUSPENDED = {
    OrderKind.LISTING: ("暂停公布失信信息决定书", "恢复公布失信信息决定书"),
    OrderKind.CONSUMPTION: ("暂停限制消费措施决定书", "恢复限制消费措施决定书"),
    OrderKind.EXIT_BAN: ("暂停限制出境措施决定书", "恢复限制出境措施决定书"),
}
_ENDED = {
    OrderKind.LISTING: ("删除失信信息决定书", "撤销纳入失信被执行人名单决定书"),
    OrderKind.CONSUMPTION: ("解除限制消费令决定书", "撤销限制消费令决定书"),
    OrderKind.EXIT_BAN: ("解除限制出境决定书", "撤销限制出境决定书"),
}
_EFFECTS = {
    OrderKind.LISTING: "公布失信信息和据此采取的信用惩戒措施",
    OrderKind.CONSUMPTION: "限制消费措施",
    OrderKind.EXIT_BAN: "限制出境措施",
}
# What a suspension or a resumption rests on where the proposal names nothing nearer.
_REVIEW = {OrderKind.LISTING: "LIST 12", OrderKind.CONSUMPTION: "GOOD 18", OrderKind.EXIT_BAN: "REVIEW 9"}
_TOLD_LISTING = "本院停止公示和共享失信信息，并在原通知、公告的范围内通知有关单位停止使用该信息、解除据此采取的措施"
_TOLD_OTHERS = "本院在原通知、公告的范围内通知有关单位停止执行"


def act_text(facts: ActFacts, *, title: str, label: str, middle: tuple[Block, ...]) -> PaperText:
    """Return a paper about an order: who, which order, `middle`, contact, signature."""
    head = facts.head
    blocks = (
        phrases.party_line(label, facts.party),
        line(f"执行案号：{head.case_number}。"),
        line(f"所涉决定：{phrases.order_reference(facts.order)}。"),
        *middle,
        phrases.contact_line(head),
    )
    return PaperText(
        kind=facts.kind,
        form=Form.DECISION,
        court=head.court,
        title=title,
        number=head.number,
        blocks=blocks,
        closing=phrases.closing(head, facts.signature.signed_by),
        access=phrases.access(facts.access_code),
        verification=phrases.verification(head),
    )


def _basis(facts: ActFacts, *keys: str) -> str:
    return phrases.cite_as_told(facts.basis) or cite(*keys)


def suspension_text(facts: SuspensionDecision) -> PaperText:
    """Return the words of a suspension."""
    kind = facts.order.kind
    items = (
        f"{phrases.span(facts.starts_on, facts.ends_on)}，暂停{_EFFECTS[kind]}",
        "暂停期间，有关单位不得依据所涉决定对当事人采取限制或者惩戒措施；所涉决定的效力不因暂停而终止",
        "暂停期限届满前，本院依法作出恢复、解除或者撤销的决定",
    )
    middle = (
        *phrases.paragraphs(facts.reasons, before="经审查，"),
        paragraph(f"依照{_basis(facts, _REVIEW[kind])}的规定，决定如下："),
        *(item(one) for one in phrases.numbered(items)),
        paragraph("本决定自作出之日起生效。"),
    )
    return act_text(facts, title=_SUSPENDED[kind][0], label="当事人", middle=middle)


def resumption_text(facts: ResumptionDecision) -> PaperText:
    """Return the words of a resumption."""
    kind = facts.order.kind
    term = (
        f"所涉决定的期限仍至{day_cn(facts.ends_on)}止，不因暂停而顺延"
        if facts.ends_on
        else "所涉决定没有固定期限，暂停不影响其解除的条件"
    )
    items = (f"自{day_cn(facts.resumed_on)}起恢复{_EFFECTS[kind]}，{facts.suspension_number}暂停决定同时终止", term)
    middle = (
        *phrases.paragraphs(facts.reasons, before="经审查，"),
        paragraph(f"本院认为，暂停的原因已经消除。依照{_basis(facts, _REVIEW[kind])}的规定，决定如下："),
        *(item(one) for one in phrases.numbered(items)),
        paragraph("本决定自作出之日起生效。"),
        *phrases.remedy(kind, facts.next_court),
    )
    return act_text(facts, title=_SUSPENDED[kind][1], label="当事人", middle=middle)


def extension_text(facts: ExtensionDecision) -> PaperText:
    """Return the words of an extension of a listing."""
    years = count_cn(facts.years or 0)
    middle = (
        *phrases.paragraphs(facts.reasons, before="经审查查明："),
        paragraph(
            f"本院认为，被执行人的上述行为属于{cite('LIST 2 第一款')}规定的可以延长纳入失信被执行人名单期限的情形。依照该款规定，决定如下："
        ),
        *(
            item(one)
            for one in phrases.numbered(
                (
                    f"将{facts.party.name}纳入失信被执行人名单的期限延长{years}年",
                    f"纳入期限原至{day_cn(facts.previous_end)}止，延长后至{day_cn(facts.ends_on)}止",
                )
            )
        ),
        paragraph("本决定书由院长签发，自作出之日起生效。"),
        paragraph(
            f"被执行人积极履行生效法律文书确定的义务或者主动纠正失信行为的，本院可以依照{cite('LIST 2 第二款')}的规定决定提前删除"
            f"失信信息。"
        ),
        *phrases.objection_remedy(OrderKind.LISTING, facts.next_court),
    )
    return act_text(facts, title="延长纳入失信被执行人名单期限决定书", label="被执行人", middle=middle)


def removal_text(facts: RemovalDecision) -> PaperText:
    """Return the words of a removal, lifting or withdrawal."""
    kind, withdrawn = facts.order.kind, facts.reason is RemovalReason.W
    reason = f"“{REMOVAL_TITLES[facts.reason]}”" if facts.reason else ""
    rests = f"，有{phrases.stripped(facts.document)}为据" if facts.document else ""
    found = f"本院认为，当事人具有{reason}的情形{rests}，"
    if withdrawn:
        found = f"本院认为，所涉决定不应作出{rests}，应予撤销。"
    middle = (
        *phrases.paragraphs(facts.reasons, before="经审查查明："),
        paragraph(
            f"{found}{'' if withdrawn else '应当终止所涉决定。'}依照{phrases.cite_as_told(facts.basis)}的规定，决定如下："
        ),
        *(item(one) for one in phrases.numbered(_removal_items(facts, withdrawn=withdrawn))),
        paragraph("本决定书由院长签发，自作出之日起生效。"),
        paragraph("本决定仅及于所涉决定；人民法院在其他案件中对当事人作出的决定，不受本决定影响。"),
    )
    return act_text(facts, title=_ENDED[kind][withdrawn], label="当事人", middle=middle)


def _removal_items(facts: RemovalDecision, *, withdrawn: bool) -> tuple[str, ...]:
    kind, name, since = facts.order.kind, facts.party.name, f"自{day_cn(facts.ended_on)}起"
    order = f"{facts.order.number}{phrases.ORDER_NAMES[kind]}"
    if withdrawn:
        stopped = "公示和执行" if kind is OrderKind.LISTING else "执行"
        first = f"撤销{order}，该决定自始不应作出；{since}终止{stopped}"
    elif kind is OrderKind.LISTING:
        first = f"{since}将{name}从失信被执行人名单中删除，{order}终止"
    else:
        first = f"{since}解除对{name}采取的{phrases.MEASURE_NAMES[kind]}，{order}终止"
    told = _TOLD_LISTING if kind is OrderKind.LISTING else _TOLD_OTHERS
    if kind is OrderKind.EXIT_BAN:
        told = f"依照{cite('EXIT 65')}的规定，本院及时通知出入境边防检查机关撤销限制出境措施"
    return (first, told)
