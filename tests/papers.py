"""Papers for tests: the people of remedies in an office, browsers kept, papers read as anybody reads them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
from flask.testing import FlaskClient
from sqlalchemy import select

from app.database import reading_session
from blacklist.actors import Role
from blacklist.models import AuditEntry, Order, Paper
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import OrderKind
from tests.courts import Courts, actor
from tests.offices import Office, make_office, post
from tests.remedies import Remedies, add_remedies

_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"


@dataclass
class Desks:
    """An office whose court has a higher one; what a test prepares goes through the services."""

    office: Office
    remedies: Remedies
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    @contextmanager
    def acting(self) -> Iterator[Remedies]:
        with self.office.acting() as courts:
            yield replace(self.remedies, courts=courts)

    def browser(self, username: str = "clerk") -> FlaskClient:
        """Return somebody's browser, signed in once."""
        if username not in self.browsers:
            self.browsers[username] = self.office.browser(username)
        return self.browsers[username]

    def order(self, state: str = "effective", kind: OrderKind = OrderKind.LISTING) -> Order:
        """Return a fresh order in this state."""
        with self.acting() as remedies:
            return remedies.courts.order(state, kind=kind)[0]

    def make(self, order: Order, kind: str, about: str = "", *, by: str = "clerk", **typed: str) -> Paper:
        """Make a paper through its page and return it."""
        path = address(order, kind, about)
        answer = post(self.browser(by), path, do="make", **typed)
        assert answer.status_code == 303, answer.text
        return self.paper(answer.location.split("/")[-1].split("?")[0])

    def paper(self, public_id: str) -> Paper:
        """Return a paper as it stands in the database."""
        with self.office.app.app_context(), reading_session() as session:
            return session.scalars(select(Paper).where(Paper.public_id == public_id)).one()

    def pdf(self, paper: Paper, *, by: str = "clerk") -> bytes:
        """Return the file its page hands out."""
        answer = self.browser(by).get(f"/desk/papers/{paper.public_id}.pdf")
        assert answer.status_code == 200, answer.text
        return answer.data

    def entries(self, order: Order, event: str) -> list[AuditEntry]:
        """Return the audit entries of one event about an order."""
        query = select(AuditEntry).where(AuditEntry.object_id == order.id, AuditEntry.event == event)
        with self.office.app.app_context(), reading_session() as session:
            return list(session.scalars(query.order_by(AuditEntry.number)))


def make_desks(url: str, key_file: Path, *, at: datetime) -> Desks:
    """Open the office, with a reviewer, a higher court's clerk, and a supervisor who only watches."""
    office = make_office(url, key_file, at=at)
    with office.acting() as courts:
        remedies = add_remedies(courts)
    office.people |= {
        "high_clerk": remedies.high_clerk,
        "reviewer": remedies.reviewer,
        "stranger": actor(remedies.stranger.person_id, *((courts.other, role) for role in Role)),
    }
    return Desks(office, remedies)


def address(order: Order, kind: str, about: str = "") -> str:
    """Return where a paper is looked at before it is made."""
    more = f"&about={about}" if about else ""
    return f"/desk/e/{order.public_id}/papers/new?kind={kind}{more}"


def person_of(courts: Courts, subject_id: int) -> tuple[str, str]:
    """Return name and whole number."""
    opened = open_subject(courts.session, subject_id, vault=courts.vault)
    return opened.name, opened.number


def words_of_pdf(pdf: bytes) -> str:
    """Return all text of a PDF without white space: lines break where the page does."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join("".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()


def words_of_docx(content: bytes) -> str:
    """Return all text of a Word file, heads of pages included, without white space."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if name.startswith("word/") and name.endswith(".xml")]
        roots = [ElementTree.fromstring(archive.read(name)) for name in parts]  # noqa: S314 - written by ourselves
    return "".join("".join(one.text or "" for root in roots for one in root.iter(_TEXT)).split())
