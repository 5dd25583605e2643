"""Each kind of paper through the desk's pages, on both databases: what was decided or done stands in the PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.cli.demo import cast
from blacklist.models import Objection, Order
from blacklist.rules.corrections import CorrectableFact
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.rules.subjects import BoundRole
from blacklist.services import correcting, removing, serving, suspending
from blacklist.services.drafting import BoundParty
from blacklist.services.outcomes import Outcome
from tests import permits
from tests.apps import close_app
from tests.offices import post
from tests.papers import Desks, address, make_desks, person_of, words_of_pdf
from tests.remedies import Remedies

AT = datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def desks(database_url: str, key_file: Path) -> Iterator[Desks]:
    made = make_desks(database_url, key_file, at=AT)
    yield made
    close_app(made.office.app)


class TestKinds:
    """One paper for each thing that was decided or done."""

    def test_an_exit_ban_lists_every_document(self, desks: Desks) -> None:
        order = desks.order("effective", OrderKind.EXIT_BAN)
        with desks.acting() as remedies:
            _, number = person_of(remedies.courts, order.subject_id)

        words = words_of_pdf(desks.pdf(desks.make(order, "exit_ban_decision", "1")))

        assert "被限制出境人员的证件" in words
        assert words.count(number) >= 2

    def test_a_suspension_and_the_resumption_that_names_it(self, desks: Desks) -> None:
        order = desks.order("effective")
        with desks.acting() as remedies:
            row = remedies.session.get_one(Order, order.id)
            remedies.courts.telling.suspend(row, at=AT - timedelta(hours=2))
            suspension = remedies.proposals(row)[-1].public_id
            resumption = _resume(remedies, row)

        without = desks.browser().get(address(order, "resumption_decision", resumption)).text
        first = desks.make(order, "suspension_decision", suspension)
        second = desks.make(order, "resumption_decision", resumption)

        assert f'<a href="/desk/e/{order.public_id}#papers">暂停决定书编号</a>' in without
        assert first.number.endswith("-暂停1")
        assert second.number.endswith("-恢复1")
        assert first.number in words_of_pdf(desks.pdf(second))

    def test_a_removal_and_the_certificate_that_hides_the_number(self, desks: Desks) -> None:
        order = desks.order("removed")
        with desks.acting() as remedies:
            proposal = remedies.proposals(order)[-1].public_id
            _, number = person_of(remedies.courts, order.subject_id)
        removal = desks.make(order, "removal_decision", proposal)
        certificate = desks.make(order, "removal_certificate")

        words = words_of_pdf(desks.pdf(certificate))

        assert removal.number.endswith("-删除1")
        assert certificate.number.endswith("-退出证明1")
        assert number in words_of_pdf(desks.pdf(removal))
        assert number not in words
        assert f"{number[:4]}{'*' * 14}" in words
        assert removal.number in words

    def test_a_withdrawal_without_reasons_asks_for_them_on_the_page(self, desks: Desks) -> None:
        order = desks.order("effective")
        with desks.acting() as remedies:
            proposal = _withdraw(remedies, order)
        path = address(order, "removal_decision", proposal)

        shown = desks.browser().get(path).text
        looked = post(desks.browser(), path, do="preview", reasons="该案被执行人另有其人（测试）")
        paper = desks.make(order, "removal_decision", proposal, reasons="该案被执行人另有其人（测试）")

        assert '<a href="#f-reasons">理由</a>' in shown
        assert "经审查查明：该案被执行人另有其人（测试）。" in looked.text
        assert paper.number.endswith("-撤销1")
        assert "该案被执行人另有其人（测试）" in words_of_pdf(desks.pdf(paper))

    def test_what_is_on_record_is_not_replaced_by_what_is_typed(self, desks: Desks) -> None:
        order = desks.order("removed")
        with desks.acting() as remedies:
            proposal = remedies.proposals(order)[-1].public_id

        paper = desks.make(order, "removal_decision", proposal, reasons="另写的理由（测试）")

        assert "另写的理由" not in words_of_pdf(desks.pdf(paper))

    def test_a_permit_bears_its_own_number(self, desks: Desks) -> None:
        order = desks.order("effective", OrderKind.CONSUMPTION)
        with desks.acting() as remedies:
            row = remedies.session.get_one(Order, order.id)
            permit = permits.permitted(remedies.courts, row)

        paper = desks.make(order, "permit", permit.public_id)
        words = words_of_pdf(desks.pdf(paper))

        assert paper.number == permit.permit_no
        for fact in ("乘坐飞机", "本人重大疾病就医", "以一次为限"):
            assert fact in words

    def test_a_service_is_proved_attempt_by_attempt(self, desks: Desks) -> None:
        order = desks.order("effective")
        with desks.acting() as remedies:
            _announce(remedies, order)

        first = desks.make(order, "service_proof", "1")
        second = desks.make(order, "service_proof", "2")

        assert (first.number[-5:], second.number[-5:]) == ("送达回证1", "送达回证2")
        words = words_of_pdf(desks.pdf(second))
        assert "公告送达" in words
        assert "2026年12月24日" in words  # thirty days later

    def test_a_rejection_parts_what_was_found_from_what_the_court_holds(self, desks: Desks) -> None:
        with desks.acting() as remedies:
            reasons = "经审查查明：账户有大额往来（测试）。\n本院认为，申请人有履行能力（测试）。"
            case = remedies.objection("rejected", outcome=Outcome(founded=False, reasons=reasons))
            order = remedies.session.get_one(Order, case.order_id)

        words = words_of_pdf(desks.pdf(desks.make(order, "rejection_decision", case.public_id)))

        assert "经审查查明：账户有大额往来（测试）。" in words
        assert "本院认为，申请人有履行能力（测试）。" in words
        assert "驳回测试某的纠正申请" in words

    def test_a_reconsideration_is_the_higher_courts_paper(self, desks: Desks) -> None:
        with desks.acting() as remedies:
            case = remedies.reconsideration("changed")
            order = remedies.session.get_one(Order, case.order_id)
            objection = remedies.session.get_one(Objection, case.objection_id)
        path = address(order, "reconsideration_decision", case.public_id)

        assert desks.browser().get(path).status_code == 403
        before = desks.browser("high_clerk").get(path).text
        rejection = desks.make(order, "rejection_decision", objection.public_id, found="查明（测试）")
        paper = desks.make(order, "reconsideration_decision", case.public_id, by="high_clerk", found="查明（测试）")
        words = words_of_pdf(desks.pdf(paper, by="high_clerk"))

        assert "申请复议的决定书编号" in before
        assert paper.number.endswith("-复议1")
        assert f"撤销示例市示范区人民法院{rejection.number}决定书" in words
        assert desks.browser().get(f"/desk/papers/{paper.public_id}").status_code == 200

    def test_a_correction_tells_both_values_and_the_decision_stays_as_it_was_made(self, desks: Desks) -> None:
        order = desks.order("effective")
        with desks.acting() as remedies:
            proposal = _correct(remedies, order)

        correction = words_of_pdf(desks.pdf(desks.make(order, "correction_decision", proposal)))
        decision = words_of_pdf(desks.pdf(desks.make(order, "listing_decision")))

        assert "已履行金额0.00元1000.00元" in correction
        assert "已履行金额为人民币0.00元" in decision

    def test_a_suspension_that_one_person_began_runs_from_that_day(self, desks: Desks) -> None:
        order = desks.order("effective")
        with desks.acting() as remedies:
            row = remedies.session.get_one(Order, order.id)
            given = _given(remedies, row, at=AT - timedelta(days=1))
            suspending.suspend_for_doubt(
                remedies.session,
                row.public_id,
                until=date(2026, 12, 8),
                document="来访笔录（测试）",
                note="来访人称不是被执行人（测试）",
                **given,
            )
            approved = _given(remedies, row, actor=remedies.courts.president)
            suspending.approve_suspension(remedies.session, row.public_id, **approved)
            proposal = remedies.proposals(row)[-1].public_id

        words = words_of_pdf(desks.pdf(desks.make(order, "suspension_decision", proposal)))

        assert "自2026年11月23日起至2026年12月8日止，暂停公布失信信息" in words
        assert "二〇二六年十一月二十四日" in words

    def test_each_person_who_may_not_leave_for_a_unit_gets_a_decision(self, desks: Desks) -> None:
        with desks.acting() as remedies:
            telling = remedies.courts.telling
            people = (telling.party(cast.REN, today=AT.date()), telling.party(cast.ZI, today=AT.date()))
            roles = (BoundRole.LEGAL_REPRESENTATIVE, BoundRole.PRINCIPAL)
            order = telling.make(
                cast.UNIT_ONE,
                OrderKind.EXIT_BAN,
                serial=9001,
                at=AT - timedelta(days=1),
                exit_ban_months=3,
                bound=tuple(BoundParty(*one) for one in zip(people, roles, strict=True)),
            )
        first = desks.make(order, "exit_ban_decision", "1")
        second = desks.make(order, "exit_ban_decision", "2")
        words = words_of_pdf(desks.pdf(second))

        assert (first.number, second.number) == (order.order_no, f"{order.order_no}之二")
        assert "被限制出境人员（主要负责人）：测试子" in words
        assert "一、限制测试子出境。" in words
        assert "测试壬出境" not in words
        page = desks.browser().get(f"/desk/papers/{second.public_id}").text
        assert "有效" in page

    def test_a_consumption_order_against_a_unit_names_whom_it_binds(self, desks: Desks) -> None:
        with desks.acting() as remedies:
            telling = remedies.courts.telling
            bound = BoundParty(telling.party(cast.REN, today=AT.date()), BoundRole.LEGAL_REPRESENTATIVE)
            order = telling.make(
                cast.UNIT_ONE, OrderKind.CONSUMPTION, serial=9002, at=AT - timedelta(days=1), bound=(bound,)
            )

        words = words_of_pdf(desks.pdf(desks.make(order, "consumption_order")))

        assert "受限制人员（法定代表人）：测试壬" in words
        assert "统一社会信用代码：91350100M000100Y43，法定代表人或者主要负责人：测试壬" in words

    def test_a_character_no_font_holds_stops_the_paper_by_name(self, desks: Desks) -> None:
        order = desks.order("effective")
        with desks.acting() as remedies:
            proposal = _withdraw(remedies, order)
        path = address(order, "removal_decision", proposal)

        looked = post(desks.browser(), path, do="preview", reasons="理由\U0002a6d1（测试）")
        pressed = post(desks.browser(), path, do="make", reasons="理由\U0002a6d1（测试）")

        assert (looked.status_code, pressed.status_code) == (200, 422)
        for page in (looked.text, pressed.text):
            assert "U+2A6D1" in page
            assert 'value="make"' not in page
        assert desks.entries(order, "paper.made") == []


def _given(remedies: Remedies, row: Order, **change: Any) -> dict[str, Any]:
    return {"version": row.version, "actor": remedies.courts.clerk, "at": AT, "vault": remedies.courts.vault} | change


def _resume(remedies: Remedies, row: Order) -> str:
    """Propose and approve that a suspended order works again; return the proposal's name."""
    suspending.propose_resumption(
        remedies.session,
        row.public_id,
        basis="",
        document="核实笔录（测试）",
        note="经核实确为本人（测试）",
        **_given(remedies, row),
    )
    approved = _given(remedies, row, actor=remedies.courts.president)
    suspending.approve_resumption(remedies.session, row.public_id, **approved)
    return remedies.proposals(row)[-1].public_id


def _withdraw(remedies: Remedies, order: Order) -> str:
    """Withdraw an order without a word of reason; return the proposal's name."""
    row = remedies.session.get_one(Order, order.id)
    removing.propose_removal(
        remedies.session,
        row.public_id,
        reason=RemovalReason.W,
        basis="最高人民法院关于公布失信被执行人名单信息的若干规定 第九条",
        document="审查笔录（测试）",
        note="",
        **_given(remedies, row),
    )
    removing.approve_removal(
        remedies.session,
        row.public_id,
        version=row.version,
        actor=remedies.courts.president,
        at=AT,
        vault=remedies.courts.vault,
    )
    return remedies.proposals(row)[-1].public_id


def _correct(remedies: Remedies, order: Order) -> str:
    """Correct what was performed; return the proposal's name."""
    row = remedies.session.get_one(Order, order.id)
    correcting.propose_correction(
        remedies.session,
        row.public_id,
        facts={CorrectableFact.AMOUNT_PERFORMED: "1000.00"},
        reason="录入差错（测试）",
        document="执行款收据（测试）",
        found_on=AT.date(),
        **_given(remedies, row),
    )
    approved = _given(remedies, row, actor=remedies.courts.president)
    correcting.approve_correction(remedies.session, row.public_id, **approved)
    return remedies.proposals(row)[-1].public_id


def _announce(remedies: Remedies, order: Order) -> None:
    """Serve it once more, by announcement."""
    row = remedies.session.get_one(Order, order.id)
    serving.record_service(
        remedies.session,
        row.public_id,
        subject_id=row.subject_id,
        way=serving.ServiceWay.ANNOUNCEMENT,
        outcome="served",
        done_on=AT.date(),
        proof="公告（测试）",
        **_given(remedies, row),
    )
