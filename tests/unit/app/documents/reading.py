"""Reads papers back: the text of a PDF, a Word file and a page, and the structure of a PDF."""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import html5lib
import pypdfium2
import pypdfium2.raw as pdfium
from docx import Document
from docx.table import Table
from jinja2 import Environment, FileSystemLoader

from app.documents.codes import qr_path
from app.documents.text import PaperText
from app.formats import count_cn, day_cn, day_cn_formal, money
from blacklist.rules.grounds import GROUND_TITLES, Ground
from blacklist.rules.removals import REMOVAL_TITLES, RemovalReason

TEMPLATES = Path(__file__).resolve().parents[4] / "app" / "templates"
FOOT = re.compile(r"核验码：[0-9A-Z-]{14}—\d+/\d+—")


def squeezed(text: str) -> str:
    """The text without spaces: lines break differently in each form."""
    return re.sub(r"\s+", "", text)


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page without its foot."""
    with opened(pdf) as document:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(FOOT.sub("", squeezed(text.get_text_range())))
            text.close()
            page.close()
        return pages


def text_of_pdf(pdf: bytes) -> str:
    return "".join(pages_of(pdf))


def text_of_word(made: bytes) -> str:
    document = Document(io.BytesIO(made))
    parts: list[str] = []
    for holder in (document.sections[0].first_page_header, document):
        for one in holder.iter_inner_content():
            if isinstance(one, Table):
                parts += [cell.text for row in one.rows for cell in row.cells]
            else:
                parts.append(one.text)
    return squeezed("".join(parts))


def page_of(paper: PaperText) -> str:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    return environment.get_template("desk/_paper.html").render(paper=paper, qr=qr_path(paper.verification.url))


def text_of_page(html: str) -> str:
    return squeezed("".join(html5lib.parse(html, namespaceHTMLElements=False).itertext()))


def structure_of(pdf: bytes) -> list[tuple[str, str]]:
    """Type and alternative text of every element of the first page's structure."""
    with opened(pdf) as document:
        page = document[0]
        tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
        found: list[tuple[str, str]] = []
        waiting = [
            pdfium.FPDF_StructTree_GetChildAtIndex(tree, i) for i in range(pdfium.FPDF_StructTree_CountChildren(tree))
        ]
        while waiting:
            element = waiting.pop()
            if not element:
                continue
            found.append(
                (
                    _read(pdfium.FPDF_StructElement_GetType, element),
                    _read(pdfium.FPDF_StructElement_GetAltText, element),
                )
            )
            waiting += [
                pdfium.FPDF_StructElement_GetChildAtIndex(element, i)
                for i in range(max(pdfium.FPDF_StructElement_CountChildren(element), 0))
            ]
        pdfium.FPDF_StructTree_Close(tree)
        page.close()
        return found


def _read(function: Any, element: Any) -> str:
    length = function(element, None, 0)
    buffer = ctypes.create_string_buffer(max(length, 2))
    function(element, buffer, length)
    return buffer.raw[: max(length - 2, 0)].decode("utf-16-le")


def dark_modules(pdf: bytes, *, left: float, top: float, width: float, count: int) -> list[list[bool]]:
    """Which of `count` by `count` fields of a square of the first page are dark; millimetres from the top left."""
    scale = 10
    with opened(pdf) as document:
        page = document[0]
        bitmap = page.render(scale=scale, grayscale=True)
        pixels, stride = bytes(bitmap.buffer), bitmap.stride
        millimetre = scale * 72 / 25.4
        field = width / count
        found = [
            [
                pixels[
                    round((top + (y + 0.5) * field) * millimetre) * stride
                    + round((left + (x + 0.5) * field) * millimetre)
                ]
                < 128
                for x in range(count)
            ]
            for y in range(count)
        ]
        bitmap.close()
        page.close()
        return found


def told_by(value: Any) -> Iterator[tuple[str, ...]]:
    """For every fact, the texts of which one must stand in the paper."""
    if is_dataclass(value):
        for one in fields(value):
            yield from told_by(getattr(value, one.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from told_by(one)
    elif isinstance(value, str) and not isinstance(value, Enum):
        yield from ((squeezed(line).rstrip("。；"),) for line in value.splitlines() if line.strip())
    elif value is not None and not isinstance(value, bool):
        yield from _in_words(value)


def _in_words(value: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(value, Ground):
        yield (GROUND_TITLES[value],)
    elif isinstance(value, RemovalReason):
        yield (REMOVAL_TITLES[value],)
    elif isinstance(value, date):
        yield (day_cn(value), day_cn_formal(value))
    elif isinstance(value, Decimal):
        yield (money(value),)
    elif isinstance(value, int):
        yield (count_cn(value),)
