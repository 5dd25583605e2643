from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pypdfium2.raw as pdfium
import pytest
import segno

from app.documents.errors import MissingGlyphsError
from app.documents.glyphs import missing_glyphs
from app.documents.kinds import KINDS, paper_text
from app.documents.paper import Press
from app.documents.word import render_docx
from blacklist.errors import InvalidError
from tests.unit.app.documents.reading import (
    dark_modules,
    opened,
    page_of,
    pages_of,
    squeezed,
    structure_of,
    text_of_page,
    text_of_pdf,
    text_of_word,
    told_by,
)
from tests.unit.app.documents.samples import AT, PERSON, SAMPLES

PRESS = Press()
EACH = pytest.mark.parametrize("facts", SAMPLES.values(), ids=SAMPLES)
MARKUP = "#strong[甲] $x$ <b>乙</b> {{ 7*7 }} *丙* \\ @丁"


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    return {kind: PRESS.render_pdf(facts, at=AT) for kind, facts in SAMPLES.items()}


def test_every_kind_has_a_sample():
    assert list(SAMPLES) == list(KINDS)


@EACH
class TestEveryPaper:
    def test_tells_every_fact(self, facts, papers):
        text = re.sub("[《》〈〉]", "", text_of_pdf(papers[facts.kind]))

        assert [texts for texts in told_by(facts) if not any(one in text for one in texts)] == []

    def test_says_in_every_form_the_same(self, facts, papers):
        paper = paper_text(facts)
        words = squeezed("".join(paper.strings()))

        assert text_of_pdf(papers[facts.kind]) == words
        assert text_of_word(render_docx(facts)) == words
        assert text_of_page(page_of(paper)) == words

    def test_has_the_same_bytes_each_time(self, facts, papers):
        assert Press().render_pdf(facts, at=AT) == papers[facts.kind]

    def test_is_tagged_titled_and_in_chinese(self, facts, papers):
        made = papers[facts.kind]

        with opened(made) as document:
            assert pdfium.FPDFCatalog_IsTagged(document.raw)
            assert document.get_metadata_value("Title") == paper_text(facts).document_title
        assert b"/Lang (zh-CN)" in made or b"/Lang(zh-CN)" in made

    def test_is_made_for_the_archive_and_the_screen_reader(self, facts, papers):
        made = papers[facts.kind]

        assert b"<pdfaid:part>2</pdfaid:part>" in made
        assert b"<pdfaid:conformance>A</pdfaid:conformance>" in made
        assert b"<pdfuaid:part>1</pdfuaid:part>" in made

    def test_reads_its_title_as_the_first_heading(self, facts, papers):
        types = [kind for kind, _ in structure_of(papers[facts.kind])]

        assert types.count("H1") == 1

    def test_shows_a_code_that_leads_to_its_verification(self, facts, papers):
        made = papers[facts.kind]
        code = segno.make(facts.head.url, error="m", micro=False, boost_error=False)
        rows = [[bool(one) for one in row] for row in code.matrix_iter(border=4)]

        assert dark_modules(made, left=162, top=11, width=22, count=len(rows)) == rows
        assert ("Figure", f"核验二维码，核验码：{facts.head.code}") in structure_of(made)

    def test_numbers_its_pages_and_ends_with_more_than_a_signature(self, facts, papers):
        pages = pages_of(papers[facts.kind])
        closing = squeezed("".join(paper_text(facts).closing))

        assert 1 <= len(pages) <= 5
        assert pages[-1].endswith(closing)
        assert len(pages[-1]) > len(closing) + 10

    def test_names_nobody_in_its_title(self, facts, papers):
        assert "测试" not in paper_text(facts).document_title

    def test_leaves_markup_in_a_name_as_text(self, facts):
        owner = next(one for one in ("party", "recipient", "debtor") if hasattr(facts, one))
        marked = replace(facts, **{owner: replace(getattr(facts, owner), name=MARKUP)})
        wanted = squeezed(MARKUP)

        assert wanted in text_of_pdf(PRESS.render_pdf(marked, at=AT))
        assert wanted in text_of_word(render_docx(marked))
        assert wanted in text_of_page(page_of(paper_text(marked)))

    def test_can_be_looked_at_page_by_page(self, facts, papers):
        count = len(pages_of(papers[facts.kind]))

        assert PRESS.render_preview(facts, page=count - 1).startswith(b"\x89PNG")
        with pytest.raises(InvalidError) as caught:
            PRESS.render_preview(facts, page=count)
        assert caught.value.errors[0].code == "out-of-range"


class TestPress:
    def test_names_what_the_bytes_depend_on(self):
        assert re.fullmatch(r"[0-9a-f]{12} typst 0\.15\.\d+ fonts 0\.1\.\d+", PRESS.version)
        assert len(PRESS.version) <= 60

    def test_writes_the_given_instant_into_the_file(self):
        facts = SAMPLES["permit"]

        with opened(PRESS.render_pdf(facts, at=AT)) as document:
            assert document.get_metadata_value("CreationDate") == "D:20261124020500Z"
        assert PRESS.render_pdf(facts, at=AT) != PRESS.render_pdf(facts, at=AT + timedelta(seconds=1))

    def test_serves_several_threads_at_once(self):
        facts = SAMPLES["permit"]

        with ThreadPoolExecutor(4) as threads:
            made = list(threads.map(lambda _: PRESS.render_pdf(facts, at=AT), range(12)))

        assert set(made) == {PRESS.render_pdf(facts, at=AT)}

    def test_hashes_the_words_so_that_a_changed_one_shows(self):
        facts = SAMPLES["permit"]
        changed = replace(facts, uses=3)

        assert paper_text(facts).digest == paper_text(SAMPLES["permit"]).digest
        assert paper_text(facts).digest != paper_text(changed).digest

    def test_repeats_the_head_of_a_long_table(self):
        facts = SAMPLES["removal_certificate"]
        many = replace(facts, agencies=tuple(replace(facts.agencies[0], name=f"示例单位{i}") for i in range(60)))

        pages = pages_of(PRESS.render_pdf(many, at=AT))

        assert len(pages) > 2
        assert all("回告停止执行日期" in page for page in pages[:-1])


class TestRareCharacters:
    def test_are_printed(self):
        named = replace(SAMPLES["permit"], party=replace(PERSON, name="测试𠅤喆燊㛃"))

        assert missing_glyphs("𠅤喆燊㛃") == ""
        assert "测试𠅤喆燊㛃" in text_of_pdf(PRESS.render_pdf(named, at=AT))

    def test_that_no_font_holds_stop_the_paper_by_name(self):
        named = replace(SAMPLES["permit"], party=replace(PERSON, name="测试😀甲😀"))

        for render in (lambda: PRESS.render_pdf(named, at=AT), lambda: PRESS.render_preview(named)):
            with pytest.raises(MissingGlyphsError) as caught:
                render()
            assert caught.value.detail.startswith("字体缺字：😀（U+1F600）")
            assert caught.value.characters == "😀"

    def test_are_told_apart_from_those_that_can_be_printed(self):
        assert missing_glyphs("甲😀乙🀄\n丙😀") == "😀🀄"
