"""Which characters may stand in any text that the registry keeps."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from blacklist.errors import Fault, InvalidError

# Han as names are written: radicals, iteration and zero marks, all blocks, private use of older GB 18030 fonts.
HAN: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_SELECTORS: Final = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_AFTER_HAN: Final = re.compile(f"(?<=[{HAN}])[{_SELECTORS}]")
# Beyond the categories below: letters and marks that show nothing, and the signs left where a character was lost.
_INVISIBLE: Final = re.compile(
    f"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2028\u2029\u2800\u3164\uffa0\ufffc\ufffd{_SELECTORS}]"
)
# Every space of Unicode (category Zs); control characters are never trimmed, they are refused.
_SPACES: Final = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_USUAL: Final = re.compile("[ -~\u00b7\u3000-\u3029\u4e00-\u9fff\uff08\uff09\uff0c\uff1a\uff1b]*")


def clean_text(text: str, *, pointer: str, most: int, multiline: bool = False) -> str:
    """Return the text without outer white space, unchanged otherwise, if every character in it may be kept.

    `most` counts code points. `multiline` lets line feeds stand (CR LF becomes LF). Control, bidi and invisible
    characters, noncharacters, lone surrogates and unassigned code points are refused; planes 2 and 3 excepted, where
    Python knows fewer Han characters than people bear.

    Raises:
        InvalidError: one fault at `pointer`: `too-long` or `bad-characters`.
    """
    if multiline:
        text = text.replace("\r\n", "\n")
    text = text.strip(_SPACES + "\n" if multiline else _SPACES)
    if len(text) > most:
        raise _refusal(pointer, "too-long", f"不得超过{most}个字", f"At most {most} characters")
    if _USUAL.fullmatch(text) is None and not _may_be_kept(text, multiline=multiline):
        raise _refusal(
            pointer,
            "bad-characters",
            "含有控制字符、不可见字符或者未定义的字符",
            "Control, invisible or undefined characters are not accepted",
        )
    return text


def _may_be_kept(text: str, *, multiline: bool) -> bool:
    text = _AFTER_HAN.sub("", text)
    if multiline:
        text = text.replace("\n", "")
    if _INVISIBLE.search(text):
        return False
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Cs"):
            return False
        if category == "Cn":
            code = ord(character)
            if code & 0xFFFE == 0xFFFE or not 0x20000 <= code <= 0x3FFFF:
                return False
    return True


def _refusal(pointer: str, code: str, detail: str, english: str) -> InvalidError:
    return InvalidError(detail, english, errors=(Fault(pointer, code, detail, english),))
