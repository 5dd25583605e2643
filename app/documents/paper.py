"""Papers as PDF and as pictures, set by Typst."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typst

from app.documents.codes import qr_svg
from app.documents.facts import Facts
from app.documents.fonts import FontChain, font_chain
from app.documents.glyphs import require_glyphs
from app.documents.kinds import paper_text
from app.documents.text import PaperText
from blacklist.errors import Fault, InvalidError

TEMPLATES = Path(__file__).with_name("templates")
_MAIN = TEMPLATES / "paper.typ"
# Fit for the archive and for a screen reader, in one file.
_STANDARDS: list[Any] = ["a-2a", "ua-1"]
_PREVIEW_PPI = 110.0


class Press:
    """Sets papers with the registry's fonts, and a court's own before them; safe to share between threads."""

    def __init__(self, court_fonts: Path | None = None) -> None:
        """Take the folder of the court's fonts (`REGISTRY_COURT_FONT_PATH`), or None."""
        self.court_fonts = court_fonts

    @property
    def fonts(self) -> FontChain:
        """Return the fonts, loaded once per process."""
        return font_chain(self.court_fonts)

    @property
    def version(self) -> str:
        """Name what the bytes of a paper depend on beside its facts: templates, setter, fonts; at most 60 characters."""
        return f"{_templates_digest()} typst {version('typst')} {self.fonts.version}"

    def render_pdf(self, facts: Facts, *, at: datetime) -> bytes:
        """Return the paper as PDF/A-2a and PDF/UA-1. The same facts, `at` and `version` give the same bytes.

        Raises:
            MissingFactsError: a fact is missing.
            MissingGlyphsError: no font holds a character of the paper.
        """
        inputs = self._inputs(paper_text(facts))
        made = typst.compile(
            _MAIN,
            root=TEMPLATES,
            font_paths=self.fonts.loaded,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=_STANDARDS,
            timestamp=int(at.timestamp()),
        )
        return bytes(made)

    def render_preview(self, facts: Facts, *, page: int = 0) -> bytes:
        """Return one page, counted from 0, as a PNG picture.

        Raises:
            MissingFactsError, MissingGlyphsError: as `render_pdf`.
            InvalidError: the paper has no such page (`out-of-range`).
        """
        inputs = self._inputs(paper_text(facts))
        made: Any = typst.compile(  # one page comes as bytes, several as a list
            _MAIN,
            root=TEMPLATES,
            font_paths=self.fonts.loaded,
            ignore_system_fonts=True,
            format="png",
            ppi=_PREVIEW_PPI,
            sys_inputs=inputs,
        )
        pages: list[bytes] = [made] if isinstance(made, bytes) else list(made)
        if not 0 <= page < len(pages):
            detail, english = f"该文书共{len(pages)}页。", f"The paper has {len(pages)} pages."
            raise InvalidError(detail, english, errors=(Fault("/page", "out-of-range", detail, english),))
        return pages[page]

    def _inputs(self, paper: PaperText) -> dict[str, str]:
        require_glyphs(paper.strings(), self.fonts)
        lines = {
            "document_title": paper.document_title,
            "digest_line": paper.digest_line,
            "code_line": paper.code_line,
            "url_line": paper.url_line,
            "qr": qr_svg(paper.verification.url),
        }
        fonts = {"body": self.fonts.body, "title": self.fonts.title, "heading": self.fonts.heading}
        return {"paper": json.dumps(asdict(paper) | lines, ensure_ascii=False), "fonts": json.dumps(fonts)}


@lru_cache(maxsize=1)
def _templates_digest() -> str:
    """Return a short hash of everything that words and lays out papers."""
    hashed = hashlib.sha256()
    for path in sorted((*TEMPLATES.glob("*.typ"), *TEMPLATES.parent.glob("wording/*.py"))):
        hashed.update(path.name.encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()[:12]
