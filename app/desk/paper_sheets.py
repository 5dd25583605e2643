"""What every paper's facts are taken from: the order, its court, the people it names, opened for this paper alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.clock import SHANGHAI
from app.desk.acting import Desk
from app.desk.paper_due import PaperDue
from app.desk.words import DOCUMENT_TITLES, SEX_TITLES
from app.documents.facts import Head, OrderReference, Party, Signature
from app.documents.orders import TravelDocument
from blacklist.identity.documents import DocumentType
from blacklist.models import Case, Court, Order
from blacklist.queries import orders as order_queries
from blacklist.queries.papers import list_documents
from blacklist.queries.remedies import higher_court_of
from blacklist.queries.staff import name_persons
from blacklist.queries.subjects import OpenedSubject, open_subject
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.masking import mask_number
from blacklist.vocabulary import SubjectKind

HIDDEN_CODE = "****-****-****"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A paper to be filled in. `whole`: with full numbers and the access code, as it is made; else for the eye."""

    desk: Desk
    order: Order
    due: PaperDue
    number: str
    code: str
    url: str
    whole: bool

    @property
    def kind(self) -> OrderKind:
        """Return the kind of the order."""
        return OrderKind(self.order.kind)

    @property
    def court(self) -> Court:
        """Return the court that makes the paper."""
        return order_queries.get_court(self.desk.session, self.due.court_id)

    @property
    def case(self) -> Case:
        """Return the enforcement case."""
        return order_queries.get_case(self.desk.session, self.order.case_id)

    def head(self, decided_on: date | None) -> Head:
        """Return what stands on every paper."""
        contact = self.court.contact
        return Head(
            number=self.number,
            court=self.court.name,
            case_number=self.case.number,
            decided_on=decided_on,
            contact=f"电话{contact}" if contact.replace("-", "").isdecimal() else contact,
            code=self.code,
            url=self.url,
        )

    def signature(self, person_id: int | None) -> Signature:
        """Return who signed: the president who decided."""
        return Signature(signed_by=name_persons(self.desk.session, [person_id]).get(person_id or 0, ""))

    def next_court(self) -> str:
        """Return the name of the court that reconsiders, '' where none is registered."""
        higher = higher_court_of(self.desk.session, self.order.court_id)
        return "" if higher is None else higher.name

    def subject(self, subject_id: int | None = None) -> OpenedSubject:
        """Return a subject opened, by default the debtor."""
        return open_subject(self.desk.session, subject_id or self.order.subject_id, vault=self.desk.vault)

    def party(self, subject_id: int | None = None, *, role: str = "", plain: bool = False) -> Party:
        """Return how a paper names somebody, by default the debtor. `plain`: by name and document only."""
        one = self.subject(subject_id)
        unit = one.kind is SubjectKind.ORGANISATION
        return Party(
            kind=one.kind,
            name=one.name,
            sex=SEX_TITLES[one.sex] if one.sex and not plain else "",
            born_on=None if plain else one.birth_date,
            document=title_of_document(one.document_type),
            number=one.number if self.whole or unit else one.masked_number,
            representative="" if plain else one.representative or "",
            role=role,
        )

    def travel_documents(self, subject_id: int) -> tuple[TravelDocument, ...]:
        """Return every document of somebody who may not leave."""
        return tuple(
            TravelDocument(
                document=title_of_document(one.type),
                number=self.shown(self.desk.vault.open(one.number, table="documents", row=one.id, column="number")),
                issued_by="" if one.country in (None, "CHN") else one.country,
            )
            for one in list_documents(self.desk.session, subject_id)
        )

    def reference(self) -> OrderReference:
        """Return the decision that a later paper tells of."""
        return OrderReference(kind=self.kind, number=self.order.order_no or "", decided_on=self.order.decided_on)

    def access_code(self) -> str:
        """Return the code that is printed in the decision."""
        if self.order.access_code is None:
            return ""
        if not self.whole:
            return HIDDEN_CODE
        return self.opened(self.order.access_code, table="orders", row=self.order.id, column="access_code")

    def opened(self, blob: bytes | None, *, table: str, row: int, column: str) -> str:
        """Return a sealed text, '' where there is none."""
        return "" if blob is None else self.desk.vault.open(blob, table=table, row=row, column=column)

    def shown(self, number: str) -> str:
        """Return a number as this sheet shows it."""
        return number if self.whole else mask_number(number)


def title_of_document(kind: str) -> str:
    """Return a document's Chinese title; a masked number, as imports bring it, has none and stops the paper."""
    return "" if kind == "masked" else DOCUMENT_TITLES[DocumentType(kind)]


def day_of(at: datetime | None) -> date | None:
    """Return the court's date of an instant."""
    return None if at is None else at.astimezone(SHANGHAI).date()
