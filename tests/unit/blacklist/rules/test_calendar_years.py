import hashlib
from datetime import date, timedelta

import pytest

from blacklist.rules.calendar_years import (
    DayEntry,
    DayKind,
    InvalidYearError,
    arrange_year,
    digest_of,
    is_balanced,
    weekdays_off,
    years_needed,
)
from blacklist.rules.working_days import Year, shipped_calendar

YEARS = {year.year: year for year in shipped_calendar().years}
STATUTORY_2026 = {
    "元旦": ["2026-01-01"],
    "春节": [f"2026-02-{day}" for day in range(15, 24)],
    "清明节": ["2026-04-05", "2026-04-04"],
    "劳动节": ["2026-05-02"],
    "端午节": ["2026-06-19", "2026-06-20", "2026-06-21"],
    "国庆节": ["2026-10-03"],
    "中秋节": ["2026-09-25", "2026-09-26", "2026-09-27", *(f"2026-10-0{day}" for day in range(4, 8))],
}


def entries_of(year, *, without=(), holidays=(), worked=()):
    """The days of a shipped year as somebody writes them, some left out, some more."""
    off = [*(day for day in sorted(map(str, year.holidays)) if day not in without), *holidays]
    on = [*(day for day in sorted(map(str, year.make_up_working_days)) if day not in without), *worked]
    return [
        *(DayEntry(f"/holidays/{index}", text, DayKind.HOLIDAY) for index, text in enumerate(off)),
        *(DayEntry(f"/make_up_working_days/{index}", text, DayKind.MAKE_UP) for index, text in enumerate(on)),
    ]


def faults_of(entries, *, year=2026, source="通知"):
    with pytest.raises(InvalidYearError) as caught:
        arrange_year(year, source, entries)
    return [(fault.pointer, fault.code) for fault in caught.value.errors]


class TestArrangeYear:
    """HOLIDAYS 2; CPL 85."""

    @pytest.mark.parametrize("year", YEARS)
    def test_takes_the_arrangements_of_the_state_council(self, year):
        assert arrange_year(year, YEARS[year].source, entries_of(YEARS[year])) == YEARS[year]

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            pytest.param({"holidays": ["2026-13-01"]}, "bad-date", id="no such month"),
            pytest.param({"holidays": ["2026-02-29"]}, "bad-date", id="no such day"),
            pytest.param({"holidays": ["1 May"]}, "bad-date", id="words"),
            pytest.param({"holidays": ["20260501"]}, "bad-date", id="written otherwise"),
            pytest.param({"holidays": ["2027-01-01"]}, "another-year", id="of another year"),
            pytest.param({"holidays": ["2026-01-01"]}, "listed-twice", id="twice"),
        ],
    )
    def test_names_the_place_of_each_wrong_date(self, more, code):
        place = f"/holidays/{len(YEARS[2026].holidays)}"

        assert faults_of(entries_of(YEARS[2026], **more)) == [(place, code)]

    def test_refuses_a_day_that_is_off_and_worked(self):
        assert faults_of(entries_of(YEARS[2026], worked=["2026-10-04"])) == [
            ("/make_up_working_days/6", "holiday-and-working-day")
        ]

    def test_refuses_a_made_up_weekday(self):
        assert faults_of(entries_of(YEARS[2026], worked=["2026-10-09"])) == [
            ("/make_up_working_days/6", "not-a-weekend")
        ]

    @pytest.mark.parametrize("feast", STATUTORY_2026)
    def test_misses_each_statutory_holiday(self, feast):
        entries = entries_of(YEARS[2026], without=STATUTORY_2026[feast])

        with pytest.raises(InvalidYearError) as caught:
            arrange_year(2026, "通知", entries)
        assert [fault.code for fault in caught.value.errors] == ["statutory-day-missing"]
        assert feast in caught.value.errors[0].detail

    def test_the_national_days_do_not_stand_for_mid_autumn(self):
        without = STATUTORY_2026["中秋节"]

        assert faults_of(entries_of(YEARS[2026], without=without)) == [("/holidays", "statutory-day-missing")]

    def test_refuses_an_empty_year_for_every_holiday_and_the_sum(self):
        assert len(faults_of([])) == 8

    def test_wants_its_source_and_a_year_it_knows(self):
        assert ("/source", "missing") in faults_of(entries_of(YEARS[2026]), source=" ")
        assert ("/year", "bad-year") in faults_of([], year=2024)
        assert ("/year", "bad-year") in faults_of([], year=2101)

    @pytest.mark.parametrize("year", [2025, 2100])
    def test_knows_its_first_and_its_last_year(self, year):
        assert ("/year", "bad-year") not in faults_of([], year=year)

    def test_takes_a_source_of_one_to_two_hundred_characters(self):
        entries = entries_of(YEARS[2026])

        assert arrange_year(2026, "通", entries).source == "通"
        assert len(arrange_year(2026, "通" * 200, entries).source) == 200
        assert faults_of(entries, source="通" * 201) == [("/source", "missing")]

    def test_thirteen_days_are_enough(self):
        # 2027: one day each of New Year, Qingming, Dragon Boat and Mid-Autumn, the others in full.
        days = ["2027-01-01", *(f"2027-02-0{day}" for day in range(5, 9)), "2027-04-05", "2027-05-01", "2027-05-02"]
        days += ["2027-06-09", "2027-09-15", "2027-10-01", "2027-10-02", "2027-10-03"]
        entries = [DayEntry(f"/holidays/{index}", text, DayKind.HOLIDAY) for index, text in enumerate(days)]

        assert len(arrange_year(2027, "测试", entries).holidays) == 13

    def test_an_empty_year_misses_them_all_at_one_place(self):
        assert set(faults_of([])) == {("/holidays", "statutory-day-missing")}


class TestIsBalanced:
    """HOLIDAYS 2."""

    @pytest.mark.parametrize("year", YEARS)
    def test_as_many_weekdays_are_off_as_the_law_gives(self, year):
        assert is_balanced(YEARS[year])

    def test_a_forgotten_make_up_day_shows(self):
        year = YEARS[2026]
        short = Year(2026, "通知", year.holidays, frozenset(sorted(year.make_up_working_days)[1:]))

        assert not is_balanced(short)

    def test_counts_the_weekdays_off(self):
        assert {number: weekdays_off(year) for number, year in YEARS.items()} == {2025: 18, 2026: 19}


class TestDigestOf:
    def test_every_day_counts_and_the_wording_of_the_source_does_not(self):
        year = YEARS[2026]
        other = Year(2026, "另一写法", year.holidays, year.make_up_working_days)
        shorter = Year(2026, year.source, year.holidays - {date(2026, 10, 7)}, year.make_up_working_days)

        assert digest_of(other) == digest_of(year)
        assert len({digest_of(year), digest_of(shorter), digest_of(YEARS[2025])}) == 3

    def test_stays_what_it_was_when_a_calendar_was_signed(self):
        year = Year(2027, "测试", frozenset({date(2027, 1, 2), date(2027, 1, 1)}), frozenset({date(2027, 1, 9)}))
        written = '{"holidays":["2027-01-01","2027-01-02"],"make_up_working_days":["2027-01-09"],"year":2027}'

        assert digest_of(year) == hashlib.sha256(written.encode()).hexdigest()


class TestYearsNeeded:
    def test_the_next_year_is_wanted_from_the_first_of_november(self):
        first = date(2026, 1, 1)
        wanted = {day: years_needed(day) for day in (first + timedelta(n) for n in range(365))}

        assert {day for day, years in wanted.items() if years == (2026, 2027)} == {
            day for day in wanted if day >= date(2026, 11, 1)
        }
        assert wanted[date(2026, 10, 31)] == (2026,)
