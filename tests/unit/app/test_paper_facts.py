"""Which papers there are, and how one text on record becomes the two of a decision."""

from __future__ import annotations

import pytest

from app.desk.paper_facts import TYPED, open_texts
from app.desk.paper_remedies import split_reasons
from app.documents.kinds import KINDS
from blacklist.rules.papers import ORDER_DECISIONS, PaperKind


class TestKinds:
    def test_the_register_knows_each_kind_that_can_be_worded(self) -> None:
        assert {kind.value for kind in PaperKind} == set(KINDS)

    def test_nobody_writes_the_reasons_of_an_orders_decision_on_the_side(self) -> None:
        writable = {kind for kind in PaperKind if open_texts(KINDS[kind.value].facts())}

        assert writable.isdisjoint(ORDER_DECISIONS)
        assert PaperKind.REJECTION in writable
        assert set(open_texts(KINDS[PaperKind.REJECTION.value].facts())) == set(TYPED)


class TestSplitReasons:
    @pytest.mark.parametrize(
        ("text", "found", "reasons"),
        [
            ("经审查查明：有存款。\n本院认为，有能力。", "有存款。", "有能力。"),
            ("有存款。本院认为：有能力。", "有存款。", "有能力。"),
            ("查明，有存款；\n\n认为有能力", "有存款；", "有能力"),
            ("申请人有能力。", "", "申请人有能力。"),
            ("申请人认为自己没有能力。", "", "申请人认为自己没有能力。"),
            ("本院认为有能力。", "", "有能力。"),
        ],
    )
    def test_parts_where_the_court_says_what_it_holds(self, text: str, found: str, reasons: str) -> None:
        assert split_reasons(text) == (found, reasons)
