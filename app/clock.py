"""The one place in the doors that reads the clock; tests replace it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

SHANGHAI = ZoneInfo("Asia/Shanghai")
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return the application's present instant, aware, in Asia/Shanghai: `.date()` is the court's date."""
    clock: Clock = current_app.extensions["clock"]
    return clock().astimezone(SHANGHAI)


def today() -> date:
    """Return the court's date."""
    return now().date()


def monotonic() -> float:
    """Return seconds that never run backwards, for durations inside this process."""
    return time.monotonic()
