"""Suspension, resumption, correction and extension at the court's desk, each by its own hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from blacklist.models import Order
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import OrderKind
from blacklist.services.correcting import facts_now
from tests.courts import do
from tests.offices import Office, make_office, post

SUSPEND = {"reason": "objection", "until": "2026-12-20", "document": "审查笔录第 1 号", "note": "已提供担保"}
CORRECT = {
    "found_on": "2026-11-24",
    "reason": "金额录入有误",
    "document": "卷宗第 3 页",
    "name": "测试某",
    "grounds": ["G4"],
    "evidence": "财产报告令送达回证、银行流水查询反馈（演示）",
    "duty": "偿还借款本金五万元。",
    "duty_public": "偿还借款本金五万元。",
    "performance": "part",
    "amount_due": "5万",
    "amount_performed": "1000",
    "basis_number": "（2025）京0199民初1号",
    "basis_maker": "示例市示范区人民法院",
    "filed_on": "2026-09-01",
}


@pytest.fixture
def office(own_database_url: str, key_file: Path, at) -> Iterator[Office]:
    from tests.apps import close_app

    made = make_office(own_database_url, key_file, at=at)
    yield made
    close_app(made.app)


def effective(office: Office, kind: OrderKind = OrderKind.LISTING, state: str = "effective") -> str:
    with office.acting() as courts:
        return courts.order(state, kind=kind)[0].public_id


def order_of(office: Office, public_id: str) -> Order:
    with office.acting() as courts:
        return courts.session.query(Order).filter_by(public_id=public_id).one()


class TestSuspending:
    def test_goes_from_the_clerk_to_the_president_and_back(self, office):
        public_id, clerk, president = effective(office), office.browser("clerk"), office.browser("president")
        base = f"/desk/e/{public_id}"
        form = clerk.get(f"{base}/suspend").text
        assert "公示页面即时撤下" in form
        assert "暂停期满不会自行恢复" in form

        assert post(clerk, f"{base}/suspend", **SUSPEND).location == f"{base}?done=suspension-proposed"
        shown = president.get(base).text
        assert "待决定：已有人提出暂停" in shown
        assert f"{base}/decide-suspension" in shown
        decision = president.get(f"{base}/decide-suspension").text
        assert "审查笔录第 1 号" in decision
        assert "2026-12-20" in decision
        answer = post(president, f"{base}/decide-suspension", do="approve")
        assert answer.location == f"{base}?done=suspension-approved", answer.text
        assert order_of(office, public_id).state == "suspended"
        assert "暂停公示" in clerk.get(base).text
        assert office.app.test_client().get(f"/e/{public_id}").status_code == 410

        resumption = {"basis": "名单规定第十二条", "document": "审查决定第 1 号", "note": "担保已落空"}
        assert post(clerk, f"{base}/resume", **resumption).location == f"{base}?done=resumption-proposed"
        assert post(president, f"{base}/decide-resumption", do="approve").location == f"{base}?done=resumption-approved"
        assert office.app.test_client().get(f"/e/{public_id}").status_code == 200

    def test_on_a_doubt_rests_at_once_and_shows_who_must_confirm_by_when(self, office):
        public_id, clerk, president = effective(office), office.browser("clerk"), office.browser("president")
        base = f"/desk/e/{public_id}"

        answer = post(clerk, f"{base}/suspend", **SUSPEND | {"reason": "identity_doubt", "alone": "yes"})

        assert answer.location == f"{base}?done=suspended-alone"
        assert order_of(office, public_id).state == "suspended"
        page = president.get(f"{base}/decide-suspension").text
        assert "余 1 个工作日" in page
        assert "即时恢复限制和公示" in page
        assert "您不能决定此事项" in clerk.get(f"{base}/decide-suspension").text
        answer = post(president, f"{base}/decide-suspension", do="reject", note="照片比对一致")
        assert answer.location == f"{base}?done=suspension-rejected"
        assert order_of(office, public_id).state == "effective"

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"alone": "yes"}, "只有对是否本人存在疑问"),
            ({"until": "2026-11-23"}, "不能早于今天"),
            ({"until": "不知"}, "真实的日期"),
            ({"reason": "conditional_repair", "note": ""}, "写明条件和核对日期"),
            ({"document": ""}, "须为 1 至 200 个字"),
            ({"reason": "whatever"}, "请选择"),
        ],
    )
    def test_refuses_with_the_reason_beside_the_field_and_changes_nothing(self, office, change, words):
        public_id, clerk = effective(office), office.browser("clerk")

        answer = post(clerk, f"/desk/e/{public_id}/suspend", **SUSPEND | change)

        assert answer.status_code == 422
        assert words in answer.text
        assert order_of(office, public_id).state == "effective"

    def test_refused_needs_a_reason(self, office):
        public_id, president = effective(office, state="suspension-proposed"), office.browser("president")

        answer = post(president, f"/desk/e/{public_id}/decide-suspension", do="reject", note=" ")

        assert answer.status_code == 422
        assert "请写明不同意的理由" in answer.text

    def test_wants_the_password_given_lately(self, office):
        public_id, president = effective(office, state="suspension-proposed"), office.browser("president")
        office.clock.at += timedelta(minutes=6)

        page = president.get(f"/desk/e/{public_id}/decide-suspension")
        answer = post(president, f"/desk/e/{public_id}/decide-suspension", do="approve")

        assert "先验证身份" in page.text
        assert answer.location.startswith("/account/prove")
        assert order_of(office, public_id).state == "effective"

    def test_decided_on_an_old_page_shows_what_changed(self, office):
        public_id, president = effective(office, state="suspension-proposed"), office.browser("president")
        old = order_of(office, public_id).version
        with office.acting() as courts:
            order = courts.session.query(Order).filter_by(public_id=public_id).one()
            do(courts, "serve", order, None)

        answer = post(president, f"/desk/e/{public_id}/decide-suspension", do="approve", version=str(old))

        assert answer.status_code == 409
        assert "登记送达" in answer.text

    def test_nothing_to_decide_is_said_plainly(self, office):
        public_id, president = effective(office), office.browser("president")

        assert president.get(f"/desk/e/{public_id}/decide-suspension").status_code == 404
        assert president.get(f"/desk/e/{public_id}/decide-whatever").status_code == 404


class TestCorrecting:
    def test_shows_both_readings_and_keeps_the_earlier_one(self, office):
        public_id, clerk, president = effective(office), office.browser("clerk"), office.browser("president")
        base = f"/desk/e/{public_id}"
        assert "330000.00" in clerk.get(f"{base}/correct").text

        answer = post(clerk, f"{base}/correct", **CORRECT)
        assert answer.location == f"{base}?done=correction-proposed", answer.text
        page = president.get(f"{base}/decide-correction").text
        assert "330000.00" in page
        assert "50000.00" in page
        assert "余 3 个工作日" in page
        assert "更正中" in clerk.get(base).text
        assert post(president, f"{base}/decide-correction", do="approve").location == f"{base}?done=correction-approved"

        shown = clerk.get(base).text
        assert "第 1 版，更正前" in shown
        assert "330000.00" in shown
        assert "偿还借款本金五万元" in office.app.test_client().get(f"/e/{public_id}").text
        with office.acting() as courts:
            order = courts.session.query(Order).filter_by(public_id=public_id).one()
            assert facts_now(courts.session, order, vault=courts.vault)["amount_due"] == "50000.00"

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"amount_due": "很多"}, "amount_due"),
            ({"name": ""}, "请填写"),
            ({"filed_on": "2026-13-01"}, "真实的日期"),
            ({"grounds": ["G1", "G4"]}, "不得延长名单期限"),
            ({"found_on": "2026-11-25"}, "今天之前"),
            ({"reason": ""}, "须为 1 至 1000 个字"),
        ],
    )
    def test_refuses_with_the_reason_and_keeps_what_was_typed(self, office, change, words):
        public_id, clerk = effective(office), office.browser("clerk")

        answer = post(clerk, f"/desk/e/{public_id}/correct", **CORRECT | change)

        assert answer.status_code == 422
        assert words in answer.text
        assert "偿还借款本金五万元" in answer.text

    def test_of_a_consumption_order_has_no_grounds(self, office):
        public_id, clerk = effective(office, OrderKind.CONSUMPTION), office.browser("clerk")

        page = clerk.get(f"/desk/e/{public_id}/correct").text

        assert 'name="grounds"' not in page
        assert 'name="duty"' in page


class TestExtending:
    def test_moves_the_last_day_by_two_persons(self, office):
        public_id, clerk, president = effective(office), office.browser("clerk"), office.browser("president")
        base = f"/desk/e/{public_id}"
        with office.acting() as courts:
            order = courts.session.query(Order).filter_by(public_id=public_id).one()
            order.grounds = "G3,G4"
            until = order.ends_on
        form = {"reason": "several_kinds", "years": "2", "document": "笔录第 2 号", "note": "两项情形"}

        assert post(clerk, f"{base}/extend", **form).location == f"{base}?done=extension-proposed"
        assert "2 年" in president.get(f"{base}/decide-extension").text
        assert post(president, f"{base}/decide-extension", do="approve").location == f"{base}?done=extension-approved"

        assert order_of(office, public_id).ends_on == until.replace(year=until.year + 2)
        assert f"{base}/extend" not in clerk.get(base).text

    def test_says_which_ground_is_missing(self, office):
        public_id, clerk = effective(office), office.browser("clerk")
        form = {"reason": "grave_violence", "years": "1", "document": "笔录", "note": "暴力"}

        answer = post(clerk, f"/desk/e/{public_id}/extend", **form)

        assert answer.status_code == 422
        assert "不含暴力" in answer.text


class TestWarnings:
    def test_are_asked_at_the_read_back_and_shown_to_who_signs(self, office):
        public_id, clerk = effective(office, state="draft"), office.browser("clerk")
        with office.acting() as courts:
            order = courts.session.query(Order).filter_by(public_id=public_id).one()
            order.circumstances = "student_loan"
        page = clerk.get(f"/desk/e/{public_id}/check").text
        assert "全日制在校生" in page

        refused = post(clerk, f"/desk/e/{public_id}/check", do="submit", answer_student_loan=" ")
        assert refused.status_code == 422
        assert "请答复" in refused.text
        assert order_of(office, public_id).submitted_at is None
        taken = post(clerk, f"/desk/e/{public_id}/check", do="submit", answer_student_loan="已毕业两年，有稳定收入")
        assert taken.status_code == 303

        with office.acting() as courts:
            order = courts.session.query(Order).filter_by(public_id=public_id).one()
            last_six = open_subject(courts.session, order.subject_id, vault=courts.vault).number[-6:]
        post(office.browser("checker"), f"/desk/review/{public_id}", do="pass", last_six=last_six)
        assert "经办人答复：已毕业两年，有稳定收入" in office.browser("president").get(f"/desk/sign/{public_id}").text
