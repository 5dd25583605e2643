"""The values of single cells: dates in their many forms, sums, words of closed lists."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from blacklist.errors import InvalidError
from blacklist.identity.case_numbers import CaseNumber, parse_case_number
from blacklist.identity.names import clean_text
from blacklist.rules.grounds import Ground, parse_grounds
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.money import parse_money
from blacklist.rules.terms import term_of
from blacklist.vocabulary import Sex, SubjectKind

_CACHED: Final = 16_384
_DAY: Final = re.compile(
    r"(\d{4})(?:(\d{2})(\d{2})|年(\d{1,2})月(\d{1,2})日?|([-/.])(\d{1,2})\6(\d{1,2}))"
    r"(?:[ T]?(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_SECONDS: Final = re.compile(r"(\d{9,10})(?:\.0+)?|(\d{12,13})", re.ASCII)
_EARLIEST: Final = date(1949, 10, 1)
_SHANGHAI: Final = timedelta(hours=8)  # daylight saving ended in 1991, before any list existed
_SEXES: Final = {"男": Sex.MALE, "男性": Sex.MALE, "女": Sex.FEMALE, "女性": Sex.FEMALE, "": None, "male": Sex.MALE,
                 "female": Sex.FEMALE, "未知": None, "无": None, "-": None}  # fmt: skip
_PARTIES: Final = {"": None, "0": SubjectKind.NATURAL, "1": SubjectKind.ORGANISATION, "580": SubjectKind.NATURAL,
                   "581": SubjectKind.ORGANISATION, "自然人": SubjectKind.NATURAL, "个人": SubjectKind.NATURAL,
                   "单位": SubjectKind.ORGANISATION, "法人": SubjectKind.ORGANISATION,
                   "法人或其他组织": SubjectKind.ORGANISATION, "法人或者其他组织": SubjectKind.ORGANISATION,
                   "natural": SubjectKind.NATURAL, "organisation": SubjectKind.ORGANISATION}  # fmt: skip
_KINDS: Final = {"": OrderKind.LISTING, "listing": OrderKind.LISTING, "失信": OrderKind.LISTING,
                 "失信被执行人": OrderKind.LISTING, "consumption": OrderKind.CONSUMPTION,
                 "限消": OrderKind.CONSUMPTION, "限制消费": OrderKind.CONSUMPTION}  # fmt: skip
_PERFORMANCES: Final = {"": "none", "全部未履行": "none", "未履行": "none", "暂无": "none", "部分未履行": "part",
                        "部分履行": "part", "部分已履行": "part", "全部已履行": "full", "已履行": "full",
                        "全部履行": "full", "none": "none", "part": "part", "full": "full"}  # fmt: skip
_USUAL_SUM: Final = re.compile(r"(\d{1,12})元?", re.ASCII)
_LIKE_SUM: Final = re.compile(
    r"(?:人民币|RMB|CNY|¥)?[-+−–—]?(?:人民币|¥)?[\d.,]*\d[\d.,]*(?:E[+-]?\d+)?(?:万|W|亿)?(?:圆|元)?整?", re.ASCII
)


@lru_cache(_CACHED)
def parse_day(text: str) -> date | None:
    """Return the day a text names: `20190709`, `2019年07月09日`, ISO, or Unix seconds; None when it names none."""
    plain = unicodedata.normalize("NFKC", text[:40]).strip()
    found = _DAY.fullmatch(plain)
    try:
        if found is not None:
            year, *rest = (part for part in found.groups() if part is not None and part not in "-/.")
            day = date(int(year), int(rest[0]), int(rest[1]))
        else:
            seconds = _SECONDS.fullmatch(plain)
            if seconds is None:
                return None
            instant = int(seconds[1]) if seconds[1] else int(seconds[2]) // 1000
            day = (datetime.fromtimestamp(instant, UTC) + _SHANGHAI).date()
    except ValueError:
        return None
    return day if day >= _EARLIEST else None


def parse_sum(text: str) -> int | None:
    """Return a plain sum in fen, None for free text or nothing.

    Raises:
        ValueError: written like a sum and none: negative, absurd or malformed.
    """
    usual = _USUAL_SUM.fullmatch(text)
    if usual is not None:
        return int(usual[1]) * 100
    if text in ("暂无", "", "无"):
        return None
    plain = "".join(unicodedata.normalize("NFKC", text[:64]).split()).upper()
    if len(text) > 64 or _LIKE_SUM.fullmatch(plain) is None:
        return None
    try:
        return int(parse_money(text) * 100)
    except InvalidError:
        raise ValueError("not a sum") from None


def sex_of(text: str) -> Sex | None:
    """Return a sex. Raises KeyError for a word that is none."""
    return _SEXES[text.strip().lower()]


def party_of(text: str) -> SubjectKind | None:
    """Return the kind of party. Raises KeyError for a word that is none."""
    return _PARTIES[text.strip().lower()]


def kind_of(text: str) -> OrderKind:
    """Return the kind of order, a listing where nothing is said. Raises KeyError for a word that is none."""
    return _KINDS[text.strip().lower()]


def performance_of(text: str) -> str:
    """Return none, part or full. Raises KeyError for a word that is none of them."""
    return _PERFORMANCES[text.strip().lower()]


def age_of(text: str) -> int | None:
    """Return the age as published, None where none is given (0 stands for units). Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text[:8]).strip().removesuffix("岁")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdecimal()) or int(plain) > 150 or len(text) > 8:
        raise ValueError("no age")
    return int(plain) or None


@lru_cache(_CACHED)
def _cached_text(text: str, most: int) -> str | InvalidError:
    try:
        return clean_text(text, pointer="", most=most)
    except InvalidError as error:
        return error


def repeated_text(text: str, most: int) -> str:
    """Return a clean text of a column whose values repeat (courts, regions). Raises InvalidError."""
    found = _cached_text(text, most)
    if isinstance(found, InvalidError):
        raise found
    return found


def case_of(text: str) -> CaseNumber:
    """Return a case number. Raises InvalidError."""
    return parse_case_number(text)


@lru_cache(1024)
def grounds_of(text: str) -> tuple[Ground, ...] | InvalidError:
    """Return the grounds a text names, or the refusal, which is as worth caching."""
    try:
        return parse_grounds(text)
    except InvalidError as error:
        return error


@lru_cache(_CACHED)
def end_of(kind: OrderKind, grounds: tuple[Ground, ...], decided_on: date) -> date | None:
    """Return the last day in force of a decision."""
    return term_of(kind, grounds, decided_on).ends_on
