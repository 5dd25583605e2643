"""Words of 限制出境决定书."""

from __future__ import annotations

from app.documents.orders import ExitBanDecision
from app.documents.text import Block, Form, PaperText, heading, item, paragraph, table
from app.documents.wording import phrases
from app.documents.wording.phrases import cite


def exit_ban_text(facts: ExitBanDecision) -> PaperText:
    """Return the words of an exit-ban decision."""
    head = facts.head
    same = facts.person == facts.debtor
    blocks = (
        phrases.party_line("被执行人", facts.debtor),
        *(() if same else (phrases.party_line("被限制出境人员", facts.person),)),
        *phrases.case_paragraphs(facts.case, head, facts.debtor),
        paragraph(
            "申请执行人向本院提出书面申请，请求限制出境。本院对该申请进行了审查。"
            if facts.on_application
            else "本院依职权对是否限制出境进行了审查。"
        ),
        *phrases.paragraphs(facts.found, before="经审查查明："),
        paragraph(_opinion(facts)),
        *(item(one) for one in phrases.numbered(_items(facts))),
        table(
            "被限制出境人员的证件",
            tuple((one.document, one.number, one.issued_by or "中华人民共和国") for one in facts.documents),
            head=("证件种类", "证件号码", "签发国家或者地区"),
            widths=(10, 12, 10),
        ),
        paragraph("本决定书由院长签发，自作出之日起生效。"),
        *_end(),
        *phrases.exit_ban_remedy(facts.next_court),
        phrases.contact_line(head),
    )
    return PaperText(
        kind=facts.kind,
        form=Form.DECISION,
        court=head.court,
        title="限制出境决定书",
        number=head.number,
        blocks=blocks,
        closing=phrases.closing(head, facts.signature.signed_by),
        access=phrases.access(facts.access_code),
        verification=phrases.verification(head),
    )


def _opinion(facts: ExitBanDecision) -> str:
    who = f"{facts.person.name}作为被执行人的{facts.person.role}，" if facts.person.role else ""
    exit_law = "EXIT 28 第（二）项" if facts.foreign else "EXIT 12 第（三）项"
    articles = ["CPL 266", exit_law, "ENF 23", *(["ENF 24"] if facts.person.role else [])]
    return (
        f"本院认为，被执行人{facts.debtor.name}未履行生效法律文书确定的义务，{who}依法可以限制其出境。依照{cite(*articles)}的规定，"
        f"决定如下："
    )


def _items(facts: ExitBanDecision) -> tuple[str, ...]:
    return (
        f"限制{facts.person.name}出境",
        f"限制出境的期限{phrases.span(facts.starts_on, facts.ends_on)}",
        "本决定由移民管理机构和出入境边防检查机关协助执行；所涉证件见下表，使用其他有效证件出境的，同样受本决定限制",
    )


def _end() -> tuple[Block, ...]:
    lifting = (
        f"在限制出境期间，被执行人履行生效法律文书确定的全部债务的，本院依照{cite('ENF 25')}的规定及时解除限制出境措施；被执行人提供"
        f"充分、有效的担保或者申请执行人同意的，本院可以解除限制出境措施。限制出境的原因消除的，本院依照{cite('EXIT 65')}的规定及时"
        f"撤销并通知出入境边防检查机关。"
    )
    lapse = "期限届满，本院没有作出新的限制出境决定的，限制出境措施自行失效。"
    return (heading("限制的解除"), paragraph(lifting), paragraph(lapse))
