"""Names: stored as written, found by a key that forgives how they are written."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from blacklist.errors import Fault, InvalidError
from blacklist.identity.texts import HAN, clean_text

__all__ = ["clean_text", "search_key", "stored_name"]

_POINTER: Final = "/name"
_MOST: Final = 100

# What people type for the dot inside a name; reviewed by hand, since NFKC leaves most of them distinct.
_DOTS: Final = (
    "\u00b7"  # middle dot, the one that is kept
    "\u002e\uff0e\ufe52\u2024"  # full stop, full-width, small, one dot leader
    "\u0387\u05bc\u16eb\u1427"  # Greek ano teleia, dagesh, runic, Canadian syllabics
    "\u2022\u2027\u2219\u22c5"  # bullet, hyphenation point, bullet operator, dot operator
    "\u25cf\u26ab\u2e31\u2e33"  # black circle, medium circle, word separator, raised dot
    "\u30fb\uff65\u318d\ua78f\U00010101"  # katakana, its half-width, arae-a, sinological dot, Aegean separator
)
_DOT_IN_NAME: Final = re.compile(
    f"(?<=[{HAN}])([\ufe00-\ufe0f\U000e0100-\U000e01ef]?[ \u3000]*)[{re.escape(_DOTS)}](?=[ \u3000]*[{HAN}])"
)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

# Characters that GB 18030-2000 and -2005 placed in the private use area, and where Unicode has them now.
_PRIVATE_USE: Final = {
    0xE7C7: 0x1E3F,
    0xE816: 0x20087,
    0xE817: 0x20089,
    0xE818: 0x200CC,
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE831: 0x215D7,
    0xE832: 0x9FB8,
    0xE83B: 0x2298F,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE855: 0x241FE,
    0xE864: 0x9FBB,
}
# Dots, dashes, apostrophes, commas, white space and variation selectors separate or decorate; they name nobody.
_DROPPED: Final = re.compile(
    f"[\\s{re.escape(_DOTS)}\\-\u2010-\u2015\u2212\u30a0,\u3001'`\u2018\u2019\u02bc\u02b9_"
    "\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)


def stored_name(text: str) -> str:
    """Return a name as it is kept: as written, outer space trimmed, every dot between Han characters U+00B7.

    Raises:
        InvalidError: one fault at `/name`: `missing`, `too-long` (100 code points), `bad-characters`, or `formula`
            for a spreadsheet formula in a name's place.
    """
    name = clean_text(text, pointer=_POINTER, most=_MOST)
    if name.startswith(_FORMULA_STARTS):
        raise _refusal("formula", "姓名或者名称不得以公式符号开头", "A name does not begin like a formula")
    if not search_key(name):
        raise _refusal("missing", "请填写姓名或者名称", "The name is missing")
    return _DOT_IN_NAME.sub("\\1\u00b7", name)


def search_key(text: str) -> str:
    """Return the key under which a name is found: compatibility forms, case, separators and spaces do not matter.

    Never shown, and never stored in clear for a natural person. Equal to itself when computed again.
    """
    key = text
    # Dropping a separator can let two characters compose; three rounds settle every text, one settles nearly all.
    for _ in range(4):
        folded = unicodedata.normalize("NFKC", key.translate(_PRIVATE_USE)).casefold()
        settled = unicodedata.normalize("NFKC", _DROPPED.sub("", folded))
        if settled == key:
            break
        key = settled
    return key


def _refusal(code: str, detail: str, english: str) -> InvalidError:
    return InvalidError(detail, english, errors=(Fault(_POINTER, code, detail, english),))
