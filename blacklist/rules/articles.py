"""Every provision the rules cite, once: its text's title and number, and the days it is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Article:
    """One provision, or a whole text where `number` is empty. `in_force_until` is the last day, or None.

    `document` is the text's official number; `in_force_from` the first day of the version cited.
    """

    key: str
    title: str
    document: str
    number: str
    in_force_from: date
    in_force_until: date | None = None

    @property
    def citation(self) -> str:
        """Return the provision as a Chinese decision cites it."""
        return f"{self.title} {self.number}".rstrip()


# The newest text these rules follow (信用修复管理办法); each order records the version it was made under.
RULE_VERSION = "2026-04-01"

_TEXTS: tuple[tuple[str, str, str, date, tuple[int, ...]], ...] = (
    (
        "LIST",
        "最高人民法院关于公布失信被执行人名单信息的若干规定",
        "法释〔2017〕7号",
        date(2017, 5, 1),
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13),
    ),
    (
        "CONS",
        "最高人民法院关于限制被执行人高消费及有关消费的若干规定",
        "法释〔2015〕17号",
        date(2015, 7, 22),
        (1, 2, 3, 4, 5, 6, 8, 9, 11),
    ),
    (
        "CPL",
        "中华人民共和国民事诉讼法",
        "2023年修正",
        date(2024, 1, 1),
        (85, 86, 95, 114, 117, 243, 253, 262, 266, 267, 268),
    ),
    (
        "ENF",
        "最高人民法院关于适用《中华人民共和国民事诉讼法》执行程序若干问题的解释",
        "法释〔2020〕21号",
        date(2021, 1, 1),
        (23, 24, 25),
    ),
    (
        "REVIEW",
        "最高人民法院关于人民法院办理执行异议和复议案件若干问题的规定",
        "法释〔2020〕21号",
        date(2021, 1, 1),
        (9,),
    ),
    (
        "NETQ",
        "最高人民法院关于网络查询、冻结被执行人存款的规定",
        "法释〔2020〕21号",
        date(2021, 1, 1),
        (6,),
    ),
    ("EXIT", "中华人民共和国出境入境管理法", "主席令第57号", date(2013, 7, 1), (12, 28, 65)),
    ("HOLIDAYS", "全国年节及纪念日放假办法", "国务院令第795号", date(2025, 1, 1), (2,)),
    (
        "GOOD",
        "最高人民法院关于在执行工作中进一步强化善意文明执行理念的意见",
        "法发〔2019〕35号",
        date(2019, 12, 16),
        (14, 15, 16, 17, 18, 19, 20),
    ),
    ("TERM", "最高人民法院关于严格规范终结本次执行程序的规定（试行）", "法〔2016〕373号", date(2016, 12, 1), (1, 15)),
    ("MOU", "关于对失信被执行人实施联合惩戒的合作备忘录", "发改财金〔2016〕141号", date(2016, 1, 20), ()),
    (
        "OPIN",
        "关于加快推进失信被执行人信用监督、警示和惩戒机制建设的意见",
        "中办发〔2016〕64号",
        date(2016, 9, 25),
        (),
    ),
    ("BASIC", "全国失信惩戒措施基础清单", "年度版", date(2021, 12, 31), ()),
    ("PIPL", "中华人民共和国个人信息保护法", "主席令第91号", date(2021, 11, 1), (6, 19, 25, 28, 34)),
)
_DIGITS = "零一二三四五六七八九"


def _in_chinese(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        words += "零"
    return words + (_DIGITS[ones] if ones else "")


def _all_articles() -> Mapping[str, Article]:
    articles: dict[str, Article] = {}
    for short, title, document, since, numbers in _TEXTS:
        articles[short] = Article(short, title, document, "", since)
        for number in numbers:
            key = f"{short} {number}"
            articles[key] = Article(key, title, document, f"第{_in_chinese(number)}条", since)
    return MappingProxyType(articles)


ARTICLES: Mapping[str, Article] = _all_articles()
