from datetime import date

import pytest

from blacklist.rules.articles import ARTICLES
from blacklist.rules.deadlines import PERIODS, Clock, deadline, working_days_left
from blacklist.rules.working_days import UnknownYearError, shipped_calendar

CALENDAR = shipped_calendar()


class TestDeadline:
    """LIST 5, LIST 9, LIST 10, LIST 12; CPL 85."""

    @pytest.mark.parametrize(
        ("clock", "started_on", "last"),
        [
            pytest.param(
                Clock.REMOVAL_EVENT, date(2026, 9, 24), date(2026, 9, 30), id="three working days, holiday between"
            ),
            pytest.param(
                Clock.OBJECTION_RECEIVED, date(2026, 9, 18), date(2026, 10, 8), id="fifteen days end in a holiday"
            ),
            pytest.param(Clock.REJECTION_SERVED, date(2026, 11, 2), date(2026, 11, 12), id="ten plain days"),
            pytest.param(
                Clock.ANNOUNCEMENT_PUBLISHED, date(2026, 9, 4), date(2026, 10, 4), id="an announcement does not move"
            ),
        ],
    )
    def test_counts_as_the_law_counts(self, clock, started_on, last):
        assert deadline(clock, started_on, calendar=CALENDAR) == last

    def test_refuses_to_guess_a_year(self):
        with pytest.raises(UnknownYearError):
            deadline(Clock.OBJECTION_RECEIVED, date(2026, 12, 20), calendar=CALENDAR)

    @pytest.mark.parametrize("clock", list(Clock))
    def test_every_clock_cites_a_known_article(self, clock):
        assert PERIODS[clock].article in ARTICLES


class TestWorkingDaysLeft:
    def test_counts_the_working_days_to_come(self):
        assert working_days_left(date(2026, 9, 30), date(2026, 9, 24), calendar=CALENDAR) == 3

    def test_is_zero_on_the_last_day(self):
        assert working_days_left(date(2026, 9, 30), date(2026, 9, 30), calendar=CALENDAR) == 0

    def test_is_negative_when_over(self):
        assert working_days_left(date(2026, 9, 30), date(2026, 10, 2), calendar=CALENDAR) == -2
