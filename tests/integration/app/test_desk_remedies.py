"""Objections and reconsiderations through the pages of the desk, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from blacklist.models import CourtTask, Objection, Order, Proposal, Reconsideration
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedies import Claim
from blacklist.services import staffing
from tests.apps import close_app
from tests.offices import COMMAND, Office, make_office, post
from tests.remedies import Remedies, add_remedies

PLEA = {
    "claim": "should_not_be_listed",
    "applicant": "测试某",
    "contact": "测试电话",
    "statement": "不应纳入（测试陈述）\n第二行",
    "received_on": "2026-11-24",
}
FOUNDED = {"founded": "yes", "remedy": "withdraw", "reasons": "理由成立（测试）"}
UNFOUNDED = {"founded": "no", "remedy": "", "reasons": "理由不成立（测试）"}


@dataclass
class Bench:
    """An office with the people of remedies; the acts of a test's preparation go through the services."""

    office: Office
    remedies: Remedies

    @contextmanager
    def acting(self) -> Iterator[Remedies]:
        with self.office.acting() as courts:
            yield replace(self.remedies, courts=courts)

    def browser(self, username: str) -> FlaskClient:
        return self.office.browser(username)

    def order(self, state: str = "effective", kind: OrderKind = OrderKind.LISTING) -> Order:
        with self.acting() as remedies:
            return remedies.courts.order(state, kind=kind)[0]

    def objection(self, state: str, claim: Claim = Claim.SHOULD_NOT_BE_LISTED) -> Objection:
        with self.acting() as remedies:
            return remedies.objection(state, plea=remedies.plea(claim))

    def appeal(self, state: str) -> Reconsideration:
        with self.acting() as remedies:
            return remedies.reconsideration(state)

    def row(self, model: type[Objection] | type[Reconsideration] | type[Order], row_id: int) -> Objection:
        with self.acting() as remedies:
            return remedies.session.get_one(model, row_id)  # type: ignore[return-value]


@pytest.fixture
def bench(own_database_url: str, key_file: Path, at: datetime) -> Iterator[Bench]:
    office = make_office(own_database_url, key_file, at=at)
    with office.acting() as courts:
        remedies = add_remedies(courts)
    office.people |= {
        "reviewer": remedies.reviewer,
        "high_clerk": remedies.high_clerk,
        "high_reviewer": remedies.high_reviewer,
        "high_president": remedies.high_president,
    }
    yield Bench(office, remedies)
    close_app(office.app)


def act(client: FlaskClient, path: str, deed: str, **form: object) -> TestResponse:
    """Send one of the forms of a case's page."""
    return post(client, f"{path}/{deed}", page=path, **form)


def handed_out(page: TestResponse) -> tuple[str, str]:
    number = re.search(r"受理编号.*?<span class=\"num mono\">([0-9A-Z]{10})<", page.text, re.DOTALL)
    code = re.search(r"<span class=\"num mono\">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})<", page.text)
    assert number is not None, page.text
    assert code is not None
    return number[1], code[1]


@pytest.mark.requirement("P2")
def test_an_objection_goes_from_paper_to_a_proposed_withdrawal_through_four_hands(bench: Bench) -> None:
    order = bench.order()
    clerk, reviewer, president = (bench.browser(one) for one in ("clerk", "reviewer", "president"))

    answer = post(clerk, f"/desk/e/{order.public_id}/objections/new", **PLEA)
    assert answer.status_code == 200, answer.text
    number, code = handed_out(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "至2026年12月9日，名单规定第十二条" in answer.text
    path = f"/desk/objections/{number}"
    assert code not in clerk.get(path).text

    assert act(reviewer, path, "accept").location == f"{path}?done=objection-accepted"
    assert act(
        reviewer, path, "notes", kind="hearing", text="听取意见（测试）", happened_on="2026-11-24"
    ).location.endswith("done=noted")
    assert act(reviewer, path, "outcome", **FOUNDED).location == f"{path}?done=outcome-proposed"
    page = president.get(path)
    for text in ("不应纳入（测试陈述）<br>第二行", "听取意见（测试）", "理由成立（测试）", "申请成立", "撤销"):
        assert text in page.text
    assert act(president, path, "decide", do="adopt", back_note="").location == f"{path}?done=outcome-decided"

    with bench.acting() as remedies:
        case = remedies.session.scalars(select(Objection)).one()
        proposal = remedies.session.scalars(select(Proposal).where(Proposal.order_id == order.id)).one()
        assert (case.state, case.decider_id) == ("upheld", remedies.courts.president.person_id)
        assert (proposal.act, proposal.proposer_id) == ("withdraw", remedies.reviewer.person_id)
    ended = post(president, f"/desk/e/{order.public_id}/decide-removal", do="approve")
    assert ended.location == f"/desk/e/{order.public_id}?done=removed", ended.text
    assert "已撤销" in president.get(f"/desk/e/{order.public_id}").text


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(bench: Bench) -> None:
    order = bench.order()
    clerk = bench.browser("clerk")
    path = f"/desk/e/{order.public_id}/objections/new"

    answer = post(clerk, path, **{**PLEA, "claim": "", "received_on": "2026-11-25"})
    assert answer.status_code == 422
    assert "请选择。" in answer.text
    later = post(clerk, path, **{**PLEA, "received_on": "2026-11-25"})

    assert later.status_code == 422
    assert "收到日期不能晚于今天" in later.text
    assert "不应纳入（测试陈述）" in later.text


def test_the_same_form_sent_twice_is_one_objection(bench: Bench) -> None:
    order = bench.order()
    clerk = bench.browser("clerk")
    path = f"/desk/e/{order.public_id}/objections/new"

    assert post(clerk, path, **PLEA).status_code == 200
    assert post(clerk, path, **PLEA).status_code == 409

    with bench.acting() as remedies:
        assert len(remedies.session.scalars(select(Objection)).all()) == 1


def test_a_wrong_person_is_on_top_and_rested_with_one_key(bench: Bench) -> None:
    order = bench.order()
    bench.objection("received")
    clerk = bench.browser("clerk")
    receipt = post(clerk, f"/desk/e/{order.public_id}/objections/new", **{**PLEA, "claim": "not_me"})
    number, _ = handed_out(receipt)
    assert "暂停公示，至 2026-12-09" in receipt.text
    listed = clerk.get("/desk/objections").text
    assert listed.index(number) < listed.index("待审查和审查中")

    path = f"/desk/objections/{number}"
    key = re.search(
        rf'action="{path}/suspend">.*?name="version" value="(\d+)".*?name="until" value="([0-9-]+)"',
        receipt.text,
        re.DOTALL,
    )
    assert key is not None
    answer = post(clerk, f"{path}/suspend", page=path, version=key[1], until=key[2])

    assert answer.location == f"{path}?done=doubt-suspended", answer.text
    with bench.acting() as remedies:
        assert remedies.session.get_one(Order, order.id).state == "suspended"
        assert remedies.session.scalars(select(CourtTask.closed_at)).one() is not None
    assert "先行暂停公示" in clerk.get(answer.location).text
    assert "suspend" not in clerk.get(path).text


def test_only_the_reviewer_takes_up_and_only_another_president_decides(bench: Bench) -> None:
    case = bench.objection("received")
    path = f"/desk/objections/{case.public_id}"
    clerk, president = bench.browser("clerk"), bench.browser("president")
    assert "受理，由我审查" not in clerk.get(path).text
    assert act(clerk, path, "accept", version="1").status_code == 403

    with bench.acting() as remedies:
        staffing.grant_role(
            remedies.session,
            person_id=remedies.courts.president.person_id or 0,
            court_id=remedies.courts.home,
            role=next(role for _, role in remedies.reviewer.roles),
            actor=COMMAND,
            at=remedies.at,
        )
    president = bench.browser("president")
    assert act(president, path, "accept").status_code == 303
    assert act(president, path, "outcome", **UNFOUNDED).status_code == 303
    assert "须由另一人办理" in president.get(path).text
    assert act(president, path, "decide", version="3", do="adopt", back_note="").status_code == 403

    answer = act(bench.browser("second"), path, "decide", do="adopt", back_note="")
    assert answer.location == f"{path}?done=outcome-decided"


def test_a_decision_asks_for_the_password_again(bench: Bench) -> None:
    case = bench.objection("proposed")
    path = f"/desk/objections/{case.public_id}"
    president = bench.browser("president")
    bench.office.clock.at += timedelta(minutes=6)
    assert "先验证身份" in president.get(path).text

    answer = act(president, path, "decide", do="adopt", back_note="")

    assert answer.location == f"/account/prove?next=%2Fdesk%2Fobjections%2F{case.public_id}"
    assert bench.row(Objection, case.id).state == "accepted"


def test_the_president_sends_an_outcome_back_with_a_reason(bench: Bench) -> None:
    case = bench.objection("proposed")
    path = f"/desk/objections/{case.public_id}"
    president = bench.browser("president")

    silent = act(president, path, "decide", do="back", back_note=" ")
    assert silent.status_code == 422
    assert "请写明退回的理由" in silent.text
    answer = act(president, path, "decide", do="back", back_note="请补充听证（测试）")

    assert answer.location == f"{path}?done=outcome-back"
    page = bench.browser("reviewer").get(path).text
    assert "请补充听证（测试）" in page
    assert "提出意见，送院领导决定" in page


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({**FOUNDED, "remedy": ""}, "请选择。"),
        ({**FOUNDED, "remedy": "remove"}, "请选择。"),
        ({**FOUNDED, "remedy": "remove", "end": "R9"}, "该处理方式与申请理由不符"),
        ({**UNFOUNDED, "reasons": ""}, "须为 1 至 4000 个字"),
    ],
)
def test_an_outcome_that_does_not_fit_is_shown_again(bench: Bench, form: dict[str, str], message: str) -> None:
    case = bench.objection("accepted")

    answer = act(bench.browser("reviewer"), f"/desk/objections/{case.public_id}", "outcome", **form)

    assert answer.status_code == 422
    assert message in answer.text


def test_a_removal_brings_its_reason(bench: Bench) -> None:
    case = bench.objection("accepted", Claim.PERFORMED)
    path = f"/desk/objections/{case.public_id}"
    page = bench.browser("reviewer").get(path).text
    assert '<option value="R9">' in page
    assert '<option value="R1">' not in page
    form = {**FOUNDED, "remedy": "remove", "end": "R9"}

    assert act(bench.browser("reviewer"), path, "outcome", **form).status_code == 303
    assert act(bench.browser("president"), path, "decide", do="adopt", back_note="").status_code == 303

    with bench.acting() as remedies:
        assert [(one.act, one.reason) for one in remedies.session.scalars(select(Proposal))] == [("remove", "R9")]


def test_service_starts_the_ten_days_and_shows_them(bench: Bench) -> None:
    case = bench.objection("rejected")
    path = f"/desk/objections/{case.public_id}"
    clerk = bench.browser("clerk")
    assert case.public_id in clerk.get("/desk/objections").text.split("驳回后待送达")[1].split("最近办结")[0]

    early = act(clerk, path, "serve", served_on="2026-11-23")
    assert early.status_code == 422
    assert "送达日期应在决定作出之日至今天之间" in early.text
    answer = act(clerk, path, "serve", served_on="2026-11-24")

    assert answer.location == f"{path}?done=outcome-served"
    assert "余 10 天（至2026年12月4日，名单规定第十二条）" in clerk.get(path).text
    assert "驳回后待送达" not in clerk.get("/desk/objections").text


def test_a_withdrawal_says_how_the_court_knows(bench: Bench) -> None:
    case = bench.objection("accepted")
    path = f"/desk/objections/{case.public_id}"
    clerk = bench.browser("clerk")

    odd = act(clerk, path, "withdraw", withdrawal_note="\u200b")
    assert odd.status_code == 422
    answer = act(clerk, path, "withdraw", withdrawal_note="撤回申请书（测试）")

    assert answer.location == f"{path}?done=remedy-withdrawn"
    assert "已撤回" in clerk.get(path).text


def test_a_stale_page_is_refused(bench: Bench) -> None:
    case = bench.objection("accepted")
    path = f"/desk/objections/{case.public_id}"

    answer = act(bench.browser("reviewer"), path, "outcome", version="1", **UNFOUNDED)

    assert answer.status_code == 409
    assert "已被他人办理" in answer.text
    assert "理由不成立（测试）" in answer.text  # what was typed is not lost
    assert bench.row(Objection, case.id).outcome is None


def test_an_exit_ban_is_sent_to_the_higher_court(bench: Bench) -> None:
    with bench.acting() as remedies:
        order = remedies.exit_ban(served=True)

    answer = bench.browser("clerk").get(f"/desk/e/{order.public_id}/objections/new")

    assert answer.status_code == 409
    assert "直接向上一级人民法院申请复议" in answer.text


@pytest.mark.requirement("I13")
def test_another_court_sees_and_does_nothing(bench: Bench) -> None:
    case, appeal = bench.objection("received"), bench.appeal("received")
    stranger = bench.browser("stranger")

    for path in (f"/desk/objections/{case.public_id}", f"/desk/appeals/{appeal.public_id}"):
        assert stranger.get(path).status_code == 404
        answer = post(stranger, f"{path}/withdraw", page="/desk/e", version="1", withdrawal_note="x")
        assert answer.status_code == 404
    for path in ("/desk/objections", "/desk/appeals"):
        page = stranger.get(path).text
        assert case.public_id not in page
        assert appeal.public_id not in page
    assert bench.browser("high_reviewer").get(f"/desk/objections/{case.public_id}").status_code == 404


class TestAppeals:
    def test_go_from_the_rejection_to_a_task_below_through_the_higher_court(self, bench: Bench) -> None:
        with bench.acting() as remedies:
            objection = remedies.rejected(served_on=remedies.at.date(), claim=Claim.INACCURATE)
        high_clerk, high_reviewer = bench.browser("high_clerk"), bench.browser("high_reviewer")

        receipt = post(
            high_clerk, "/desk/appeals/new", **{**PLEA, "claim": "", "reference": objection.public_id.lower()}
        )
        assert receipt.status_code == 200, receipt.text
        number, _ = handed_out(receipt)
        path = f"/desk/appeals/{number}"
        page = high_reviewer.get(path).text
        assert "理由不成立（测试）" in page  # the answer below
        assert "信息有误" in page  # the objection's claim, whatever was chosen here
        assert act(
            high_reviewer, path, "outcome", founded="yes", remedy="correct", reasons="应予更正（测试）"
        ).location.endswith("done=outcome-proposed")
        decided = act(bench.browser("high_president"), path, "decide", do="adopt", back_note="")
        assert decided.location == f"{path}?done=outcome-decided", decided.text

        with bench.acting() as remedies:
            task = remedies.session.scalars(select(CourtTask)).one()
            assert (task.kind, task.court_id) == ("correct-after-objection", remedies.courts.home)
        assert act(high_clerk, path, "serve", served_on="2026-11-24").location.endswith("done=outcome-served")

    def test_show_the_order_to_the_higher_court_on_this_page_alone(self, bench: Bench) -> None:
        appeal = bench.appeal("received")
        order = bench.row(Order, appeal.order_id)
        reviewer = bench.browser("high_reviewer")

        page = reviewer.get(f"/desk/appeals/{appeal.public_id}").text

        assert "财产报告令送达回证" in page
        assert f"/desk/e/{order.public_id}" not in page
        assert reviewer.get(f"/desk/e/{order.public_id}").status_code == 404

    def test_are_read_and_not_answered_by_the_court_below(self, bench: Bench) -> None:
        appeal = bench.appeal("received")
        path = f"/desk/appeals/{appeal.public_id}"
        reviewer = bench.browser("reviewer")

        page = reviewer.get(path).text
        assert "提出意见，送院领导决定" not in page
        assert f"/desk/e/{bench.row(Order, appeal.order_id).public_id}" in page
        answer = post(reviewer, f"{path}/outcome", page="/desk/appeals/new", version="1", **UNFOUNDED)

        assert answer.status_code == 403
        listed = reviewer.get("/desk/appeals").text
        assert appeal.public_id in listed.split("对本院决定的复议")[1]

    def test_of_an_exit_ban_go_by_its_number_in_time_alone(self, bench: Bench) -> None:
        with bench.acting() as remedies:
            order = remedies.exit_ban(served=True)
        clerk = bench.browser("high_clerk")
        form = {**PLEA, "reference": (order.order_no or "").replace("（", "(").replace("）", ")")}

        unsaid = post(clerk, "/desk/appeals/new", **{**form, "claim": ""})
        assert unsaid.status_code == 422
        assert "请选择理由" in unsaid.text
        bench.office.clock.at += timedelta(days=12)  # the tenth day from service was 3 December
        clerk = bench.browser("high_clerk")
        late = post(clerk, "/desk/appeals/new", **{**form, "claim": "performed", "received_on": "2026-12-04"})
        assert late.status_code == 409
        assert "2026年12月3日 届满" in late.text

        answer = post(clerk, "/desk/appeals/new", **{**form, "claim": "not_me", "received_on": "2026-12-04"})

        assert answer.status_code == 200, answer.text
        assert "异议复议规定第九条" in answer.text

    def test_of_an_unknown_number_are_asked_for_again(self, bench: Bench) -> None:
        answer = post(bench.browser("high_clerk"), "/desk/appeals/new", **{**PLEA, "reference": "0000000000"})

        assert answer.status_code == 422
        assert "没有这个编号" in answer.text

    def test_are_received_by_clerks_and_reviewers(self, bench: Bench) -> None:
        assert bench.browser("president").get("/desk/appeals/new").status_code == 403
        assert bench.browser("reviewer").get("/desk/appeals/new?reference=ABC").status_code == 200
        assert bench.browser("reviewer").get("/desk/appeals/new?other=ABC").status_code == 400


def test_pages_are_sound_html(bench: Bench) -> None:
    case, appeal = bench.objection("proposed", Claim.NOT_ME), bench.appeal("proposed")
    order = bench.order()
    parser = html5lib.HTMLParser(strict=True)
    for username, paths in {
        "clerk": ("/desk/objections", f"/desk/e/{order.public_id}/objections/new", "/desk/appeals/new"),
        "reviewer": (f"/desk/objections/{case.public_id}",),
        "president": (f"/desk/objections/{case.public_id}",),
        "high_reviewer": ("/desk/appeals", f"/desk/appeals/{appeal.public_id}"),
    }.items():
        client = bench.browser(username)
        for path in paths:
            page = client.get(path)
            assert page.status_code == 200
            parser.parse(page.text)
            ids = re.findall(r'\bid="([^"]+)"', page.text)
            assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]
