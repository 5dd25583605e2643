"""What must be answered before an order goes on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blacklist.errors import InvalidError
from blacklist.rules.exclusions import Circumstance
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.warnings import (
    WARNING_TITLES,
    SoftWarning,
    WarningFacts,
    require_answers,
    soft_warnings,
)

LISTING, CONSUMPTION, EXIT_BAN = OrderKind.LISTING, OrderKind.CONSUMPTION, OrderKind.EXIT_BAN


def warned(kind: OrderKind = LISTING, **facts: object) -> tuple[SoftWarning, ...]:
    return soft_warnings(WarningFacts(kind=kind, **facts))  # type: ignore[arg-type]


class TestSoftWarnings:
    @pytest.mark.parametrize("kind", [LISTING, CONSUMPTION])
    def test_an_ordinary_order_raises_none(self, kind):
        assert warned(kind, amount_due=Decimal(100), amount_performed=Decimal(0)) == ()

    @pytest.mark.parametrize(
        ("circumstance", "warning", "kinds"),
        [
            (Circumstance.STUDENT_LOAN, SoftWarning.STUDENT_LOAN, {LISTING, CONSUMPTION}),
            (Circumstance.STATE_ORGAN, SoftWarning.STATE_ORGAN, {LISTING}),
            (Circumstance.PUBLIC_OFFICIAL, SoftWarning.PUBLIC_OFFICIAL, {LISTING}),
        ],
    )
    def test_who_the_debtor_is_warns_where_the_text_says_so(self, circumstance, warning, kinds):
        found = {kind for kind in OrderKind if warning in warned(kind, circumstances={circumstance}, documents=2)}

        assert found == kinds

    def test_other_circumstances_are_not_for_answering(self):
        assert warned(circumstances={Circumstance.NOT_ABLE, Circumstance.GRACE_RUNNING}) == ()

    @pytest.mark.parametrize(
        ("performed", "warns"),
        [(None, False), (Decimal("49.99"), False), (Decimal("50.00"), True), (Decimal("100.00"), True)],
    )
    def test_half_performed_asks_for_the_need(self, performed, warns):
        found = warned(amount_due=Decimal("100.00"), amount_performed=performed)

        assert (SoftWarning.MOSTLY_PERFORMED in found) is warns

    @pytest.mark.parametrize("due", [None, Decimal(0)])
    def test_without_a_sum_due_nothing_is_half_performed(self, due):
        assert warned(amount_due=due, amount_performed=Decimal(5)) == ()

    def test_an_order_of_the_kind_in_force_asks_whether_this_is_the_same(self):
        assert warned(same_kind_in_force=True) == (SoftWarning.STANDING_ORDER,)

    @pytest.mark.parametrize(
        ("kind", "documents", "warns"),
        [(EXIT_BAN, 1, True), (EXIT_BAN, 2, False), (LISTING, 1, False), (CONSUMPTION, 1, False)],
    )
    def test_an_exit_ban_on_one_document_leaks(self, kind, documents, warns):
        assert (SoftWarning.ONE_DOCUMENT in warned(kind, documents=documents)) is warns

    def test_stand_in_one_order(self):
        found = warned(
            circumstances={Circumstance.PUBLIC_OFFICIAL, Circumstance.STUDENT_LOAN},
            same_kind_in_force=True,
        )

        assert found == (SoftWarning.STUDENT_LOAN, SoftWarning.PUBLIC_OFFICIAL, SoftWarning.STANDING_ORDER)
        assert set(WARNING_TITLES) == set(SoftWarning)


class TestRequireAnswers:
    def test_lets_answered_warnings_pass(self):
        require_answers([SoftWarning.STUDENT_LOAN], {SoftWarning.STUDENT_LOAN: "已毕业"})
        require_answers([], {})

    def test_names_each_that_is_not(self):
        warnings = [SoftWarning.STUDENT_LOAN, SoftWarning.STATE_ORGAN, SoftWarning.ONE_DOCUMENT]

        with pytest.raises(InvalidError) as caught:
            require_answers(warnings, {SoftWarning.STATE_ORGAN: "已通报", SoftWarning.ONE_DOCUMENT: "  "})

        assert [(fault.pointer, fault.code) for fault in caught.value.errors] == [
            ("/answer_student_loan", "missing"),
            ("/answer_one_document", "missing"),
        ]
