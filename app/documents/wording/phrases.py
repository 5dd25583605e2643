"""Phrases that several papers share: citations, parties, the case, remedies, the end of a paper."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from app.documents.facts import EnforcementCase, Head, OrderReference, Party
from app.documents.text import Block, Verification, heading, line, paragraph
from app.formats import day_cn, day_cn_formal, money, money_cn
from blacklist.rules.articles import ARTICLES
from blacklist.rules.lifecycle import OrderKind

# What is done to an order of each kind, and what ends with it.
ORDER_NAMES = {
    OrderKind.LISTING: "纳入失信被执行人名单决定",
    OrderKind.CONSUMPTION: "限制消费令",
    OrderKind.EXIT_BAN: "限制出境决定",
}
MEASURE_NAMES = {
    OrderKind.LISTING: "纳入失信被执行人名单措施",
    OrderKind.CONSUMPTION: "限制消费措施",
    OrderKind.EXIT_BAN: "限制出境措施",
}
_CITATION = re.compile(r"(?P<title>[^《].*?) (?P<number>第\S+)")
_END = "。；;，,.、 "


def cite(*keys: str) -> str:
    """Cite provisions as a decision does: 《…规定》第一条、第五条. A key may name paragraph and item: `LIST 10 第一款`.

    Provisions of one text are cited together, in the order given.
    """
    texts: dict[str, list[str]] = {}
    last = ""
    for key in keys:
        short, number, *rest = key.split(" ")
        article = ARTICLES[f"{short} {number}"]
        # Items of one article follow its number once: 第一条第（一）项、第（五）项.
        told = "".join(rest) if rest and article.key == last else article.number + "".join(rest)
        texts.setdefault(article.title, []).append(told)
        last = article.key
    return "、".join(f"{_marked(title)}{'、'.join(numbers)}" for title, numbers in texts.items())


def cite_as_told(basis: str) -> str:
    """Put the marks of a title round a citation as `Article.citation` writes it; any other text stays as it is."""
    found = _CITATION.fullmatch(basis.strip())
    return f"{_marked(found['title'])}{found['number']}" if found else basis.strip()


def _marked(title: str) -> str:
    # A title within a title takes the inner marks.
    return f"《{title.replace('《', '〈').replace('》', '〉')}》"


def stripped(text: str) -> str:
    """Return a text without the mark that ends it, to stand within a sentence."""
    return text.strip().rstrip(_END)


def paragraphs(text: str, *, before: str = "") -> tuple[Block, ...]:
    """Return a longer text as paragraphs, a line each, every one a whole sentence; `before` opens the first."""
    lines = [stripped(one) for one in text.splitlines() if one.strip()]
    return tuple(paragraph(f"{before if not index else ''}{one}。") for index, one in enumerate(lines))


def identity(party: Party) -> str:
    """Return who a party is: name, sex, birth date, document; of a unit also its head."""
    known = [party.name, party.sex, f"{day_cn(party.born_on)}出生" if party.born_on else "", document(party)]
    if party.is_unit and party.representative:
        known.append(f"法定代表人或者主要负责人：{party.representative}")
    return "，".join(one for one in known if one)


def document(party: Party) -> str:
    """Return a party's document with its number."""
    return f"{number_title(party.document)}：{party.number}"


def number_title(title: str) -> str:
    """Return what the number of a document is called."""
    return title if title.endswith(("代码", "号", "号码")) else f"{title}号码"


def party_line(label: str, party: Party) -> Block:
    """Return the line that names a party at the head of a decision."""
    role = f"（{party.role}）" if party.role else ""
    return line(f"{label}{role}：{identity(party)}。")


def case_paragraphs(case: EnforcementCase, head: Head, debtor: Party) -> tuple[Block, ...]:
    """Return which case it is, what is enforced, and how far it was performed."""
    creditor = f"申请执行人{case.creditor}与" if case.creditor else ""
    number = case.basis_number + ("生效法律文书" if case.basis_number.rstrip().endswith("号") else "")
    opening = (
        f"本院于{day_cn(case.filed_on)}立案执行{creditor}被执行人{debtor.name}一案，案号为{head.case_number}。执行依据为{case.basis_maker}"
        f"作出的{number}。该生效法律文书确定的义务为：{stripped(case.duty)}。"
    )
    return (paragraph(opening), paragraph(f"截至目前的履行情况：{performance(case)}。"))


def performance(case: EnforcementCase) -> str:
    """Return how far the duty was performed, with sums where they are known."""
    words = stripped(case.performance)
    if case.amount_due is not None:
        words += f"；应履行金额为人民币{sum_of(case.amount_due)}"
    if case.amount_performed is not None:
        words += f"；已履行金额为人民币{sum_of(case.amount_performed)}"
    return words


def sum_of(amount: Decimal) -> str:
    """Return a sum in figures and in words."""
    return f"{money(amount)}元（大写：{money_cn(amount)}）"


def order_reference(order: OrderReference) -> str:
    """Return a decision by day, number and kind."""
    return f"{day_cn(order.decided_on)}作出的{order.number}{ORDER_NAMES[order.kind]}"


def span(starts_on: date | None, ends_on: date | None) -> str:
    """Return a span of days, both included."""
    return f"自{day_cn(starts_on)}起至{day_cn(ends_on)}止"


def objection_remedy(kind: OrderKind, next_court: str) -> tuple[Block, ...]:
    """Return how a listing or a consumption order can be objected to, with its four clocks (LIST 11, 12; GOOD 18)."""
    if kind is OrderKind.LISTING:
        grounds = "认为不应将其纳入失信被执行人名单、记载和公布的失信信息不准确或者失信信息应予删除的"
        basis = cite("LIST 11", "LIST 12")
    else:
        grounds = "认为不应对其采取限制消费措施、限制消费令记载的内容不准确或者限制消费措施应予解除的"
        basis = cite("GOOD 18", "LIST 12")
    first = (
        f"被采取措施的公民、法人或者其他组织{grounds}，可以依照{basis}的规定，向本院书面申请纠正。本院自收到书面纠正申请之日起"
        f"十五日内审查，理由成立的，在三个工作日内纠正；理由不成立的，决定驳回。"
    )
    return (heading("权利救济"), paragraph(first), paragraph(reconsideration(next_court)))


def reconsideration(next_court: str) -> str:
    """Return how a rejection can be reconsidered (LIST 12)."""
    return (
        f"对驳回决定不服的，可以自驳回决定书送达之日起十日内向{next_court}申请复议；该院自收到复议申请之日起"
        f"十五日内作出决定。复议期间，不停止原决定的执行。"
    )


def exit_ban_remedy(next_court: str) -> tuple[Block, ...]:
    """Return the one remedy against an exit ban: straight to the next higher court (REVIEW 9)."""
    text = (
        f"被限制出境的人认为对其限制出境错误的，可以依照{cite('REVIEW 9')}的规定，自收到本决定书之日起十日内向{next_court}"
        f"申请复议；该院自收到复议申请之日起十五日内作出决定。复议期间，不停止本决定的执行。"
    )
    return (heading("权利救济"), paragraph(text))


def remedy(kind: OrderKind, next_court: str) -> tuple[Block, ...]:
    """Return the remedies against a measure of that kind."""
    return exit_ban_remedy(next_court) if kind is OrderKind.EXIT_BAN else objection_remedy(kind, next_court)


def contact_line(head: Head) -> Block:
    """Return how the court is reached."""
    return paragraph(f"本院联系方式：{head.contact}。")


def closing(head: Head, signed_by: str = "") -> tuple[str, ...]:
    """Return the right-hand end of a paper: signer, court, place of the seal, day."""
    signer = (f"院长签发：{signed_by}",) if signed_by else ()
    return (*signer, head.court, "（院印）", day_cn_formal(head.decided_on))


def access(code: str, *, paper: str = "本决定书") -> str:
    """Return the line with the code that opens the person's own room, or nothing; `paper` is what it calls itself."""
    if not code:
        return ""
    return (
        f"{paper}访问码：{code}。凭访问码、姓名或者名称及证件号码后六位，可以登录本人专区查阅决定、送达和执行进展情况，"
        f"申请纠正、申请单次许可或者报告履行情况。访问码仅供本人使用，请勿向他人出示。"
    )


def verification(head: Head) -> Verification:
    """Return how anybody verifies the paper."""
    return Verification(
        code=head.code,
        url=head.url,
        explanation="扫描二维码或者登录核验网址输入核验码，可以核验本文书的真伪及现行效力。",
    )


def numbered(texts: Iterable[str]) -> tuple[str, ...]:
    """Return operative items, numbered 一、 二、 and so on."""
    return tuple(f"{'一二三四五六七八九十'[index]}、{stripped(one)}。" for index, one in enumerate(texts))
