"""Words of 限制消费令."""

from __future__ import annotations

from app.documents.orders import ConsumptionOrder
from app.documents.text import Block, Form, PaperText, heading, item, line, paragraph
from app.documents.wording import phrases
from app.documents.wording.phrases import cite
from app.formats import day_cn
from blacklist.rules.lifecycle import OrderKind

# The nine items of CONS 3, word for word.
NINE_ITEMS = (
    "乘坐交通工具时，选择飞机、列车软卧、轮船二等以上舱位",
    "在星级以上宾馆、酒店、夜总会、高尔夫球场等场所进行高消费",
    "购买不动产或者新建、扩建、高档装修房屋",
    "租赁高档写字楼、宾馆、公寓等场所办公",
    "购买非经营必需车辆",
    "旅游、度假",
    "子女就读高收费私立学校",
    "支付高额保费购买保险理财产品",
    "乘坐G字头动车组列车全部座位、其他动车组列车一等以上座位等其他非生活和工作必需的消费行为",
)


def consumption_text(facts: ConsumptionOrder) -> PaperText:
    """Return the words of a consumption order."""
    head = facts.head
    nine = tuple(
        f"（{'一二三四五六七八九'[index]}）{one}{'。' if one is NINE_ITEMS[-1] else '；'}"
        for index, one in enumerate(NINE_ITEMS)
    )
    blocks = (
        phrases.party_line("被执行人", facts.debtor),
        *(phrases.party_line("受限制人员", one) for one in facts.bound),
        line(f"{'、'.join(one.name for one in (facts.debtor, *facts.bound))}："),
        *phrases.case_paragraphs(facts.case, head, facts.debtor),
        *phrases.paragraphs(facts.found, before="经审查查明："),
        paragraph(_restricted(facts)),
        *(item(one) for one in nine),
        paragraph(_period(facts)),
        *_allowed(facts),
        *_consequences(),
        *phrases.objection_remedy(OrderKind.CONSUMPTION, facts.next_court),
        phrases.contact_line(head),
        paragraph("此令。"),
    )
    return PaperText(
        kind=facts.kind,
        form=Form.DECISION,
        court=head.court,
        title="限制消费令",
        number=head.number,
        blocks=blocks,
        closing=phrases.closing(head, facts.signature.signed_by),
        access=phrases.access(facts.access_code, paper="本限制消费令"),
        verification=phrases.verification(head),
    )


def _you(facts: ConsumptionOrder) -> str:
    return "你单位" if facts.debtor.is_unit else "你"


def _restricted(facts: ConsumptionOrder) -> str:
    you = _you(facts)
    with_you = "及".join(("", *(f"{one.role}{one.name}" for one in facts.bound)))
    return (
        f"因{you}未按执行通知书指定的期间履行生效法律文书确定的给付义务，本院依照{cite('CPL 266', 'CONS 1', 'CONS 3', 'CONS 5')}"
        f"的规定，对{you}采取限制消费措施，限制{you}{with_you}不得有以下高消费及非生活和工作必需的消费行为："
    )


def _period(facts: ConsumptionOrder) -> str:
    start = f"自{day_cn(facts.head.decided_on)}起"
    grace = ""
    if facts.grace_until:
        grace = (
            f"依照{cite('GOOD 15')}的规定给予宽限期，至{day_cn(facts.grace_until)}止，宽限期内暂不采取限制消费措施；宽限期内履行完毕的，"
            f"不再采取。"
        )
    return f"限制消费的期间：{start}，至生效法律文书确定的义务履行完毕或者本院依法解除之日止。{grace}"


def _allowed(facts: ConsumptionOrder) -> tuple[Block, ...]:
    you = _you(facts)
    own = (
        f"{you}的法定代表人、主要负责人、影响债务履行的直接责任人员、实际控制人因私消费以个人财产实施前款行为的，可以依照"
        f"{cite('CONS 3 第二款')}的规定向本院提出申请；本院审查属实的，予以准许。"
    )
    need = f"因生活或者经营必需而进行前述禁止的消费活动的，应当依照{cite('CONS 8')}的规定向本院提出申请，获批准后方可进行。"
    urgent = (
        f"因本人或者近亲属重大疾病就医、近亲属丧葬、本人执行或者配合执行公务、参加外事活动或者重要考试等紧急情况亟需赴外地的，可以依照"
        f"{cite('GOOD 17')}的规定申请暂时解除乘坐飞机、高铁的限制措施，期限最长不超过一个月。"
    )
    first = (paragraph(own),) if facts.debtor.is_unit else ()
    return (heading("申请准许"), *first, paragraph(need), paragraph(urgent))


def _consequences() -> tuple[Block, ...]:
    breach = (
        f"违反本限制消费令，经查证属实的，本院将依照{cite('CPL 114', 'CONS 11')}的规定，予以罚款、拘留；情节严重，构成犯罪的，依法追究"
        f"刑事责任。同时将依照{cite('LIST 1 第（五）项')}的规定，将违反限制消费令的被执行人纳入失信被执行人名单。"
    )
    lifting = (
        f"提供确实有效的担保或者经申请执行人同意的，本院可以依照{cite('CONS 9')}的规定解除限制消费令；履行完毕生效法律文书确定的义务的，"
        f"本院及时解除限制消费令，并在原通知或者公告的范围内通知或者公告。"
    )
    return (heading("法律后果"), paragraph(breach), heading("限制的解除"), paragraph(lifting))
