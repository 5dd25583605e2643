"""The pages and commands of the holiday calendar, on both databases: warning, reading back, two persons."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.database import reading_session
from blacklist.queries.calendars import load_calendar
from blacklist.rules.working_days import Year, shipped_calendar
from tests.apps import close_app
from tests.calendars import NEXT, as_csv
from tests.courts import propose
from tests.offices import PASSWORD, Office, hidden, make_office, post

SOURCE = NEXT.source


@pytest.fixture
def office(own_database_url: str, key_file: Path, at: datetime) -> Iterator[Office]:
    made = make_office(own_database_url, key_file, at=at)
    yield made
    close_app(made.app)


def loaded(office: Office) -> list[int]:
    with office.app.app_context(), reading_session() as session:
        return [year.year for year in load_calendar(session).years]


def upload(client: FlaskClient, data: str, *, name: str = "2027.csv", **fields: str) -> TestResponse:
    form: dict[str, Any] = {"do": "readback", "year": "2027", "source": SOURCE} | fields
    return post(client, "/desk/calendar/new", file=(io.BytesIO(data.encode()), name), **form)


def read_back(client: FlaskClient) -> str:
    """Upload the next year and return the content that the page would send on."""
    page = upload(client, as_csv(NEXT))
    assert page.status_code == 200, page.text
    return html.unescape(hidden(page, "content"))


def proposed(office: Office, username: str = "president") -> None:
    client = office.browser(username)
    answer = post(client, "/desk/calendar/new", do="propose", content=read_back(client))
    assert answer.location == "/desk/calendar?done=year-proposed", answer.text


class TestWarning:
    @pytest.mark.requirement("K2")
    def test_stands_on_the_desk_and_the_queue_from_the_first_of_november(self, office: Office) -> None:
        for on, warned in ((date(2026, 10, 31), False), (date(2026, 11, 1), True)):
            office.clock.at = datetime.combine(on, office.clock.at.timetz())
            clerk = office.browser("clerk")
            for path in ("/desk", "/desk/due", "/desk/calendar"):
                assert ("节假日表缺 2027 年" in clerk.get(path).text) is warned, (on, path)

    def test_an_empty_calendar_shows_no_date_at_all(self, own_database_url: str, key_file: Path, at: datetime) -> None:
        office = make_office(own_database_url, key_file, at=at, calendar=False)
        with office.acting() as courts:
            order, _ = courts.order("effective")
            propose(courts, order)

        clerk = office.browser("clerk")
        for path in (f"/desk/e/{order.public_id}", "/desk/due"):
            text = clerk.get(path).text
            assert "节假日表缺 2026 年，期限无法计算" in text
            assert "2026年11月27日" not in text
        assert "还没有载入任何年度" in clerk.get("/desk/calendar").text
        close_app(office.app)


class TestYears:
    def test_are_listed_and_shown_month_by_month_with_words(self, office: Office) -> None:
        clerk = office.browser("clerk")
        listed = clerk.get("/desk/calendar")
        assert "随发行版载入" in listed.text
        assert "/desk/calendar/new" not in listed.text

        year = clerk.get("/desk/calendar/2026")

        html5lib.HTMLParser(strict=True).parse(year.text)
        assert year.text.count("<caption>2026年") == 12
        assert year.text.count(">休</b>") == len(shipped_calendar().years[1].holidays)
        assert year.text.count(">班</b>") == 6
        assert 'datetime="2026-10-10">10</time><b title="调休上班">班</b>' in year.text
        assert "周一至周五放假 19 天" in year.text
        assert clerk.get("/desk/calendar/2027").status_code == 404

    @pytest.mark.parametrize("username", ["clerk", "checker"])
    def test_are_brought_in_by_presidents_and_supervisors_alone(self, office: Office, username: str) -> None:
        client = office.browser(username)
        token = hidden(client.get("/desk"), "csrf_token")
        sent = client.post(
            "/desk/calendar/new", data={"csrf_token": token, "do": "propose", "content": as_csv(NEXT), "year": "2027"}
        )

        assert (client.get("/desk/calendar/new").status_code, sent.status_code) == (403, 403)


class TestNewYear:
    @pytest.mark.requirement("K1")
    def test_is_read_back_day_by_day_proposed_and_loaded_by_another(self, office: Office) -> None:
        president = office.browser("president")
        page = upload(president, as_csv(NEXT))

        html5lib.HTMLParser(strict=True).parse(page.text)
        assert page.text.count("工作日改为放假") == 15
        assert page.text.count("休息日改为上班") == 2
        assert "法定 13 天加调休 2 天为 15 天，相符" in page.text
        assert loaded(office) == [2025, 2026]

        proposed(office)
        assert loaded(office) == [2025, 2026]
        assert "待另一人核对载入" in president.get("/desk/calendar").text
        second = office.browser("supervisor")
        answer = post(second, "/desk/calendar/2027/decide")
        assert answer.location == "/desk/calendar/2027?done=year-loaded", answer.text
        assert loaded(office) == [2025, 2026, 2027]
        assert "节假日表缺" not in second.get("/desk").text

    def test_of_a_forgotten_day_warns_on_both_pages(self, office: Office) -> None:
        short = Year(2027, SOURCE, NEXT.holidays, frozenset())
        president = office.browser("president")
        page = upload(president, as_csv(short))
        assert "不相符，请对照原件核对是否漏列" in page.text

        post(president, "/desk/calendar/new", do="propose", content=html.unescape(hidden(page, "content")))

        assert "不相符，请对照原件核对是否漏列" in office.browser("second").get("/desk/calendar/2027/decide").text

    @pytest.mark.requirement("T1")
    def test_is_not_loaded_by_who_proposed_it_nor_without_the_role(self, office: Office) -> None:
        proposed(office)
        digest = hidden(office.browser("second").get("/desk/calendar/2027/decide"), "digest")
        for username, why in (("president", "须由另一人办理"), ("clerk", "院领导或者监督人员")):
            client = office.browser(username)
            page = client.get("/desk/calendar/2027/decide")
            assert why in page.text
            assert 'name="digest"' not in page.text
            form = {"csrf_token": hidden(page, "csrf_token"), "digest": digest}
            assert client.post("/desk/calendar/2027/decide", data=form).status_code == 403
        assert loaded(office) == [2025, 2026]

    @pytest.mark.requirement("P2")
    def test_wants_the_password_given_lately(self, office: Office) -> None:
        proposed(office)
        second = office.browser("second")
        digest = hidden(second.get("/desk/calendar/2027/decide"), "digest")
        office.clock.at += timedelta(minutes=6)
        page = second.get("/desk/calendar/2027/decide")
        assert "先验证身份" in page.text

        form = {"csrf_token": hidden(page, "csrf_token"), "digest": digest}
        answer = second.post("/desk/calendar/2027/decide", data=form)

        assert answer.location == "/account/prove?next=%2Fdesk%2Fcalendar%2F2027%2Fdecide"
        assert loaded(office) == [2025, 2026]

    @pytest.mark.requirement("T3")
    def test_replaced_meanwhile_is_not_loaded(self, office: Office) -> None:
        proposed(office)
        second = office.browser("second")
        seen = second.get("/desk/calendar/2027/decide")
        form = {"csrf_token": hidden(seen, "csrf_token"), "digest": hidden(seen, "digest")}
        president = office.browser("president")
        page = upload(president, as_csv(Year(2027, SOURCE, NEXT.holidays | {date(2027, 12, 31)}, frozenset())))
        post(president, "/desk/calendar/new", do="propose", content=html.unescape(hidden(page, "content")))

        answer = second.post("/desk/calendar/2027/decide", data=form)

        assert answer.status_code == 409
        assert "已被重新提交" in answer.text
        assert hidden(answer, "digest") != form["digest"]
        assert loaded(office) == [2025, 2026]

    def test_that_is_loaded_is_refused_with_the_way_to_correct_it(self, office: Office) -> None:
        president = office.browser("president")
        year = shipped_calendar().years[1]

        answer = post(
            president, "/desk/calendar/new", do="propose", content=as_csv(year), year="2026", source=year.source
        )

        assert answer.status_code == 409
        assert "registry calendar correct" in answer.text


class TestFaults:
    def test_are_located_by_the_line_of_the_file(self, office: Office) -> None:
        page = upload(
            office.browser("president"),
            as_csv(NEXT, "2027-02-30,holiday,", "2026-10-01,holiday,", "2027-12-29,上班,"),
        )

        assert page.status_code == 422
        html5lib.HTMLParser(strict=True).parse(page.text)
        first = 2 + len(NEXT.holidays) + len(NEXT.make_up_working_days)
        for line, text in ((first, "不是真实的日期"), (first + 1, "不属于该年度"), (first + 2, "星期六或者星期日")):
            assert f"第 {line} 行" in page.text
            assert text in page.text
        assert 'href="#f-file"' in page.text
        assert f'value="{SOURCE}"' in page.text

    def test_name_a_statutory_holiday_that_is_missing(self, office: Office) -> None:
        without = Year(2027, SOURCE, frozenset(day for day in NEXT.holidays if day.month != 6), frozenset())

        page = upload(office.browser("president"), as_csv(without))

        assert page.status_code == 422
        assert "缺少端午节假日" in page.text

    @pytest.mark.parametrize(
        ("fields", "words"),
        [({"year": ""}, "请填写年度"), ({"source": ""}, "请写明来源"), ({"year": "27"}, "四位数的年度")],
    )
    def test_of_the_form_stand_at_their_fields(self, office: Office, fields: dict[str, str], words: str) -> None:
        page = upload(office.browser("president"), as_csv(NEXT), **fields)

        assert page.status_code == 422
        assert words in page.text

    def test_a_form_without_a_file_is_told(self, office: Office) -> None:
        answer = post(office.browser("president"), "/desk/calendar/new", do="readback", year="2027", source=SOURCE)

        assert answer.status_code == 422
        assert "文件为空" in answer.text


class TestCommands:
    def write(self, folder: Path, year: Year) -> list[str]:
        path = folder / f"{year.year}.csv"
        path.write_text(as_csv(year), encoding="utf-8")
        return [str(path), "--year", str(year.year), "--source", SOURCE]

    def run(self, office: Office, *args: str, answers: str = "") -> tuple[int, str]:
        for username in ("president", "second", "supervisor"):
            office.account(username)
        result = office.app.test_cli_runner().invoke(args=["registry", "calendar", *args], input=answers)
        return result.exit_code, result.output

    def test_import_asks_both_persons_for_their_passwords(self, office: Office, tmp_path: Path) -> None:
        file = self.write(tmp_path, NEXT)
        persons = ["--proposer", "president", "--decider", "second"]

        wrong = self.run(office, "import", *file, *persons, answers=f"{PASSWORD}\nwrong\n2027\n")
        alone = self.run(
            office, "import", *file, "--proposer", "second", "--decider", "second",
            answers=f"{PASSWORD}\n{PASSWORD}\n2027\n",
        )  # fmt: skip
        assert (wrong[0], alone[0]) == (1, 1)
        assert "forbidden" in wrong[1]
        assert "same-person" in alone[1]
        assert loaded(office) == [2025, 2026]

        code, output = self.run(office, "import", *file, *persons, answers=f"{PASSWORD}\n{PASSWORD}\n2027\n")

        assert code == 0, output
        assert loaded(office) == [2025, 2026, 2027]

    @pytest.mark.requirement("K4")
    def test_correct_shows_each_open_deadline_that_moves(self, office: Office, tmp_path: Path) -> None:
        with office.acting() as courts:
            order, _ = courts.order("effective")
            propose(courts, order)
        before = shipped_calendar().years[1]
        amended = Year(2026, SOURCE, before.holidays | {date(2026, 11, 26)}, before.make_up_working_days)
        file = self.write(tmp_path, amended)

        code, output = self.run(
            office, "correct", *file, "--proposer", "president", "--decider", "supervisor",
            answers=f"{PASSWORD}\n{PASSWORD}\n2026\n",
        )  # fmt: skip

        assert code == 0, output
        assert f"{order.public_id}: 2026-11-27 → 2026-11-30" in output
        assert "30日" in office.browser("clerk").get(f"/desk/e/{order.public_id}").text

    def test_show_ends_with_1_while_a_year_is_missing(self, office: Office) -> None:
        code, output = self.run(office, "show")
        assert code == 1
        assert "2026 loaded: 33 holidays, 6 make-up working days" in output

        office.clock.at = datetime.combine(date(2026, 6, 1), office.clock.at.timetz())
        assert self.run(office, "show")[0] == 0

    def test_faults_of_a_file_stand_line_by_line(self, office: Office, tmp_path: Path) -> None:
        file = self.write(tmp_path, Year(2027, SOURCE, NEXT.holidays, frozenset()))
        Path(file[0]).write_text(as_csv(NEXT, "2027-13-01,holiday,"), encoding="utf-8")

        code, output = self.run(office, "import", *file, "--proposer", "president", "--decider", "second")

        assert code == 1
        assert "/lines/" in output
        assert "bad-date" in output
