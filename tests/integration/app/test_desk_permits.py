"""Permits at the court's desk, on both databases: application, decision, revocation, each by its own hands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from app.cli.demo.cast import SandboxSubject
from app.database import writing_session
from blacklist.actors import Role
from blacklist.models import Order, Permit, RateBucket
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.services import staffing
from tests.apps import COMMAND, SetClock, ask, bearer, close_app, issue, make_app
from tests.courts import Courts, make_courts

AT = datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
PASSWORD = "Correct-Horse-42"
ROLES = {
    "clerk": (Role.CLERK,),
    "checker": (Role.CHECKER,),
    "president": (Role.PRESIDENT,),
    "everything": (Role.CLERK, Role.CHECKER, Role.PRESIDENT),
}
FORM = {
    "person": "1",
    "leave": "urgent_travel",
    "cause": "relative_funeral",
    "purpose": "air_travel",
    "received_on": "2026-11-24",
    "valid_from": "2026-11-24",
    "valid_to": "2026-11-26",
    "uses": "2",
    "evidence": "死亡证明、亲属关系证明（测试）",
    "undertaken_on": "2026-11-24",
    "confirmation": "",
}


@dataclass
class Office:
    """An application with two courts, people who sign in, and one agency."""

    app: Flask
    clock: SetClock
    courts: Courts
    key: str

    @contextmanager
    def acting(self) -> Iterator[Courts]:
        with self.app.app_context(), writing_session() as session:
            yield replace(self.courts, session=session, at=self.clock.at)

    def browser(self, username: str) -> FlaskClient:
        client = self.app.test_client()
        answer = post(client, "/login", username=username, password=PASSWORD)
        assert (answer.status_code, answer.location) == (303, "/desk"), answer.text
        return client

    def order(self, kind: OrderKind = OrderKind.CONSUMPTION, state: str = "effective") -> tuple[Order, SandboxSubject]:
        with self.acting() as courts:
            return courts.order(state, kind=kind)

    def permit(self, address: str) -> Permit:
        with self.acting() as courts:
            return courts.session.scalars(select(Permit).where(Permit.public_id == id_in(address))).one()


def hidden(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, f"{name} is not in the page ({page.status_code})"
    return found[1]


def post(client: FlaskClient, path: str, *, page: str | None = None, **form: Any) -> TestResponse:
    """Send the form of a page: its token and its version come from the page."""
    shown = client.get(page or path)
    assert shown.status_code == 200, (shown.status_code, shown.text[:2000])
    for name in ("csrf_token", "version"):
        if f'name="{name}"' in shown.text:
            form.setdefault(name, hidden(shown, name))
    return client.post(path, data=form)


def id_in(address: str) -> str:
    return address.split("?")[0].rsplit("/", 1)[1]


@pytest.fixture(scope="module")
def office(database_url: str, key_file: Path) -> Iterator[Office]:
    clock = SetClock(AT)
    app = make_app(database_url, key_file, clock=clock)
    with app.app_context(), writing_session() as session:
        courts = make_courts(session, vault=app.extensions["vault"], at=AT)
        for username, roles in {**ROLES, "stranger": ROLES["everything"]}.items():
            person = staffing.create_person(session, name=f"测试{username}", at=AT)
            staffing.create_account(
                session, person_id=person.id, username=username, password=PASSWORD, actor=COMMAND, at=AT
            )
            for role in roles:
                staffing.grant_role(
                    session,
                    person_id=person.id,
                    court_id=courts.other if username == "stranger" else courts.home,
                    role=role,
                    actor=COMMAND,
                    at=AT,
                )
    yield Office(app, clock, courts, issue(app, at=AT, burst=100_000))
    close_app(app)


@pytest.fixture(autouse=True)
def _set_back(office: Office) -> Iterator[None]:
    """Put the clock back and forget how often people signed in: every test is a morning of its own."""
    yield
    office.clock.at = AT
    with office.acting() as courts:
        courts.session.execute(delete(RateBucket))


def applied(office: Office, order: Order, *, username: str = "clerk", **change: str) -> str:
    """Record an application; return the address of its page."""
    answer = post(office.browser(username), f"/desk/e/{order.public_id}/permits/new", **{**FORM, **change})
    assert answer.status_code == 303, answer.text
    assert answer.location.endswith("?done=permit-applied")
    return answer.location.split("?")[0]


def granted(office: Office, order: Order, **change: str) -> str:
    address = applied(office, order, **change)
    answer = post(office.browser("president"), f"{address}/decide", page=address, do="grant")
    assert answer.location == f"{address}?done=permit-granted", answer.text
    return address


class TestApplying:
    def test_a_clerk_records_an_application_and_sees_what_is_asked(self, office: Office) -> None:
        order, subject = office.order()
        clerk = office.browser("clerk")
        form = clerk.get(f"/desk/e/{order.public_id}/permits/new").text
        assert subject.name in form
        assert "乘坐飞机" in form
        assert "出境" not in form.split("申请事项")[1].split("</select>")[0]
        assert "personal_assets" not in form

        page = clerk.get(applied(office, order))

        for text in (
            "近亲属丧葬",
            "死亡证明、亲属关系证明（测试）",
            "2026年11月24日至2026年11月26日",
            "申请 2 次",
            "待决定",
        ):
            assert text in page.text
        assert "今日须答复" in page.text
        assert "您不能决定此事项" in page.text

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"valid_to": "2026-12-25"}, "valid_to"),
            ({"valid_from": "2026-11-23"}, "valid_from"),
            ({"undertaken_on": ""}, "undertaken_on"),
            ({"cause": "other_necessity"}, "cause"),
            ({"purpose": "star_hotel"}, "purpose"),
            ({"leave": "personal_assets", "cause": "private_spending"}, "leave"),
            ({"person": "2"}, "person"),
            ({"uses": "11"}, "uses"),
            ({"evidence": ""}, "evidence"),
            ({"valid_to": "26日"}, "valid_to"),
        ],
    )
    def test_a_fault_stands_beside_its_field_and_nothing_typed_is_lost(
        self, office: Office, change: dict[str, str], field: str
    ) -> None:
        order, _ = office.order()

        answer = post(office.browser("clerk"), f"/desk/e/{order.public_id}/permits/new", **{**FORM, **change})

        assert answer.status_code == 422
        assert f'id="e-{field}"' in answer.text
        assert f'href="#f-{field}"' in answer.text
        if field != "evidence":
            assert FORM["evidence"] in answer.text
        with office.acting() as courts:
            assert courts.session.scalars(select(Permit).where(Permit.order_id == order.id)).all() == []

    def test_the_border_asks_for_the_higher_courts_paper(self, office: Office) -> None:
        order, _ = office.order(OrderKind.EXIT_BAN)
        change = {"leave": "necessary", "cause": "exam", "purpose": "exit_border", "undertaken_on": ""}

        path = f"/desk/e/{order.public_id}/permits/new"
        answer = post(office.browser("clerk"), path, **{**FORM, **change})
        assert (answer.status_code, 'id="e-confirmation"' in answer.text) == (422, True)
        page = office.browser("clerk").get(applied(office, order, **change, confirmation="（2026）京执限出函1号"))
        assert "（2026）京执限出函1号" in page.text

    def test_a_listing_offers_nothing_to_apply_for(self, office: Office) -> None:
        order, _ = office.order(OrderKind.LISTING)

        page = office.browser("clerk").get(f"/desk/e/{order.public_id}/permits/new")

        assert (page.status_code, "没有可以申请的人" in page.text) == (200, True)
        assert "<select" not in page.text

    @pytest.mark.parametrize(
        ("username", "status"), [("checker", 403), ("president", 403), ("stranger", 404), ("clerk", 200)]
    )
    def test_only_a_clerk_of_the_court_sees_the_form(self, office: Office, username: str, status: int) -> None:
        order, _ = office.order()

        assert office.browser(username).get(f"/desk/e/{order.public_id}/permits/new").status_code == status

    def test_an_order_that_restricts_nobody_is_not_opened(self, office: Office) -> None:
        order, _ = office.order(state="issued")

        assert office.browser("clerk").get(f"/desk/e/{order.public_id}/permits/new").status_code == 409


class TestDeciding:
    def test_the_president_sees_the_effect_and_grants(self, office: Office) -> None:
        order, subject = office.order()
        address = applied(office, order)
        president = office.browser("president")
        page = president.get(address).text
        assert "自2026年11月24日至2026年11月26日，可以办理乘坐飞机 2 次；其他限制不变。" in page
        assert "另有" not in page

        answer = post(president, f"{address}/decide", page=address, do="grant")

        assert answer.location == f"{address}?done=permit-granted"
        permit = office.permit(address)
        page = president.get(answer.location).text
        assert permit.permit_no is not None
        assert permit.permit_no in page
        assert "余 2 次，共 2 次" in page
        number = subject.documents[0][1]
        assert ask(office.app.test_client(), office.key, number, "air_travel").json["outcome"] == "permitted"

    def test_is_told_of_other_orders_in_the_way(self, office: Office) -> None:
        order, subject = office.order()
        with office.acting() as courts:
            courts.telling.make(subject, OrderKind.CONSUMPTION, serial=8001, at=AT - DAY)
            courts.telling.make(subject, OrderKind.EXIT_BAN, serial=8002, at=AT - DAY, exit_ban_months=3)

        page = office.browser("president").get(applied(office, order)).text

        assert "另有 1 份生效决定限制同一事项" in page

    def test_proves_the_password_before_granting(self, office: Office) -> None:
        order, _ = office.order()
        address = applied(office, order)
        president = office.browser("president")
        version = hidden(president.get(address), "version")
        office.clock.at = AT + timedelta(minutes=6)

        page = president.get(address)
        assert "先验证身份" in page.text
        assert 'value="grant"' not in page.text
        answer = president.post(
            f"{address}/decide", data={"csrf_token": hidden(page, "csrf_token"), "version": version, "do": "grant"}
        )
        assert answer.location == f"/account/prove?next={address.replace('/', '%2F')}"
        assert office.permit(address).state == "applied"

    def test_refuses_with_a_reason(self, office: Office) -> None:
        order, _ = office.order()
        address, president = applied(office, order), office.browser("president")

        bare = post(president, f"{address}/decide", page=address, do="refuse", note=" ")
        assert (bare.status_code, "请写明不予许可的理由。" in bare.text) == (422, True)
        answer = post(president, f"{address}/decide", page=address, do="refuse", note="证据不足（测试）")

        assert answer.location == f"{address}?done=permit-refused"
        page = president.get(address).text
        assert "证据不足（测试）" in page
        assert "不予许可" in page

    def test_who_recorded_it_does_not_decide_it(self, office: Office) -> None:
        order, _ = office.order()
        address, everything = applied(office, order, username="everything"), office.browser("everything")
        page = everything.get(address)
        assert "该步骤须由另一人办理。" in page.text

        token = hidden(everything.get("/desk"), "csrf_token")
        answer = everything.post(f"{address}/decide", data={"csrf_token": token, "version": "1", "do": "grant"})

        assert (answer.status_code, office.permit(address).state) == (403, "applied")

    @pytest.mark.parametrize(("username", "status"), [("clerk", 403), ("checker", 403), ("stranger", 404)])
    def test_nobody_else_decides(self, office: Office, username: str, status: int) -> None:
        order, _ = office.order()
        address, browser = applied(office, order), office.browser(username)
        token = hidden(browser.get("/desk"), "csrf_token")

        answer = browser.post(f"{address}/decide", data={"csrf_token": token, "version": "1", "do": "grant"})

        assert (answer.status_code, office.permit(address).state) == (status, "applied")

    def test_a_page_that_is_not_the_newest_decides_nothing(self, office: Office) -> None:
        order, _ = office.order()
        address = granted(office, order)
        president = office.browser("president")

        token = hidden(president.get("/desk"), "csrf_token")
        answer = president.post(f"{address}/decide", data={"csrf_token": token, "version": "1", "do": "grant"})

        assert (answer.status_code, "请刷新后查看最新内容再办" in answer.text) == (409, True)

    def test_says_why_it_can_only_be_refused(self, office: Office) -> None:
        order, _ = office.order()
        late, ended = applied(office, order), applied(office, order, purpose="rail_high_class")
        with office.acting() as courts:
            courts.telling.remove(courts.session.get_one(Order, order.id), RemovalReason.PERFORMED, basis="-", at=AT)
        page = office.browser("president").get(ended).text
        assert "该决定目前不产生限制效力" in page
        assert 'value="grant"' not in page

        office.clock.at = AT + 4 * DAY
        page = office.browser("president").get(late).text
        assert "逾期 4 天" in page


class TestUsing:
    def test_the_page_shows_who_used_it_and_when(self, office: Office) -> None:
        order, subject = office.order()
        address = granted(office, order)
        check = ask(office.app.test_client(), office.key, subject.documents[0][1], "air_travel").json
        done = office.app.test_client().post(
            f"/api/v1/checks/{check['check_id']}/outcome",
            json={"action": "permit_used", "at": AT.isoformat()},
            headers=bearer(office.key, **{"Idempotency-Key": "desk-use"}),
        )
        assert done.status_code == 201, done.text

        page = office.browser("clerk").get(address).text

        assert "测试单位" in page
        assert "2026-11-24 10:05" in page
        assert "余 1 次，共 2 次" in page


class TestRevoking:
    def proposed(self, office: Office, address: str, username: str = "clerk", reason: str = "breach") -> None:
        answer = post(
            office.browser(username), f"{address}/revoke", page=address, reason=reason, document="调查笔录1号", note=""
        )
        assert answer.location == f"{address}?done=permit-revocation-proposed", answer.text

    def test_two_persons_take_it_back_and_no_other_is_given(self, office: Office) -> None:
        order, subject = office.order()
        address = granted(office, order)
        self.proposed(office, address)
        president = office.browser("president")
        page = president.get(address).text
        for text in ("违反承诺从事消费行为", "调查笔录1号", "即时恢复限制", "再次申请，不予批准", "待决定撤销"):
            assert text in page

        steps = office.browser("clerk").get(f"/desk/e/{order.public_id}")
        assert (steps.status_code, "提出撤销单次许可" in steps.text) == (200, True)

        answer = post(president, f"{address}/decide-revocation", page=address, do="approve")

        assert answer.location == f"{address}?done=permit-revoked", answer.text
        number = subject.documents[0][1]
        assert ask(office.app.test_client(), office.key, number, "air_travel").json["outcome"] == "restricted"
        again = post(office.browser("clerk"), f"/desk/e/{order.public_id}/permits/new", **FORM)
        assert (again.status_code, "再次申请不予批准" in again.text) == (409, True)

    def test_a_rejection_leaves_it(self, office: Office) -> None:
        order, _ = office.order()
        address, president = granted(office, order), office.browser("president")
        self.proposed(office, address)

        bare = post(president, f"{address}/decide-revocation", page=address, do="reject", note="")
        assert bare.status_code == 422
        answer = post(president, f"{address}/decide-revocation", page=address, do="reject", note="查无实据（测试）")

        assert answer.location == f"{address}?done=permit-revocation-rejected"
        assert office.permit(address).state == "granted"

    def test_who_proposed_it_does_not_decide_it(self, office: Office) -> None:
        order, _ = office.order()
        address = granted(office, order)
        self.proposed(office, address, "president")
        president = office.browser("president")

        assert "该步骤须由另一人办理。" in president.get(address).text
        token = hidden(president.get("/desk"), "csrf_token")
        data = {"csrf_token": token, "version": "2", "do": "approve"}
        assert president.post(f"{address}/decide-revocation", data=data).status_code == 403

    def test_an_error_is_no_reason_once_it_is_over(self, office: Office) -> None:
        order, _ = office.order()
        address = granted(office, order)
        assert "granted_in_error" in office.browser("clerk").get(address).text
        with office.acting() as courts:
            permit = courts.session.scalars(select(Permit).where(Permit.public_id == id_in(address))).one()
            permit.state = "expired"

        page = office.browser("clerk").get(address).text
        assert "granted_in_error" not in page
        answer = post(
            office.browser("clerk"),
            f"{address}/revoke",
            page=address,
            reason="granted_in_error",
            document="1号",
            note="",
        )
        assert (answer.status_code, "不能再以误准为由撤销" in answer.text) == (422, True)


class TestListing:
    def test_shows_what_waits_first_and_each_court_its_own(self, office: Office) -> None:
        order, subject = office.order()
        granted(office, order)
        applied(office, order, purpose="rail_high_class")

        page = office.browser("checker").get("/desk/permits")

        assert page.status_code == 200
        assert [page.text.index(f">{title}</h2>") for title in ("待决定", "许可中", "已终止")] == sorted(
            page.text.index(f">{title}</h2>") for title in ("待决定", "许可中", "已终止")
        )
        assert subject.documents[0][1] not in page.text
        assert order.public_id in page.text
        assert order.public_id not in office.browser("stranger").get("/desk/permits").text

    def test_another_courts_permit_is_not_found(self, office: Office) -> None:
        order, _ = office.order()
        address = granted(office, order)

        assert office.browser("stranger").get(address).status_code == 404
        assert office.browser("clerk").get("/desk/permits/nothing").status_code == 404

    def test_nobody_reads_it_without_signing_in(self, office: Office) -> None:
        for path in ("/desk/permits", "/desk/permits/anything"):
            answer = office.app.test_client().get(path)
            assert answer.status_code in (303, 401)
