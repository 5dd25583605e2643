from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest

from app.documents.errors import MissingFactsError
from app.documents.facts import Part, missing_facts
from app.documents.kinds import KINDS, paper_text
from app.documents.orders import ExitBanDecision
from app.documents.remedies import Outcome
from app.documents.storing import facts_from_json, facts_to_json
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permits import Leave
from tests.unit.app.documents.samples import HEAD_OF_UNIT, SAMPLES

EACH = pytest.mark.parametrize("facts", SAMPLES.values(), ids=SAMPLES)


def emptied(part):
    """Every way to blank one needed fact of a part: (the part with the blank, the fact's name)."""
    for one in fields(part):
        value = getattr(part, one.name)
        if is_dataclass(value):
            yield from ((replace(part, **{one.name: inner}), name) for inner, name in emptied(value))
        elif isinstance(value, tuple) and value and isinstance(value[0], Part):
            for inner, name in emptied(value[0]):
                yield replace(part, **{one.name: (inner, *value[1:])}), name
        if one.metadata["optional"] or is_dataclass(value) or isinstance(value, Enum | bool):
            continue
        blank = " " if isinstance(value, str) else () if isinstance(value, tuple) else None
        yield replace(part, **{one.name: blank}), one.metadata["name"]


@EACH
class TestEveryPaper:
    def test_is_refused_by_the_name_of_each_blank_fact(self, facts):
        blanks = list(emptied(facts))

        assert len(blanks) > 10
        for blank, name in blanks:
            with pytest.raises(MissingFactsError) as caught:
                paper_text(blank)
            assert [one for one in caught.value.names if one.endswith(name)], name

    def test_names_everything_at_once_when_nothing_is_known(self, facts):
        with pytest.raises(MissingFactsError) as caught:
            paper_text(type(facts)())

        named = caught.value.names
        assert {"文书编号", "法院名称", "案号", "成文日期", "法院联系方式", "核验码", "核验网址"} <= set(named)
        assert caught.value.detail == f"缺少制作文书所需的事项：{'、'.join(named)}。"
        assert [one.pointer for one in caught.value.errors] == [pointer for pointer, _ in missing_facts(type(facts)())]

    def test_is_made_again_from_its_stored_facts(self, facts):
        stored = facts_to_json(facts)

        assert facts_from_json(facts.kind, stored) == facts
        assert facts_to_json(facts_from_json(facts.kind, stored)) == stored


class TestMissingFacts:
    def test_tell_whose_they_are(self):
        facts = SAMPLES["exit_ban_decision"]
        blank = replace(facts, person=replace(HEAD_OF_UNIT, number=""))

        assert missing_facts(blank) == (("/person/number", "被限制出境人员的证件号码"),)

    def test_count_the_rows_of_a_list(self):
        facts = SAMPLES["exit_ban_decision"]
        assert isinstance(facts, ExitBanDecision)
        blank = replace(facts, documents=(facts.documents[0], replace(facts.documents[1], number="")))

        assert missing_facts(blank) == (("/documents/1/number", "被限制出境人员的证件（第2项）的证件号码"),)

    def test_hold_the_debtors_sex_and_birth_date(self):
        facts = SAMPLES["listing_decision"]
        blank = replace(facts, debtor=replace(facts.debtor, sex="", born_on=None))

        assert [name for _, name in missing_facts(blank)] == ["被执行人的性别", "被执行人的出生日期"]

    def test_hold_a_units_head(self):
        facts = SAMPLES["consumption_order"]
        blank = replace(facts, debtor=replace(facts.debtor, representative=""))

        assert [name for _, name in missing_facts(blank)] == ["被执行人的法定代表人或者主要负责人"]

    def test_hold_the_role_of_whoever_is_bound_with_a_unit(self):
        facts = SAMPLES["consumption_order"]

        assert missing_facts(replace(facts, bound=(replace(HEAD_OF_UNIT, role=""),)))[0][0] == "/bound/0/role"

    @pytest.mark.parametrize(
        ("grounds", "missing"), [((Ground.G2,), 1), ((Ground.G1,), 0), ((Ground.G1, Ground.G4), 0)]
    )
    def test_hold_the_end_of_a_listing_only_where_the_law_sets_a_term(self, grounds, missing):
        facts = replace(SAMPLES["listing_decision"], grounds=grounds, ends_on=None)

        assert len(missing_facts(facts)) == missing

    @pytest.mark.parametrize(
        ("leave", "missing"), [(Leave.URGENT_TRAVEL, 1), (Leave.PERSONAL_ASSETS, 1), (Leave.NECESSARY, 0)]
    )
    def test_hold_the_undertaking_where_the_leave_needs_one(self, leave, missing):
        assert len(missing_facts(replace(SAMPLES["permit"], leave=leave, undertaken_on=None))) == missing

    def test_hold_the_higher_courts_confirmation_of_a_journey_abroad(self):
        facts = SAMPLES["permit"]
        abroad = replace(facts, order=replace(facts.order, kind=OrderKind.EXIT_BAN))

        assert missing_facts(abroad) == (("/confirmation", "上级法院确认文书"),)

    @pytest.mark.parametrize(("outcome", "missing"), [(Outcome.CHANGED, 1), (Outcome.MAINTAINED, 0)])
    def test_hold_what_a_changed_decision_becomes(self, outcome, missing):
        facts = replace(SAMPLES["reconsideration_decision"], outcome=outcome, results=())

        assert len(missing_facts(facts)) == missing


class TestStoredFacts:
    def test_of_an_unknown_kind_are_refused(self):
        with pytest.raises(ValueError, match="no such kind"):
            facts_from_json("poster", "{}")

    def test_of_another_kind_are_refused(self):
        with pytest.raises(ValueError, match="another kind"):
            facts_from_json("service_proof", facts_to_json(SAMPLES["permit"]))


def test_codes_of_kinds_fit_their_column():
    assert max(len(code) for code in KINDS) <= 24
