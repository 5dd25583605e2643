"""The written form of every document type, and the one normal form both sides of the registry compute.

`sync` and the agencies compute fingerprints from the same normal form (`docs`: document key), so nothing here may
depend on a locale, a region list or the day.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# The longest written form is far shorter; more is not a number, and is not worth normalising.
_MOST_CHARACTERS: Final = 64


class DocumentType(StrEnum):
    """The eight documents by which a subject is known, named as the API names them."""

    RESIDENT_ID = "resident_id"
    FOREIGNER_ID = "foreigner_id"
    HMT_RESIDENCE = "hmt_residence"
    HM_PERMIT = "hm_permit"
    TW_PERMIT = "tw_permit"
    PASSPORT = "passport"
    USCC = "uscc"
    ORG_CODE = "org_code"


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a type's numbers look like after normalisation.

    `strict` is the grammar; `loose` also lets O, I and L stand where a digit belongs, only to name that mistake.
    `lengths` are the possible numbers of characters.
    """

    strict: re.Pattern[str]
    loose: re.Pattern[str]
    lengths: frozenset[int]


def _grammar(template: str, *lengths: int) -> Grammar:
    """Compile a template in which <d> is a digit, <c> a digit or X, <u> and <o> a credit code's characters."""
    strict = {"<d>": "[0-9]", "<c>": "[0-9X]", "<u>": "[0-9A-HJ-NP-RTUWXY]"}
    # L is a credit code's own letter, so there only O and I are mistakes.
    loose = {"<d>": "[0-9OIL]", "<c>": "[0-9OILX]", "<u>": "[0-9A-RTUWXY]"}
    patterns = []
    for classes in (strict, loose):
        pattern = template
        for token, characters in classes.items():
            pattern = pattern.replace(token, characters)
        patterns.append(re.compile(pattern, re.ASCII))
    return Grammar(strict=patterns[0], loose=patterns[1], lengths=frozenset(lengths))


GRAMMARS: Final = {
    DocumentType.RESIDENT_ID: _grammar("<d>{17}<c>|<d>{15}", 15, 18),
    DocumentType.HMT_RESIDENCE: _grammar("<d>{17}<c>", 18),
    # 18 characters since 2023; cards of 2017 stay valid until they are replaced.
    DocumentType.FOREIGNER_ID: _grammar("<d>{17}<c>|[A-Z]{3}<d>{12}", 15, 18),
    # Eight digits for life; older cards print the count of re-issues after them.
    DocumentType.HM_PERMIT: _grammar("[HM]<d>{8}(?:<d>{2})?", 9, 11),
    # Older booklets: ten digits, often with the issuing office's letter, bare or in brackets.
    DocumentType.TW_PERMIT: _grammar(r"<d>{8}|<d>{10}(?:[A-Z]|\([A-Z]\))?", 8, 10, 11, 13),
    DocumentType.USCC: _grammar("<u>{2}<d>{6}<u>{10}", 18),
    DocumentType.ORG_CODE: _grammar("[0-9A-Z]{8}-?<c>", 9, 10),
    DocumentType.PASSPORT: _grammar("[0-9A-Z]{5,15}", *range(5, 16)),
}

# Ordinary passports E and G, service ones D, S and P; passports of Hong Kong (K, H) and Macao (M) bear CHN as well.
# I and O are never issued as a second letter, because they look like digits.
CHINESE_PASSPORT: Final = _grammar("[EGKH]<d>{8}|[EKHM][A-HJ-NP-Z]<d>{7}|[DSP][A-HJ-NP-Z]?<d>{7,8}", 8, 9, 10)

SPREADSHEET: Final = re.compile(r"[0-9]+(?:\.[0-9]*)?E\+[0-9]+|[0-9]+\.[0-9]*(?:E[0-9]+)?", re.ASCII)
MASKED: Final = re.compile(r"[*#?•●×■█□○]|^[0-9]+XX")
WRITABLE: Final = re.compile(r"[0-9A-Z()-]*", re.ASCII)


def normal_form(number: str) -> str:
    """Return the number after NFKC, without white space, in upper case.

    Only ASCII letters are raised: others, such as a dotless i, would otherwise turn into ASCII ones unnoticed. What
    comes back may still be anything; a grammar must match before digits are read from it.
    """
    if len(number) > _MOST_CHARACTERS:
        return number[: _MOST_CHARACTERS + 1]
    if not number.isascii():
        number = "".join(unicodedata.normalize("NFKC", number).split())
        return number.upper() if number.isascii() else number
    if " " in number or not number.isprintable():
        number = "".join(number.split())
    return number.upper()
