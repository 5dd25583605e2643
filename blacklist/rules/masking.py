"""How a document number and an age are shown to people who must not learn them."""

from __future__ import annotations

from enum import StrEnum

_VISIBLE = 4
_RESIDENT_LENGTH = 18
_BAND_YEARS = 10


class MaskPolicy(StrEnum):
    """`strict` shows four characters; `spc` is the supreme court site's mask, a setting of the court."""

    STRICT = "strict"
    SPC = "spc"


def mask_number(number: str, *, policy: MaskPolicy | str = MaskPolicy.STRICT) -> str:
    """Hide a person's document number, in its normal form.

    `strict`: the first four characters, the rest as `*`; never the check digit, which narrows every guess
    elevenfold. `spc`: `RRRRRRYYYY****SSSC` for numbers of eighteen characters, every other number as `strict`.

    Basis: LIST 6; PIPL 6, PIPL 28.

    Raises:
        ValueError: there is no such policy.
    """
    if MaskPolicy(policy) is MaskPolicy.SPC and len(number) == _RESIDENT_LENGTH:
        return f"{number[:10]}****{number[14:]}"
    if len(number) <= _VISIBLE:
        return "*" * len(number)
    return number[:_VISIBLE] + "*" * (len(number) - _VISIBLE)


def age_band(age: int) -> str:
    """Return the ten years an age lies in, as walls and posters show it: `40–49岁`.

    Basis: LIST 6; PIPL 6.
    """
    first = age // _BAND_YEARS * _BAND_YEARS
    return f"{first}–{first + _BAND_YEARS - 1}岁"
