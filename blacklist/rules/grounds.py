"""The six grounds of a listing, and how the public list's exports spell them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import Fault, InvalidError


class Ground(StrEnum):
    """A ground for listing a debtor who has not performed an effective legal document. Basis: LIST 1."""

    G1 = "G1"
    G2 = "G2"
    G3 = "G3"
    G4 = "G4"
    G5 = "G5"
    G6 = "G6"


GROUND_TITLES: Mapping[Ground, str] = MappingProxyType(
    {
        Ground.G1: "有履行能力而拒不履行生效法律文书确定义务",
        Ground.G2: "以伪造证据、暴力、威胁等方法妨碍、抗拒执行",
        Ground.G3: "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行",
        Ground.G4: "违反财产报告制度",
        Ground.G5: "违反限制消费令",
        Ground.G6: "无正当理由拒不履行执行和解协议",
    }
)

GROUND_TITLES_ENGLISH: Mapping[Ground, str] = MappingProxyType(
    {
        Ground.G1: "Able to perform the effective legal document but refuses",
        Ground.G2: "Obstructs or resists enforcement by forged evidence, violence, threats or the like",
        Ground.G3: "Evades enforcement by sham suits or arbitration, or by hiding or moving assets",
        Ground.G4: "Breaches the duty to report assets",
        Ground.G5: "Breaches a consumption order",
        Ground.G6: "Refuses without good reason to perform an enforcement settlement",
    }
)

# The enumeration comma stands inside the grounds' own words, so the text is read from the left, never split.
_SPELLINGS: tuple[tuple[Ground, re.Pattern[str]], ...] = tuple(
    (ground, re.compile(pattern))
    for ground, pattern in (
        (Ground.G1, "(?:其他)?有履行能力而拒不履行生效法律文书确定的?义务的?"),
        (Ground.G2, "(?:其他|以?(?:伪造证据|暴力|威胁|以|或者|、|等|方法|手段)+)妨碍、?抗拒执行的?"),
        (Ground.G3, "(?:其他|以?(?:虚假诉讼|虚假仲裁|仲裁|隐匿|转移|财产|以|或者|、|等|方法|手段)+)规避执行的?"),
        (Ground.G4, "违反财产报告制度的?"),
        (Ground.G5, "违反限制高?消费令的?"),
        (Ground.G6, "无正当理由拒不履行执行和解协议的?"),
    )
)
_CODE = re.compile("G([1-6])(?![0-9])")
_SEPARATORS = re.compile("[,;、。|]+")
_MOST_CHARACTERS = 500


def _ground_at(text: str, position: int) -> tuple[Ground, int] | None:
    code = _CODE.match(text, position)
    if code is not None:
        return Ground(code.group()), code.end()
    for ground, spelling in _SPELLINGS:
        found = spelling.match(text, position)
        if found is not None:
            return ground, found.end()
    return None


def _refusal() -> InvalidError:
    detail, english = "失信行为情形无法识别。", "The conduct is none of the six grounds."
    return InvalidError(detail, english, errors=(Fault("/disruptTypeName", "unknown-ground", detail, english),))


def parse_grounds(text: str) -> tuple[Ground, ...]:
    """Return the grounds that an export's text (or a list of codes) names, each once, in the order of the law.

    Basis: LIST 1.

    Raises:
        InvalidError: some part of the text is no ground (`unknown-ground`); nothing is ever guessed.
    """
    if len(text) > _MOST_CHARACTERS:  # as it came: cutting it first would drop unread what stands behind white space
        raise _refusal()
    compact = "".join(unicodedata.normalize("NFKC", text).split())
    grounds: set[Ground] = set()
    position = 0
    while position < len(compact):
        found = _ground_at(compact, position)
        if found is None:
            raise _refusal()
        ground, position = found
        grounds.add(ground)
        separator = _SEPARATORS.match(compact, position)
        if separator is None and position < len(compact):
            raise _refusal()
        position = separator.end() if separator is not None else position
    if not grounds:
        raise _refusal()
    return tuple(sorted(grounds))
