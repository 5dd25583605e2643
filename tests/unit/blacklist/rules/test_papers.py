"""What a paper is worth today, and how papers are numbered."""

from __future__ import annotations

from datetime import date

import pytest

from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.papers import (
    Effect,
    PaperKind,
    decision_number,
    effect_of_paper,
    effect_of_permit,
    is_decision_of,
    next_number,
    printed_number,
    suffix_of,
    void_number,
)
from blacklist.rules.permits import PermitState

TODAY = date(2026, 11, 24)
ENDED = (OrderState.REMOVED, OrderState.WITHDRAWN, OrderState.EXPIRED)
CASE = "（2026）京0199执1234号"


def effect(kind: PaperKind, state: OrderState, **change: object) -> Effect:
    return effect_of_paper(kind, state, **{"ends_on": None, "on": TODAY, **change})


class TestEffectOfPaper:
    @pytest.mark.parametrize("state", [OrderState.ISSUED, OrderState.EFFECTIVE])
    def test_a_decision_holds_from_its_making(self, state):
        assert effect(PaperKind.LISTING_DECISION, state) is Effect.VALID

    @pytest.mark.parametrize("state", ENDED)
    @pytest.mark.parametrize("kind", [PaperKind.CONSUMPTION_ORDER, PaperKind.CORRECTION, PaperKind.EXTENSION])
    def test_what_rests_on_the_order_ends_with_it(self, kind, state):
        assert effect(kind, state) is Effect.LIFTED

    def test_the_last_day_counts_before_the_machine_says_so(self):
        ends_on = date(2026, 11, 23)

        assert effect(PaperKind.EXIT_BAN_DECISION, OrderState.EFFECTIVE, ends_on=ends_on) is Effect.LIFTED
        assert effect(PaperKind.EXIT_BAN_DECISION, OrderState.EFFECTIVE, ends_on=TODAY) is Effect.VALID

    def test_a_suspended_decision_does_not_work_now_and_nothing_says_why(self):
        assert effect(PaperKind.LISTING_DECISION, OrderState.SUSPENDED) is Effect.NOT_NOW

    def test_a_suspension_holds_while_the_order_rests(self):
        assert effect(PaperKind.SUSPENSION, OrderState.SUSPENDED) is Effect.VALID
        assert effect(PaperKind.SUSPENSION, OrderState.EFFECTIVE) is Effect.NOT_NOW
        assert effect(PaperKind.SUSPENSION, OrderState.REMOVED) is Effect.LIFTED

    @pytest.mark.parametrize("state", ENDED)
    @pytest.mark.parametrize("kind", [PaperKind.REMOVAL, PaperKind.CERTIFICATE, PaperKind.SERVICE, PaperKind.REJECTION])
    def test_what_ends_answers_or_proves_stays_true(self, kind, state):
        assert effect(kind, state) is Effect.VALID

    def test_a_decision_taken_back_is_void(self):
        assert effect(PaperKind.LISTING_DECISION, OrderState.RETURNED, superseded=True) is Effect.VOID


class TestEffectOfPermit:
    def permit(self, state: PermitState = PermitState.GRANTED, **change: object) -> Effect:
        given: dict[str, object] = {
            "valid_from": TODAY,
            "valid_to": TODAY,
            "order": OrderState.EFFECTIVE,
            "on": TODAY,
            **change,
        }
        return effect_of_permit(state, **given)

    def test_holds_on_its_own_days(self):
        assert self.permit() is Effect.VALID
        assert self.permit(on=date(2026, 11, 23)) is Effect.NOT_NOW
        assert self.permit(on=date(2026, 11, 25)) is Effect.NOT_NOW

    @pytest.mark.parametrize("state", [one for one in PermitState if one is not PermitState.GRANTED])
    def test_holds_only_while_it_is_granted(self, state):
        assert self.permit(state) is Effect.NOT_NOW

    def test_opens_nothing_where_nothing_is_shut(self):
        assert self.permit(order=OrderState.REMOVED) is Effect.NOT_NOW


class TestNumbers:
    def test_count_within_case_and_suffix(self):
        given = (f"{CASE}-更正1", f"{CASE}-更正12（作废1）", f"{CASE}-暂停40", "（2026）京0199执12345号-更正90")

        assert next_number(CASE, "更正", given) == f"{CASE}-更正13"
        assert next_number(CASE, "复议", given) == f"{CASE}-复议1"

    @pytest.mark.parametrize(
        ("kind", "withdrawn", "suffix"),
        [
            (OrderKind.LISTING, False, "删除"),
            (OrderKind.CONSUMPTION, False, "解除"),
            (OrderKind.EXIT_BAN, False, "解除"),
            (OrderKind.LISTING, True, "撤销"),
            (OrderKind.EXIT_BAN, True, "撤销"),
        ],
    )
    def test_name_the_end_as_the_kind_does(self, kind, withdrawn, suffix):
        assert suffix_of(PaperKind.REMOVAL, kind, withdrawn=withdrawn) == suffix

    def test_are_of_no_withdrawal_unless_told(self):
        assert suffix_of(PaperKind.REMOVAL, OrderKind.LISTING) == "删除"

    @pytest.mark.parametrize(
        ("part", "number"),
        [(1, f"{CASE}-限消1"), (2, f"{CASE}-限消1之二"), (3, f"{CASE}-限消1之三"), (10, f"{CASE}-限消1之十")],
    )
    def test_tell_apart_the_decisions_of_one_order(self, part, number):
        assert decision_number(f"{CASE}-限消1", part) == number

    @pytest.mark.parametrize(
        ("number", "own"),
        [
            pytest.param(f"{CASE}-限消1", True, id="the first"),
            pytest.param(f"{CASE}-限消1之二", True, id="a later person's"),
            pytest.param(f"{CASE}-限消12", False, id="another order whose number begins alike"),
            pytest.param(f"{CASE}-失信1", False, id="another kind's"),
        ],
    )
    def test_are_of_the_orders_present_decision_or_not(self, number, own):
        assert is_decision_of(number, f"{CASE}-限消1") is own

    def test_are_of_no_decision_where_there_is_none(self):
        assert not is_decision_of(f"{CASE}-限消1", None)

    def test_of_a_void_paper_make_room_for_the_next_print(self):
        number = f"{CASE}-失信1"
        first = void_number(number, [number])
        second = void_number(number, [number, first])

        assert (first, second) == (f"{number}（作废1）", f"{number}（作废2）")
        assert {printed_number(one) for one in (number, first, second)} == {number}
