"""The signing table and the entry of known cases through their pages, on both databases."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.database import reading_session
from blacklist.models import AuditEntry, Order, SignMark
from tests.integration.app.test_desk import ENTRY, NUMBER, PASSWORD, Hands, checked, enter, hands, hidden, post

__all__ = ["hands"]
JSON = {"Accept": "application/json"}


def table(client: FlaskClient) -> TestResponse:
    shown = client.get("/desk/sign")
    assert shown.status_code == 200, shown.text
    return shown


def rows_of(shown: TestResponse) -> dict[str, str]:
    """Return the fields that name the cards of a table, as its form sends them."""
    found = re.findall(r'name="((?:order|version)_\d+)" value="([^"]*)"', shown.text)
    return {**dict(found), "page": "1", "csrf_token": hidden(shown, "csrf_token")}


def all_opened(client: FlaskClient) -> dict[str, str]:
    """Open every card, so that no draw of the sample stands in the way; return the table's fields."""
    fields = rows_of(table(client))
    for row in range(sum(name.startswith("order_") for name in fields)):
        answer = client.post("/desk/sign/marks", data={**fields, "do": f"open-{row}"}, headers=JSON)
        assert answer.get_json()["faults"] == {}
    return fields


def confirm(client: FlaskClient) -> TestResponse:
    shown = client.get("/desk/sign/confirm")
    form = {name: hidden(shown, name) for name in ("csrf_token", "form_id", "seen")}
    return client.post("/desk/sign/confirm", data={"do": "sign", **form})


def agreed(client: FlaskClient) -> dict[str, str]:
    fields = all_opened(client)
    answer = client.post("/desk/sign/marks", data={**fields, "choice_0": "agree", "choice_1": "agree", "do": "confirm"})
    assert answer.location == "/desk/sign/confirm", answer.text
    return fields


def signed(hands: Hands) -> FlaskClient:
    checked(hands)
    president = hands.browser("president")
    agreed(president)
    answer = confirm(president)
    assert answer.location.startswith("/desk/sign/signed/"), answer.text
    return president


class TestTable:
    def test_shows_facts_checks_and_grade_of_each_order(self, hands: Hands) -> None:
        checked(hands)

        shown = table(hands.browser("president")).text

        assert shown.count('<fieldset class="sign-card') == 2
        assert "测试丙" in shown
        assert "应履行 330,000.00 元" in shown
        assert "已对照原件盲录证件号码末六位" in shown
        assert "该案限制消费令一并待签发" in shown
        assert NUMBER not in shown

    def test_says_why_a_card_is_amber(self, hands: Hands) -> None:
        checked(hands, duty_public="")

        shown = table(hands.browser("president")).text

        assert "有提示，须先查看" in shown
        assert "须核实：没有公开文本" in shown
        assert shown.index("须核实：没有公开文本") < shown.rindex("两人经办")

    def test_never_shows_an_order_to_its_drafter(self, hands: Hands) -> None:
        everything = hands.browser("everything")
        answer = enter(everything)
        assert post(everything, answer.location, do="submit").status_code == 303
        for order in hands.orders().values():
            post(hands.browser("checker"), f"/desk/review/{order.public_id}", do="pass", last_six="210031")

        assert "没有等待您签发的决定" in table(everything).text
        assert "sign-card" in table(hands.browser("president")).text

    def test_keeps_a_choice_by_itself_and_shows_it_again(self, hands: Hands) -> None:
        checked(hands)
        president = hands.browser("president")
        fields = all_opened(president)

        answer = president.post("/desk/sign/marks", data={**fields, "choice_1": "hold", "do": "save"}, headers=JSON)

        assert answer.get_json() == {"faults": {}, "counts": [0, 0, 1], "details": []}
        assert re.search(r'name="choice_1" value="hold" checked', table(president).text)

    def test_gives_the_whole_order_to_who_opens_it_and_never_the_number(self, hands: Hands) -> None:
        checked(hands)
        president = hands.browser("president")
        fields = rows_of(table(president))

        answer = president.post("/desk/sign/marks", data={**fields, "do": "open-0"}, headers=JSON)
        plain = president.post("/desk/sign/marks", data={**fields, "do": "open-1"})

        text = answer.get_data(as_text=True)
        assert "偿还测试申请人借款330000元。" in answer.get_json()["details"][2][1][0][1]
        assert NUMBER not in text
        assert plain.location == f"/desk/sign?page=1&open={fields['order_1']}#card-{fields['order_1']}"
        assert "义务全文（不公开）" in president.get(plain.location).text

    def test_agrees_to_an_amber_one_only_after_it_was_opened(self, hands: Hands) -> None:
        checked(hands, duty_public="", kind="listing")
        president = hands.browser("president")
        fields = rows_of(table(president))
        listing = hands.orders()["listing"].public_id
        row = next(name[-1] for name, value in fields.items() if value == listing)
        form = {**fields, f"choice_{row}": "agree", "do": "confirm"}

        refused = president.post("/desk/sign/marks", data=form)
        president.post("/desk/sign/marks", data={**fields, "do": f"open-{row}"}, headers=JSON)
        kept = president.post("/desk/sign/marks", data=form)

        assert refused.status_code == 422
        assert "请先打开查看全部内容，再选同意。" in refused.text
        assert kept.location == "/desk/sign/confirm"

    def test_cannot_agree_where_a_check_fails(self, hands: Hands) -> None:
        listing = checked(hands)
        president = hands.browser("president")
        consumption = hands.orders()["consumption"].public_id
        answer = post(president, f"/desk/sign/{consumption}", do="return", reason="请补正")
        assert answer.location == "/desk/sign?done=returned"
        fields = rows_of(table(president))

        answer = president.post("/desk/sign/marks", data={**fields, "choice_0": "agree", "do": "save"}, headers=JSON)

        assert answer.get_json()["faults"] == {listing: "有不符合规定的事项，只能退回或者搁置。"}
        assert "不能同意" in table(president).text

    def test_keeps_what_could_be_chosen_beside_what_could_not(self, hands: Hands) -> None:
        checked(hands)
        president = hands.browser("president")
        fields = all_opened(president)

        answer = president.post(
            "/desk/sign/marks", data={**fields, "choice_0": "return", "choice_1": "hold", "do": "confirm"}
        )

        assert answer.status_code == 422
        assert "请写明退回理由。" in answer.text
        with hands.app.app_context(), reading_session() as session:
            assert [mark.reading_seconds for mark in session.scalars(select(SignMark))].count(0) == 1

    def test_is_the_presidents_alone(self, hands: Hands) -> None:
        checked(hands)
        clerk = hands.browser("clerk")
        token = hidden(clerk.get("/account/password"), "csrf_token")

        answers = [clerk.get(path) for path in ("/desk/sign", "/desk/sign/confirm", "/desk/sign/recent")]
        answers.append(clerk.post("/desk/sign/marks", data={"csrf_token": token, "do": "save"}))

        assert [answer.status_code for answer in answers] == [403] * 4


class TestConfirmation:
    def test_names_everyone_and_signs_what_it_shows(self, hands: Hands) -> None:
        checked(hands)
        president = hands.browser("president")
        agreed(president)
        shown = president.get("/desk/sign/confirm").text
        assert "2 份同意，0 份退回，0 份搁置" in shown
        assert shown.count(">测试丙</a>") == 2
        assert shown.index("限制消费令</td>") < shown.index("纳入失信被执行人名单决定</td>")

        answer = confirm(president)

        page = president.get(answer.location).text
        assert "签发 2 份，退回 0 份" in page
        assert "（2026）京0199执1234号-失信1" in page
        orders = hands.orders()
        assert {order.state for order in orders.values()} == {"issued"}
        assert orders["listing"].batch_id == orders["consumption"].batch_id

    def test_leaves_out_a_listing_without_its_consumption_order(self, hands: Hands) -> None:
        checked(hands)
        president = hands.browser("president")
        fields = all_opened(president)
        listing = hands.orders()["listing"].public_id
        row = next(name[-1] for name, value in fields.items() if value == listing)
        president.post("/desk/sign/marks", data={**fields, f"choice_{row}": "agree", "do": "save"})

        shown = president.get("/desk/sign/confirm").text

        assert "0 份同意" in shown
        assert "同案的限制消费令没有一并选同意" in shown

    def test_signs_nothing_when_a_choice_changed_after_it_was_shown(self, hands: Hands) -> None:
        checked(hands)
        president = hands.browser("president")
        fields = agreed(president)
        shown = president.get("/desk/sign/confirm")
        form = {name: hidden(shown, name) for name in ("csrf_token", "form_id", "seen")}
        president.post("/desk/sign/marks", data={**fields, "choice_1": "hold", "do": "save"})

        answer = president.post("/desk/sign/confirm", data={"do": "sign", **form})

        assert answer.status_code == 422
        assert "请重新核对后再签" in answer.text
        assert {order.state for order in hands.orders().values()} == {"checked"}

    def test_asks_for_the_password_after_five_minutes(self, hands: Hands) -> None:
        checked(hands)
        president = hands.browser("president")
        agreed(president)
        shown = president.get("/desk/sign/confirm")
        form = {name: hidden(shown, name) for name in ("csrf_token", "form_id", "seen")}
        hands.at += timedelta(minutes=6)

        asked = president.post("/desk/sign/confirm", data={"do": "sign", **form})
        post(president, "/account/prove", page=asked.location, next="/desk/sign/confirm", password=PASSWORD)

        assert asked.location == "/account/prove?next=%2Fdesk%2Fsign%2Fconfirm"
        assert {order.state for order in hands.orders().values()} == {"checked"}
        assert confirm(president).location.startswith("/desk/sign/signed/")

    def test_sent_twice_signs_once_and_shows_the_same_result(self, hands: Hands) -> None:
        checked(hands)
        president = hands.browser("president")
        agreed(president)
        shown = president.get("/desk/sign/confirm")
        form = {name: hidden(shown, name) for name in ("csrf_token", "form_id", "seen")}

        answers = [president.post("/desk/sign/confirm", data={"do": "sign", **form}) for _ in range(2)]

        assert answers[0].location == answers[1].location
        assert [hands.events(order).count("order.issued") for order in hands.orders().values()] == [1, 1]

    def test_shows_a_result_to_its_signer_alone(self, hands: Hands) -> None:
        checked(hands)
        president = hands.browser("president")
        agreed(president)

        location = confirm(president).location

        assert hands.browser("everything").get(location).status_code == 404
        assert president.get(location).status_code == 200


class TestTakingBack:
    def test_sends_a_signed_order_back_and_spends_its_number(self, hands: Hands) -> None:
        president = signed(hands)
        listing = hands.orders()["listing"]
        shown = president.get("/desk/sign/recent")
        assert "余 10 分 0 秒" in shown.text
        assert "须先收回该决定，再收回限制消费令" in shown.text

        answer = president.post(
            "/desk/sign/recent",
            data={
                "csrf_token": hidden(shown, "csrf_token"),
                "order": listing.public_id,
                "version": listing.version,
                "reason": "金额有误",
            },
        )

        assert answer.location == "/desk/sign/recent?done=taken-back", answer.text
        assert "编号作废" in president.get(answer.location).text
        order = hands.orders()["listing"]
        assert (order.state, order.decided_on, order.issued_by) == ("returned", None, None)
        clerk = hands.browser("clerk")
        page = clerk.get(f"/desk/e/{order.public_id}").text
        assert "金额有误" in page
        assert f'<dd class="num">{listing.order_no}' not in page
        assert order.public_id in clerk.get("/desk").text

    def test_wants_a_reason(self, hands: Hands) -> None:
        president = signed(hands)
        listing = hands.orders()["listing"]
        shown = president.get("/desk/sign/recent")

        answer = president.post(
            "/desk/sign/recent",
            data={
                "csrf_token": hidden(shown, "csrf_token"),
                "order": listing.public_id,
                "version": listing.version,
                "reason": "",
            },
        )

        assert answer.status_code == 422
        assert f'href="#f-reason-{listing.public_id}"' in answer.text

    def test_loses_its_button_after_ten_minutes_and_is_refused_by_name(self, hands: Hands) -> None:
        president = signed(hands)
        listing = hands.orders()["listing"]
        token = hidden(president.get("/desk/sign/recent"), "csrf_token")
        hands.at += timedelta(minutes=10, seconds=1)

        shown = president.get("/desk/sign/recent")
        answer = president.post(
            "/desk/sign/recent",
            data={
                "csrf_token": token,
                "order": listing.public_id,
                "version": listing.version,
                "reason": "金额有误",
            },
        )

        assert "十分钟内没有批量签发的决定" in shown.text
        assert answer.status_code == 409
        assert "签发已超过十分钟，不能收回" in answer.text
        assert hands.orders()["listing"].state == "issued"


class TestKnownCase:
    def known(self, hands: Hands) -> tuple[FlaskClient, str]:
        """Return a clerk and the reference of the debtor in a case that has an order already."""
        answer = enter(hands.browser("clerk"), kind="consumption", grounds=[], also_consumption="")
        assert answer.status_code == 303, answer.text
        return hands.browser("clerk"), hands.orders()["consumption"].public_id

    def hints(self, client: FlaskClient, **fields: object) -> TestResponse:
        token = hidden(client.get("/desk/e/new"), "csrf_token")
        return client.post("/desk/e/new/hints", data={"csrf_token": token, **fields})

    def test_is_told_by_its_serial_alone_without_any_number(self, hands: Hands) -> None:
        clerk, ref = self.known(hands)

        answer = self.hints(clerk, case_number="１２３４")

        known = answer.get_json()["case"]
        assert known["number"] == "（2026）京0199执1234号"
        assert (known["filed_on"], known["basis_number"]) == ("2026-09-01", "（2025）京0199民初88号")
        assert known["debtors"] == [
            {
                "ref": ref,
                "label": "测试丙（男，41 岁），7101**************",
                "orders": "本案已有限制消费令",
                "name": "测试丙",
                "document_type": "resident_id",
                "representative": "",
            }
        ]
        assert NUMBER not in answer.get_data(as_text=True)

    def test_of_another_court_is_unknown(self, hands: Hands) -> None:
        self.known(hands)

        answer = self.hints(hands.browser("stranger"), case_number="（2026）京0199执1234号")

        assert answer.get_json()["case"] is None

    def test_gives_its_debtor_to_a_new_order_by_reference(self, hands: Hands) -> None:
        clerk, ref = self.known(hands)

        answer = enter(clerk, case_number="1234", number="", name="", debtor=ref, also_consumption="")

        assert answer.status_code == 303, answer.text
        orders = hands.orders()
        assert orders["listing"].subject_id == orders["consumption"].subject_id
        assert orders["listing"].case_id == orders["consumption"].case_id

    def test_gives_no_debtor_to_an_order_of_another_case(self, hands: Hands) -> None:
        clerk, ref = self.known(hands)

        answer = enter(clerk, case_number="1235", number="", name="测试丙", debtor=ref)

        assert answer.status_code == 422
        assert "所选被执行人不属于该案" in answer.text
        with hands.app.app_context(), reading_session() as session:
            assert len(session.scalars(select(Order.id)).all()) == 1

    def test_yields_to_a_number_that_is_typed(self, hands: Hands) -> None:
        clerk, ref = self.known(hands)

        answer = enter(clerk, number="710100197205180098", name="测试丁", debtor=ref, also_consumption="")

        assert answer.status_code == 303, answer.text
        orders = hands.orders()
        assert orders["listing"].subject_id != orders["consumption"].subject_id

    def test_fills_the_form_without_scripts(self, hands: Hands) -> None:
        clerk, ref = self.known(hands)

        answer = post(clerk, "/desk/e/new", do="lookup", case_number="(2026)京0199执1234号", kind="listing")

        assert answer.status_code == 200
        assert 'value="（2025）京0199民初88号"' in answer.text
        assert f'name="debtor" value="{ref}" checked' in answer.text
        assert NUMBER not in answer.text

    def test_of_a_draft_given_up_is_not_told(self, hands: Hands) -> None:
        clerk, ref = self.known(hands)
        post(clerk, f"/desk/e/{ref}/abandon", reason="录入错误")

        assert self.hints(clerk, case_number="1234").get_json()["case"] is None

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            ({"kind": "listing", "grounds": ["G4"]}, "期限：如今日签发，至 2028年11月24日"),
            ({"kind": "listing", "grounds": ["G1", "G4"]}, "期限：无固定期限，至依法删除或者解除之日"),
            ({"kind": "exit_ban", "exit_ban_months": "3"}, "期限：如今日签发，至 2027年2月24日"),
        ],
    )
    def test_is_joined_by_the_term_the_order_would_have(
        self, hands: Hands, fields: dict[str, object], text: str
    ) -> None:
        messages = self.hints(hands.browser("clerk"), **fields).get_json()["messages"]

        assert text in [one["text"] for one in messages]


def test_what_was_handed_in_leads_to_the_next_entry(hands: Hands) -> None:
    clerk = hands.browser("clerk")
    answer = enter(clerk, **ENTRY)

    done = post(clerk, answer.location, do="submit")

    assert done.location.endswith("/submitted")
    shown = clerk.get(done.location).text
    assert "已送核验" in shown
    assert '<a class="btn" href="/desk/e/new" autofocus>再录一条</a>' in shown


def test_a_hasty_batch_is_told_to_the_supervisor_once_and_stops_nobody(hands: Hands) -> None:
    signed(hands)

    with hands.app.app_context(), reading_session() as session:
        told = [
            entry.facts
            for entry in session.scalars(select(AuditEntry).where(AuditEntry.event == "order.issued"))
            if entry.facts.get("hasty")
        ]
    assert [facts["under_two_seconds"] for facts in told] == [2]
    assert {order.state for order in hands.orders().values()} == {"issued"}
