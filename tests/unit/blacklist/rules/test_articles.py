import re
from datetime import date
from pathlib import Path

import pytest

import blacklist.rules
from blacklist.rules.articles import ARTICLES

SOURCES = sorted(Path(blacklist.rules.__file__).parent.glob("*.py"))
CITED = sorted(
    {
        citation.strip(" .")
        for source in SOURCES
        for block in re.findall(r"Basis: ([^\n]+)", source.read_text(encoding="utf-8"))
        for citation in re.split("[;,]", re.sub(r"\([^)]*\)", "", block).split(".")[0])
    }
)


class TestArticles:
    @pytest.mark.parametrize("citation", CITED)
    def test_every_cited_provision_is_registered(self, citation):
        assert citation in ARTICLES

    @pytest.mark.parametrize(
        ("key", "citation"),
        [
            ("LIST 4", "最高人民法院关于公布失信被执行人名单信息的若干规定 第四条"),
            ("GOOD 16", "最高人民法院关于在执行工作中进一步强化善意文明执行理念的意见 第十六条"),
            ("CPL 266", "中华人民共和国民事诉讼法 第二百六十六条"),
            ("CPL 85", "中华人民共和国民事诉讼法 第八十五条"),
            ("ENF 24", "最高人民法院关于适用《中华人民共和国民事诉讼法》执行程序若干问题的解释 第二十四条"),
            ("MOU", "关于对失信被执行人实施联合惩戒的合作备忘录"),
        ],
    )
    def test_cites_as_a_decision_does(self, key, citation):
        assert ARTICLES[key].citation == citation

    @pytest.mark.parametrize(
        ("key", "document", "since"),
        [
            ("LIST", "法释〔2017〕7号", date(2017, 5, 1)),
            ("LIST 10", "法释〔2017〕7号", date(2017, 5, 1)),
            ("PIPL", "主席令第91号", date(2021, 11, 1)),
            ("PIPL 25", "主席令第91号", date(2021, 11, 1)),
        ],
    )
    def test_knows_the_number_of_the_text_and_its_first_day(self, key, document, since):
        article = ARTICLES[key]

        assert (article.key, article.document, article.in_force_from) == (key, document, since)
