"""Papers as Word files, from a template that a court owns and edits."""

from __future__ import annotations

import io
from pathlib import Path

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from app.documents.codes import qr_png
from app.documents.facts import Facts
from app.documents.kinds import paper_text

TEMPLATE = Path(__file__).with_name("templates") / "paper.docx"
QR_NAME = "qr.png"  # the picture in the template that gives way to the paper's own


def render_docx(facts: Facts, *, template: Path = TEMPLATE) -> bytes:
    """Return the paper as a Word file, in the same words as the PDF.

    A template is code that somebody edited: it is rendered in Jinja's sandbox, and what it does not know is an error.

    Raises:
        MissingFactsError: a fact is missing.
    """
    paper = paper_text(facts)
    document = DocxTemplate(template)
    document.replace_pic(QR_NAME, io.BytesIO(qr_png(paper.verification.url)))
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    document.render({"paper": paper}, jinja_env=environment, autoescape=True)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()
