"""A paper before it is made, for the eye, and its making: code and number first, then the page, then the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.desk.acting import Desk
from app.desk.paper_due import PaperDue
from app.desk.paper_facts import MissingView, facts_of, missing_views, open_texts
from app.desk.paper_sheets import Sheet
from app.documents.codes import QrPath, qr_path
from app.documents.errors import MissingGlyphsError
from app.documents.glyphs import require_glyphs
from app.documents.kinds import paper_text
from app.documents.storing import facts_to_json
from app.documents.text import PaperText
from app.press import press, verify_address
from blacklist.identity.access_codes import new_access_code
from blacklist.models import Order, Paper
from blacklist.services.papering import Printed, number_for, record_paper, require_may_make, require_ready

NOT_YET = "制作时生成"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A paper as it would be, with numbers hidden, or what it lacks; `open_texts` are written on the page itself."""

    text: PaperText | None
    qr: QrPath | None
    missing: tuple[MissingView, ...]
    open_texts: tuple[str, ...]
    glyphs: str = ""


def preview_paper(desk: Desk, order: Order, due: PaperDue, typed: Mapping[str, str]) -> Preview:
    """Return a paper as it would read."""
    sheet = Sheet(
        desk=desk,
        order=order,
        due=due,
        number=_number(desk, order, due, lock=False),
        code=NOT_YET,
        url=verify_address(""),
        whole=False,
    )
    open_ = open_texts(facts_of(sheet, {}))
    facts = facts_of(sheet, typed)
    missing = tuple(missing_views(order, due, facts))
    if missing:
        return Preview(text=None, qr=None, missing=missing, open_texts=open_)
    text = paper_text(facts)
    try:
        require_glyphs(text.strings(), press().fonts)
    except MissingGlyphsError as error:
        return Preview(text=text, qr=qr_path(sheet.url), missing=(), open_texts=open_, glyphs=error.detail)
    return Preview(text=text, qr=qr_path(sheet.url), missing=(), open_texts=open_)


def make_paper(desk: Desk, order: Order, due: PaperDue, typed: Mapping[str, str]) -> Paper:
    """Set a paper and put it on record; `order` is locked by the caller.

    Raises:
        MissingFactsError, MissingGlyphsError: it cannot be printed.
        PaperExistsError, PaperWaitsError, MissingRoleError, WrongCourtError: it may not be.
    """
    require_may_make(desk.actor, due.court_id)
    require_ready(desk.session, order, due.kind, due.about_id, at=desk.at)
    code = new_access_code()
    number = _number(desk, order, due, lock=True)
    sheet = Sheet(desk=desk, order=order, due=due, number=number, code=code, url=verify_address(code), whole=True)
    facts = facts_of(sheet, typed)
    pdf = press().render_pdf(facts, at=desk.at)
    printed = Printed(
        kind=due.kind,
        court_id=due.court_id,
        number=number,
        code=code,
        about_id=due.about_id,
        facts_json=facts_to_json(facts),
        template_version=press().version,
        pdf=pdf,
    )
    return record_paper(desk.session, order, printed, actor=desk.actor, at=desk.at, vault=desk.vault)


def _number(desk: Desk, order: Order, due: PaperDue, *, lock: bool) -> str:
    return number_for(
        desk.session,
        order,
        due.kind,
        about_id=due.about_id,
        part=due.part,
        withdrawn=due.withdrawn,
        lock=lock,
    )
