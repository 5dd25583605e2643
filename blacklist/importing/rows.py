"""One row of a list becomes one checked decision, or says what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from blacklist.errors import InvalidDocumentError, InvalidError
from blacklist.identity.documents import Document, DocumentType, guess_document_type, parse_document
from blacklist.identity.names import clean_text, search_key, stored_name
from blacklist.importing import fields
from blacklist.importing.columns import COLUMNS, Cells
from blacklist.importing.findings import Finding, finding, from_error
from blacklist.importing.masked import masked_number, surely_minor
from blacklist.importing.reading import Row
from blacklist.rules.exclusions import is_minor
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.vocabulary import Sex, SubjectKind

_LONG: Final = 4000
_LEGAL_AGE: Final = 18
_FORMULA_STARTS: Final = ("=", "＝", "@", "＠")
_MAYBE_MASKED: Final = frozenset({"masked-number", "bad-characters", "bad-check-digit"})  # XXXX passes for a code's end
_LONG_COLUMNS: Final = frozenset({"duty"})


@dataclass(slots=True)
class ImportedRow:
    """A checked decision. `amount_due` and `amount_performed` are in fen; `document` is None for a masked number.

    `court_word` is "" where the case number names no court. `index` is the document's blind index, filled in by
    whoever holds the keys.
    """

    line: int
    kind: OrderKind
    name: str
    name_key: str
    document: Document | None
    masked: str
    subject_kind: SubjectKind
    sex: Sex | None
    birth_date: date | None
    representative: str
    case_number: str
    court_word: str
    court_name: str
    region: str
    basis_number: str
    basis_maker: str
    filed_on: date
    decided_on: date
    ends_on: date | None
    grounds: str
    duty: str
    performance: str
    amount_due: int | None
    amount_performed: int | None
    index: bytes = b""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two rows the same decision: case, kind and subject."""
        subject = self.masked + "|" + self.name_key if self.document is None else self.document.key.decode("ascii")
        return self.case_number, self.kind.value, subject


class RowReader:
    """Checks rows against the rules on one day; findings gather in `faults` and `notes`."""

    def __init__(self, *, on: date) -> None:
        self.on = on
        self.faults: list[Finding] = []
        self.notes: list[Finding] = []

    def check(self, row: Row) -> ImportedRow | None:
        """Return the checked decision of a row, or None with at least one new fault."""
        before = len(self.faults)
        self.notes += row.notes
        if row.faults:
            self.faults += row.faults
            return None
        one = _Check(row.line, row.cells, self)
        made = one.run()
        return made if len(self.faults) == before else None


class _Check:
    """The check of one row, column by column."""

    __slots__ = ("cells", "flagged", "line", "reader")

    def __init__(self, line: int, cells: Cells, reader: RowReader) -> None:
        self.line = line
        self.cells = cells
        self.reader = reader
        self.flagged: set[str] = set()

    def fault(self, column: str, code: str) -> None:
        """Add a fault, one a column: the first is the cause."""
        if column not in self.flagged:
            self.flagged.add(column)
            self.reader.faults.append(finding(self.line, column, code))

    def refuse(self, column: str, error: InvalidError) -> None:
        """Add another layer's refusal as this column's fault."""
        if column not in self.flagged:
            self.flagged.add(column)
            self.reader.faults.append(from_error(self.line, column, error))

    def run(self) -> ImportedRow | None:
        cells = self.cells
        joined = "".join(cells)
        if not joined.isprintable():
            self._refuse_controls()
        if "=" in joined or "@" in joined or "＝" in joined or "＠" in joined:
            self._refuse_formulas()
        try:
            kind = fields.kind_of(cells.kind)
        except KeyError:
            self.fault("kind", "unknown-kind")
            kind = OrderKind.LISTING
        filed_on, decided_on = self._days()
        name, name_key = self._name()
        document, masked = self._document()
        subject_kind = self._party(document, masked)
        sex = self._sex(document, subject_kind)
        age = self._age()
        if kind is OrderKind.LISTING and subject_kind is SubjectKind.NATURAL and decided_on is not None:
            self._require_adult(document, masked, age=age, decided_on=decided_on)
        case_number, court_word = self._case()
        grounds = self._grounds(kind)
        due, performed, performance = self._amounts()
        court_name = self._text("courtName", cells.courtName, 100, needed=True)
        region = self._text("areaName", cells.areaName, 40)
        basis_number = self._text("gistId", cells.gistId, 100, needed=True)
        basis_maker = self._text("gistUnit", cells.gistUnit, 100, needed=True)
        representative = self._representative(subject_kind)
        duty = self._duty()
        if self.flagged or filed_on is None or decided_on is None:
            return None
        return ImportedRow(
            self.line, kind, name, name_key, document, masked, subject_kind, sex,
            document.birth_date if document is not None else None,
            representative, case_number, court_word, court_name, region, basis_number, basis_maker,
            filed_on, decided_on, fields.end_of(kind, grounds, decided_on), ",".join(grounds), duty, performance,
            due, performed,
        )  # fmt: skip

    def _refuse_controls(self) -> None:
        for column, text in zip(COLUMNS, self.cells, strict=True):
            if text.isprintable():
                continue
            allowed = "\n\r" if column in _LONG_COLUMNS else ""
            if any((c < " " or "\x7f" <= c <= "\x9f") and c not in allowed for c in text):
                self.fault(column, "bad-characters")

    def _refuse_formulas(self) -> None:
        for column, text in zip(COLUMNS, self.cells, strict=True):
            if text.startswith(_FORMULA_STARTS):
                self.fault(column, "formula")

    def _days(self) -> tuple[date | None, date | None]:
        filed_on = self._day("regDate", self.cells.regDate)
        decided_on = self._day("publishDate", self.cells.publishDate)
        if filed_on is not None and decided_on is not None and filed_on > decided_on:
            self.fault("regDate", "dates-out-of-order")
        return filed_on, decided_on

    def _day(self, column: str, text: str) -> date | None:
        day = fields.parse_day(text)
        if day is None:
            self.fault(column, "bad-date" if text.strip() else "missing")
        elif day > self.reader.on:
            self.fault(column, "date-in-future")
            return None
        return day

    def _name(self) -> tuple[str, str]:
        try:
            name = stored_name(self.cells.iname)
        except InvalidError as error:
            self.refuse("iname", error)
            return "", ""
        return name, search_key(name)

    def _document(self) -> tuple[Document | None, str]:
        text = self.cells.cardNum
        if not text.strip():
            self.fault("cardNum", "missing")
            return None, ""
        given = self.cells.cardType.strip()
        country = self.cells.country.strip() or None
        guessed = guess_document_type(text)
        if given == "" and guessed == DocumentType.PASSPORT.value and country is None:
            country = "CHN"
        try:
            document = parse_document(given or guessed, text, country=country, today=self.reader.on)
        except InvalidDocumentError as error:
            masked = masked_number(text) if error.fault_code in _MAYBE_MASKED else ""
            if masked and "cardNum" not in self.flagged:
                self.reader.notes.append(finding(self.line, "cardNum", "masked-number"))
                return None, masked
            column = {"unknown-type": "cardType", "bad-country": "country"}.get(error.fault_code, "cardNum")
            self.refuse(column, error)
            return None, ""
        if not text.isascii():
            self.reader.notes.append(finding(self.line, "cardNum", "full-width"))
        if len(document.number) == 18 and document.kind is SubjectKind.NATURAL and len("".join(text.split())) == 15:
            self.reader.notes.append(finding(self.line, "cardNum", "fifteen-digits"))
        return document, ""

    def _party(self, document: Document | None, masked: str) -> SubjectKind:
        try:
            stated = fields.party_of(self.cells.partyTypeName)
        except KeyError:
            self.fault("partyTypeName", "bad-party-type")
            stated = None
        if document is None:
            if stated is None and masked:
                guessed = guess_document_type(masked.replace("*", "0"))
                unit = guessed in (DocumentType.USCC.value, DocumentType.ORG_CODE.value)
                return SubjectKind.ORGANISATION if unit else SubjectKind.NATURAL
            return stated or SubjectKind.NATURAL
        if stated is not None and stated is not document.kind:
            self.fault("cardNum", "kind-contradicts-number")
        return document.kind

    def _sex(self, document: Document | None, kind: SubjectKind) -> Sex | None:
        try:
            stated = fields.sex_of(self.cells.sexy)
        except KeyError:
            self.fault("sexy", "bad-sex")
            return None
        if kind is SubjectKind.ORGANISATION:
            if stated is not None and "cardNum" not in self.flagged:
                self.fault("sexy", "sex-of-unit")
            return None
        known = document.sex if document is not None else None
        if stated is not None and known is not None and stated is not known:
            self.fault("sexy", "sex-contradicts-number")
        return known or stated

    def _age(self) -> int | None:
        try:
            return fields.age_of(self.cells.age)
        except ValueError:
            self.fault("age", "bad-age")
            return None

    def _require_adult(self, document: Document | None, masked: str, *, age: int | None, decided_on: date) -> None:
        if document is not None and document.birth_date is not None:
            if is_minor(document.birth_date, decided_on):
                self.fault("cardNum", "minor")
        elif masked:
            if surely_minor(masked, age=age, on=decided_on):
                self.fault("cardNum", "minor")
        elif document is not None:
            if age is None:
                self.fault("age", "birth-date-unknown")
            elif age < _LEGAL_AGE:
                self.fault("age", "minor")

    def _case(self) -> tuple[str, str]:
        try:
            case = fields.case_of(self.cells.caseCode)
        except InvalidError as error:
            self.refuse("caseCode", error)
            return "", ""
        if "执" not in case.type_word:
            self.fault("caseCode", "not-enforcement-case")
        return case.text, "" if case.legacy else case.court_word

    def _grounds(self, kind: OrderKind) -> tuple[Ground, ...]:
        if kind is not OrderKind.LISTING:
            return ()
        text = self.cells.disruptTypeName
        if not text.strip():
            self.fault("disruptTypeName", "missing")
            return (Ground.G1,)
        found = fields.grounds_of(text)
        if isinstance(found, InvalidError):
            self.refuse("disruptTypeName", found)
            return (Ground.G1,)
        return found

    def _amounts(self) -> tuple[int | None, int | None, str]:
        try:
            performance = fields.performance_of(self.cells.performance)
        except KeyError:
            self.fault("performance", "bad-performance")
            performance = "none"
        performed = self._sum("performedPart", self.cells.performedPart)
        left = self._sum("unperformPart", self.cells.unperformPart)
        due = None if left is None else left + (performed or 0)
        return due, performed, performance

    def _sum(self, column: str, text: str) -> int | None:
        try:
            fen = fields.parse_sum(text)
        except ValueError:
            self.fault(column, "bad-amount")
            return None
        if fen is None and text not in ("暂无", ""):
            self._text(column, text, _LONG)
        return fen

    def _text(self, column: str, text: str, most: int, *, needed: bool = False) -> str:
        try:
            clean = fields.repeated_text(text, most)
        except InvalidError as error:
            self.refuse(column, error)
            return ""
        if needed and not clean:
            self.fault(column, "missing")
        return clean

    def _representative(self, kind: SubjectKind) -> str:
        text = self.cells.businessEntity
        if kind is SubjectKind.NATURAL or not text.strip():
            return ""
        try:
            return stored_name(text)
        except InvalidError as error:
            self.refuse("businessEntity", error)
            return ""

    def _duty(self) -> str:
        try:
            duty = clean_text(self.cells.duty, pointer="", most=_LONG, multiline=True)
        except InvalidError as error:
            self.refuse("duty", error)
            return ""
        if not duty:
            self.fault("duty", "missing")
        return duty
