"""The agent's two clocks. Order and freshness never depend on the wall clock, which may be off by a day."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def wall() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 — the agent is a program of its own; this is its one clock


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both clocks, so that a test can stop them. `monotonic` is in seconds and the same for all processes."""

    wall: Callable[[], datetime] = wall
    monotonic: Callable[[], float] = time.monotonic


def boot_id() -> str:
    """Return what tells one start of the machine from another: monotonic times compare within one only."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
