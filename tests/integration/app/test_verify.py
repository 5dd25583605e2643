"""Anybody verifies a paper, on both databases: what is told, to whom it is not, how often, and whether a file is it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import TestResponse

from app.uploads import MOST_FILE
from blacklist.models import Order, Paper
from blacklist.queries.subjects import open_subject
from blacklist.services.papering import void_paper
from tests.apps import close_app
from tests.offices import hidden
from tests.papers import Desks, make_desks

AT = datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
UNKNOWN = "K7Q2-9KDM-4TXA"
_visitors = count(1)


@pytest.fixture(scope="module")
def desks(database_url: str, key_file: Path) -> Iterator[Desks]:
    made = make_desks(database_url, key_file, at=AT)
    yield made
    close_app(made.office.app)


@pytest.fixture(autouse=True)
def _clock(desks: Desks) -> Iterator[None]:
    yield
    desks.office.clock.at = AT


class Visitor:
    """Somebody nobody has seen before."""

    def __init__(self, desks: Desks) -> None:
        number = next(_visitors)
        self.client = desks.office.app.test_client()
        self.address = {"REMOTE_ADDR": f"10.9.{number // 256}.{number % 256}"}

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, environ_overrides=self.address)

    def post(self, path: str, *, page: str = "/v", **form: object) -> TestResponse:
        token = hidden(self.get(page), "csrf_token")
        return self.client.post(path, data={"csrf_token": token, **form}, environ_overrides=self.address)

    def send(self, code: str, content: bytes) -> TestResponse:
        answer = self.post(f"/v/{code}", page=f"/v/{code}", file=(io.BytesIO(content), "决定书.pdf"))
        answer.request.environ["wsgi.input"].close()  # the test client puts a larger body into a file of its own
        return answer


@pytest.fixture
def visitor(desks: Desks) -> Visitor:
    return Visitor(desks)


def decision(desks: Desks, state: str = "effective") -> tuple[Order, Paper]:
    order = desks.order(state)
    return order, desks.make(order, "listing_decision")


class TestCode:
    """What a code tells."""

    def test_a_decision_in_force(self, desks: Desks, visitor: Visitor) -> None:
        order, paper = decision(desks)

        answer = visitor.get(f"/v/{paper.code}")

        assert answer.status_code == 200
        for words in (
            "纳入失信被执行人名单决定书",
            str(order.order_no),
            "示例市示范区人民法院",
            "2026年11月23日",
            "现行有效",
            "in force",
            paper.pdf_hash,
        ):
            assert words in answer.text

    def test_names_nobody_and_hands_out_nothing(self, desks: Desks, visitor: Visitor) -> None:
        order, paper = decision(desks)
        with desks.acting() as remedies:
            subject = open_subject(remedies.session, order.subject_id, vault=remedies.courts.vault)
            access_code = remedies.courts.vault.open(
                order.access_code or b"", table="orders", row=order.id, column="access_code"
            )
        pages = [visitor.get(f"/v/{paper.code}").text, visitor.send(paper.code, desks.pdf(paper)).text]

        for page in pages:
            for secret in (subject.name, subject.number, subject.number[:8], access_code, order.public_id):
                assert secret not in page
            assert "noindex" in page
        assert visitor.get(f"/v/{paper.code}.pdf").status_code == 404

    def test_an_order_that_has_ended(self, desks: Desks, visitor: Visitor) -> None:
        _, paper = decision(desks, "removed")

        page = visitor.get(f"/v/{paper.code}").text

        assert "已解除" in page
        assert "现行有效" not in page

    def test_an_order_at_rest_is_told_without_a_reason(self, desks: Desks, visitor: Visitor) -> None:
        order, paper = decision(desks)
        with desks.acting() as remedies:
            remedies.courts.telling.suspend(remedies.session.get_one(Order, order.id), at=AT)

        page = visitor.get(f"/v/{paper.code}").text.split("<main", 1)[1].split("</main>", 1)[0]

        assert "当前不生效" in page
        for reason in ("暂停", "纠正", "异议", "解除"):
            assert reason not in page

    def test_a_misprint(self, desks: Desks, visitor: Visitor) -> None:
        order, paper = decision(desks)
        with desks.acting() as remedies:
            void_paper(remedies.session, paper.public_id, reason="缺页（测试）", actor=remedies.courts.clerk, at=AT)

        page = visitor.get(f"/v/{paper.code}").text

        assert "已作废" in page
        assert f'<span class="num">{order.order_no}</span>' in page
        assert "缺页" not in page

    def test_a_certificate_stays_true(self, desks: Desks, visitor: Visitor) -> None:
        paper = desks.make(desks.order("removed"), "removal_certificate")

        page = visitor.get(f"/v/{paper.code}").text

        assert "现行有效" in page
        assert "退出名单、解除限制证明" in page

    def test_a_code_nobody_was_given(self, desks: Desks, visitor: Visitor) -> None:
        _, paper = decision(desks)
        last = "0" if paper.code[-1] != "0" else "1"

        answers = [visitor.get(f"/v/{code}") for code in (UNKNOWN, paper.code[:-1] + last, "F7Q2-9KDM")]

        assert {one.status_code for one in answers} == {404}
        assert len({one.text for one in answers}) == 1
        assert "形似 O 的是数字 0" in answers[0].text


class TestForm:
    """How a code comes to its address."""

    def test_a_typed_code_leads_to_its_clean_address(self, desks: Desks, visitor: Visitor) -> None:
        _, paper = decision(desks)
        typed = f" {paper.code.lower().replace('-', '')} "

        posted = visitor.post("/v", code=typed)
        asked = visitor.client.get("/v", query_string={"code": typed}, environ_overrides=visitor.address)

        for answer in (posted, asked):
            assert (answer.status_code, answer.location) == (303, f"/v/{paper.code}")

    @pytest.mark.parametrize(
        ("typed", "clean"),
        [("k7q2-9kdm-4txa", UNKNOWN), ("K7Q29KDM4TXA", UNKNOWN), ("OOOO-IIII-LLLL", "0000-1111-1111")],
    )
    def test_look_alikes_lead_on_too(self, visitor: Visitor, typed: str, clean: str) -> None:
        answer = visitor.get(f"/v/{typed}")

        assert (answer.status_code, answer.location) == (303, f"/v/{clean}")

    @pytest.mark.parametrize("typed", ["", "K7Q2-9KDM", "K7Q2-9KDM-4TXAA", "K7Q2-9KDM-4TX?"])
    def test_what_cannot_be_a_code_is_said_to_be_none(self, visitor: Visitor, typed: str) -> None:
        answer = visitor.post("/v", code=typed)

        assert answer.status_code == 422
        assert 'href="#f-code"' in answer.text

    def test_takes_nothing_else(self, visitor: Visitor) -> None:
        assert visitor.get("/v?name=1").status_code == 400
        assert visitor.get(f"/v/{UNKNOWN}?code=1").status_code == 400


class TestTries:
    """Five wrong codes an hour."""

    def test_after_five_wrong_codes_even_a_right_one_waits(self, desks: Desks, visitor: Visitor) -> None:
        _, paper = decision(desks)

        wrong = [visitor.get(f"/v/{UNKNOWN}").status_code for _ in range(6)]
        right = visitor.get(f"/v/{paper.code}")

        assert wrong == [404] * 5 + [429]
        assert right.status_code == 429
        assert 0 < int(right.headers["Retry-After"]) <= 720
        assert Visitor(desks).get(f"/v/{paper.code}").status_code == 200

    def test_an_hour_later_they_are_five_again(self, desks: Desks, visitor: Visitor) -> None:
        for _ in range(6):
            visitor.get(f"/v/{UNKNOWN}")
        desks.office.clock.at = AT + timedelta(hours=1)

        assert [visitor.get(f"/v/{UNKNOWN}").status_code for _ in range(6)] == [404] * 5 + [429]

    def test_right_codes_do_not_use_them_up(self, desks: Desks, visitor: Visitor) -> None:
        _, paper = decision(desks)

        assert {visitor.get(f"/v/{paper.code}").status_code for _ in range(30)} == {200}
        assert visitor.get(f"/v/{UNKNOWN}").status_code == 404


class TestFile:
    """The file in the visitor's hands."""

    def test_the_courts_own_file_is_identical(self, desks: Desks, visitor: Visitor) -> None:
        _, paper = decision(desks)

        answer = visitor.send(paper.code, desks.pdf(paper))

        assert answer.status_code == 200
        assert "您提交的文件与法院制作的文件完全相同" in answer.text
        assert "不一致：" not in answer.text

    def test_one_byte_makes_it_another(self, desks: Desks, visitor: Visitor) -> None:
        _, paper = decision(desks)

        answer = visitor.send(paper.code, desks.pdf(paper) + b"\n")

        assert answer.status_code == 200
        assert "您提交的文件不是法院制作的文件" in answer.text

    def test_is_taken_up_to_ten_megabytes(self, desks: Desks, visitor: Visitor) -> None:
        _, paper = decision(desks)

        assert visitor.send(paper.code, b"x" * MOST_FILE).status_code == 200
        assert visitor.send(paper.code, b"x" * (MOST_FILE + 1)).status_code == 422
        assert visitor.send(paper.code, b"x" * (MOST_FILE + 100_000)).status_code == 413

    def test_an_empty_one_is_asked_for_again(self, desks: Desks, visitor: Visitor) -> None:
        _, paper = decision(desks)

        answer = visitor.send(paper.code, b"")

        assert answer.status_code == 422
        assert 'href="#f-file"' in answer.text

    def test_other_pages_take_no_file(self, visitor: Visitor) -> None:
        answer = visitor.post("/v", code=UNKNOWN, file=(io.BytesIO(b"x" * 300_000), "x.pdf"))

        assert answer.status_code == 413

    def test_neither_it_nor_its_name_is_logged(
        self, desks: Desks, visitor: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        _, paper = decision(desks)

        with caplog.at_level(logging.DEBUG):
            visitor.send(paper.code, b"an unknown file (test)")

        assert "决定书.pdf" not in caplog.text
        assert "an unknown file" not in caplog.text
