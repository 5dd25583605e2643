"""Words of 纳入失信被执行人名单决定书."""

from __future__ import annotations

from app.documents.orders import ListingDecision
from app.documents.text import Block, Form, PaperText, heading, item, paragraph
from app.documents.wording import phrases
from app.documents.wording.phrases import cite
from app.formats import day_cn
from blacklist.rules.grounds import GROUND_TITLES, Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.terms import FIXED_TERM_MONTHS, add_months

_ITEM = {ground: f"LIST 1 第（{'一二三四五六'[index]}）项" for index, ground in enumerate(Ground)}


def listing_text(facts: ListingDecision) -> PaperText:
    """Return the words of a listing decision."""
    head = facts.head
    blocks = (
        phrases.party_line("被执行人", facts.debtor),
        *phrases.case_paragraphs(facts.case, head, facts.debtor),
        paragraph(
            f"本院已于{day_cn(facts.warned_on)}向被执行人送达执行通知书，其中载明了有关纳入失信被执行人名单的风险提示。"
        ),
        *phrases.paragraphs(facts.found, before="经审查查明："),
        paragraph(_opinion(facts)),
        *(item(one) for one in phrases.numbered(_items(facts))),
        paragraph("本决定书由院长签发，自作出之日起生效。"),
        *_consequences(facts),
        *phrases.objection_remedy(OrderKind.LISTING, facts.next_court),
        phrases.contact_line(head),
    )
    return PaperText(
        kind=facts.kind,
        form=Form.DECISION,
        court=head.court,
        title="纳入失信被执行人名单决定书",
        number=head.number,
        blocks=blocks,
        closing=phrases.closing(head, facts.signature.signed_by),
        access=phrases.access(facts.access_code),
        verification=phrases.verification(head),
    )


def _opinion(facts: ListingDecision) -> str:
    conduct = "、".join(f"“{GROUND_TITLES[one]}”" for one in facts.grounds)
    articles = [*(_ITEM[one] for one in facts.grounds), *(["LIST 2"] if facts.ends_on else []), "LIST 5"]
    return (
        f"本院认为，被执行人{facts.debtor.name}未履行生效法律文书确定的义务，并具有{conduct}的情形，应当将其纳入失信被执行人名单，"
        f"依法对其进行信用惩戒。依照{cite(*articles)}的规定，决定如下："
    )


def _items(facts: ListingDecision) -> tuple[str, ...]:
    items = [f"将被执行人{facts.debtor.name}纳入失信被执行人名单", _term(facts)]
    if facts.grace_until:
        items.append(
            f"依照{cite('GOOD 15')}的规定给予宽限期，至{day_cn(facts.grace_until)}止。宽限期内暂不公布其失信信息，暂不采取信用惩戒"
            f"措施；宽限期内履行完毕的，不再公布和采取惩戒措施"
        )
    return tuple(items)


def _term(facts: ListingDecision) -> str:
    start = facts.head.decided_on
    if facts.ends_on is None or start is None:
        return "本次纳入没有固定期限，至具备法定情形、本院删除失信信息之日止"
    years = "二年，" if facts.ends_on == add_months(start, FIXED_TERM_MONTHS) else ""
    return f"纳入期限为{years}{phrases.span(start, facts.ends_on)}"


def _consequences(facts: ListingDecision) -> tuple[Block, ...]:
    told = (
        f"依照{cite('LIST 7', 'LIST 8')}的规定，本院将失信信息录入最高人民法院失信被执行人名单库并统一向社会公布，向政府相关部门、"
        f"金融监管机构、金融机构、承担行政职能的事业单位及行业协会等通报，由有关单位依照法律、法规和有关规定，在政府采购、招标投标、"
        f"行政审批、政府扶持、融资信贷、市场准入、资质认定等方面对失信被执行人予以信用惩戒；并向征信机构通报，由征信机构在其"
        f"征信系统中记录。"
    )
    number = f"（编号：{facts.consumption_number}）" if facts.consumption_number else ""
    consumption = f"本院同时依照{cite('CONS 1 第二款')}的规定，对被执行人发出限制消费令{number}。"
    if facts.ends_on:
        end = (
            f"纳入期限届满后三个工作日内，本院删除失信信息。被执行人积极履行生效法律文书确定的义务或者主动纠正失信行为的，本院可以依照"
            f"{cite('LIST 2 第二款')}的规定决定提前删除。"
        )
    else:
        end = f"被执行人履行完毕生效法律文书确定的义务，或者具有{cite('LIST 10 第一款')}规定的其他情形的，本院在三个工作日内删除失信信息。"
    return (
        heading("法律后果"),
        paragraph(told),
        paragraph(consumption),
        heading("失信信息的删除"),
        paragraph(end),
    )
