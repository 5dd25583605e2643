"""Words of papers that prove something: certificates of removal, proofs of service."""

from __future__ import annotations

from app.documents.proofs import RemovalCertificate, ServiceProof
from app.documents.text import Block, Form, PaperText, line, paragraph, table
from app.documents.wording import phrases
from app.formats import day_cn
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import REMOVAL_TITLES, RemovalReason

_TITLES = {
    OrderKind.LISTING: "退出失信被执行人名单证明",
    OrderKind.CONSUMPTION: "解除限制消费证明",
    OrderKind.EXIT_BAN: "解除限制出境证明",
}
_SIGN_HERE = "年　　月　　日"
_ENDS = {OrderKind.LISTING: "从失信被执行人名单中删除", OrderKind.CONSUMPTION: "解除", OrderKind.EXIT_BAN: "解除"}


def certificate_text(facts: RemovalCertificate) -> PaperText:
    """Return the words of a certificate of removal."""
    head, kind = facts.head, facts.order.kind
    since = day_cn(facts.since)
    end = "撤销" if facts.reason is RemovalReason.W else _ENDS[kind]
    by = f"（终止决定书编号：{facts.ending_number}）" if facts.ending_number else ""
    cause = f"，事由：{REMOVAL_TITLES[facts.reason]}" if facts.reason else "，事由：期限届满"
    blocks = (
        line(f"持证人：{phrases.identity(facts.party)}。"),
        paragraph(
            f"兹证明，本院在{head.case_number}案件中对持证人于{phrases.order_reference(facts.order)}，已于{since}{end}{by}{cause}。"
        ),
        paragraph(
            f"自{since}起，持证人不因上述决定受任何限制或者惩戒；有关单位应当停止使用该决定的信息并解除相应措施。"
        ),
        *_agencies(facts),
        paragraph("本证明仅就上述决定作出，不涉及其他案件。证件号码依法隐去部分字符。"),
        phrases.contact_line(head),
    )
    return _proof(facts, Form.CERTIFICATE, _TITLES[kind], blocks)


def _agencies(facts: RemovalCertificate) -> tuple[Block, ...]:
    if not facts.agencies:
        return (paragraph("上述决定没有通知过协助单位。"),)
    rows = tuple(
        (one.name, day_cn(one.told_on), day_cn(one.lifted_on) if one.lifted_on else "尚未回告")
        for one in facts.agencies
    )
    return (
        table(
            "本院已将上述情况通知下列单位", rows, head=("单位名称", "通知日期", "回告停止执行日期"), widths=(14, 9, 9)
        ),
    )


def service_text(facts: ServiceProof) -> PaperText:
    """Return the words of a proof of service. The last rows are signed by hand."""
    rows = (
        ("案号", facts.head.case_number),
        ("送达文书名称和编号", "；".join(phrases.stripped(one) for one in facts.papers)),
        ("受送达人", f"{facts.recipient.name}，{phrases.document(facts.recipient)}"),
        ("送达方式", facts.way),
        *((("送达地点", facts.place),) if facts.place else ()),
        ("送达结果", facts.outcome),
        ("送达日期", day_cn(facts.done_on)),
        *((("视为送达日期", day_cn(facts.deemed_on)),) if facts.deemed_on else ()),
        ("送达证明材料", facts.proof),
        ("送达人", facts.server),
        ("法院联系方式", facts.head.contact),
        ("受送达人签名或者盖章", _SIGN_HERE),
        ("代收人签名和代收理由", _SIGN_HERE),
        ("说明", "受送达人拒绝签收的，由送达人记明拒收事由和日期，由送达人、见证人签名或者盖章。"),
    )
    tall = (len(rows) - 3, len(rows) - 2)
    blocks = (table("送达情况", rows, widths=(10, 22), tall=tall),)
    return _proof(facts, Form.SERVICE, "送达回证", blocks)


def _proof(
    facts: RemovalCertificate | ServiceProof,
    form: Form,
    title: str,
    blocks: tuple[Block, ...],
) -> PaperText:
    return PaperText(
        kind=facts.kind,
        form=form,
        court=facts.head.court,
        title=title,
        number=facts.head.number,
        blocks=blocks,
        closing=phrases.closing(facts.head),
        access="",
        verification=phrases.verification(facts.head),
    )
