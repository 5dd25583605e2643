from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.documents.kinds import paper_text
from app.documents.remedies import Outcome
from app.documents.wording.consumption import NINE_ITEMS
from app.documents.wording.phrases import cite, cite_as_told
from app.formats import count_cn, day_cn_formal
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.masking import mask_number
from blacklist.rules.permits import Leave
from blacklist.rules.removals import RemovalReason
from tests.unit.app.documents.samples import CONSUMPTION, HIGHER, PERSON, SAMPLES


def words(facts) -> str:
    return "\n".join(paper_text(facts).strings())


def exit_ban(reference):
    return replace(reference, kind=OrderKind.EXIT_BAN)


FOUR_CLOCKS = (
    "自收到书面纠正申请之日起十五日内审查",
    "三个工作日内纠正",
    "送达之日起十日内",
    "收到复议申请之日起十五日内作出决定",
)


class TestListing:
    def test_with_a_term_states_it_and_its_articles(self):
        text = words(SAMPLES["listing_decision"])

        assert "二、纳入期限为二年，自2026年11月24日起至2028年11月24日止。" in text
        assert (
            "依照《最高人民法院关于公布失信被执行人名单信息的若干规定》第一条第（四）项、第二条、第五条的规定，决定如下："
            in text
        )

    def test_of_a_debtor_able_to_perform_has_no_term(self):
        text = words(replace(SAMPLES["listing_decision"], grounds=(Ground.G1, Ground.G5), ends_on=None))

        assert "“有履行能力而拒不履行生效法律文书确定义务”、“违反限制消费令”的情形" in text
        assert "二、本次纳入没有固定期限" in text
        assert "第一条第（一）项、第（五）项、第五条的规定" in text
        assert "纳入期限届满" not in text

    def test_of_another_length_does_not_claim_two_years(self):
        assert "二年" not in words(replace(SAMPLES["listing_decision"], ends_on=date(2028, 11, 23)))

    def test_within_grace_says_what_waits_and_until_when(self):
        text = words(replace(SAMPLES["listing_decision"], grace_until=date(2026, 12, 24)))

        assert "给予宽限期，至2026年12月24日止。宽限期内暂不公布其失信信息" in text

    def test_tells_the_four_clocks_and_the_higher_court(self):
        text = words(SAMPLES["listing_decision"])

        assert [one for one in (*FOUR_CLOCKS, f"向{HIGHER}申请复议", "不停止原决定的执行") if one not in text] == []

    def test_is_signed_by_the_president_and_dated_in_formal_numerals(self):
        paper = paper_text(SAMPLES["listing_decision"])

        assert paper.closing == ("院长签发：演示院领导", "示例市示范区人民法院", "（院印）", "二〇二六年十一月二十四日")


class TestConsumptionOrder:
    def test_prints_the_nine_items_in_order(self):
        text = words(SAMPLES["consumption_order"])
        places = [
            text.index(f"（{number}）{one}") for number, one in zip("一二三四五六七八九", NINE_ITEMS, strict=True)
        ]

        assert places == sorted(places)

    def test_speaks_to_a_unit_with_its_people(self):
        text = words(SAMPLES["consumption_order"])

        assert "限制你单位及法定代表人测试壬不得有以下高消费" in text
        assert "因私消费以个人财产实施前款行为的" in text

    def test_speaks_to_a_person_alone(self):
        text = words(replace(SAMPLES["consumption_order"], debtor=PERSON, bound=()))

        assert "对你采取限制消费措施，限制你不得有以下高消费" in text
        assert "你单位" not in text
        assert "因私消费" not in text

    def test_tells_period_consequences_and_the_four_clocks(self):
        text = words(SAMPLES["consumption_order"])

        assert "限制消费的期间：自2026年11月24日起，至生效法律文书确定的义务履行完毕或者本院依法解除之日止。" in text
        assert "《中华人民共和国民事诉讼法》第一百一十四条" in text
        assert [one for one in FOUR_CLOCKS if one not in text] == []


class TestExitBan:
    def test_goes_straight_to_the_higher_court(self):
        text = words(SAMPLES["exit_ban_decision"])

        assert f"自收到本决定书之日起十日内向{HIGHER}申请复议" in text
        assert "申请纠正。本院" not in text
        assert "三个工作日" not in text

    def test_lists_every_document(self):
        blocks = paper_text(SAMPLES["exit_ban_decision"]).blocks

        assert [row[1] for one in blocks for row in one.rows] == ["710100197205180098", "E00000007", "X1234567"]

    @pytest.mark.parametrize(("foreign", "article"), [(False, "第十二条第（三）项"), (True, "第二十八条第（二）项")])
    def test_cites_the_article_of_the_persons_citizenship(self, foreign, article):
        text = words(replace(SAMPLES["exit_ban_decision"], foreign=foreign))

        assert f"《中华人民共和国出境入境管理法》{article}" in text

    def test_against_the_debtor_himself_names_him_once(self):
        facts = SAMPLES["exit_ban_decision"]
        text = words(replace(facts, debtor=PERSON, person=PERSON, on_application=False))

        assert "被限制出境人员：" not in text
        assert "本院依职权对是否限制出境进行了审查。" in text
        assert "第二十四条" not in text


class TestPermit:
    @pytest.mark.parametrize(
        ("leave", "basis"),
        [
            (Leave.PERSONAL_ASSETS, "第三条第二款的规定，决定如下"),
            (Leave.NECESSARY, "第八条的规定，决定如下"),
            (
                Leave.URGENT_TRAVEL,
                "《最高人民法院关于在执行工作中进一步强化善意文明执行理念的意见》第十七条的规定，决定如下",
            ),
        ],
    )
    def test_rests_on_the_article_of_its_kind(self, leave, basis):
        assert basis in words(replace(SAMPLES["permit"], leave=leave))

    def test_states_purpose_days_and_uses(self):
        assert (
            "一、准许测试𠅤喆自2026年11月25日起至2026年11月30日止（含首尾两日）办理“乘坐飞机”事项，以二次为限。"
            in words(SAMPLES["permit"])
        )

    def test_of_a_journey_abroad_names_the_higher_courts_paper(self):
        facts = SAMPLES["permit"]
        abroad = replace(facts, order=exit_ban(facts.order), confirmation="（2026）京执监9号", leave=Leave.NECESSARY)

        assert "已经上级人民法院确认，文书编号为（2026）京执监9号。" in words(abroad)
        assert "限制出境措施恢复执行" in words(abroad)

    def test_opens_one_order_only(self):
        assert f"本许可仅及于{CONSUMPTION.number}限制消费令" in words(SAMPLES["permit"])


class TestLaterActs:
    @pytest.mark.parametrize(
        ("kind", "reason", "title"),
        [
            (OrderKind.LISTING, RemovalReason.R1, "删除失信信息决定书"),
            (OrderKind.LISTING, RemovalReason.W, "撤销纳入失信被执行人名单决定书"),
            (OrderKind.CONSUMPTION, RemovalReason.SECURITY, "解除限制消费令决定书"),
            (OrderKind.CONSUMPTION, RemovalReason.W, "撤销限制消费令决定书"),
            (OrderKind.EXIT_BAN, RemovalReason.PERFORMED, "解除限制出境决定书"),
            (OrderKind.EXIT_BAN, RemovalReason.W, "撤销限制出境决定书"),
        ],
    )
    def test_of_ending_are_called_by_kind_and_reason(self, kind, reason, title):
        facts = SAMPLES["removal_decision"]

        assert paper_text(replace(facts, order=replace(facts.order, kind=kind), reason=reason)).title == title

    def test_of_withdrawal_say_that_the_order_should_not_have_been_made(self):
        text = words(replace(SAMPLES["removal_decision"], reason=RemovalReason.W))

        assert "所涉决定不应作出" in text
        assert "一、撤销（2026）京0199执1234号-失信1纳入失信被执行人名单决定" in text

    @pytest.mark.parametrize(
        ("kind", "word"),
        [(kind, word) for kind, word in zip(OrderKind, ("公布失信信息", "限制消费措施", "限制出境措施"), strict=True)],
    )
    def test_of_suspension_and_resumption_are_called_by_kind(self, kind, word):
        for code, verb in (("suspension_decision", "暂停"), ("resumption_decision", "恢复")):
            facts = SAMPLES[code]
            assert paper_text(replace(facts, order=replace(facts.order, kind=kind))).title == f"{verb}{word}决定书"

    @pytest.mark.parametrize("code", ["removal_decision", "correction_decision", "suspension_decision"])
    @pytest.mark.parametrize("kind", [OrderKind.CONSUMPTION, OrderKind.EXIT_BAN])
    def test_of_orders_that_are_not_published_speak_of_no_publication(self, code, kind):
        facts = SAMPLES[code]
        told = replace(facts, order=replace(facts.order, kind=kind), reasons="理由")

        assert "公布" not in words(told).replace("最高人民法院关于公布失信被执行人名单信息的若干规定", "")
        assert "公示" not in words(told)

    def test_of_correction_keep_the_remedy_of_the_order(self):
        facts = SAMPLES["correction_decision"]

        assert [one for one in FOUR_CLOCKS if one not in words(facts)] == []
        assert "十日内向示例省高级人民法院申请复议" in words(replace(facts, order=exit_ban(facts.order)))
        assert "书面申请纠正，" not in words(replace(facts, order=exit_ban(facts.order), applied_on=None))

    def test_take_the_basis_that_the_proposal_names(self):
        facts = replace(
            SAMPLES["suspension_decision"], basis="最高人民法院关于公布失信被执行人名单信息的若干规定 第十二条"
        )

        assert "依照《最高人民法院关于公布失信被执行人名单信息的若干规定》第十二条的规定" in words(facts)


class TestRemedies:
    def test_a_rejection_opens_reconsideration_within_ten_days(self):
        assert f"对本决定不服的，可以自本决定书送达之日起十日内向{HIGHER}申请复议" in words(
            SAMPLES["rejection_decision"]
        )

    def test_a_reconsideration_that_maintains_says_so(self):
        facts = replace(SAMPLES["reconsideration_decision"], outcome=Outcome.MAINTAINED, results=())

        assert "驳回测试𠅤喆的复议申请，维持示例市示范区人民法院（2026）京0199执1234号-驳回1决定书。" in words(facts)

    def test_a_reconsideration_that_changes_numbers_its_items(self):
        text = words(SAMPLES["reconsideration_decision"])

        assert "一、撤销" in text
        assert "二、由示例市示范区人民法院在三个工作日内删除" in text


class TestCertificate:
    def test_shows_no_number_no_birth_date_and_no_access_code(self):
        text = words(SAMPLES["removal_certificate"])

        assert mask_number(PERSON.number) in text
        assert PERSON.number[4:] not in text
        assert "出生" not in text
        assert "访问码" not in text

    def test_of_a_term_that_ended_names_no_decision(self):
        facts = replace(SAMPLES["removal_certificate"], reason=None, ending_number="")

        assert "事由：期限届满" in words(facts)
        assert "终止决定书编号" not in words(facts)

    def test_says_so_when_nobody_had_been_told(self):
        paper = paper_text(replace(SAMPLES["removal_certificate"], agencies=()))

        assert "上述决定没有通知过协助单位。" in words(replace(SAMPLES["removal_certificate"], agencies=()))
        assert not any(one.rows for one in paper.blocks)

    def test_marks_an_agency_that_has_not_answered(self):
        assert "尚未回告" in words(SAMPLES["removal_certificate"])


class TestServiceProof:
    def test_by_announcement_tells_the_day_it_counts_as_done(self):
        text = words(replace(SAMPLES["service_proof"], way="公告送达", deemed_on=date(2026, 12, 25)))

        assert "视为送达日期\n2026年12月25日" in text


class TestCitations:
    def test_of_one_text_stand_together(self):
        assert cite("LIST 1", "LIST 5", "CPL 266") == (
            "《最高人民法院关于公布失信被执行人名单信息的若干规定》第一条、第五条、《中华人民共和国民事诉讼法》第二百六十六条"
        )

    def test_of_items_of_one_article_name_it_once(self):
        assert cite("LIST 1 第（一）项", "LIST 1 第（五）项", "LIST 5").endswith(
            "》第一条第（一）项、第（五）项、第五条"
        )

    def test_take_inner_marks_for_a_title_within_a_title(self):
        assert cite("ENF 23").startswith("《最高人民法院关于适用〈中华人民共和国民事诉讼法〉执行程序若干问题的解释》")

    def test_written_by_hand_stay_as_they_are(self):
        assert cite_as_told("《示例办法》第三条") == "《示例办法》第三条"
        assert cite_as_told("") == ""


class TestFormalNumerals:
    @pytest.mark.parametrize(
        ("on", "text"),
        [
            (date(2026, 11, 24), "二〇二六年十一月二十四日"),
            (date(2030, 10, 10), "二〇三〇年十月十日"),
            (date(2027, 1, 31), "二〇二七年一月三十一日"),
            (date(2000, 12, 20), "二〇〇〇年十二月二十日"),
        ],
    )
    def test_write_a_closing_date(self, on, text):
        assert day_cn_formal(on) == text

    @pytest.mark.parametrize(
        ("number", "text"), [(0, "〇"), (1, "一"), (10, "十"), (12, "十二"), (30, "三十"), (99, "九十九")]
    )
    def test_count(self, number, text):
        assert count_cn(number) == text

    @pytest.mark.parametrize("number", [-1, 100])
    def test_refuse_what_they_do_not_write(self, number):
        with pytest.raises(ValueError, match="0 to 99"):
            count_cn(number)
