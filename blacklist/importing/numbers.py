"""Cells that a spreadsheet or JSON stored as numbers: exact up to fifteen digits, destroyed beyond."""

from __future__ import annotations

_EXACT = 10**15


def text_of_number(value: float) -> str:
    """Return a number as the text it was typed as, or in a form that shows it lost digits (`7.1e+17`)."""
    if isinstance(value, int):
        return str(value)
    if value == value and abs(value) < _EXACT and value == int(value):
        return str(int(value))
    return repr(value)


def is_exact(value: float) -> bool:
    """Tell whether no digit of a number was lost."""
    return isinstance(value, int) or (value == value and abs(value) < _EXACT)
