"""Write the Word template of all papers: `.venv/bin/python -m tools.build_paper_template`.

The template is committed; a court opens it in Word and changes what it likes. This script is where it came from.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app.documents.codes import qr_png
from app.documents.word import QR_NAME, TEMPLATE

BODY_FONT, TITLE_FONT, HEADING_FONT = "仿宋_GB2312", "方正小标宋简体", "黑体"
TEXT_WIDTH = 156  # mm
PITCH = Pt(28.8)


def font(style: Any, name: str, size: float) -> None:
    """Set a style's font for Chinese and Latin text, in plain black."""
    style.font.name = name
    style.font.size = Pt(size)
    style.font.bold = style.font.italic = False
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for key in list(fonts.attrib):
        if key.lower().endswith("theme"):
            del fonts.attrib[key]
    for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(key), name)
    for colour in properties.findall(qn("w:color")):
        properties.remove(colour)
    for told in properties.findall(qn("w:lang")):
        properties.remove(told)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "zh-CN")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)


def spacing(style: Any, *, pitch: Any = PITCH, before: float = 0, after: float = 0, indent: int = 0) -> None:
    """Set a style's line pitch, the space around it, and its first indent in characters."""
    shape = style.paragraph_format
    shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    shape.line_spacing = pitch
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.widow_control = True
    if indent:
        shape.first_line_indent = Pt(16 * indent)
        style.element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), str(100 * indent))


def styles(document: Any) -> None:
    """Define the styles of a paper."""
    known = document.styles
    font(known["Normal"], BODY_FONT, 16)
    spacing(known["Normal"])
    font(known["Heading 1"], TITLE_FONT, 22)
    spacing(known["Heading 1"], pitch=Pt(36), after=8)
    known["Heading 1"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    font(known["Heading 2"], HEADING_FONT, 16)
    spacing(known["Heading 2"], indent=2)
    known["Heading 2"].paragraph_format.keep_with_next = True
    font(known["Caption"], HEADING_FONT, 12)
    spacing(known["Caption"], pitch=Pt(20), before=6, after=4)
    known["Caption"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    known["Caption"].paragraph_format.keep_with_next = True
    for name, face, size, pitch in (
        ("Paper court", TITLE_FONT, 22, 36),
        ("Paper number", BODY_FONT, 16, 28.8),
        ("Paper line", BODY_FONT, 16, 28.8),
        ("Paper text", BODY_FONT, 16, 28.8),
        ("Paper closing", BODY_FONT, 16, 28.8),
        ("Paper small", BODY_FONT, 10.5, 15),
        ("Paper verification", BODY_FONT, 8, 11),
        ("Paper cell", BODY_FONT, 12, 18),
    ):
        style = known.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = known["Normal"]
        font(style, face, size)
        spacing(style, pitch=Pt(pitch), indent=2 if name == "Paper text" else 0)
    known["Paper court"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    known["Paper number"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    known["Paper number"].paragraph_format.space_after = Pt(14)
    closing = known["Paper closing"].paragraph_format
    closing.alignment, closing.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
    closing.left_indent, closing.right_indent = Mm(62), Pt(4 * 16)
    for name in ("Paper line", "Paper text"):
        known[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY


def field(paragraph: Any, code: str) -> None:
    """Put a field of Word, such as the page number, into a paragraph."""
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._element.append(mark)


def borders(table: Any) -> None:
    """Draw a table's lines."""
    drawn = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        one = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "5"), ("space", "0"), ("color", "000000")):
            one.set(qn(f"w:{key}"), value)
        drawn.append(one)
    # The schema has an order, and Word insists on it.
    later = [one for one in table._tbl.tblPr if one.tag in {qn("w:shd"), qn("w:tblLayout"), qn("w:tblLook")}]
    later[0].addprevious(drawn)


def widths(table: Any, shares: tuple[int, ...]) -> None:
    """Share the text width among a table's columns."""
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, share in zip(table.columns, shares, strict=True):
        width = Mm(TEXT_WIDTH * share / sum(shares))
        column.width = width
        for cell in column.cells:
            cell.width = width


def fill(cell: Any, text: str, style: str = "Paper cell", alignment: Any = None) -> None:
    """Write a cell."""
    cell.paragraphs[0].style = style
    cell.paragraphs[0].text = text
    if alignment is not None:
        cell.paragraphs[0].alignment = alignment


def first_header(section: Any) -> None:
    """Put code, address, explanation and QR picture into the upper margin of the first page."""
    table = section.first_page_header.add_table(1, 2, Mm(TEXT_WIDTH))
    widths(table, (132, 24))
    lines = (
        "{{ paper.code_line }}",
        "{{ paper.url_line }}",
        "{{ paper.verification.explanation }}",
        "{{ paper.digest_line }}",
    )
    fill(table.cell(0, 0), lines[0], "Paper verification")
    for line in lines[1:]:
        table.cell(0, 0).add_paragraph(line, "Paper verification")
    place = table.cell(0, 1).paragraphs[0]
    place.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    picture = place.add_run().add_picture(io.BytesIO(qr_png("https://registry.example/v/K7Q2-9KDM-4TXA")), width=Mm(22))
    for one in (picture._inline.docPr, picture._inline.graphic.graphicData.pic.nvPicPr.cNvPr):
        one.set("name", QR_NAME)
        one.set("descr", "核验二维码")
    section.first_page_header.paragraphs[0].style = "Paper verification"


def page(document: Any) -> None:
    """Set the page after GB/T 9704, with the code and the page's number below."""
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.right_margin = Mm(37), Mm(26)
    section.bottom_margin, section.left_margin = Mm(35), Mm(28)
    section.header_distance, section.footer_distance = Mm(9), Mm(20)
    section.different_first_page_header_footer = True
    first_header(section)
    for footer in (section.first_page_footer, section.footer):
        foot = footer.paragraphs[0]
        foot.style = "Paper small"
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        foot.add_run("{{ paper.code_line }}　— ")
        field(foot, "PAGE")
        foot.add_run(" / ")
        field(foot, "NUMPAGES")
        foot.add_run(" —")


def tables(document: Any) -> None:
    """Write both tables: one of three columns under a heading row, one of two columns with headings at the left."""
    document.add_paragraph("{%p elif block.kind == 'table' and block.head %}")
    document.add_paragraph("{{ block.text }}", "Caption")
    table = document.add_table(4, 3)
    borders(table)
    widths(table, (10, 12, 10))
    for index in range(3):
        fill(table.cell(0, index), f"{{{{ block.head[{index}] }}}}", alignment=WD_ALIGN_PARAGRAPH.CENTER)
        fill(table.cell(2, index), f"{{{{ row[{index}] }}}}")
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    fill(table.cell(1, 0), "{%tr for row in block.rows %}")
    fill(table.cell(3, 0), "{%tr endfor %}")
    document.add_paragraph("{%p elif block.kind == 'table' %}")
    document.add_paragraph("{{ block.text }}", "Caption")
    form = document.add_table(7, 2)
    borders(form)
    widths(form, (10, 22))
    for row, tag in (
        (0, "{%tr for row in block.rows %}"),
        (1, "{%tr if loop.index0 in block.tall %}"),
        (3, "{%tr else %}"),
        (5, "{%tr endif %}"),
        (6, "{%tr endfor %}"),
    ):
        fill(form.cell(row, 0), tag)
    for row in (2, 4):
        fill(form.cell(row, 0), "{{ row[0] }}", alignment=WD_ALIGN_PARAGRAPH.CENTER)
        fill(form.cell(row, 1), "{{ row[1] }}", alignment=WD_ALIGN_PARAGRAPH.RIGHT if row == 2 else None)
    form.rows[2].height = Mm(16)
    form.rows[2].height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST


def body(document: Any) -> None:
    """Write the pieces of a paper, each with the condition under which it appears."""
    document.add_paragraph("{{ paper.court }}", "Paper court")
    document.add_paragraph("{{ paper.title }}", "Heading 1")
    document.add_paragraph("{{ paper.number }}", "Paper number")
    document.add_paragraph("{%p for block in paper.blocks %}")
    document.add_paragraph("{%p if block.kind == 'heading' %}")
    document.add_paragraph("{{ block.text }}", "Heading 2")
    document.add_paragraph("{%p elif block.kind == 'line' %}")
    document.add_paragraph("{{ block.text }}", "Paper line")
    tables(document)
    document.add_paragraph("{%p else %}")
    document.add_paragraph("{{ block.text }}", "Paper text")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p if paper.access %}")
    box = document.add_table(1, 1)
    borders(box)
    widths(box, (1,))
    fill(box.cell(0, 0), "{{ paper.access }}", "Paper small")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("", "Paper closing")
    document.add_paragraph("{%p for line in paper.closing %}")
    document.add_paragraph("{{ line }}", "Paper closing")
    document.add_paragraph("{%p endfor %}")


def main() -> None:
    """Write the template where it is committed."""
    document = Document()
    styles(document)
    page(document)
    body(document)
    document.core_properties.title = "{{ paper.document_title }}"
    document.core_properties.author = "{{ paper.court }}"
    document.core_properties.comments = ""
    document.core_properties.language = "zh-CN"
    document.save(str(Path(TEMPLATE)))
    print(f"wrote {TEMPLATE}")


if __name__ == "__main__":
    main()
