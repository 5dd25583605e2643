"""The queue of deadlines as people see it, on both databases: order, words, groups, month, one link a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import html5lib
import pytest

from blacklist.models import Order
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.services import suspending
from tests.apps import close_app
from tests.courts import do, propose
from tests.offices import Office, make_office
from tests.permits import apply


@pytest.fixture
def office(own_database_url: str, key_file: Path, at: datetime) -> Iterator[Office]:
    made = make_office(own_database_url, key_file, at=at)
    yield made
    close_app(made.app)


def served(office: Office, kind: OrderKind = OrderKind.CONSUMPTION) -> Order:
    """Return an order in force that has no companion waiting for its service."""
    with office.acting() as courts:
        return courts.order("effective", kind=kind)[0]


def go_to(office: Office, on: date) -> None:
    office.clock.at = datetime.combine(on, time(9, 0), office.clock.at.tzinfo)


def rows(page: str) -> list[tuple[str, str]]:
    """Return the queue's rows as (words of the last day, where the link leads), in their order."""
    body = re.findall(r"<tr>\s*<th scope=\"row\".*?</tr>", page, re.DOTALL)
    found = []
    for row in body:
        due = re.search(r'<span class="due[^"]*">([^<]*)</span>', row)
        link = re.search(r'<span class="row-actions"><a href="([^"]*)"', row)
        assert due is not None
        assert link is not None
        found.append((due[1], link[1]))
    return found


@pytest.mark.requirement("I2")
def test_a_removal_is_told_in_working_days_then_as_today_then_as_overdue(office: Office) -> None:
    order = served(office)
    with office.acting() as courts:
        propose(courts, courts.session.get_one(Order, order.id), RemovalReason.PERFORMED)
    where = f"/desk/e/{order.public_id}/decide-removal"

    for on, group, text in (
        (date(2026, 11, 24), "三个工作日内", "余 3 个工作日（至2026年11月27日，参照名单规定第十条）"),
        (date(2026, 11, 27), "今日", "今日到期（2026年11月27日，参照名单规定第十条）"),
        (date(2026, 11, 30), "逾期", "逾期 3 天（应于2026年11月27日办结，参照名单规定第十条）"),
    ):
        go_to(office, on)
        page = office.browser("clerk").get("/desk/due")
        html5lib.HTMLParser(strict=True).parse(page.text)
        assert rows(page.text) == [(text, where)]
        assert f"<h2>{group}</h2>" in page.text
        assert text in office.browser("president").get(where).text
    home = office.browser("clerk").get("/desk").text
    assert '<a class="queue" href="/desk/due"><span>全部时限</span><b>1</b><span class="due due-over">逾期 1 件' in home


def test_rows_are_sorted_by_their_last_day_whatever_set_it(office: Office) -> None:
    removal, permit, doubt = (served(office) for _ in range(3))
    unserved = served(office, OrderKind.EXIT_BAN)
    with office.acting() as courts:
        session = courts.session
        propose(courts, session.get_one(Order, removal.id), RemovalReason.PERFORMED)
        wanted = apply(
            courts,
            session.get_one(Order, permit.id),
            valid_from=date(2026, 12, 12),
            valid_to=date(2026, 12, 13),
        )
        rests = session.get_one(Order, doubt.id)
        suspending.suspend_for_doubt(
            session,
            rests.public_id,
            until=date(2027, 1, 20),
            document="（2026）京0199执1号之一",
            note="核实（测试）",
            version=rests.version,
            actor=courts.clerk,
            at=courts.at,
            vault=courts.vault,
        )
        signed, _ = courts.order("issued", kind=OrderKind.CONSUMPTION)

    text = office.browser("checker").get("/desk/due").text

    assert rows(text) == [
        ("余 1 个工作日（至2026年11月25日，参照名单规定第十二条）", f"/desk/e/{doubt.public_id}/decide-suspension"),
        ("余 3 个工作日（至2026年11月27日，参照名单规定第十条）", f"/desk/e/{removal.public_id}/decide-removal"),
        ("余 18 天（拟自2026年12月12日起使用）", f"/desk/permits/{wanted.public_id}"),
        ("签发后尚未送达 1 天（2026年11月23日签发）", f"/desk/e/{signed.public_id}/serve"),
    ]
    assert re.findall(r"<h2>(.*?)</h2>", text) == ["三个工作日内", "以后", "没有法定时限"]
    assert unserved.public_id not in text
    assert "今日 <b" in text


@pytest.mark.requirement("K2")
def test_a_last_day_in_a_year_that_is_not_loaded_is_not_guessed(office: Office) -> None:
    order = served(office)
    go_to(office, date(2026, 12, 30))
    with office.acting() as courts:
        propose(courts, courts.session.get_one(Order, order.id), RemovalReason.PERFORMED)

    page = office.browser("clerk").get("/desk/due").text

    assert rows(page) == [
        ("节假日表缺 2027 年，期限无法计算", f"/desk/e/{order.public_id}/decide-removal"),
    ]
    assert "<h2>期限无法计算</h2>" in page
    assert "2027年1月" not in page


def test_a_month_counts_its_days_and_marks_holidays_by_word(office: Office) -> None:
    order = served(office)
    with office.acting() as courts:
        propose(courts, courts.session.get_one(Order, order.id), RemovalReason.PERFORMED)
    clerk = office.browser("clerk")

    november, october = clerk.get("/desk/due?month=2026-11"), clerk.get("/desk/due?month=2026-10")

    for page in (november, october):
        html5lib.HTMLParser(strict=True).parse(page.text)
    assert '<a href="/desk/due?day=2026-11-27">1 件' in november.text
    assert len(rows(november.text)) == 1
    assert rows(october.text) == []
    assert october.text.count(">休</span>") == 7
    assert '<time class="num" datetime="2026-10-10">10</time> <span title="调休上班">班</span>' in october.text
    assert 'href="/desk/due?month=2026-12"' in november.text
    assert len(rows(clerk.get("/desk/due?day=2026-11-27").text)) == 1
    assert rows(clerk.get("/desk/due?day=2026-11-26").text) == []


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=2026-1", "month=x", "day=2026-02-30", "page=0", "page=x", "sort=name"]
)
def test_other_questions_are_refused(office: Office, query: str) -> None:
    assert office.browser("clerk").get(f"/desk/due?{query}").status_code == 400


@pytest.mark.requirement("I13")
def test_numbers_are_masked_and_other_courts_see_nothing(office: Office) -> None:
    with office.acting() as courts:
        order, subject = courts.order("effective", kind=OrderKind.CONSUMPTION)
        propose(courts, order, RemovalReason.PERFORMED)
    number = subject.documents[0][1]

    mine, theirs = office.browser("supervisor").get("/desk/due").text, office.browser("stranger").get("/desk/due").text

    assert subject.name in mine
    assert number not in mine
    assert f"{number[:4]}**" in mine
    assert order.public_id not in theirs
    assert "没有正在计算的时限" in theirs


def test_the_desk_names_the_next_last_day_also_when_nothing_waits_for_me(office: Office) -> None:
    order = served(office, OrderKind.EXIT_BAN)
    assert order.ends_on is not None
    go_to(office, order.ends_on - timedelta(days=20))

    text = office.browser("checker").get("/desk").text

    assert "今日无待办" in text
    assert "下一个时限：审查限制出境是否续期，测试某，余 20 天（至" in text


def test_long_queues_have_pages(office: Office) -> None:
    with office.acting() as courts:
        orders = [courts.order("issued", kind=OrderKind.CONSUMPTION) for _ in range(51)]
    clerk = office.browser("clerk")

    first, second = clerk.get("/desk/due").text, clerk.get("/desk/due?page=2").text

    assert (len(rows(first)), len(rows(second))) == (50, 1)
    assert "共 51 条" in second
    assert {link for _, link in rows(first) + rows(second)} == {
        f"/desk/e/{order.public_id}/serve" for order, _ in orders
    }
    with office.acting() as courts:
        for order, subject in orders:
            do(courts, "serve", courts.session.get_one(Order, order.id), subject)
    assert rows(clerk.get("/desk/due").text) == []
