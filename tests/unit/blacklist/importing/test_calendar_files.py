import json
from pathlib import Path

import pytest

import blacklist.rules
from blacklist.importing.calendar_files import MOST_BYTES, read_year_file, write_year_file
from blacklist.rules.calendar_years import InvalidYearError
from blacklist.rules.working_days import shipped_calendar

DATA = Path(blacklist.rules.__file__).parent / "data"
YEARS = {year.year: year for year in shipped_calendar().years}
SHIPPED = json.loads((DATA / "holidays-2026.json").read_text(encoding="utf-8"))
SOURCE = SHIPPED["source"]


def as_csv(*more, words=("holiday", "make_up_working_day"), head="date,kind,name"):
    rows = [f"{day},{words[0]},放假" for day in SHIPPED["holidays"]]
    rows += [f"{day},{words[1]}," for day in SHIPPED["make_up_working_days"]]
    return "\r\n".join([head, *rows, *more])


def faults_of(data, **beside):
    with pytest.raises(InvalidYearError) as caught:
        read_year_file(data, **beside)
    return [(fault.pointer, fault.code) for fault in caught.value.errors]


class TestJson:
    @pytest.mark.parametrize("year", YEARS)
    def test_reads_what_a_release_ships(self, year):
        assert read_year_file((DATA / f"holidays-{year}.json").read_bytes()) == YEARS[year]

    def test_reads_what_it_writes(self):
        assert read_year_file(write_year_file(YEARS[2026]).encode()) == YEARS[2026]

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            pytest.param({"holidays": ["2026-01-01", 7]}, ("/holidays/1", "wrong-type"), id="a number for a date"),
            pytest.param({"year": "2026"}, ("/year", "wrong-type"), id="a text for the year"),
            pytest.param({"year": True}, ("/year", "wrong-type"), id="true for the year"),
            pytest.param({"source": None}, ("/source", "wrong-type"), id="nothing for the source"),
            pytest.param({"extra": 1}, ("", "unknown-field"), id="an unknown key"),
        ],
    )
    def test_locates_what_has_the_wrong_shape(self, change, fault):
        assert faults_of(json.dumps(SHIPPED | change).encode()) == [fault]

    def test_names_every_missing_key(self):
        assert faults_of(b"{}") == [
            ("/holidays", "missing"),
            ("/make_up_working_days", "missing"),
            ("/source", "missing"),
            ("/year", "missing"),
        ]

    @pytest.mark.parametrize(
        "data", [b'{"year": 2026', b'{"year": 2026, "year": 2026}', b'{"a":' * 5000, b"", b"{" + b" " * MOST_BYTES]
    )
    def test_refuses_what_it_cannot_read(self, data):
        assert faults_of(data) == [("", "unreadable-file")]

    def test_refuses_another_year_than_the_form_says(self):
        assert faults_of(json.dumps(SHIPPED).encode(), year=2027) == [("/year", "another-year")]


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    @pytest.mark.parametrize("words", [("holiday", "make_up_working_day"), ("放假", "上班")])
    def test_reads_days_with_the_year_and_source_beside_them(self, encoding, words):
        data = as_csv("", words=words).encode(encoding)

        assert read_year_file(data, year=2026, source=SOURCE) == YEARS[2026]

    def test_locates_faults_by_the_line_of_the_file(self):
        data = as_csv("2026-02-30,holiday,", "2026-10-10,holiday,", "2027-01-01,holiday,").encode()

        assert faults_of(data, year=2026, source=SOURCE) == [
            ("/lines/41", "bad-date"),
            ("/lines/42", "holiday-and-working-day"),
            ("/lines/43", "another-year"),
        ]

    def test_locates_lines_that_are_none(self):
        data = as_csv("2026-12-26,off,", "2026-12-27").encode()

        assert faults_of(data, year=2026, source=SOURCE) == [("/lines/41", "not-allowed"), ("/lines/42", "not-allowed")]

    def test_wants_its_header_year_and_source(self):
        assert faults_of(as_csv(head="day,kind").encode(), year=2026, source=SOURCE) == [
            ("/lines/1", "unreadable-file")
        ]
        assert faults_of(as_csv().encode(), source=SOURCE) == [("/year", "missing")]
        assert faults_of(as_csv().encode(), year=2026) == [("/source", "missing")]

    def test_refuses_other_encodings(self):
        assert faults_of(b"\xff\xfe\x00date", year=2026, source=SOURCE) == [("", "unreadable-file")]
