from datetime import date, timedelta

import pytest

from blacklist.rules.working_days import Calendar, UnknownYearError, Year, shipped_calendar, year_from

CALENDAR = shipped_calendar()
ONE_YEAR = Calendar((Year(2026, "test", frozenset({date(2026, 10, 1)}), frozenset({date(2026, 10, 10)})),))


def slow_working_days_after(day, count):
    """Count by listing every day of the loaded years; shares no code with the rule."""
    later = [
        date.fromordinal(n)
        for n in range(day.toordinal() + 1, date(2026, 12, 31).toordinal() + 1)
        if CALENDAR.is_working_day(date.fromordinal(n))
    ]
    return later[count - 1]


class TestIsWorkingDay:
    """CPL 85."""

    @pytest.mark.parametrize(
        ("day", "works"),
        [
            pytest.param(date(2026, 10, 10), True, id="a Saturday made up for"),
            pytest.param(date(2026, 10, 1), False, id="National Day, a Thursday"),
            pytest.param(date(2026, 10, 9), True, id="an ordinary Friday"),
            pytest.param(date(2026, 10, 11), False, id="an ordinary Sunday"),
            pytest.param(date(2025, 1, 26), True, id="a Sunday made up for in 2025"),
        ],
    )
    def test_follows_the_arrangement_of_the_year(self, day, works):
        assert CALENDAR.is_working_day(day) is works

    def test_refuses_a_year_that_is_not_loaded(self):
        with pytest.raises(UnknownYearError, match="2027") as refused:
            CALENDAR.is_working_day(date(2027, 1, 4))

        assert refused.value.facts == {"year": "2027"}


class TestWorkingDaysAfter:
    """LIST 10."""

    def test_three_working_days_over_the_national_holiday(self):
        assert CALENDAR.working_days_after(date(2026, 9, 30), 3) == date(2026, 10, 10)

    @pytest.mark.parametrize("count", [0, -1])
    def test_no_term_is_shorter_than_a_day(self, count):
        with pytest.raises(ValueError, match="at least one day"):
            CALENDAR.working_days_after(date(2026, 11, 2), count)

    def test_refuses_a_count_that_touches_an_unknown_year(self):
        with pytest.raises(UnknownYearError):
            CALENDAR.working_days_after(date(2026, 12, 30), 3)

    @pytest.mark.parametrize("count", [1, 3, 10, 30])
    def test_agrees_with_the_slow_count_on_every_loaded_day(self, count):
        first, last = date(2025, 1, 1), date(2026, 11, 1)
        days = [first + timedelta(days=n) for n in range((last - first).days)]

        assert [CALENDAR.working_days_after(day, count) for day in days] == [
            slow_working_days_after(day, count) for day in days
        ]


class TestNextWorkingDay:
    """CPL 85."""

    def test_moves_off_a_holiday(self):
        assert CALENDAR.next_working_day(date(2026, 10, 1)) == date(2026, 10, 8)

    def test_leaves_a_working_day(self):
        assert CALENDAR.next_working_day(date(2026, 10, 8)) == date(2026, 10, 8)


class TestShippedCalendar:
    def test_names_the_notice_each_year_rests_on(self):
        assert {year.year: year.source for year in shipped_calendar().years} == {
            2025: "国务院办公厅关于2025年部分节假日安排的通知（国办发明电〔2024〕12号）",
            2026: "国务院办公厅关于2026年部分节假日安排的通知",
        }


class TestYearFrom:
    def test_refuses_days_of_another_year(self):
        with pytest.raises(ValueError, match="2026"):
            year_from({"year": 2026, "source": "test", "holidays": ["2025-01-01"], "make_up_working_days": []})

    def test_refuses_a_day_that_is_both(self):
        content = {"year": 2026, "source": "t", "holidays": ["2026-01-04"], "make_up_working_days": ["2026-01-04"]}
        with pytest.raises(ValueError, match="2026"):
            year_from(content)
