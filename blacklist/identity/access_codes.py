"""The code printed in a decision: with it a person proves to be the one the decision names."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

from blacklist.identity.ids import ALPHABET

GROUP: Final = 4
LENGTH: Final = 3 * GROUP  # 60 bits
_LOOK_ALIKE: Final = str.maketrans("OIL", "011")


def new_access_code() -> str:
    """Return twelve random characters in groups, such as `K7Q2-9KDM-4TXA`: 60 bits, fit to be typed from paper."""
    # 256 is a multiple of 32, so every character is equally likely.
    return _grouped("".join([ALPHABET[byte & 31] for byte in secrets.token_bytes(LENGTH)]))


def normal_access_code(text: str) -> str:
    """Return a typed code as its MAC is made of: NFKC, upper case, look-alike letters as digits, no separators.

    Any text comes back as some text; whether it is a code, only the comparison of MACs tells.
    """
    upper = unicodedata.normalize("NFKC", text).upper()
    return "".join(one for one in upper if one.isalnum()).translate(_LOOK_ALIKE)


def printed_access_code(text: str) -> str | None:
    """Return a typed code as it is printed, `K7Q2-9KDM-4TXA`, or None where the text cannot be one."""
    code = normal_access_code(text)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return _grouped(code)


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))
