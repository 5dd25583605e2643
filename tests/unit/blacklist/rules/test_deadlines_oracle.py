"""Every clock from every day of the loaded years, against a count that shares nothing with the rules but the files."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

import blacklist.rules
from blacklist.rules.deadlines import Clock, deadline, working_days_left
from blacklist.rules.working_days import UnknownYearError, shipped_calendar

# Copied from the law by hand: how many, and whether "w"orking days, "m"oving calendar days, or "f"ixed ones.
LAW = {
    Clock.LISTING_APPLICATION: (15, "m"),
    Clock.REMOVAL_EVENT: (3, "w"),
    Clock.WRONG_FACTS_FOUND: (3, "w"),
    Clock.OBJECTION_RECEIVED: (15, "m"),
    Clock.OBJECTION_UPHELD: (3, "w"),
    Clock.REJECTION_SERVED: (10, "m"),
    Clock.RECONSIDERATION_RECEIVED: (15, "m"),
    Clock.EXIT_BAN_RECEIVED: (10, "m"),
    Clock.EXIT_BAN_RECONSIDERATION_RECEIVED: (15, "m"),
    Clock.AGENCY_OBJECTION_RECEIVED: (15, "m"),
    Clock.ANNOUNCEMENT_PUBLISHED: (30, "f"),
    Clock.SUSPENSION_TO_CONFIRM: (1, "w"),  # ours
}
CALENDAR = shipped_calendar()


def read_days():
    """Every day of the shipped files by its ISO text: does the court work? Built day by day from the raw JSON."""
    works = {}
    for path in sorted(Path(blacklist.rules.__file__).parent.glob("data/holidays-*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"))
        day = date(raw["year"], 1, 1)
        while day.year == raw["year"]:
            text = day.isoformat()
            works[text] = day.strftime("%a") not in ("Sat", "Sun")
            if text in raw["holidays"]:
                works[text] = False
            if text in raw["make_up_working_days"]:
                works[text] = True
            day += timedelta(1)
    return works


WORKS = read_days()
DAYS = [date.fromisoformat(text) for text in WORKS]


def walk(clock, start):
    """Return the last day by walking, None where the walk needs a day that is in no file."""
    length, way = LAW[clock]
    day, counted = start, 0
    while counted < length:
        day += timedelta(1)
        if way == "w":
            if day.isoformat() not in WORKS:
                return None
            if not WORKS[day.isoformat()]:
                continue
        counted += 1
    while way == "m" and not WORKS.get(day.isoformat(), True):
        day += timedelta(1)
    if way == "m" and day.isoformat() not in WORKS:
        return None
    return day


def counted_by_rule(clock, start):
    try:
        return deadline(clock, start, calendar=CALENDAR)
    except UnknownYearError:
        return None


class TestEveryClock:
    """CPL 85; LIST 5, LIST 9, LIST 10, LIST 12; REVIEW 9; NETQ 6; CPL 95."""

    @pytest.mark.parametrize("clock", list(Clock))
    def test_agrees_with_the_walk_from_every_loaded_day(self, clock):
        differing = {
            start.isoformat(): (counted_by_rule(clock, start), walk(clock, start))
            for start in DAYS
            if counted_by_rule(clock, start) != walk(clock, start)
        }

        assert differing == {}

    def test_the_walk_knows_both_answers(self):
        """The control: it counts most days and refuses the last ones, so that agreement means something."""
        answers = [walk(clock, start) for clock in Clock for start in DAYS]

        assert len(DAYS) == 730
        assert sum(answer is None for answer in answers) in range(50, 200)
        assert sum(WORKS.values()) == 496

    def test_what_is_left_agrees_with_the_walk_over_every_pair_of_near_days(self):
        for first, on in enumerate(DAYS):
            left = 0
            for last in DAYS[first : first + 40]:
                left += WORKS[last.isoformat()] and last != on
                assert working_days_left(last, on, calendar=CALENDAR) == left
