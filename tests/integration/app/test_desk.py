"""The court's desk through its own pages, on both databases: what each person may do, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import create_app
from app.database import database, reading_session, writing_session
from blacklist.actors import Actor, ActorKind, Role
from blacklist.models import Account, AuditEntry, KeptAnswer, Order, StaffSession
from blacklist.services import staffing
from blacklist.services.calendars import load_shipped_years
from config import Config

COMMAND = Actor(kind=ActorKind.COMMAND)
PASSWORD = "Correct-Horse-42"
NUMBER = "710100198507210031"
PEOPLE = {
    "clerk": ("测试书记员", "京0199", (Role.CLERK,)),
    "checker": ("测试核验人", "京0199", (Role.CHECKER,)),
    "president": ("测试院领导", "京0199", (Role.PRESIDENT,)),
    "everything": ("测试全岗", "京0199", (Role.CLERK, Role.CHECKER, Role.PRESIDENT)),
    "stranger": ("外院书记员", "京0198", (Role.CLERK, Role.CHECKER, Role.PRESIDENT)),
}
ENTRY = {
    "do": "readback",
    "kind": "listing",
    "case_number": "（2026）京0199执1234号",
    "filed_on": "2026-09-01",
    "basis_number": "（2025）京0199民初88号",
    "basis_maker": "示例市示范区人民法院",
    "document_type": "resident_id",
    "number": NUMBER,
    "name": "测试丙",
    "grounds": ["G1", "G4"],
    "evidence": "财产报告令送达回证",
    "warned_on": "2026-10-08",
    "duty": "偿还测试申请人借款330000元。",
    "duty_public": "偿还借款330000元。",
    "performance": "none",
    "amount_due": "33万",
    "amount_performed": "0",
    "also_consumption": "yes",
}


class Hands:
    """The clock of the tests and the browsers of its people."""

    def __init__(self, url: str, key_file: Path, at: datetime) -> None:
        self.at = at
        config = Config.from_env(
            {
                "REGISTRY_ENV": "development",
                "REGISTRY_DEMO": "1",
                "REGISTRY_DATABASE_URL": url,
                "REGISTRY_KEY_FILE": str(key_file),
            }
        )
        self.app: Flask = create_app(config, clock=lambda: self.at)
        self.people: dict[str, int] = {}
        with self.app.app_context(), writing_session() as session:
            load_shipped_years(session, actor=COMMAND, at=at)
            courts = {
                code: staffing.create_court(session, code=code, name=f"测试{code}法院", region="示例省").id
                for code in ("京0199", "京0198")
            }
            for username, (name, court, roles) in PEOPLE.items():
                person = staffing.create_person(session, name=name, at=at)
                self.people[username] = person.id
                staffing.create_account(
                    session, person_id=person.id, username=username, password=PASSWORD, actor=COMMAND, at=at
                )
                for role in roles:
                    staffing.grant_role(
                        session, person_id=person.id, court_id=courts[court], role=role, actor=COMMAND, at=at
                    )

    def close(self) -> None:
        with self.app.app_context():
            database().close()

    def browser(self, username: str | None = None) -> FlaskClient:
        """Return a browser, signed in as somebody."""
        client = self.app.test_client()
        if username is not None:
            answer = post(client, "/login", page="/login", username=username, password=PASSWORD)
            assert (answer.status_code, answer.location) == (303, "/desk"), answer.text
        return client

    def orders(self) -> dict[str, Order]:
        """Return the orders by kind."""
        with self.app.app_context(), reading_session() as session:
            return {order.kind: order for order in session.scalars(select(Order).order_by(Order.id))}

    def events(self, order: Order | None = None) -> list[str]:
        """Return the audit trail's events, of one order or all."""
        query = select(AuditEntry.event).order_by(AuditEntry.number)
        if order is not None:
            query = query.where(AuditEntry.object_id == order.id)
        with self.app.app_context(), reading_session() as session:
            return list(session.scalars(query))


@pytest.fixture
def hands(own_database_url: str, key_file: Path, at: datetime) -> Iterator[Hands]:
    made = Hands(own_database_url, key_file, at)
    yield made
    made.close()


def hidden(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, f"{name} is not in the page ({page.status_code})"
    return found[1]


def post(client: FlaskClient, path: str, *, page: str | None = None, **form: object) -> TestResponse:
    """Send the form of a page: its token and its version come from the page."""
    shown = client.get(page or path)
    assert shown.status_code == 200, (shown.status_code, shown.text[:2000])
    form.setdefault("csrf_token", hidden(shown, "csrf_token"))
    for name in ("version", "form_id", "companion", "companion_version"):
        if f'name="{name}"' in shown.text:
            form.setdefault(name, hidden(shown, name))
    return client.post(path, data=form)


def enter(client: FlaskClient, **changes: object) -> TestResponse:
    return post(client, "/desk/e/new", **{**ENTRY, **changes})


def submitted(hands: Hands, **changes: object) -> str:
    """Enter and hand in a listing; return its public id."""
    clerk = hands.browser("clerk")
    answer = enter(clerk, **changes)
    assert answer.status_code == 303, answer.text
    done = post(clerk, answer.location, do="submit")
    assert done.status_code == 303, done.text
    return answer.location.split("/")[3]


def checked(hands: Hands, **changes: object) -> str:
    public_id = submitted(hands, **changes)
    companion = hands.orders().get("consumption")  # drafted and handed in with the listing
    for one in (public_id, companion.public_id) if companion is not None else (public_id,):
        answer = post(hands.browser("checker"), f"/desk/review/{one}", do="pass", last_six="210031")
        assert answer.location == "/desk/review?done=checked", answer.text
    return public_id


def issued(hands: Hands) -> str:
    public_id = checked(hands)
    answer = post(hands.browser("president"), f"/desk/sign/{public_id}", do="issue")
    assert answer.location == "/desk/sign?done=issued", answer.text
    return public_id


def effective(hands: Hands) -> str:
    public_id = issued(hands)
    answer = post(
        hands.browser("clerk"),
        f"/desk/e/{public_id}/serve",
        recipient="1",
        way="direct",
        outcome="served",
        done_on=hands.at.date().isoformat(),
        proof="送达回证第 7 号",
    )
    assert answer.location == f"/desk/e/{public_id}?done=served-effective", answer.text
    return public_id


def proposed(hands: Hands, username: str = "clerk") -> str:
    public_id = effective(hands)
    answer = post(
        hands.browser(username), f"/desk/e/{public_id}/remove", reason="R1", basis="", document="结案通知书1号", note=""
    )
    assert answer.location == f"/desk/e/{public_id}?done=proposed", answer.text
    return public_id


@pytest.mark.requirement("I2")
def test_an_order_goes_from_draft_to_removal_through_four_hands(hands: Hands) -> None:
    public_id = proposed(hands)
    president = hands.browser("president")
    page = president.get(f"/desk/e/{public_id}/decide-removal")
    assert "结案通知书1号" in page.text
    assert "第十条第一款第（一）项" in page.text

    answer = post(president, f"/desk/e/{public_id}/decide-removal", do="approve")

    assert answer.location == f"/desk/e/{public_id}?done=removed", answer.text
    order = hands.orders()["listing"]
    assert order.state == "removed"
    assert [event.split(".")[1] for event in hands.events(order)] == [
        "drafted",
        "submitted",
        "checked",
        "issued",
        "service-recorded",
        "effective",
        "removal-proposed",
        "removed",
    ]
    shown = president.get(f"/desk/e/{public_id}?done=removed")
    assert "限制即时解除" in shown.text
    assert "已删除" in shown.text


def test_a_listing_brings_its_consumption_order_and_both_are_handed_in(hands: Hands) -> None:
    submitted(hands)

    orders = hands.orders()

    assert orders["listing"].case_id == orders["consumption"].case_id
    assert orders["listing"].submitted_at is not None
    assert orders["consumption"].submitted_at is not None
    assert orders["consumption"].grounds == ""


def test_persons_named_for_a_unit_go_to_the_consumption_order_alone(hands: Hands) -> None:
    clerk = hands.browser("clerk")
    unit = {
        "document_type": "uscc",
        "number": "91350100M000100Y43",
        "name": "测试一号有限公司",
        "representative": "测试壬",
        "bound_0_role": "legal_representative",
        "bound_0_document_type": "resident_id",
        "bound_0_number": "710100197205180098",
        "bound_0_name": "测试壬",
    }

    answer = enter(clerk, **unit)

    assert answer.status_code == 303, answer.text
    page = clerk.get(answer.location)
    assert "同时作出的限制消费令" in page.text
    orders = hands.orders()
    bound = {
        kind: clerk.get(f"/desk/e/{order.public_id}").text.count("<strong>测试壬</strong>")
        for kind, order in orders.items()
    }
    assert bound == {"listing": 0, "consumption": 0}
    assert "法定代表人</td>" in clerk.get(f"/desk/e/{orders['consumption'].public_id}").text
    assert "法定代表人</td>" not in clerk.get(f"/desk/e/{orders['listing'].public_id}").text


def test_kept_numbers_of_bound_persons_survive_a_correction(hands: Hands) -> None:
    clerk = hands.browser("clerk")
    person = {
        "bound_0_role": "legal_representative",
        "bound_0_document_type": "resident_id",
        "bound_0_number": "710100197205180098",
        "bound_0_name": "测试壬",
    }
    unit = {"document_type": "uscc", "name": "测试一号有限公司", "representative": "测试壬"}
    ban = {"kind": "exit_ban", "exit_ban_months": "6", "also_consumption": "", "grounds": []}
    answer = enter(clerk, number="91350100M000100Y43", **unit, **person, **ban)
    assert answer.status_code == 303, answer.text
    edit = answer.location.replace("/check", "/edit")
    assert "7101**************" in clerk.get(edit).text
    changes = {**ENTRY, **unit, **person, **ban, "number": "", "bound_0_number": "", "bound_0_kept": "0"}

    answer = post(clerk, edit, **changes)

    assert answer.status_code == 303, answer.text
    assert "测试壬，7101**************" in clerk.get(answer.location).text
    public_id = answer.location.split("/")[3]
    assert post(clerk, f"/desk/e/{public_id}/abandon", reason="录入错误").status_code == 303
    assert hands.orders()["exit_ban"].state == "abandoned"


def test_the_same_form_sent_twice_makes_one_draft(hands: Hands) -> None:
    clerk = hands.browser("clerk")
    page = clerk.get("/desk/e/new")
    form = {**ENTRY, "csrf_token": hidden(page, "csrf_token"), "form_id": hidden(page, "form_id")}

    answers = [clerk.post("/desk/e/new", data=form) for _ in range(2)]

    assert answers[0].location == answers[1].location
    with hands.app.app_context(), reading_session() as session:
        assert len(session.scalars(select(Order)).all()) == 2  # the listing and its consumption order
        assert len(session.scalars(select(KeptAnswer)).all()) == 1


def test_a_wrong_form_is_shown_again_with_its_faults_and_nothing_is_kept(hands: Hands) -> None:
    clerk = hands.browser("clerk")

    answer = enter(clerk, number="710100198507210032", amount_due="很多", case_number="没有号")

    assert answer.status_code == 422
    assert "错误：" in answer.text
    assert 'href="#f-number"' in answer.text
    assert 'href="#f-amount_due"' in answer.text
    assert "测试丙" in answer.text
    assert hands.orders() == {}


def test_a_returned_draft_is_corrected_without_typing_the_number_again(hands: Hands) -> None:
    public_id = submitted(hands)
    answer = post(hands.browser("checker"), f"/desk/review/{public_id}", do="return", reason="金额与判决不一致")
    assert answer.location == "/desk/review?done=returned"
    clerk = hands.browser("clerk")
    page = clerk.get(f"/desk/e/{public_id}/edit")
    assert "金额与判决不一致" in page.text
    assert NUMBER not in page.text

    answer = post(clerk, f"/desk/e/{public_id}/edit", **{**ENTRY, "number": "", "amount_due": "34万"})

    assert answer.location == f"/desk/e/{public_id}/check", answer.text
    assert "340,000.00" in clerk.get(answer.location).text


@pytest.mark.requirement("T11")
def test_the_last_six_typed_wrong_send_the_draft_back(hands: Hands) -> None:
    public_id = submitted(hands)
    checker = hands.browser("checker")
    page = checker.get(f"/desk/review/{public_id}")
    assert NUMBER not in page.text
    assert "7101" not in page.text.replace(public_id, "")

    answer = post(checker, f"/desk/review/{public_id}", do="pass", last_six="210032")

    assert answer.location == "/desk/review?done=mismatch"
    assert hands.orders()["listing"].state == "returned"


@pytest.mark.requirement("T1")
def test_who_drafted_neither_checks_nor_signs(hands: Hands) -> None:
    all_hands = hands.browser("everything")
    answer = enter(all_hands)
    public_id = answer.location.split("/")[3]
    post(all_hands, answer.location, do="submit")

    assert f"/desk/review/{public_id}" not in all_hands.get("/desk/review").text
    assert all_hands.get(f"/desk/review/{public_id}").status_code == 403
    token = hidden(all_hands.get("/desk"), "csrf_token")
    answer = all_hands.post(
        f"/desk/review/{public_id}", data={"csrf_token": token, "version": "2", "do": "pass", "last_six": "210031"}
    )
    assert answer.status_code == 403
    post(hands.browser("checker"), f"/desk/review/{public_id}", do="pass", last_six="210031")
    answer = all_hands.post(f"/desk/sign/{public_id}", data={"csrf_token": token, "version": "3", "do": "issue"})
    assert answer.status_code == 403
    assert hands.orders()["listing"].state == "checked"


@pytest.mark.requirement("T1")
def test_who_proposed_does_not_decide(hands: Hands) -> None:
    public_id = proposed(hands, "president")
    president = hands.browser("president")
    page = president.get(f"/desk/e/{public_id}/decide-removal")
    assert "您不能决定此事项" in page.text

    token, version = hidden(page, "csrf_token"), str(hands.orders()["listing"].version)
    answer = president.post(
        f"/desk/e/{public_id}/decide-removal", data={"csrf_token": token, "version": version, "do": "approve"}
    )

    assert answer.status_code == 403
    assert hands.orders()["listing"].state == "effective"
    assert hands.events()[-1] == "act.refused"


@pytest.mark.requirement("I13")
@pytest.mark.parametrize("path", ["", "/check", "/edit", "/serve", "/remove", "/decide-removal", "/abandon"])
def test_another_courts_order_is_answered_like_none(hands: Hands, path: str) -> None:
    public_id = submitted(hands)
    stranger = hands.browser("stranger")

    foreign = stranger.get(f"/desk/e/{public_id}{path}")
    absent = stranger.get(f"/desk/e/7K3M9Q2XTD{path}")

    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert _without_ids(foreign.text) == _without_ids(absent.text)
    assert public_id not in stranger.get("/desk/e").text


@pytest.mark.requirement("T3")
def test_a_stale_version_is_refused_with_the_present_one(hands: Hands) -> None:
    public_id = checked(hands)
    president = hands.browser("president")
    page = president.get(f"/desk/sign/{public_id}")
    form = {"csrf_token": hidden(page, "csrf_token"), "version": "2", "do": "issue"}

    answer = president.post(f"/desk/sign/{public_id}", data=form)

    assert answer.status_code == 409
    assert "第 <span" in answer.text
    assert hands.orders()["listing"].state == "checked"


@pytest.mark.requirement("T18")
def test_a_form_without_its_token_or_from_elsewhere_is_refused(hands: Hands) -> None:
    public_id = checked(hands)
    president = hands.browser("president")
    path, token = f"/desk/sign/{public_id}", hidden(president.get(f"/desk/sign/{public_id}"), "csrf_token")
    form = {"version": "3", "do": "issue"}
    foreign_token = hidden(hands.browser().get("/login"), "csrf_token")

    assert president.post(path, data=form).status_code == 400
    assert president.post(path, data={**form, "csrf_token": foreign_token}).status_code == 400
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = president.post(path, data={**form, "csrf_token": token}, headers=headers)
        assert answer.status_code == 403
    assert hands.browser().post("/login", data={"username": "clerk", "password": PASSWORD}).status_code == 400
    assert hands.orders()["listing"].state == "checked"


@pytest.mark.requirement("P10")
def test_five_failures_lock_an_account_for_a_quarter_of_an_hour(hands: Hands) -> None:
    live, client = hands.browser("clerk"), hands.browser()
    answers = [post(client, "/login", username="clerk", password="wrong-Password-1") for _ in range(5)]
    right = post(client, "/login", username="clerk", password=PASSWORD)
    unknown = post(client, "/login", username="nobody", password=PASSWORD)

    assert {answer.status_code for answer in [*answers, right, unknown]} == {422}
    texts = {_without_ids(answer.text).replace("nobody", "clerk") for answer in [*answers, right, unknown]}
    assert len(texts) == 1
    assert live.get("/desk").status_code == 200  # a lock leaves live sessions alone
    assert hands.events().count("account.locked") == 1
    hands.at += timedelta(minutes=15, seconds=1)
    assert post(client, "/login", username="clerk", password=PASSWORD).status_code == 303


@pytest.mark.requirement("P2")
def test_a_decision_wants_the_password_given_lately(hands: Hands) -> None:
    public_id = checked(hands)
    president = hands.browser("president")
    hands.at += timedelta(minutes=6)
    page = president.get(f"/desk/sign/{public_id}")
    assert "先验证身份" in page.text
    form = {"csrf_token": hidden(page, "csrf_token"), "version": hidden(page, "version"), "do": "issue"}

    answer = president.post(f"/desk/sign/{public_id}", data=form)
    assert answer.location == f"/account/prove?next=%2Fdesk%2Fsign%2F{public_id}"
    assert hands.orders()["listing"].state == "checked"
    wrong = post(president, "/account/prove", page=answer.location, next=f"/desk/sign/{public_id}", password="x")
    assert wrong.status_code == 422
    proved = post(president, "/account/prove", page=answer.location, next=f"/desk/sign/{public_id}", password=PASSWORD)
    assert proved.location == f"/desk/sign/{public_id}"
    assert post(president, f"/desk/sign/{public_id}", do="issue").location == "/desk/sign?done=issued"


@pytest.mark.requirement("P9")
def test_sessions_end_with_sign_out_a_new_password_and_a_lost_role(hands: Hands) -> None:
    first, second = hands.browser("clerk"), hands.browser("clerk")
    fresh = "Another-Horse-77"
    weak = post(first, "/account/password", current=PASSWORD, fresh="clerk-Horse-42", again="clerk-Horse-42")
    assert weak.status_code == 422
    answer = post(first, "/account/password", current=PASSWORD, fresh=fresh, again=fresh)
    assert answer.location == "/desk?done=password", answer.text
    assert first.get("/desk").status_code == 200
    assert second.get("/desk").location.startswith("/login?next=")

    assert post(first, "/logout", page="/desk").location == "/login"
    assert first.get("/desk").status_code == 303

    checker = hands.browser("checker")
    with hands.app.app_context(), writing_session() as session:
        court_id = session.scalars(select(Order.court_id)).first() or 0
        person = session.scalars(select(Account.person_id).where(Account.username == "checker")).one()
        for court in {court_id, *_court_ids(session)}:
            staffing.end_role(session, person_id=person, court_id=court, role=Role.CHECKER, actor=COMMAND, at=hands.at)
    assert checker.get("/desk").status_code == 303
    assert hands.browser("checker").get("/desk/review").status_code == 403


def test_a_session_ends_when_idle_and_is_stored_as_a_hash(hands: Hands) -> None:
    clerk = hands.browser("clerk")
    cookie = clerk.get_cookie("registry_session")
    assert cookie is not None
    with hands.app.app_context(), reading_session() as session:
        stored = session.scalars(select(StaffSession.token_hash)).one()
    assert cookie.value.encode() != stored
    assert len(stored) == 32

    hands.at += timedelta(minutes=31)

    assert clerk.get("/desk").status_code == 303


@pytest.mark.requirement("D10")
def test_a_whole_number_is_shown_once_for_a_reason(hands: Hands) -> None:
    public_id = submitted(hands)
    clerk = hands.browser("clerk")
    page = f"/desk/e/{public_id}"
    assert NUMBER not in clerk.get(page).text

    refused = post(clerk, f"{page}/reveal", page=page, reason=f"核对{NUMBER}")
    shown = post(clerk, f"{page}/reveal", page=page, reason="与卷宗原件核对")

    assert refused.status_code == 422
    assert NUMBER in shown.text
    assert NUMBER not in clerk.get(page).text
    assert hands.events(hands.orders()["listing"]).count("subject.number-revealed") == 1


def test_hints_tell_what_the_number_says_and_what_stands(hands: Hands) -> None:
    submitted(hands)
    clerk = hands.browser("clerk")
    token = hidden(clerk.get("/desk/e/new"), "csrf_token")

    def ask(**form: str) -> str:
        answer = clerk.post("/desk/e/new/hints", data={"csrf_token": token, "document_type": "resident_id", **form})
        assert answer.status_code == 200
        return " ".join(one["text"] for one in answer.get_json()["messages"])

    told = ask(number=NUMBER, name="测试丙", amount_due="33w", case_number="(2026)京0199执1234号")
    assert "男 · 1985-07-21 · 41 岁" in told
    assert "本院对该主体有 2 份" in told
    assert "叁拾叁万元整" in told
    assert "（2026）京0199执1234号" in told
    assert "同名主体" in ask(name="测试丙")
    assert "✓" not in ask(number="710100198507210032")


def test_the_box_finds_by_number_name_and_case(hands: Hands) -> None:
    public_id = submitted(hands)
    clerk, stranger = hands.browser("clerk"), hands.browser("stranger")

    for text in (NUMBER, "测试丙", "（2026）京0199执1234号"):
        assert public_id in post(clerk, "/desk/find", page="/desk/e", q=text).text
        assert public_id not in post(stranger, "/desk/find", page="/desk/e", q=text).text
    assert public_id in clerk.get("/desk/e?state=submitted&kind=listing").text
    assert public_id not in clerk.get("/desk/e?state=draft").text
    assert clerk.get("/desk/e?sort=name").status_code == 400


def test_queues_are_those_of_the_role(hands: Hands) -> None:
    submitted(hands)

    assert "待核验" in hands.browser("checker").get("/desk").text
    clerk = hands.browser("clerk").get("/desk").text
    assert "待补正" in clerk
    assert "待签发" not in clerk
    assert hands.browser("clerk").get("/desk/sign").status_code == 403


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/desk\n", "desk"])
def test_sign_in_leads_to_this_site_only(hands: Hands, path: str) -> None:
    client = hands.browser()

    answer = post(client, "/login", username="clerk", password=PASSWORD, next=path)

    assert answer.location == "/desk"


def test_without_a_session_pages_lead_to_the_sign_in_and_acts_are_refused(hands: Hands) -> None:
    client = hands.browser()
    answer = client.get("/desk/e?state=draft")
    assert answer.location == "/login?next=/desk/e?state%3Ddraft"
    token = hidden(client.get("/login"), "csrf_token")
    assert client.post("/desk/e/new", data={"csrf_token": token}).status_code == 403


def test_a_minor_is_never_listed(hands: Hands) -> None:
    answer = enter(hands.browser("clerk"), number=_resident(date(2010, 5, 6)))

    assert answer.status_code == 422
    assert "未成年人" in answer.text


def _court_ids(session: object) -> list[int]:
    from blacklist.models import Court

    return list(session.scalars(select(Court.id)))  # type: ignore[attr-defined]


def _resident(birth: date) -> str:
    digits = f"710100{birth:%Y%m%d}003"
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(digits))
    return digits + "10X98765432"[total % 11]


def _without_ids(text: str) -> str:
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", text)
    return re.sub(r"\b[0-9a-f]{16}\b", "", text)
