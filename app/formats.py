"""How templates write money, dates and addresses of static files."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, url_for

from app.clock import SHANGHAI
from blacklist.rules.money import money_in_words
from config import Config

NOTHING = "—"


def money(amount: Decimal | None) -> str:
    """Write a sum: 330,000.00."""
    return NOTHING if amount is None else f"{amount:,.2f}"


def money_cn(amount: Decimal | None) -> str:
    """Write a sum in the court's form: 叁拾叁万元整."""
    return NOTHING if amount is None else money_in_words(amount)


def day(value: date | datetime | None) -> str:
    """Write a date for tables: 2026-03-01."""
    if value is None:
        return NOTHING
    return (value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value).isoformat()


def day_cn(value: date | datetime | None) -> str:
    """Write a date for prose: 2026年3月1日."""
    if value is None:
        return NOTHING
    on = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    return f"{on.year}年{on.month}月{on.day}日"


_FORMAL_DIGITS = "〇一二三四五六七八九"


def count_cn(number: int) -> str:
    """Write a whole number below a hundred in Chinese: 二十四.

    Raises:
        ValueError: it is negative, or a hundred and more.
    """
    if not 0 <= number < 100:
        raise ValueError("0 to 99")
    tens, ones = divmod(number, 10)
    words = ("" if tens == 1 else _FORMAL_DIGITS[tens]) + "十" if tens else ""
    return words + (_FORMAL_DIGITS[ones] if ones or not tens else "")


def day_cn_formal(value: date | datetime | None) -> str:
    """Write the closing date of a court paper: 二〇二六年十一月二十四日."""
    if value is None:
        return NOTHING
    on = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    year = "".join(_FORMAL_DIGITS[int(one)] for one in str(on.year))
    return f"{year}年{count_cn(on.month)}月{count_cn(on.day)}日"


def instant(value: datetime | None) -> str:
    """Write an instant in court time: 2026-03-01 10:05."""
    return NOTHING if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def init_formats(app: Flask, config: Config) -> None:
    """Register the filters, `static_url` and the site's own facts."""
    root = Path(app.static_folder or "")

    @lru_cache(maxsize=256)
    def digest(filename: str) -> str:
        return hashlib.sha256((root / filename).read_bytes()).hexdigest()[:12]

    def static_url(filename: str) -> str:
        return url_for("static", filename=filename, v=digest(filename))

    app.jinja_env.filters.update(
        money=money, money_cn=money_cn, day=day, day_cn=day_cn, day_cn_formal=day_cn_formal, instant=instant
    )
    app.jinja_env.globals.update(
        static_url=static_url,
        site={
            "name": config.site_name,
            "name_english": "Joint credit-punishment registry",
            "court_name": config.site_owner,
            "domain": urlsplit(config.base_url).hostname or "",
            "sponsor": config.site_owner,
            "icp": config.site_icp,
            "police_record": config.site_police_record,
            "site_code": config.site_code,
            "contact": "12368",
            "demo": config.demo,
        },
    )
