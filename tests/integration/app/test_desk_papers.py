"""Papers at the court's desk, on both databases: seen before they are made, made once, read on record, voided."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.engine import make_url

from blacklist.models import Court, Order
from blacklist.rules.lifecycle import OrderKind
from blacklist.services.papering import read_paper
from tests.apps import close_app
from tests.courts import content
from tests.offices import post
from tests.papers import Desks, address, make_desks, person_of, words_of_docx, words_of_pdf

AT = datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def desks(database_url: str, key_file: Path) -> Iterator[Desks]:
    made = make_desks(database_url, key_file, at=AT)
    yield made
    close_app(made.office.app)


class TestPreview:
    """Before anything is made."""

    def test_shows_the_words_of_the_paper_without_number_and_access_code(self, desks: Desks) -> None:
        order = desks.order("issued")
        with desks.acting() as remedies:
            name, number = person_of(remedies.courts, order.subject_id)

        page = desks.browser().get(address(order, "listing_decision")).text

        for words in (
            f"将被执行人{name}纳入失信被执行人名单",
            f"{order.order_no}",
            "院长签发：测试人员",
            "示例省高级人民法院",
        ):
            assert words in page
        assert f"居民身份证号码：{number[:4]}{'*' * 14}" in page
        assert "访问码：****-****-****" in page
        assert number not in page

    def test_names_what_is_missing_and_where_it_is_entered(self, desks: Desks) -> None:
        order = desks.order("issued", OrderKind.CONSUMPTION)
        with desks.acting() as remedies:
            row = remedies.session.get_one(Order, order.id)
            row.duty = None

        page = desks.browser().get(address(order, "consumption_order"))

        assert page.status_code == 200
        assert f'<a href="/desk/e/{order.public_id}/correct">案件的生效法律文书确定的义务</a>' in page.text
        assert "此令。" not in page.text

    def test_what_is_missing_stops_the_making_too(self, desks: Desks) -> None:
        order = desks.order("issued", OrderKind.CONSUMPTION)
        with desks.acting() as remedies:
            remedies.session.get_one(Order, order.id).duty = None

        answer = post(desks.browser(), address(order, "consumption_order"), do="make")

        assert answer.status_code == 422
        assert "案件的生效法律文书确定的义务" in answer.text
        assert desks.entries(order, "paper.made") == []

    def test_a_court_without_a_higher_one_is_told_so(self, desks: Desks) -> None:
        order = desks.order("issued")
        with desks.acting() as remedies:
            court = remedies.session.get_one(Court, remedies.courts.home)
            court.parent_id, higher = None, court.parent_id
        try:
            page = desks.browser().get(address(order, "listing_decision")).text
        finally:
            with desks.acting() as remedies:
                remedies.session.get_one(Court, remedies.courts.home).parent_id = higher

        assert "上一级人民法院（由管理员登记本院的上一级人民法院）" in page

    @pytest.mark.parametrize("state", ["draft", "checked", "returned"])
    def test_nothing_undecided_has_a_paper(self, desks: Desks, state: str) -> None:
        order = desks.order(state)

        assert desks.browser().get(address(order, "listing_decision")).status_code == 404

    @pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("checker", 403), ("supervisor", 403)])
    def test_only_clerk_and_president_of_the_court_make_papers(self, desks: Desks, who: str, status: int) -> None:
        order = desks.order("issued")

        assert desks.browser(who).get(address(order, "listing_decision")).status_code == status


class TestMaking:
    """The paper itself."""

    def test_a_decision_is_a_pdf_with_the_facts_in_it(self, desks: Desks) -> None:
        order = desks.order("issued")
        paper = desks.make(order, "listing_decision")
        with desks.acting() as remedies:
            name, number = person_of(remedies.courts, order.subject_id)

        pdf = desks.pdf(paper)
        words = words_of_pdf(pdf)

        assert pdf.startswith(b"%PDF")
        assert paper.number == order.order_no
        for fact in (
            order.order_no,
            name,
            number,
            paper.code,
            f"/v/{paper.code}",
            "院长签发：测试人员",
            "330,000.00元",
        ):
            assert fact in words
        assert re.search(r"访问码：[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", words)

    def test_the_hash_is_that_of_the_very_bytes(self, desks: Desks) -> None:
        order = desks.order("issued")
        paper = desks.make(order, "listing_decision")

        assert hashlib.sha256(desks.pdf(paper)).hexdigest() == paper.pdf_hash
        assert [one.facts["pdf_hash"] for one in desks.entries(order, "paper.made")] == [paper.pdf_hash]

    def test_word_holds_the_same_words(self, desks: Desks) -> None:
        paper = desks.make(desks.order("issued"), "listing_decision")
        answer = desks.browser().get(f"/desk/papers/{paper.public_id}.docx")

        told, printed = words_of_docx(answer.data), words_of_pdf(desks.pdf(paper))

        assert answer.status_code == 200
        for words in (
            "决定如下：",
            "将被执行人测试某纳入失信被执行人名单",
            paper.code,
            "权利救济",
            "院长签发：测试人员",
        ):
            assert words in told
            assert words in printed

    def test_is_handed_out_under_its_number_and_kept_nowhere(self, desks: Desks) -> None:
        paper = desks.make(desks.order("issued"), "listing_decision")

        for form in ("pdf", "docx"):
            answer = desks.browser().get(f"/desk/papers/{paper.public_id}.{form}")
            disposition = unquote(answer.headers["Content-Disposition"])
            assert disposition.startswith("attachment")
            assert f"{paper.number}.{form}" in disposition
            assert answer.headers["Cache-Control"] == "no-store"

    def test_every_look_at_the_whole_paper_is_on_record(self, desks: Desks) -> None:
        order = desks.order("issued")
        paper = desks.make(order, "listing_decision")

        desks.browser("checker").get(f"/desk/papers/{paper.public_id}")
        assert desks.entries(order, "paper.read") == []
        desks.pdf(paper, by="checker")
        desks.browser().get(f"/desk/papers/{paper.public_id}.docx")

        looks = desks.entries(order, "paper.read")
        assert [one.facts["form"] for one in looks] == ["pdf", "docx"]
        assert looks[0].person_id == desks.office.people["checker"].person_id

    @pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("supervisor", 403)])
    def test_who_does_not_work_on_the_case_does_not_open_it(self, desks: Desks, who: str, status: int) -> None:
        order = desks.order("issued")
        paper = desks.make(order, "listing_decision")

        assert desks.browser(who).get(f"/desk/papers/{paper.public_id}.pdf").status_code == status
        assert desks.entries(order, "paper.read") == []

    def test_a_second_print_needs_the_first_to_be_void(self, desks: Desks) -> None:
        order = desks.order("issued")
        first = desks.make(order, "listing_decision")

        assert desks.browser().get(address(order, "listing_decision")).status_code == 409
        answer = post(
            desks.browser(),
            f"/desk/papers/{first.public_id}/void",
            page=f"/desk/papers/{first.public_id}",
            reason="打印时缺页（测试）",
        )
        assert answer.status_code == 303
        second = desks.make(order, "listing_decision")

        assert second.number == order.order_no
        assert second.code != first.code
        assert desks.paper(first.public_id).number == f"{order.order_no}（作废1）"
        shown = desks.browser().get(f"/desk/papers/{first.public_id}").text
        assert "打印时缺页（测试）" in shown
        assert f"<dd>{order.order_no}</dd>" in shown
        assert "作废该文书" not in shown

    def test_a_misprint_is_voided_with_a_reason(self, desks: Desks) -> None:
        paper = desks.make(desks.order("issued"), "listing_decision")
        page = f"/desk/papers/{paper.public_id}"

        answer = post(desks.browser(), f"{page}/void", page=page, reason="")

        assert answer.status_code == 422
        assert desks.paper(paper.public_id).state == "valid"

    def test_a_page_that_is_out_of_date_makes_nothing(self, desks: Desks) -> None:
        order = desks.order("issued")

        answer = post(desks.browser(), address(order, "listing_decision"), do="make", version=str(order.version - 1))

        assert answer.status_code == 409
        assert desks.entries(order, "paper.made") == []

    def test_is_sealed_at_rest(self, desks: Desks, database_url: str) -> None:
        order = desks.order("issued")
        paper = desks.make(order, "listing_decision")
        pdf = desks.pdf(paper)
        with desks.acting() as remedies:
            name, number = person_of(remedies.courts, order.subject_id)
            opened = read_paper(
                remedies.session,
                paper.public_id,
                form="pdf",
                actor=remedies.courts.clerk,
                at=AT,
                vault=remedies.courts.vault,
            )
            kept = repr(content(remedies.session))
        assert number in opened.facts_json
        assert opened.pdf == pdf

        assert "%PDF" not in kept
        assert number not in kept
        if database_url.startswith("sqlite"):
            file = Path(make_url(database_url).database or "")
            raw = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
            assert order.order_no is not None
            assert order.order_no.encode() in raw  # what is open is found: the search would find the rest
            for secret in (name.encode(), number.encode(), b"%PDF", b"JVBERi0"):
                assert secret not in raw


class TestLists:
    """Where papers are found again."""

    def test_the_order_shows_what_is_made_and_what_can_be(self, desks: Desks) -> None:
        order = desks.order("effective")
        before = desks.browser().get(f"/desk/e/{order.public_id}").text
        paper = desks.make(order, "listing_decision")
        after = desks.browser().get(f"/desk/e/{order.public_id}").text

        assert "制作决定书" in before
        assert f"/desk/e/{order.public_id}/papers/new?kind=service_proof&amp;about=1" in before
        assert f'href="/desk/papers/{paper.public_id}"' in after
        assert "制作决定书" not in after

    def test_a_watcher_sees_them_and_makes_none(self, desks: Desks) -> None:
        order = desks.order("effective")

        page = desks.browser("supervisor").get(f"/desk/e/{order.public_id}").text

        assert "未制作" in page
        assert "papers/new" not in page

    def test_a_court_lists_its_own(self, desks: Desks) -> None:
        paper = desks.make(desks.order("issued"), "listing_decision")

        assert paper.number in desks.browser().get("/desk/papers").text
        assert paper.number not in desks.browser("stranger").get("/desk/papers").text


class TestBatch:
    """A decision signed in a batch may be taken back for ten minutes."""

    def test_its_paper_waits(self, desks: Desks) -> None:
        order = desks.order("issued", OrderKind.CONSUMPTION)
        with desks.acting() as remedies:
            row = remedies.session.get_one(Order, order.id)
            row.batch_id, row.issued_at = "BATCH00001", AT - timedelta(minutes=9)

        shown = desks.browser().get(f"/desk/e/{order.public_id}").text
        answer = desks.browser().get(address(order, "consumption_order"))

        assert "2026-11-24 10:06起可以制作" in shown
        assert answer.status_code == 409
