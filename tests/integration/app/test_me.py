"""The listed person's pages on both databases: what proves a person, what is never told apart, logged or echoed."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from app.cli.demo.cast import SandboxSubject
from blacklist.identity.sealing import Vault
from blacklist.models import CourtTask, Objection, Order, RateBucket, Reconsideration
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedies import Claim
from blacklist.services import objecting
from tests.apps import close_app
from tests.offices import Office, hidden, make_office
from tests.remedies import Remedies, add_remedies

REFUSED = "访问码、证件号码末六位或者姓名不符"
_visitors = count(1)


@dataclass
class Door:
    """An application, and the code and papers of a person."""

    office: Office
    remedies: Remedies

    def visitor(self) -> Visitor:
        """Return a visitor nobody has seen before."""
        number = next(_visitors)
        return Visitor(self.office.app.test_client(), f"10.9.{number // 256}.{number % 256}")

    def decision(self, state: str = "effective", kind: OrderKind = OrderKind.LISTING) -> Decision:
        """Return a decision in somebody's hands."""
        with self.office.acting() as courts:
            order, subject = courts.order(state, kind=kind)
            assert order.access_code is not None
            code = courts.vault.open(order.access_code, table="orders", row=order.id, column="access_code")
        return Decision(order, subject, code)

    def all(self, model: Any) -> list[Any]:
        with self.office.acting() as courts:
            return list(courts.session.scalars(select(model)))


@dataclass
class Decision:
    order: Order
    subject: SandboxSubject
    code: str

    @property
    def number(self) -> str:
        return self.subject.documents[0][1]

    def form(self, **change: str) -> dict[str, str]:
        """Return the form as its holder fills it in."""
        return {
            "access_code": self.code,
            "last_six": self.number[-6:],
            "name": self.subject.name,
            "claim": "not_me",
            "statement": "我不是该案被执行人（测试陈述）",
            "contact": "测试电话",
        } | change


@dataclass
class Visitor:
    client: FlaskClient
    address: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, environ_overrides={"REMOTE_ADDR": self.address})

    def post(self, path: str, form: dict[str, str]) -> TestResponse:
        token = hidden(self.get(path), "csrf_token")
        return self.client.post(
            path, data={"csrf_token": token, **form}, environ_overrides={"REMOTE_ADDR": self.address}
        )


@pytest.fixture
def door(own_database_url: str, key_file: Path, at: Any) -> Iterator[Door]:
    office = make_office(own_database_url, key_file, at=at)
    with office.acting() as courts:
        remedies = add_remedies(courts)
    yield Door(office, remedies)
    close_app(office.app)


def handed_out(page: TestResponse) -> tuple[str, str]:
    assert page.status_code == 200, page.text
    number = re.search(r'class="num mono">([0-9A-Z]{10})<', page.text)
    code = re.search(r'class="num mono">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})<', page.text)
    assert number is not None
    assert code is not None
    return number[1], code[1]


def without_token(page: TestResponse) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page.text)


class TestObject:
    """Pages, J4."""

    def test_takes_an_objection_of_the_holder_of_the_decision(self, door: Door) -> None:
        decision = door.decision()

        answer = door.visitor().post("/me/object", decision.form())

        number, code = handed_out(answer)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "法院应在收到之日起 15 日内审查（至2026年12月9日）" in answer.text
        assert "3 个工作日内纠正" in answer.text
        assert "10 日内可以向上一级人民法院申请复议" in answer.text
        assert "within 15 days of receipt (by 2026-12-09)" in answer.text
        (case,) = door.all(Objection)
        assert (case.public_id, case.order_id, case.via, case.received_by) == (
            number,
            decision.order.id,
            "online",
            None,
        )
        assert [(one.kind, one.due_on) for one in door.all(CourtTask)] == [
            ("identity-doubt", door.office.clock.at.date())
        ]
        assert code.replace("-", "").encode() not in case.track_index

    def test_forgives_how_the_three_are_typed(self, door: Door) -> None:
        decision = door.decision()
        typed = decision.form(
            access_code=f" {decision.code.lower().replace('-', ' ')} ",
            last_six=" ".join(decision.number[-6:]).lower(),
            name=f" {decision.subject.name} ",
        )

        handed_out(door.visitor().post("/me/object", typed))

    @pytest.mark.parametrize("state", ["issued", "effective"])
    @pytest.mark.parametrize("kind", [OrderKind.LISTING, OrderKind.CONSUMPTION])
    def test_is_open_against_what_stands(self, door: Door, state: str, kind: OrderKind) -> None:
        handed_out(door.visitor().post("/me/object", door.decision(state, kind).form(claim="performed")))

    def test_of_an_exit_ban_is_a_reconsideration_at_the_higher_court(self, door: Door) -> None:
        decision = door.decision(kind=OrderKind.EXIT_BAN)

        answer = door.visitor().post("/me/object", decision.form(claim="performed"))

        number, _ = handed_out(answer)
        assert "上一级人民法院应在收到之日起 15 日内作出决定（至2026年12月9日）" in answer.text
        (case,) = door.all(Reconsideration)
        assert (case.public_id, case.court_id, case.via) == (number, door.remedies.high, "online")

    def test_of_an_exit_ban_says_when_it_is_too_late(self, door: Door) -> None:
        decision = door.decision(kind=OrderKind.EXIT_BAN)
        door.office.clock.at += timedelta(days=12)

        late = door.visitor().post("/me/object", decision.form(claim="performed"))

        assert late.status_code == 409
        assert "2026年12月3日 届满" in late.text
        handed_out(door.visitor().post("/me/object", decision.form(claim="not_me")))

    @pytest.mark.requirement("P11")
    def test_answers_every_mismatch_alike(self, door: Door) -> None:
        decision, other, ended = door.decision(), door.decision(), door.decision("removed")
        wrong = {
            "code": decision.form(access_code="0000-0000-0000"),
            "another's code": decision.form(access_code=other.code),
            "last six": decision.form(last_six="000000"),
            "name": decision.form(name="测试旁人"),
            "ended": ended.form(),
        }

        answers = {what: door.visitor().post("/me/object", form) for what, form in wrong.items()}

        assert {answer.status_code for answer in answers.values()} == {422}
        assert len({without_token(answer) for answer in answers.values()}) == 1
        assert REFUSED in answers["code"].text
        assert door.all(Objection) == []

    def test_does_the_same_work_for_every_mismatch(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        """Security, P10: what is asked of the database and the vault does not depend on which part was wrong."""
        decision, other = door.decision(), door.decision()
        opened: list[str] = []
        real = Vault.open

        def counting(vault: Vault, blob: bytes, *, table: str, row: int, column: str) -> str:
            opened.append(table)
            return real(vault, blob, table=table, row=row, column=column)

        monkeypatch.setattr(Vault, "open", counting)
        work = set()
        for form in (
            decision.form(access_code="0000-0000-0000"),
            other.form(last_six="000000"),
            other.form(name="测试旁人"),
            other.form(last_six="000000", name="测试旁人"),
        ):
            visitor = door.visitor()
            token = hidden(visitor.get("/me/object"), "csrf_token")
            opened.clear()
            with counted_statements(door.office) as statements:
                visitor.client.post(
                    "/me/object", data={"csrf_token": token, **form}, environ_overrides={"REMOTE_ADDR": visitor.address}
                )
            work.add((tuple(statements), tuple(opened)))

        assert len(work) == 1
        assert next(iter(work))[1] == ("documents",)

    def test_names_bound_persons_too(self, door: Door) -> None:
        from app.cli.demo.cast import REN, UNIT_ONE
        from blacklist.rules.subjects import BoundRole
        from blacklist.services.drafting import BoundParty

        with door.office.acting() as courts:
            party = BoundParty(courts.telling.party(REN, today=courts.at.date()), BoundRole.LEGAL_REPRESENTATIVE)
            order = courts.telling.make(
                UNIT_ONE, OrderKind.CONSUMPTION, serial=9001, at=courts.at - timedelta(days=1), bound=(party,)
            )
            assert order.access_code is not None
            code = courts.vault.open(order.access_code, table="orders", row=order.id, column="access_code")

        mixed = door.visitor().post("/me/object", Decision(order, REN, code).form(name=UNIT_ONE.name))
        assert mixed.status_code == 422
        handed_out(door.visitor().post("/me/object", Decision(order, REN, code).form()))
        handed_out(door.visitor().post("/me/object", Decision(order, UNIT_ONE, code).form()))

    @pytest.mark.requirement("H8")
    def test_gives_a_visitor_five_tries_an_hour(self, door: Door) -> None:
        decision, visitor = door.decision(), door.visitor()
        for serial in range(5):
            assert visitor.post("/me/object", decision.form(access_code=f"0000-0000-000{serial}")).status_code == 422

        refused = visitor.post("/me/object", decision.form())
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        door.office.clock.at += timedelta(hours=1)
        handed_out(visitor.post("/me/object", decision.form()))

    @pytest.mark.requirement("H8")
    def test_gives_a_code_five_tries_an_hour_from_everywhere(self, door: Door) -> None:
        decision = door.decision()
        for _ in range(5):
            assert door.visitor().post("/me/object", decision.form(last_six="000000")).status_code == 422

        assert door.visitor().post("/me/object", decision.form()).status_code == 429

    def test_does_not_count_what_could_not_be_tried(self, door: Door) -> None:
        decision, visitor = door.decision(), door.visitor()
        for _ in range(7):
            answer = visitor.post("/me/object", decision.form(statement=""))
            assert answer.status_code == 422

        handed_out(visitor.post("/me/object", decision.form()))

    @pytest.mark.requirement("I12")
    def test_never_logs_or_echoes_what_proves(self, door: Door, caplog: pytest.LogCaptureFixture) -> None:
        decision = door.decision()
        caplog.set_level(logging.DEBUG)

        answers = [
            door.visitor().post("/me/object", decision.form(name="测试旁人")),
            door.visitor().post("/me/object", decision.form(statement="")),
            door.visitor().post("/me/object", decision.form()),
        ]

        secrets = (decision.code, decision.code.replace("-", ""), decision.number, decision.number[-6:], "测试旁人")
        for text in [*(one.text for one in answers), caplog.text, *(str(vars(one)) for one in caplog.records)]:
            for secret in secrets:
                assert secret not in text
        buckets = " ".join(one.name for one in door.all(RateBucket))
        assert "me-object-code:" in buckets
        assert decision.code.replace("-", "") not in buckets

    def test_keeps_what_was_written_when_something_is_missing(self, door: Door) -> None:
        answer = door.visitor().post("/me/object", door.decision().form(access_code="", claim="inaccurate"))

        assert answer.status_code == 422
        assert "我不是该案被执行人（测试陈述）" in answer.text
        assert re.search(r'value="inaccurate"\s+checked', answer.text)

    def test_refuses_the_same_application_again(self, door: Door) -> None:
        decision, visitor = door.decision(), door.visitor()
        handed_out(visitor.post("/me/object", decision.form()))

        again = visitor.post("/me/object", decision.form())

        assert again.status_code == 409
        assert "正在审查" in again.text
        assert len(door.all(Objection)) == 1

    def test_takes_nothing_from_the_address(self, door: Door) -> None:
        assert door.visitor().get("/me/object?access_code=0000").status_code == 400
        assert door.visitor().get("/me/track?number=0000").status_code == 400

    def test_asks_for_the_forms_token(self, door: Door) -> None:
        visitor = door.visitor()

        assert visitor.client.post("/me/object", data=door.decision().form()).status_code == 400


class TestTrack:
    """Pages, 5.1: number and code, without sign-in."""

    def follow(self, door: Door, number: str, code: str) -> TestResponse:
        return door.visitor().post("/me/track", {"number": number, "track_code": code})

    def test_follows_an_objection_through_its_states(self, door: Door) -> None:
        decision = door.decision()
        number, code = handed_out(door.visitor().post("/me/object", decision.form(claim="performed")))
        assert "已收到，等待受理" in self.follow(door, number, code).text

        with door.office.acting() as courts:
            remedies = replace(door.remedies, courts=courts)
            case = courts.session.scalars(select(Objection)).one()
            objecting.accept_objection(
                courts.session, number, version=case.version, actor=remedies.reviewer, at=courts.at
            )
            for kind, text in (("request", "请提交履行凭证（测试）"), ("hearing", "内部笔录（测试）")):
                objecting.add_note(
                    courts.session,
                    number,
                    kind=kind,
                    text=text,
                    happened_on=courts.at.date(),
                    version=case.version,
                    **remedies.given(remedies.reviewer),
                )

        page = self.follow(door, number.lower(), code.lower().replace("-", " "))
        assert page.status_code == 200
        assert "正在审查" in page.text
        assert "2026年12月9日（还有 15 天）" in page.text
        assert "请提交履行凭证（测试）" in page.text
        assert "内部笔录（测试）" not in page.text
        assert decision.subject.name not in page.text
        assert decision.number[-6:] not in page.text
        door.office.clock.at += timedelta(days=16)
        assert "法院已超过审查期限" in self.follow(door, number, code).text

    def test_tells_a_rejection_its_ten_days(self, door: Door) -> None:
        with door.office.acting() as courts:
            remedies = replace(door.remedies, courts=courts)
            received = remedies.receive(courts.order("effective")[0])
            case, code = received.case, received.track_code
            case.state, case.outcome = "rejected", "rejected"
            case.proposer_id, case.decider_id = remedies.reviewer.person_id, courts.president.person_id
            case.decided_at, case.served_on = courts.at, courts.at.date()

        page = self.follow(door, case.public_id, code).text

        assert "申请被驳回" in page
        assert "10 日内，可以向上一级人民法院申请复议" in page
        assert "2026年12月4日（还有 10 天）" in page

    def test_follows_a_reconsideration(self, door: Door) -> None:
        with door.office.acting() as courts:
            remedies = replace(door.remedies, courts=courts)
            objection = remedies.rejected(served_on=courts.at.date(), claim=Claim.INACCURATE)
            received = remedies.appeal(objection.public_id)

        page = self.follow(door, received.case.public_id, received.track_code)

        assert "上一级人民法院正在复议" in page.text
        assert "示例省高级人民法院" in page.text

    def test_has_one_text_for_a_wrong_number_and_a_wrong_code(self, door: Door) -> None:
        number, code = handed_out(door.visitor().post("/me/object", door.decision().form()))

        answers = [
            self.follow(door, number, "0000-0000-0000"),
            self.follow(door, "0000000000", code),
            self.follow(door, "0000000000", "0000-0000-0000"),
        ]

        assert {answer.status_code for answer in answers} == {422}
        assert len({without_token(answer) for answer in answers}) == 1
        assert "受理编号或者查询码不符" in answers[0].text

    def test_gives_a_visitor_and_a_number_five_tries_an_hour(self, door: Door) -> None:
        number, code = handed_out(door.visitor().post("/me/object", door.decision().form()))
        visitor = door.visitor()
        for serial in range(5):
            visitor.post("/me/track", {"number": f"000000000{serial}", "track_code": code})
        assert visitor.post("/me/track", {"number": number, "track_code": code}).status_code == 429

        for _ in range(5):
            assert self.follow(door, number, "0000-0000-0000").status_code == 422
        assert self.follow(door, number, code).status_code == 429


def test_pages_are_sound_html(door: Door) -> None:
    decision = door.decision()
    received = door.visitor().post("/me/object", decision.form())
    number, code = handed_out(received)
    pages = [
        received,
        door.visitor().get("/me/object"),
        door.visitor().get("/me/track"),
        door.visitor().post("/me/object", decision.form(statement="")),
        door.visitor().post("/me/track", {"number": number, "track_code": code}),
    ]
    parser = html5lib.HTMLParser(strict=True)
    for page in pages:
        parser.parse(page.text)
        ids = re.findall(r'\bid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids))
        assert '<meta name="robots" content="noindex, noarchive">' in page.text


class counted_statements:  # noqa: N801 - reads as a sentence
    """The kinds of statements a request runs on the application's engine."""

    def __init__(self, office: Office) -> None:
        self._engine = office.app.extensions["database"].engine
        self.seen: list[str] = []

    def _count(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        table = re.search(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)", statement)
        self.seen.append(table[1] if table else statement.split()[0])

    def __enter__(self) -> list[str]:
        event.listen(self._engine, "before_cursor_execute", self._count)
        return self.seen

    def __exit__(self, *error: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._count)
