"""The public's pages and interface on both databases: what is found, what is masked, what is gone, what is refused."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.cli.demo.cast import GENG, JIA, UNIT_ONE, XIN, SandboxSubject
from app.cli.demo.story import Staff, Telling, staff_actor
from app.database import Database, database, writing_session
from app.networks import network_of
from app.visitors import bears_number
from blacklist.actors import Actor, ActorKind, Role
from blacklist.errors import UnavailableError
from blacklist.identity.check_digits import resident_check
from blacklist.identity.sealing import Vault
from blacklist.models import Order, Publication
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.services import staffing
from config import Config

COMMAND = Actor(kind=ActorKind.COMMAND)
NAMESAKES = 23
GONE = "该信息已不再公示"
ATOM = "{http://www.w3.org/2005/Atom}"
_visitors = count(1)


def invented(name: str, serial: int, *, sex: int = 1) -> SandboxSubject:
    """A person that no authority has numbered."""
    first = f"71010219700101{serial:02d}{sex}"
    return SandboxSubject(name, (("resident_id", first + resident_check(first), None),))


@dataclass
class Site:
    """The application, its clock, and the ids of what stands in it."""

    app: Flask
    at: datetime
    ids: dict[str, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)

    def get(self, path: str, *, address: str | None = None, **headers: str) -> TestResponse:
        """Fetch a page as a visitor nobody has seen before, or from a given address."""
        number = next(_visitors)
        own = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        return self.app.test_client().get(path, environ_overrides={"REMOTE_ADDR": address or own}, headers=headers)


@pytest.fixture(scope="module")
def site(database_url: str, key_file: Path) -> Iterator[Site]:
    start = datetime.fromisoformat("2026-11-24T10:05:00+08:00")
    env = {
        "REGISTRY_ENV": "development",
        "REGISTRY_DEMO": "1",
        "REGISTRY_DATABASE_URL": database_url,
        "REGISTRY_KEY_FILE": str(key_file),
    }
    made: Site
    app = create_app(Config.from_env(env), clock=lambda: made.at)
    made = Site(app, start)
    with app.app_context(), writing_session() as session:
        fill(session, made, vault=app.extensions["vault"])
    yield made
    with app.app_context():
        database().close()
        database().engine.dispose()


@pytest.fixture(autouse=True)
def _clock(site: Site) -> Iterator[None]:
    start = site.at
    yield
    site.at = start


def fill(session: Session, site: Site, *, vault: Vault) -> None:
    """Publish what the tests ask for; all of it goes through the services."""
    here = telling(session, "京0199", region="示例省", vault=vault, at=site.at)
    there = telling(session, "沪0197", region="虚构省", vault=vault, at=site.at)
    long_ago = site.at - timedelta(days=90)

    def listing(told: Telling, subject: SandboxSubject, key: str, *, ground: Ground = Ground.G1) -> Order:
        order = told.make(subject, OrderKind.LISTING, serial=next(serials), at=long_ago, grounds=(ground,))
        site.ids[key] = order.public_id
        site.numbers.append(subject.documents[0][1])
        return order

    serials = count(1)
    listing(here, JIA, "jia")
    site.ids["jia-consumption"] = here.make(JIA, OrderKind.CONSUMPTION, serial=next(serials), at=long_ago).public_id
    site.ids["exit-ban"] = here.make(
        GENG, OrderKind.EXIT_BAN, serial=next(serials), at=long_ago + timedelta(days=80), exit_ban_months=3
    ).public_id
    site.numbers += [number for _, number, _ in GENG.documents]
    listing(here, XIN, "dotted")
    listing(here, UNIT_ONE, "unit")
    removed = listing(here, invented("测试退出", 1), "removed")
    here.remove(removed, RemovalReason.R1, basis="名单规定第十条", at=site.at - timedelta(days=1))
    over = listing(here, invented("测试期满", 2), "over", ground=Ground.G4)
    suspended = listing(here, invented("测试暂停", 3), "suspended")
    draft = here.draft(invented("测试草稿", 4), OrderKind.LISTING, serial=99, at=long_ago, grounds=(Ground.G1,))
    site.ids["draft"] = draft.public_id
    for number in range(NAMESAKES):
        told = there if number < 3 else here
        listing(told, invented("张同名", 10 + number, sex=1 + number % 2), f"namesake-{number}")
    # The term ended yesterday and no job has run; and a state that no act of the desk makes yet.
    yesterday = site.at.date() - timedelta(days=1)
    session.execute(update(Order).where(Order.id == over.id).values(ends_on=yesterday))
    session.execute(update(Publication).where(Publication.order_id == over.id).values(ends_on=yesterday))
    session.execute(update(Order).where(Order.id == suspended.id).values(state="suspended"))


def telling(session: Session, code: str, *, region: str, vault: Vault, at: datetime) -> Telling:
    """A court with three persons."""
    court = staffing.create_court(session, code=code, name=f"示例{code}法院", region=region)
    roles = (Role.CLERK, Role.CHECKER, Role.PRESIDENT)
    persons = [staffing.create_person(session, name=f"{code}{role}", at=at).id for role in roles]
    for person, role in zip(persons, roles, strict=True):
        staffing.grant_role(session, person_id=person, court_id=court.id, role=role, actor=COMMAND, at=at)
    actors = [staff_actor(person, code, court.id, (role,)) for person, role in zip(persons, roles, strict=True)]
    return Telling(session, vault, Staff(court.id, code, *actors))


class TestSearch:
    """Pages, 3, 4 and 5.1."""

    def test_warns_of_the_same_name_before_the_first_name(self, site: Site) -> None:
        page = site.get("/search?q=张同名").text

        assert f'共 <span class="num">{NAMESAKES}</span> 人名为张同名' in page
        assert page.index("同名不等于同一人") < page.index('class="card"')

    def test_gives_twenty_a_page_and_the_rest_on_the_next(self, site: Site) -> None:
        first, second = site.get("/search?q=张同名").text, site.get("/search?q=张同名&page=2").text

        assert (first.count('<li class="card">'), second.count('<li class="card">')) == (20, NAMESAKES - 20)
        links = {f"/e/{public_id}" for key, public_id in site.ids.items() if key.startswith("namesake")}
        assert all((link in first) != (link in second) for link in links)

    @pytest.mark.parametrize(("filters", "found"), [("region=虚构省", 3), ("court=沪0197", 3), ("sex=female", 11)])
    def test_can_be_narrowed(self, site: Site, filters: str, found: int) -> None:
        page = site.get(f"/search?q=张同名&{filters}").text

        assert f'共 <span class="num">{found}</span> 人名为张同名' in page
        assert page.count('<li class="card">') == found

    @pytest.mark.parametrize(
        "query",
        ["测试辛·吐尔逊", "测试辛•吐尔逊", "测试辛吐尔逊", "测试辛．吐尔逊", " 测试辛·吐尔逊 "],
    )
    def test_finds_a_name_however_it_is_written(self, site: Site, query: str) -> None:
        assert f"/e/{site.ids['dotted']}" in site.get(f"/search?q={query}").text

    def test_finds_persons_by_the_whole_name_only(self, site: Site) -> None:
        page = site.get("/search?q=张同")

        assert (page.status_code, "未找到在公示的信息" in page.text) == (200, True)

    @pytest.mark.parametrize("part", ["测试一号有限公司", "一号", "号有限", "试一号有限公"])
    def test_finds_units_by_any_part(self, site: Site, part: str) -> None:
        assert f"/e/{site.ids['unit']}" in site.get(f"/search?type=unit&q={part}").text

    @pytest.mark.parametrize(
        "part",
        [
            "号一",
            "一号测试",
            "%",
            "%%",
            "__",
            "一%",
            "一_",
            "_号",
            "一*",
            "**",
            "?号",
            "??",
            "一号.*",
            "号有限公司测试一",
        ],
    )
    def test_takes_no_wildcards_and_keeps_the_order_of_characters(self, site: Site, part: str) -> None:
        assert site.ids["unit"] not in site.get(f"/search?type=unit&q={quote(part)}").text
        assert site.get(f"/api/v1/public/orders?name={quote(part)}").get_json()["items"] == []

    @pytest.mark.parametrize("name", ["%", "张%", "张_名", "张同_", "*", "张*", "张?名", "张同", "同名"])
    def test_takes_no_wildcards_in_a_persons_name(self, site: Site, name: str) -> None:
        page, answer = site.get(f"/search?q={quote(name)}"), site.get(f"/api/v1/public/orders?name={quote(name)}")

        assert 'class="card"' not in page.text
        assert (page.status_code, answer.status_code, answer.get_json()["items"]) == (200, 200, [])

    def test_needs_two_characters_of_a_unit(self, site: Site) -> None:
        assert site.get("/search?type=unit&q=一").status_code == 422

    @pytest.mark.parametrize("number", ["11010519491231002X", "１１０１０５１９", "1101 0519-4912", "甲12345678"])
    def test_leads_a_number_to_a_clean_address(self, site: Site, number: str) -> None:
        answer = site.get(f"/search?q={number}")

        assert (answer.status_code, answer.location) == (303, "/search?hint=number")
        assert "请勿输入证件号码" in site.get(answer.location).text

    def test_refuses_a_number_in_the_browser_too(self, site: Site) -> None:
        assert 'pattern="(?!.*[0-9０-９]{8}).*"' in site.get("/").text

    @pytest.mark.parametrize(
        "path", ["/search?q=甲&q=乙", "/search?who=甲", "/list?page=11", "/search?q=张同名&page=0"]
    )
    def test_refuses_what_it_does_not_know(self, site: Site, path: str) -> None:
        assert site.get(path).status_code == 400

    def test_shows_nothing_a_visitor_typed_as_markup(self, site: Site) -> None:
        assert "<b>x" not in site.get("/search?q=<b>x</b>&region=<b>x").text

    def test_does_not_log_what_was_asked(self, site: Site, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            site.get("/search?q=张同名")
            site.get("/search?q=甲&q=张同名")

        assert "张同名" not in caplog.text


class TestGone:
    """Disclosure, I1: what is not public now is nowhere."""

    @pytest.mark.requirement("I1")
    @pytest.mark.parametrize("key", ["removed", "over", "suspended"])
    def test_what_was_public_answers_one_neutral_text(self, site: Site, key: str) -> None:
        page, answer = site.get(f"/e/{site.ids[key]}"), site.get(f"/api/v1/public/orders/{site.ids[key]}")

        assert (page.status_code, answer.status_code) == (410, 410)
        assert GONE in page.text
        assert answer.content_type == "application/problem+json"
        assert page.text == site.get(f"/e/{site.ids['removed']}").text
        assert "测试" not in page.text.replace("测试环境", "")

    @pytest.mark.parametrize("key", ["jia-consumption", "exit-ban", "draft", "unknown"])
    def test_what_never_was_public_is_not_found(self, site: Site, key: str) -> None:
        public_id = site.ids.get(key, "0000000000")

        assert site.get(f"/e/{public_id}").status_code == 404
        assert site.get(f"/api/v1/public/orders/{public_id}").status_code == 404

    @pytest.mark.requirement("I1")
    @pytest.mark.parametrize(
        ("key", "name"), [("removed", "测试退出"), ("over", "测试期满"), ("suspended", "测试暂停")]
    )
    def test_is_in_no_list(self, site: Site, key: str, name: str) -> None:
        pages = [site.get(path).text for path in (f"/search?q={name}", "/list", "/list?page=2")]
        answer = site.get(f"/api/v1/public/orders?name={name}").get_json()

        assert all(site.ids[key] not in page for page in pages)
        assert answer["items"] == []

    @pytest.mark.requirement("I1")
    def test_a_listing_ends_at_midnight_although_no_job_runs(self, site: Site) -> None:
        path = f"/e/{site.ids['namesake-0']}"
        assert site.get(path).status_code == 200
        with site.app.app_context(), writing_session() as session:
            order = session.query(Order).filter_by(public_id=site.ids["namesake-0"]).one()
            order.ends_on = site.at.date()
            session.execute(update(Publication).where(Publication.order_id == order.id).values(ends_on=order.ends_on))
        site.at = site.at.replace(hour=23, minute=59, second=59)
        last_second = site.get(path).status_code
        site.at += timedelta(seconds=1)
        first_second, found = site.get(path).status_code, site.get("/api/v1/public/orders?name=张同名&region=虚构省")
        with site.app.app_context(), writing_session() as session:
            session.execute(update(Order).where(Order.id == order.id).values(ends_on=None))
            session.execute(update(Publication).where(Publication.order_id == order.id).values(ends_on=None))

        assert (last_second, first_second) == (200, 410)
        assert len(found.get_json()["items"]) == 2

    def test_the_feed_tells_removals_by_id_and_no_name(self, site: Site) -> None:
        answer = site.get("/list.atom")
        entries = ElementTree.fromstring(answer.text).findall(  # noqa: S314 - our own answer
            f"{ATOM}entry"
        )
        ids = [entry.findtext(f"{ATOM}id", "").rsplit("/", 1)[1] for entry in entries]

        assert answer.content_type == "application/atom+xml; charset=utf-8"
        assert {f"{site.ids['removed']}#gone", f"{site.ids['over']}#gone"} <= set(ids)
        assert not any(name in answer.text for name in ("测试退出", "测试期满"))


class TestDisclosure:
    """Security, I12; pages, 3."""

    @pytest.mark.requirement("I12")
    def test_no_answer_shows_a_persons_number_past_four_characters(self, site: Site) -> None:
        entries = [f"/e/{public_id}" for public_id in site.ids.values()]
        answers = [f"/api/v1/public/orders/{public_id}" for public_id in site.ids.values()]
        lists = ["/", "/list", "/list?page=2", "/list.atom", "/search?q=张同名", "/search?q=测试甲"]
        interface = ["/api/v1/public/orders", "/api/v1/public/orders?name=张同名"]
        persons = [number for number in site.numbers if not number.startswith("9")]
        shown = "\n".join(site.get(path).text for path in entries + answers + lists + interface)

        assert persons
        for number in persons:
            assert not [start for start in range(len(number) - 5) if number[start : start + 6] in shown]
            assert number[:5] not in shown
        assert "1101" + "*" * 14 in shown

    def test_a_units_number_is_public_and_its_representative_is_not_listed(self, site: Site) -> None:
        page = site.get(f"/e/{site.ids['unit']}").text

        assert UNIT_ONE.documents[0][1] in page
        assert "不表示该人被列入" in page
        assert "未找到在公示的信息" in site.get("/search?q=测试壬").text

    def test_a_page_of_a_person_is_kept_nowhere(self, site: Site) -> None:
        answer = site.get(f"/e/{site.ids['jia']}")
        title = answer.text.split("<title>")[1].split("</title>")[0]

        assert answer.headers["Cache-Control"] == "no-store"
        assert '<meta name="robots" content="noindex, noarchive">' in answer.text
        assert "测试甲" not in title

    def test_the_public_duty_names_no_creditor(self, site: Site) -> None:
        assert "测试申请人" not in site.get(f"/e/{site.ids['jia']}").text
        assert "测试申请人" not in site.get(f"/api/v1/public/orders/{site.ids['jia']}").text


class TestList:
    """Pages, 5.1."""

    def test_is_narrowed_by_court_region_and_day(self, site: Site) -> None:
        assert site.get("/list?court=沪0197").text.count('<li class="card">') == 3
        assert site.get("/list?region=虚构省").text.count('<li class="card">') == 3
        assert site.get(f"/list?since={site.at.date()}").text.count('<li class="card">') == 0

    @pytest.mark.parametrize("query", ["court=无此", "region=无此", "since=昨天"])
    def test_says_what_it_cannot_read(self, site: Site, query: str) -> None:
        assert site.get(f"/list?{query}").status_code == 422

    @pytest.mark.parametrize("path", ["/", "/guide", "/privacy", "/accessibility"])
    def test_plain_pages_stand(self, site: Site, path: str) -> None:
        assert site.get(path).status_code == 200

    def test_the_start_page_counts_persons_and_units(self, site: Site) -> None:
        assert f"<dd>{NAMESAKES + 2}</dd>" in site.get("/").text.replace(" ", "")


class TestInterface:
    """API, 1 and 5."""

    def test_walks_the_list_newest_first_without_gap_or_repeat(self, site: Site) -> None:
        seen, cursor = [], ""
        while True:
            body = site.get("/api/v1/public/orders?name=张同名" + cursor).get_json()
            assert len(body["items"]) <= 20
            seen += [item["public_id"] for item in body["items"]]
            if body["next"] is None:
                break
            cursor = f"&cursor={body['next']}"

        assert sorted(seen) == sorted(site.ids[f"namesake-{number}"] for number in range(NAMESAKES))
        assert body["cut_off"] is False

    def test_masks_and_tells_its_limits(self, site: Site) -> None:
        answer = site.get(f"/api/v1/public/orders/{site.ids['jia']}")

        assert answer.get_json()["number_masked"] == "1101" + "*" * 14
        assert answer.headers["RateLimit-Limit"] == "10"
        assert answer.headers["RateLimit-Remaining"] == "9"
        assert answer.headers["Cache-Control"] == "no-store"

    def test_a_cursor_is_bound_to_its_filters(self, site: Site) -> None:
        cursor = self.cursor(site)

        for query in ("", "&region=示例省", "&court=京0199"):
            name = "测试甲" if not query else "张同名"
            assert self.code(site.get(f"/api/v1/public/orders?name={name}{query}&cursor={cursor}")) == "bad-cursor"

    @pytest.mark.requirement("T8")
    def test_a_cursor_with_any_character_changed_is_refused(self, site: Site) -> None:
        cursor = self.cursor(site)

        for place in range(len(cursor)):
            other = "A" if cursor[place] != "A" else "B"
            changed = f"{cursor[:place]}{other}{cursor[place + 1 :]}"
            answer = site.get(f"/api/v1/public/orders?name=张同名&cursor={changed}")
            assert (answer.status_code, self.code(answer)) == (400, "bad-cursor")

    @pytest.mark.parametrize("cursor", ["x", "@@@@", "é", "A" * 64, "A" * 600])
    def test_what_is_no_cursor_is_refused(self, site: Site, cursor: str) -> None:
        assert self.code(site.get(f"/api/v1/public/orders?cursor={cursor}")) == "bad-cursor"

    def test_a_cursor_is_void_after_an_hour(self, site: Site) -> None:
        path = f"/api/v1/public/orders?name=张同名&cursor={self.cursor(site)}"
        site.at += timedelta(hours=1)
        within = site.get(path).status_code
        site.at += timedelta(seconds=1)

        assert (within, self.code(site.get(path))) == (200, "bad-cursor")

    @pytest.mark.requirement("T8")
    def test_ends_after_ten_pages(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys.modules["app.api.public"], "DEEPEST_PAGE", 1)
        body = site.get("/api/v1/public/orders?name=张同名").get_json()

        assert (len(body["items"]), body["next"], body["cut_off"]) == (20, None, True)

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("page=2", 400, "malformed"),
            ("name=甲&name=乙", 400, "malformed"),
            ("name=", 422, "bad-length"),
            ("name=11010519491231002X", 422, "bad-characters"),
            ("region=11010519491231002X", 422, "bad-characters"),
        ],
    )
    def test_refuses_what_it_does_not_know(self, site: Site, query: str, status: int, code: str) -> None:
        answer = site.get(f"/api/v1/public/orders?{query}")

        assert (answer.status_code, self.code(answer)) == (status, code)
        assert answer.content_type == "application/problem+json"
        assert "11010519491231002X" not in answer.text

    @staticmethod
    def cursor(site: Site) -> str:
        return str(site.get("/api/v1/public/orders?name=张同名").get_json()["next"])

    @staticmethod
    def code(answer: TestResponse) -> str:
        return str(answer.get_json(force=True)["code"])


class TestLimits:
    """Security, H8, H9."""

    @pytest.mark.requirement("H8")
    def test_the_eleventh_search_at_once_waits(self, site: Site) -> None:
        statuses = [site.get("/search?q=张同名", address="192.0.2.1").status_code for _ in range(11)]
        refused = site.get("/search?q=张同名", address="192.0.2.1")

        assert statuses == [200] * 10 + [429]
        assert refused.headers["Retry-After"] == "2"
        assert "请在 2 秒后再试" in refused.text
        assert site.get("/guide", address="192.0.2.1").status_code == 200
        site.at += timedelta(seconds=2)
        assert site.get("/search?q=张同名", address="192.0.2.1").status_code == 200

    @pytest.mark.requirement("H8")
    def test_pages_and_interface_share_one_bucket_and_broad_searches_cost_five(self, site: Site) -> None:
        parts = ("一号", "科技有限公司")
        broad = [site.get(f"/search?type=unit&q={part}", address="192.0.2.2").status_code for part in parts]
        answer = site.get("/api/v1/public/orders", address="192.0.2.2")

        assert broad == [200, 200]
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (429, "too-many-requests")
        assert answer.headers["RateLimit-Remaining"] == "0"
        assert answer.headers["Retry-After"] == "2"

    @pytest.mark.requirement("H9")
    def test_a_network_is_an_ipv4_address_or_an_ipv6_64(self, site: Site) -> None:
        statuses = {site.get("/list", address=f"2001:db8:7:7::{number:x}").status_code for number in range(1, 12)}

        assert statuses == {200, 429}
        assert site.get("/list", address="2001:db8:7:8::1").status_code == 200
        assert network_of("::ffff:192.0.2.9") == "192.0.2.9"

    @pytest.mark.requirement("F23")
    def test_pages_serve_on_where_limits_cannot_be_kept(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        here: Database = site.app.extensions["database"]

        def fail(_submission: object) -> None:
            raise UnavailableError("不可用", "not available")

        monkeypatch.setattr(here.recorder, "submit", fail)

        assert site.get("/search?q=张同名").status_code == 200
        assert site.get("/api/v1/public/orders").status_code == 200


@pytest.mark.parametrize(
    ("text", "bears"),
    [("张伟", False), ("1234567", False), ("12345678", True), ("1234-5678", True), ("١٢٣٤٥٦٧٨", True)],
)
def test_a_number_is_known_however_it_is_written(text: str, *, bears: bool) -> None:
    assert bears_number(text) is bears
