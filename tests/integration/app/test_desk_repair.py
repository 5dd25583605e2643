"""Case events, creditors' applications, releases and tasks through the desk's own pages, on both databases."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.cli.demo.cast import SandboxSubject
from blacklist.models import Application, CaseEvent, CourtTask, Order, OrderBinding, Proposal
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.subjects import BoundRole
from blacklist.services.drafting import BoundParty
from blacklist.services.tasks import open_due_tasks
from tests.apps import close_app
from tests.courts import CODE, invent
from tests.offices import Office, make_office, post

UNIT = SandboxSubject("测试一号有限公司", (("uscc", "91350100M000100Y43", None),), "测试壬")
EVENT = {
    "do": "preview",
    "kind": "performed",
    "happened_on": "2026-11-20",
    "document": "收据（测试）7号",
    "amount": "",
    "in_full": "yes",
    "note": "一次付清（测试）",
    "optional": "yes",
}


@pytest.fixture
def office(own_database_url: str, key_file: Path, at: datetime) -> Iterator[Office]:
    made = make_office(own_database_url, key_file, at=at)
    yield made
    close_app(made.app)


class Case:
    """A listing and its consumption order, in force."""

    def __init__(self, office: Office, *, grounds: tuple[Ground, ...] = (Ground.G1,), serial: int = 90_001) -> None:
        self.office, self.subject, self.serial = office, invent(), serial
        with office.acting() as courts:
            listing = courts.telling.make(
                self.subject, OrderKind.LISTING, serial=serial, at=courts.at - timedelta(days=60), grounds=grounds
            )
            self.listing = listing.public_id
            self.case_id = listing.case_id
            self.consumption = courts.session.scalars(
                select(Order.public_id).where(Order.case_id == listing.case_id, Order.kind == "consumption")
            ).one()
        self.address = f"/desk/e/{self.listing}/events/new"

    def preview(self, client: FlaskClient, **change: str) -> TestResponse:
        return post(client, self.address, **{**EVENT, **change})

    def record(self, client: FlaskClient, **change: str) -> TestResponse:
        return post(client, self.address, **{**EVENT, **change, "do": "confirm"})

    def proposals(self) -> dict[str, str]:
        with self.office.acting() as courts:
            rows = courts.session.execute(
                select(Order.kind, Proposal.reason)
                .join(Order, Order.id == Proposal.order_id)
                .where(Order.case_id == self.case_id)
            )
            return {row.kind: row.reason for row in rows}


def count_of(office: Office, table: type[Any]) -> int:
    with office.acting() as courts:
        return courts.session.scalar(select(func.count()).select_from(table)) or 0


class TestCaseEvents:
    def test_what_it_will_set_off_is_shown_before_anything_is_saved(self, office: Office) -> None:
        case = Case(office)

        page = case.preview(office.browser("clerk"))

        assert page.status_code == 200
        assert "尚未保存" in page.text
        assert "已履行生效法律文书确定的义务或者已执行完毕" in page.text
        assert "第十条第一款第（一）项" in page.text
        assert "余 1 个工作日（至2026年11月25日，名单规定第十条）" in page.text
        assert "已履行；金额 330,000.00 元" in page.text
        assert (case.proposals(), count_of(office, CaseEvent)) == ({}, 0)

    def test_confirmed_it_is_recorded_and_the_ends_are_proposed(self, office: Office) -> None:
        case, clerk = Case(office), office.browser("clerk")
        page = case.preview(clerk)
        sent = {name: value for name, value in EVENT.items() if name != "do"}
        assert all(f'name="{name}" value="{value}"' in page.text for name, value in sent.items() if value)

        answer = case.record(clerk)

        assert answer.location == f"/desk/e/{case.listing}?done=case-event", answer.text
        assert case.proposals() == {"listing": "R1", "consumption": "performed"}

    def test_nothing_typed_is_lost_on_the_way_back(self, office: Office) -> None:
        page = Case(office).preview(office.browser("clerk"), do="change", kind="terminated")

        assert page.status_code == 200
        assert "一次付清（测试）" in page.text
        assert 'value="terminated" checked' in page.text

    def test_the_page_sent_twice_records_once(self, office: Office) -> None:
        case, clerk = Case(office), office.browser("clerk")
        shown = clerk.get(case.address).text
        form = {**EVENT, "do": "confirm", "kind": "present_ended"}
        form |= {name: shown.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf_token", "version")}

        answers = [clerk.post(case.address, data=form).status_code for _ in range(2)]

        assert answers == [303, 409]
        assert count_of(office, CaseEvent) == 1

    def test_both_ends_are_decided_listing_first(self, office: Office) -> None:
        case = Case(office)
        case.record(office.browser("clerk"))
        president = office.browser("president")

        refused = post(president, f"/desk/e/{case.consumption}/decide-removal", do="approve")
        assert refused.status_code == 409
        assert "应当先决定该名单" in refused.text

        for order in (case.listing, case.consumption):
            answer = post(president, f"/desk/e/{order}/decide-removal", do="approve")
            assert answer.location == f"/desk/e/{order}?done=removed", answer.text

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"kind": "part_performed", "in_full": ""}, "请填写本次履行的金额。"),
            ({"amount": "一点儿", "in_full": ""}, "#f-amount"),
            ({"in_full": ""}, "确已全部履行的，请勾选确认。"),
            ({"happened_on": "2026-11-25"}, "发生日期应在立案之后、今天之前。"),
            ({"document": ""}, "#f-document"),
            ({"kind": "empty_search", "in_full": ""}, "尚未登记终结本次执行程序"),
        ],
    )
    @pytest.mark.parametrize("do", ["preview", "confirm"])
    def test_a_wrong_form_is_shown_again_with_its_faults(
        self, office: Office, do: str, change: dict[str, str], message: str
    ) -> None:
        case = Case(office)

        page = post(office.browser("clerk"), case.address, **{**EVENT, **change, "do": do})

        assert page.status_code == 422
        assert message in html.unescape(page.text)
        assert count_of(office, CaseEvent) == 0

    def test_performed_by_half_it_hints_at_an_early_end_and_proposes_nothing(self, office: Office) -> None:
        case, clerk = Case(office, grounds=(Ground.G4,)), office.browser("clerk")
        change = {"kind": "part_performed", "amount": "20万", "in_full": ""}

        assert "可以考虑提前删除" in case.preview(clerk, **change).text
        case.record(clerk, **change)

        shown = clerk.get(case.address).text
        assert "可以考虑提前删除" in shown
        assert "200,000.00" in shown
        assert case.proposals() == {}

    def test_what_stays_untouched_is_said(self, office: Office) -> None:
        case = Case(office)
        with office.acting() as courts:
            at = courts.at - timedelta(days=60)
            courts.telling.make(invent(), OrderKind.CONSUMPTION, serial=case.serial, at=at)
            courts.telling.draft(case.subject, OrderKind.EXIT_BAN, serial=case.serial, at=at, exit_ban_months=3)

        page = case.preview(office.browser("clerk")).text

        assert "同案对其他被执行人的 1 份决定不随本次登记变化" in page
        assert "另有 1 份尚未签发的决定" in page

    def test_only_a_clerk_of_the_court_records(self, office: Office) -> None:
        case = Case(office)

        assert office.browser("president").get(case.address).status_code == 403
        assert office.browser("stranger").get(case.address).status_code == 404

    def test_not_for_an_order_that_ended(self, office: Office) -> None:
        with office.acting() as courts:
            order, _ = courts.order("removed")

        assert office.browser("clerk").get(f"/desk/e/{order.public_id}/events/new").status_code == 409


class Bound:
    """A consumption order against a unit that binds its representative."""

    def __init__(self, office: Office) -> None:
        self.person = invent()
        with office.acting() as courts:
            order = courts.telling.make(
                UNIT,
                OrderKind.CONSUMPTION,
                serial=90_500,
                at=courts.at - timedelta(days=30),
                bound=(
                    BoundParty(
                        courts.telling.party(self.person, today=courts.at.date()), BoundRole.LEGAL_REPRESENTATIVE
                    ),
                ),
            )
        self.public_id, self.id = order.public_id, order.id
        self.address = f"/desk/e/{order.public_id}/release/2"
        self.office = office

    def propose(self, client: FlaskClient, **change: str) -> TestResponse:
        form = {
            "do": "propose",
            "ended_on": "2026-11-10",
            "document": "变更登记通知书（测试）",
            "evidence": "股权已转让，不再参与经营（测试）",
        }
        return post(client, self.address, **(form | change))

    def until(self) -> dict[str, Any]:
        with self.office.acting() as courts:
            rows = courts.session.scalars(select(OrderBinding).where(OrderBinding.order_id == self.id))
            return {one.role: one.until_on for one in rows}


class TestReleases:
    def test_one_proposes_another_frees(self, office: Office) -> None:
        bound, clerk = Bound(office), office.browser("clerk")
        page = clerk.get(bound.address)
        assert f"/desk/e/new?predecessor={bound.public_id}" in page.text
        assert "恢复办理" in page.text

        answer = bound.propose(clerk)
        assert answer.location == f"/desk/e/{bound.public_id}?done=release-proposed", answer.text
        president = office.browser("president")
        address = f"/desk/e/{bound.public_id}/decide-release"
        shown = president.get(address).text
        assert "测试某（法定代表人）" in shown
        assert "2026年11月10日" in shown
        assert "股权已转让，不再参与经营（测试）" in shown
        answer = post(president, address, do="approve")

        assert answer.location == f"/desk/e/{bound.public_id}?done=release-approved", answer.text
        assert bound.until() == {"debtor": None, "legal_representative": office.clock.at.date() - timedelta(days=1)}
        assert president.get(f"/desk/e/{bound.public_id}").status_code == 200

    def test_refused_the_person_stays_bound(self, office: Office) -> None:
        bound = Bound(office)
        bound.propose(office.browser("clerk"))

        answer = post(
            office.browser("president"), f"/desk/e/{bound.public_id}/decide-release", do="reject", note="仍实际控制"
        )

        assert answer.location == f"/desk/e/{bound.public_id}?done=release-rejected", answer.text
        assert bound.until()["legal_representative"] is None

    def test_a_change_heard_of_opens_a_review_only(self, office: Office) -> None:
        bound = Bound(office)

        answer = bound.propose(office.browser("clerk"), do="review", ended_on="", document="", evidence="")

        assert answer.location == f"/desk/e/{bound.public_id}?done=role-change", answer.text
        assert bound.until()["legal_representative"] is None
        assert "任职可能已经变更" in office.browser("president").get("/desk/tasks").text

    @pytest.mark.parametrize("missing", ["ended_on", "document", "evidence"])
    def test_what_is_not_proved_is_asked_for(self, office: Office, missing: str) -> None:
        page = Bound(office).propose(office.browser("clerk"), **{missing: ""})

        assert page.status_code == 422
        assert f"#f-{missing}" in page.text
        assert count_of(office, Proposal) == 0

    @pytest.mark.parametrize("row", [0, 1, 3])
    def test_rows_that_hold_nobody_to_set_free(self, office: Office, row: int) -> None:
        bound = Bound(office)

        assert office.browser("clerk").get(f"/desk/e/{bound.public_id}/release/{row}").status_code == 409


class TestTasks:
    def test_an_exit_ban_near_its_end_is_pressed_and_answered(self, office: Office) -> None:
        with office.acting() as courts:
            order, _ = courts.order("issued", kind=OrderKind.EXIT_BAN)
            order.ends_on = courts.at.date() + timedelta(days=6)
            courts.session.flush()
            open_due_tasks(courts.session, at=courts.at)
        clerk = office.browser("clerk")
        page = clerk.get("/desk/tasks").text
        assert "限制出境即将期满" in page
        assert "已升级" in page
        assert "余 6 天（2026年11月30日）" in page

        silent = post(
            clerk, "/desk/tasks/close", page="/desk/tasks", order=order.public_id, kind="exit-ban-renewal", note=" "
        )
        assert silent.status_code == 422
        assert 'href="#f-note_1"' in silent.text
        answer = post(
            clerk, "/desk/tasks/close", page="/desk/tasks", order=order.public_id, kind="exit-ban-renewal", note="不续"
        )

        assert answer.location == "/desk/tasks?done=task-closed", answer.text
        assert "没有审查待办" in clerk.get("/desk/tasks").text

    def test_the_renewal_is_drafted_from_the_task_and_names_what_it_renews(self, office: Office) -> None:
        with office.acting() as courts:
            order, subject = courts.order("issued", kind=OrderKind.EXIT_BAN)
            order.ends_on = courts.at.date() + timedelta(days=20)
            courts.session.flush()
            open_due_tasks(courts.session, at=courts.at)
        clerk = office.browser("clerk")
        address = f"/desk/e/new?predecessor={order.public_id}"
        assert address in clerk.get("/desk/tasks").text
        shown = clerk.get(address).text
        assert "偿还原告测试申请人借款" in shown
        entry = {
            "do": "draft",
            "predecessor": order.public_id,
            "kind": "exit_ban",
            "case_number": shown.split('name="case_number"')[1].split('value="')[1].split('"')[0],
            "filed_on": "2026-09-01",
            "basis_number": "（2025）京0199民初88号",
            "basis_maker": "示例市示范区人民法院",
            "document_type": "resident_id",
            "number": subject.documents[0][1],
            "name": subject.name,
            "exit_ban_months": "3",
            "duty": "偿还借款330000元。",
            "performance": "none",
        }
        entry |= {name: shown.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf_token", "form_id")}

        without = clerk.post("/desk/e/new", data={**entry, "predecessor": ""})
        assert without.status_code == 422
        answer = clerk.post("/desk/e/new", data=entry)

        assert answer.status_code == 303, answer.text
        with office.acting() as courts:
            made = courts.session.scalars(select(Order).where(Order.predecessor_id == order.id)).one()
            assert (made.kind, made.state) == ("exit_ban", "draft")

    def test_a_task_of_another_court_is_neither_seen_nor_closed(self, office: Office) -> None:
        bound = Bound(office)
        bound.propose(office.browser("clerk"), do="review", ended_on="", document="", evidence="")
        stranger = office.browser("stranger")
        page = stranger.get("/desk/tasks")
        assert "没有审查待办" in page.text

        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        answer = stranger.post(
            "/desk/tasks/close",
            data={"csrf_token": token, "order": bound.public_id, "kind": "role-change", "note": "测试"},
        )

        assert answer.status_code == 404
        assert count_of(office, CourtTask) == 1

    def test_a_suspension_past_its_day_cannot_be_noted_away(self, office: Office) -> None:
        with office.acting() as courts:
            order, _ = courts.order("suspended")
            order.suspended_reason = "death"
            order.suspended_until = courts.at.date() - timedelta(days=2)
            courts.session.flush()
            open_due_tasks(courts.session, at=courts.at)
        clerk = office.browser("clerk")
        page = clerk.get("/desk/tasks").text
        assert "暂停期限已过" in page
        assert "逾期 2 天" in page
        assert "/desk/tasks/close" not in page


class TestApplications:
    def form(self, subject: SandboxSubject, **change: str) -> dict[str, str]:
        return {
            "kind": "listing",
            "case_number": f"（2026）{CODE}执90700号",
            "document_type": "resident_id",
            "number": subject.documents[0][1],
            "country": "",
            "name": subject.name,
            "applicant": "测试申请人",
            "statement": "有能力履行而拒不履行（测试）。",
            "received_on": "2026-11-20",
        } | change

    def receive(self, client: FlaskClient, subject: SandboxSubject, **change: str) -> str:
        answer = post(client, "/desk/applications/new", **self.form(subject, **change))
        assert answer.status_code == 303, answer.text
        return str(answer.location).split("?")[0]

    def state(self, office: Office) -> list[str]:
        with office.acting() as courts:
            return list(courts.session.scalars(select(Application.state)))

    def test_one_is_received_and_its_fifteen_days_run(self, office: Office) -> None:
        clerk, subject = office.browser("clerk"), invent()

        address = self.receive(clerk, subject)

        page = clerk.get(address).text
        assert "测试申请人" in page
        assert subject.documents[0][1] not in page
        assert "余 13 天（至2026年12月7日，名单规定第五条）" in page  # the fifteenth day is a Saturday
        listed = clerk.get("/desk/applications").text
        assert f'href="{address}"' in listed

    def test_a_draft_is_made_on_it_and_accepts_it(self, office: Office) -> None:
        clerk, subject = office.browser("clerk"), invent()
        address = self.receive(clerk, subject)
        application = address.rsplit("/", 1)[1]
        page = clerk.get(f"/desk/e/new?application={application}").text
        assert f"（2026）{CODE}执90700号" in page
        assert f'value="{subject.name}"' in page
        assert subject.documents[0][1] not in page
        entry = {
            "do": "draft",
            "application": application,
            "kind": "listing",
            "case_number": f"（2026）{CODE}执90700号",
            "filed_on": "2026-09-01",
            "basis_number": "（2025）京0199民初88号",
            "basis_maker": "示例市示范区人民法院",
            "document_type": "resident_id",
            "number": subject.documents[0][1],
            "name": subject.name,
            "grounds": ["G1"],
            "evidence": "银行流水（测试）",
            "warned_on": "2026-10-08",
            "duty": "偿还借款330000元。",
            "performance": "none",
            "also_consumption": "yes",
        }
        shown = clerk.get(f"/desk/e/new?application={application}").text
        entry |= {name: shown.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf_token", "form_id")}

        other = clerk.post("/desk/e/new", data={**entry, "number": invent().documents[0][1]})
        assert other.status_code == 422
        assert "与申请的种类、案号或者被执行人不一致" in other.text
        assert self.state(office) == ["received"]
        answer = clerk.post("/desk/e/new", data=entry)

        assert answer.status_code == 303, answer.text
        assert self.state(office) == ["accepted"]
        assert "据此起草的决定" in clerk.get(address).text

    def test_it_is_refused_by_two_persons(self, office: Office) -> None:
        clerk, president = office.browser("clerk"), office.browser("president")
        address = self.receive(clerk, invent())
        answer = post(clerk, f"{address}/refuse", page=address, reason="不具有履行能力（测试）。")
        assert answer.location == f"{address}?done=refusal-proposed", answer.text
        assert "等待院领导决定" in clerk.get(address).text

        answer = post(president, f"{address}/decide", page=address, do="approve")

        assert answer.location == f"{address}?done=application-refused", answer.text
        assert self.state(office) == ["refused"]
        assert "不具有履行能力（测试）。" in clerk.get(address).text

    def test_the_president_may_send_it_back_and_the_creditor_take_it_back(self, office: Office) -> None:
        clerk, president = office.browser("clerk"), office.browser("president")
        address = self.receive(clerk, invent())
        post(clerk, f"{address}/refuse", page=address, reason="理由（测试）。")

        answer = post(president, f"{address}/decide", page=address, do="reject")
        assert answer.location == f"{address}?done=refusal-rejected", answer.text
        assert self.state(office) == ["received"]
        answer = post(clerk, f"{address}/withdraw", page=address)

        assert answer.location == f"{address}?done=application-withdrawn", answer.text
        assert self.state(office) == ["withdrawn"]

    def test_deciding_asks_for_the_password_again_after_a_while(self, office: Office) -> None:
        clerk, president = office.browser("clerk"), office.browser("president")
        address = self.receive(clerk, invent())
        post(clerk, f"{address}/refuse", page=address, reason="理由（测试）。")
        office.clock.at += timedelta(minutes=6)

        assert "先验证身份" in president.get(address).text
        answer = post(president, f"{address}/decide", page=address, do="approve")

        assert answer.location.startswith("/account/prove?"), answer.text
        assert self.state(office) == ["proposed"]

    def test_a_barred_one_is_refused_at_once_with_the_last_day(self, office: Office) -> None:
        case = Case(office, serial=90_700)
        clerk, president = office.browser("clerk"), office.browser("president")
        case.record(clerk, kind="creditor_request", in_full="", happened_on="2026-11-23")
        post(president, f"/desk/e/{case.listing}/decide-removal", do="approve")

        page = post(clerk, "/desk/applications/new", **self.form(case.subject))

        assert page.status_code == 422
        assert "至2027年5月24日止" in page.text
        assert self.state(office) == []

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"number": "71010119850115100X"}, "number"),
            ({"case_number": "（2026）执1号"}, "case_number"),
            ({"case_number": "（2026）京0198执1号"}, "case_number"),
            ({"received_on": "2026-11-25"}, "received_on"),
            ({"applicant": ""}, "applicant"),
        ],
    )
    def test_a_wrong_form_is_shown_again(self, office: Office, change: dict[str, str], field: str) -> None:
        page = post(office.browser("clerk"), "/desk/applications/new", **self.form(invent(), **change))

        assert page.status_code == 422
        assert f"#f-{field}" in page.text

    def test_a_strangers_court_sees_none_of_it(self, office: Office) -> None:
        address = self.receive(office.browser("clerk"), invent())
        stranger = office.browser("stranger")

        assert stranger.get(address).status_code == 404
        assert address not in stranger.get("/desk/applications").text
        assert office.browser("president").get("/desk/applications/new").status_code == 403
