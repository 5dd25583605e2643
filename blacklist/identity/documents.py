"""Documents: a type and a number in normal form, checked as far as the number itself allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from blacklist.identity.check_digits import org_check, resident_check, uscc_check
from blacklist.identity.countries import COUNTRY_CODES
from blacklist.identity.document_faults import bad_country, fault, shape_fault, unknown_type
from blacklist.identity.grammars import CHINESE_PASSPORT, GRAMMARS, DocumentType, normal_form
from blacklist.identity.guessing import guess_document_type
from blacklist.vocabulary import Sex, SubjectKind

__all__ = [
    "Document",
    "DocumentType",
    "derived_documents",
    "guess_document_type",
    "parse_document",
]

_EARLIEST_BIRTH: Final = date(1850, 1, 1)
_ORGANISATIONS: Final = frozenset({DocumentType.USCC, DocumentType.ORG_CODE})
_HMT_PREFIXES: Final = frozenset({"81", "82", "83"})
_PERSONAL: Final = frozenset({DocumentType.RESIDENT_ID, DocumentType.FOREIGNER_ID, DocumentType.HMT_RESIDENCE})
_KEY_PREFIXES: Final = {
    DocumentType.RESIDENT_ID: "1|",
    DocumentType.USCC: "2|",
    DocumentType.PASSPORT: "3|",
    DocumentType.FOREIGNER_ID: "4|",
    DocumentType.HMT_RESIDENCE: "5|",
    DocumentType.HM_PERMIT: "6|",
    DocumentType.TW_PERMIT: "7|",
    DocumentType.ORG_CODE: "8|",
}
_ROUNDED: Final = re.compile(r"[0-9]{15}000", re.ASCII)
_TYPES: Final[dict[str, DocumentType]] = {kind.value: kind for kind in DocumentType}


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """One checked document. `number` is canonical; `country` is ISO 3166 alpha-3, for passports only.

    Build it with `parse_document`. Printing or formatting it never shows the number.
    """

    type: DocumentType
    number: str
    country: str | None = None

    def __repr__(self) -> str:
        """Name the type only: what is printed ends in a log."""
        return f"<Document {self.type.value} ****>"

    @property
    def key(self) -> bytes:
        """The document key, ASCII `<digit>|<number>`: what fingerprints and blind indexes are made of."""
        number = self.number
        if self.type is DocumentType.PASSPORT:
            number = f"{self.country}|{number}"
        elif self.type is DocumentType.HM_PERMIT:
            # The last two of eleven count re-issues of the same person's card.
            number = number[:9]
        return (_KEY_PREFIXES[self.type] + number).encode("ascii")

    @property
    def kind(self) -> SubjectKind:
        """Whether a natural person or an organisation bears such a document."""
        return SubjectKind.ORGANISATION if self.type in _ORGANISATIONS else SubjectKind.NATURAL

    @property
    def birth_date(self) -> date | None:
        """The date of birth, where the number holds one."""
        return _birth_date(self.number[6:14]) if self._is_personal_number() else None

    @property
    def sex(self) -> Sex | None:
        """The sex, where the number holds it: an odd serial is a man's."""
        if not self._is_personal_number():
            return None
        return Sex.MALE if self.number[16] in "13579" else Sex.FEMALE

    @property
    def region_code(self) -> str | None:
        """The six digits of the region where a resident number was first given; it may be abolished since."""
        return self.number[:6] if self.type is DocumentType.RESIDENT_ID else None

    def _is_personal_number(self) -> bool:
        return len(self.number) == 18 and self.type in _PERSONAL


def parse_document(type: str, number: str, *, country: str | None = None, today: date) -> Document:  # noqa: A002
    """Check a number as written and return its document in normal form.

    A resident number whose region is 81, 82 or 83 comes back as `hmt_residence`, one that begins with 9 as
    `foreigner_id`: it is the same number, and under the wrong type it would never be found. Fifteen digits become
    eighteen. Region codes are not judged: cards bear codes of regions long abolished.

    Raises:
        InvalidDocumentError: one fault, whose code tells which rule failed; the number is not in it.
    """
    kind = _TYPES.get(type)
    if kind is None:
        raise unknown_type()
    number = normal_form(number)
    if kind is DocumentType.PASSPORT:
        return _passport(number, country=country)
    grammar = GRAMMARS[kind]
    if grammar.strict.fullmatch(number) is None:
        raise shape_fault(number, kind, grammar)
    if kind in _PERSONAL:
        return _personal(number, kind, today=today)
    if kind is DocumentType.USCC:
        if uscc_check(number[:17]) != number[17]:
            raise fault(_check_fault(number), kind)
    elif kind is DocumentType.ORG_CODE:
        number = number.replace("-", "")
        if org_check(number[:8]) != number[8]:
            raise fault("bad-check-digit", kind)
    elif kind is DocumentType.TW_PERMIT:
        number = number.replace("(", "").replace(")", "")
    return Document(kind, number)


def derived_documents(document: Document) -> tuple[Document, ...]:
    """Return the documents contained in this one: a credit code's organisation code, if that checks by itself.

    Codes given to sole traders need not contain one; they are sound all the same.
    """
    if document.type is not DocumentType.USCC:
        return ()
    code = document.number[8:17]
    if code[8] in "0123456789X" and org_check(code[:8]) == code[8]:
        return (Document(DocumentType.ORG_CODE, code),)
    return ()


def _personal(number: str, kind: DocumentType, *, today: date) -> Document:
    """Check a number built like a resident number; its first digits say which card it belongs to."""
    if len(number) == 15:
        if kind is DocumentType.FOREIGNER_ID:
            return Document(kind, number)
        if number[0] == "9" or number[:2] in _HMT_PREFIXES:
            # These cards came when fifteen digits were no longer given.
            raise fault("bad-length", kind)
        # Serials 996 to 999 once marked people born in the 19th century; none of them can be alive.
        number = f"{number[:6]}19{number[6:]}"
        number += resident_check(number)
    born = _birth_date(number[6:14])
    if born is None or born > today:
        raise fault("bad-birth-date", kind)
    if resident_check(number[:17]) != number[17]:
        raise fault(_check_fault(number), kind)
    if number[0] == "9":
        true_kind = DocumentType.FOREIGNER_ID
    elif number[:2] in _HMT_PREFIXES:
        true_kind = DocumentType.HMT_RESIDENCE
    else:
        true_kind = DocumentType.RESIDENT_ID
    if kind is not true_kind and kind is not DocumentType.RESIDENT_ID:
        raise fault("wrong-type", kind)
    return Document(true_kind, number)


def _passport(number: str, *, country: str | None) -> Document:
    """Check a passport number by its country's grammar; only China's is known in detail."""
    code = normal_form(country or "")
    if code not in COUNTRY_CODES:
        raise bad_country()
    grammar = CHINESE_PASSPORT if code == "CHN" else GRAMMARS[DocumentType.PASSPORT]
    if grammar.strict.fullmatch(number) is None:
        raise shape_fault(number, DocumentType.PASSPORT, grammar)
    return Document(DocumentType.PASSPORT, number, code)


def _check_fault(number: str) -> str:
    """Spreadsheets keep fifteen digits and write zeros after them: say so rather than blame the check digit."""
    return "destroyed-by-spreadsheet" if _ROUNDED.fullmatch(number) else "bad-check-digit"


@lru_cache(maxsize=65_536)
def _birth_date(digits: str) -> date | None:
    """Return the real date of eight ASCII digits from 1850 on, else None."""
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return born if born >= _EARLIEST_BIRTH else None
