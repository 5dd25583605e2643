"""Case numbers of the people's courts (法〔2015〕137号)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from blacklist.errors import Fault, InvalidError

_MOST: Final = 60
# NFKC has already made full-width brackets and digits ASCII; these two pairs it leaves.
_BRACKETS: Final = str.maketrans({"〔": "(", "〕": ")", "[": "(", "]": ")", "【": "(", "】": ")"})
_PART: Final = "(?P<part>之(?:[一二三四五六七八九十百]{1,4}|[1-9][0-9]{0,3}))?"
_PROVINCES: Final = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新兵军"
# High courts have no digits, intermediate courts two, basic courts four.
_PRESENT: Final = re.compile(
    rf"\((?P<year>(?:19|20)[0-9]{{2}})\)(?P<court>最高法|[{_PROVINCES}](?:[0-9]{{2}}|[0-9]{{4}})?)"
    rf"(?P<type>[\u4e00-\u9fff]{{1,3}})(?P<serial>[0-9]{{1,8}})号{_PART}",
    re.ASCII,
)
# Until 2015 each court chose its own words: （2014）朝执字第01234号.
_LEGACY: Final = re.compile(
    rf"\((?P<year>(?:19|20)[0-9]{{2}})\)(?P<court>[\u4e00-\u9fff]{{1,8}}?)"
    rf"(?P<type>[\u4e00-\u9fff]{{1,4}}字)第(?P<serial>[0-9]{{1,8}})号{_PART}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """A case number taken apart. `text` is the normal form: full-width brackets, ASCII digits, no spaces.

    `court_word` finds the court (京0199), `type_word` the kind of case (执, 执恢), `part` one of several documents of
    the case (之一) or "". `legacy` numbers were given before 2016; their court word finds no court.
    """

    text: str
    year: int
    court_word: str
    type_word: str
    serial: int
    part: str = ""
    legacy: bool = False


def parse_case_number(text: str) -> CaseNumber:
    """Read a case number as people write it: either width of brackets and digits, spaces anywhere.

    Raises:
        InvalidError: one fault at `/case_number`: `missing` or `bad-case-number`.
    """
    plain = "".join(unicodedata.normalize("NFKC", text[: _MOST + 1]).translate(_BRACKETS).split())
    if not plain:
        raise _refusal("missing", "请填写案号", "The case number is missing")
    found = _PRESENT.fullmatch(plain) if len(text) <= _MOST else None
    legacy = found is None
    if legacy and len(text) <= _MOST:
        found = _LEGACY.fullmatch(plain)
    if found is None or found["serial"].strip("0") == "":
        raise _refusal(
            "bad-case-number",
            "案号格式不正确，应如（2026）京0199执1234号，年份、法院代字、类型代字、编号和“号”字缺一不可",
            "Not a case number: year in brackets, court, type, serial and 号 are all required",
        )
    serial = int(found["serial"])
    part = found["part"] or ""
    # Leading zeros belong to the old style's text; in the present style they are a typing habit.
    written = f"第{found['serial']}" if legacy else str(serial)
    return CaseNumber(
        text=f"（{found['year']}）{found['court']}{found['type']}{written}号{part}",
        year=int(found["year"]),
        court_word=found["court"],
        type_word=found["type"],
        serial=serial,
        part=part,
        legacy=legacy,
    )


def _refusal(code: str, detail: str, english: str) -> InvalidError:
    return InvalidError(detail, english, errors=(Fault("/case_number", code, detail, english),))
