"""Which type a number most likely has, for exports that name none."""

from __future__ import annotations

import re
from typing import Final

from blacklist.identity.check_digits import org_check, resident_check, uscc_check
from blacklist.identity.grammars import GRAMMARS, DocumentType, normal_form

# Numbers with a letter for a digit are still guessed, so that the parser can name that mistake.
_TWINS: Final = str.maketrans("OI", "01")
_BIRTH: Final = re.compile(r"[0-9]{6}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])", re.ASCII)
# Authorities and types of organisations that issue most credit codes.
_USCC_START: Final = re.compile(r"[159ANY][1-9][0-9*]{2}", re.ASCII)
_MASKED_USCC: Final = re.compile(r"[0-9A-HJ-NP-RTUWXY*]{18}", re.ASCII)


def guess_document_type(number: str) -> str:
    """Return the type (a `DocumentType` value) whose grammar and check fit best; `resident_id` when none does.

    The answer is a guess, not a judgement: `parse_document` still has to accept the number under that type.
    """
    plain = normal_form(number)
    if "-" in plain:
        return DocumentType.ORG_CODE.value
    if len(plain) == 18:
        return _guess_eighteen(plain).value
    for kind in (DocumentType.FOREIGNER_ID, DocumentType.HM_PERMIT, DocumentType.TW_PERMIT):
        if GRAMMARS[kind].strict.fullmatch(plain):
            code = kind is DocumentType.HM_PERMIT and _is_org_code(plain)
            return DocumentType.ORG_CODE.value if code else kind.value
    if len(plain) == 9:
        passport = re.fullmatch(r"[EG][A-Z]?[0-9]{7,8}", plain, re.ASCII) and not _is_org_code(plain)
        return DocumentType.PASSPORT.value if passport else DocumentType.ORG_CODE.value
    return DocumentType.RESIDENT_ID.value


def _guess_eighteen(plain: str) -> DocumentType:
    """Tell personal numbers from credit codes: by check characters, else by a plausible date of birth."""
    digits = plain.translate(_TWINS)
    personal = DocumentType.FOREIGNER_ID if digits.startswith("9") else DocumentType.RESIDENT_ID
    if digits[:2] in ("81", "82", "83"):
        personal = DocumentType.HMT_RESIDENCE
    if GRAMMARS[DocumentType.HMT_RESIDENCE].strict.fullmatch(digits):
        born = _BIRTH.match(digits) is not None
        if born and resident_check(digits[:17]) == digits[17]:
            return personal
        if uscc_check(digits[:17]) == digits[17] or (not born and _USCC_START.match(digits)):
            return DocumentType.USCC
        return personal if born else DocumentType.RESIDENT_ID
    masked = _USCC_START.match(plain) and _MASKED_USCC.fullmatch(plain) and re.search("[A-WY]", plain)
    if masked or GRAMMARS[DocumentType.USCC].loose.fullmatch(plain):
        return DocumentType.USCC
    return DocumentType.RESIDENT_ID


def _is_org_code(plain: str) -> bool:
    return GRAMMARS[DocumentType.ORG_CODE].strict.fullmatch(plain) is not None and org_check(plain[:8]) == plain[8]
