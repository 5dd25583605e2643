"""Reading a filled-in entry form field by field, every fault remembered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from app.accounts.forms import faults_of
from app.desk.acting import Desk
from app.desk.forms import BOUND_ROWS
from app.desk.suggesting import order_of_debtor, read_case_number
from blacklist.errors import InvalidError
from blacklist.identity.case_numbers import CaseNumber
from blacklist.identity.documents import Document, parse_document
from blacklist.identity.texts import clean_text
from blacklist.queries import desk as desk_queries
from blacklist.queries.subjects import open_subject
from blacklist.rules.money import parse_money
from blacklist.rules.subjects import BoundRole
from blacklist.services.drafting import BoundParty, Party

# Where the domain's faults point, and the form's names for the same.
FIELD_OF_POINTER = {
    "/document/number": "number",
    "/document/type": "document_type",
    "/document/country": "country",
    "/bound": "bound_0_role",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """Documents an order under correction has already: an empty number field means *unchanged*."""

    debtor: Document | None = None
    bound: tuple[Document, ...] = ()
    name: str = field(default="", repr=False)  # of a debtor chosen from those of the case
    representative: str = field(default="", repr=False)


class Reader:
    """Reads the form field by field and remembers every fault."""

    def __init__(self, desk: Desk, values: dict[str, Any]) -> None:
        self.desk = desk
        self.values = values
        self.today = desk.today
        self.faults: dict[str, str] = {}

    def keep(self, error: InvalidError, names: dict[str, str]) -> None:
        """Remember the faults of a refusal."""
        self.faults.update(faults_of(error, names=names))

    def long_text(self, name: str, most: int) -> str:
        """Read a text of several lines."""
        try:
            return clean_text(self.values[name], pointer=f"/{name}", most=most, multiline=True)
        except InvalidError as error:
            self.keep(error, {})
            return ""

    def line(self, name: str, most: int) -> str:
        """Read a line that must not be empty."""
        try:
            found = clean_text(self.values[name], pointer=f"/{name}", most=most)
        except InvalidError as error:
            self.keep(error, {})
            return ""
        if not found:
            self.faults[name] = "请填写。"
        return found

    def money(self, name: str) -> Decimal | None:
        """Read a sum, None where nothing stands."""
        if not self.values[name].strip():
            return None
        try:
            return parse_money(self.values[name])
        except InvalidError as error:
            self.faults[name] = error.detail
            return None

    def case_number(self) -> CaseNumber | None:
        """Read the case number."""
        try:
            return read_case_number(self.desk, self.values["case_number"])
        except InvalidError as error:
            self.keep(error, {})
            return None

    def chosen(self, case_number: CaseNumber | None, kept: Kept) -> Kept:
        """Return what is kept of the debtor chosen from the case's; a number typed beside the choice is the number."""
        ref = self.values["debtor"]
        if not ref or case_number is None or kept.debtor is not None or self.values["number"].strip():
            return kept
        try:
            order = order_of_debtor(self.desk, ref, case_number)
        except InvalidError as error:
            self.keep(error, {})
            return kept
        subject = open_subject(self.desk.session, order.subject_id, vault=self.desk.vault)
        document = desk_queries.main_document(self.desk.session, order.subject_id, vault=self.desk.vault)
        return replace(kept, debtor=document, name=subject.name, representative=subject.representative or "")

    def name(self, kept: Kept) -> str:
        """Read the debtor's name; a chosen debtor brings his."""
        found = self.values["name"].strip() or kept.name
        if not found:
            self.faults["name"] = "请填写。"
        return found

    def document(self, prefix: str, kept: Document | None) -> Document | None:
        """Read a document; an empty number is the kept one."""
        number = self.values[f"{prefix}number"].strip()
        if not number and kept is not None:
            return kept
        try:
            return parse_document(
                self.values[f"{prefix}document_type"],
                number,
                country=self.values[f"{prefix}country"].strip().upper() or None,
                today=self.today,
            )
        except InvalidError as error:
            self.keep(error, {pointer: f"{prefix}{name}" for pointer, name in FIELD_OF_POINTER.items()})
            return None

    def bound(self, kept: Kept) -> tuple[BoundParty, ...]:
        """Read the rows of bound persons that are not empty."""
        found = []
        for row in range(BOUND_ROWS):
            prefix = f"bound_{row}_"
            if not (self.values[f"{prefix}role"] or self.values[f"{prefix}number"] or self.values[f"{prefix}name"]):
                continue
            role, name = self.values[f"{prefix}role"], self.values[f"{prefix}name"].strip()
            if not role:
                self.faults[f"{prefix}role"] = "请选择身份。"
            if not name:
                self.faults[f"{prefix}name"] = "请填写姓名。"
            document = self.document(prefix, _kept_row(kept, self.values[f"{prefix}kept"]))
            if role and name and document is not None:
                found.append(BoundParty(Party(document=document, name=name), BoundRole(role)))
        return tuple(found)


def _kept_row(kept: Kept, sent: str) -> Document | None:
    if sent in ("0", "1", "2") and int(sent) < len(kept.bound):
        return kept.bound[int(sent)]
    return None
