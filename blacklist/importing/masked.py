"""Masked numbers: they are shown and identify nobody, yet can still show that somebody is too young."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from blacklist.identity.grammars import normal_form

_MASKED: Final = re.compile(r"(?=[^*]{2})[0-9A-Z*-]{5,24}", re.ASCII)
_MARKS: Final = str.maketrans(dict.fromkeys("#?•●×■█□○", "*"))
_BIRTH_YEAR: Final = re.compile(r"[0-9OIL]{6}((?:19|20)[0-9]{2})", re.ASCII)
_LEGAL_AGE: Final = 18


def masked_number(text: str) -> str:
    """Return a masked number in normal form with `*` for every hidden character, "" if it is none."""
    plain = re.sub(r"(?<=[0-9])X{3,}(?=[0-9X])", lambda run: "*" * len(run[0]), normal_form(text).translate(_MARKS))
    return plain if "*" in plain and _MASKED.fullmatch(plain) else ""


def surely_minor(masked: str, *, age: int | None, on: date) -> bool:
    """Tell whether what a masked number shows, or the age beside it, makes its bearer a minor on a day.

    Only certainty counts: who turns eighteen in that year is not taken for a minor.
    """
    found = _BIRTH_YEAR.match(masked)
    if found is not None and len(masked) == 18:
        return on.year - int(found[1]) < _LEGAL_AGE
    return age is not None and age < _LEGAL_AGE
