from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from app.documents.codes import qr_png
from app.documents.kinds import paper_text
from app.documents.word import TEMPLATE, render_docx
from tests.unit.app.documents.samples import SAMPLES

EACH = pytest.mark.parametrize("facts", SAMPLES.values(), ids=SAMPLES)


def edited(folder, text):
    """The court's template with one more paragraph."""
    document = Document(str(TEMPLATE))
    document.add_paragraph(text)
    path = folder / "court.docx"
    document.save(str(path))
    return path


@EACH
class TestEveryPaper:
    def test_has_headings_as_headings(self, facts):
        made = Document(io.BytesIO(render_docx(facts)))
        paper = paper_text(facts)
        styled = [(one.style.name, one.text) for one in made.paragraphs if one.style.name.startswith("Heading")]

        assert styled == [
            ("Heading 1", paper.title),
            *(("Heading 2", one.text) for one in paper.blocks if one.kind == "heading"),
        ]
        assert made.core_properties.title == paper.document_title

    def test_names_the_fonts_of_official_papers(self, facts):
        styles = Document(io.BytesIO(render_docx(facts))).styles

        assert styles["Normal"].font.name == "仿宋_GB2312"
        assert styles["Heading 1"].font.name == "方正小标宋简体"

    def test_holds_its_own_code_as_a_picture(self, facts):
        with zipfile.ZipFile(io.BytesIO(render_docx(facts))) as packed:
            pictures = [packed.read(name) for name in packed.namelist() if name.startswith("word/media/")]

        assert qr_png(facts.head.url) in pictures


class TestTables:
    def test_repeat_their_heading_row(self):
        table = next(
            one
            for one in Document(io.BytesIO(render_docx(SAMPLES["removal_certificate"]))).tables
            if one.cell(0, 0).text == "单位名称"
        )

        assert [row.cells[0].text for row in table.rows] == ["单位名称", "示例航旅", "示例市公共资源交易中心"]
        assert "tblHeader" in table.rows[0]._tr.xml
        assert "tblHeader" not in table.rows[1]._tr.xml


class TestTemplateOfACourt:
    def test_may_add_words_of_its_own(self, tmp_path):
        template = edited(tmp_path, "附：{{ paper.court }}执行局")

        made = Document(io.BytesIO(render_docx(SAMPLES["permit"], template=template)))

        assert made.paragraphs[-1].text == "附：示例市示范区人民法院执行局"

    def test_with_an_unknown_placeholder_is_refused(self, tmp_path):
        with pytest.raises(UndefinedError):
            render_docx(SAMPLES["permit"], template=edited(tmp_path, "{{ paper.address }}"))

    def test_cannot_leave_its_sandbox(self, tmp_path):
        with pytest.raises(SecurityError):
            render_docx(SAMPLES["permit"], template=edited(tmp_path, "{{ paper.__class__.__mro__ }}"))
