"""What a correction may change."""

from __future__ import annotations

from datetime import date

import pytest

from blacklist.errors import ExclusionError, InvalidError
from blacklist.rules.corrections import (
    FACT_TITLES,
    CorrectableFact,
    correctable_facts,
    corrected_end,
    require_correctable,
)
from blacklist.rules.lifecycle import OrderKind

EARLY, LATE = date(2027, 1, 1), date(2028, 1, 1)


class TestCorrectableFacts:
    def test_a_listing_has_grounds_and_other_kinds_have_none(self):
        for kind in OrderKind:
            found = set(correctable_facts(kind, unit=False))
            listing = kind is OrderKind.LISTING

            assert (CorrectableFact.GROUNDS in found) is listing
            assert (CorrectableFact.EVIDENCE in found) is listing

    def test_only_a_unit_has_a_representative(self):
        with_unit = set(correctable_facts(OrderKind.LISTING, unit=True))
        without = set(correctable_facts(OrderKind.LISTING, unit=False))

        assert with_unit - without == {CorrectableFact.REPRESENTATIVE}

    def test_no_kind_may_have_its_number_corrected(self):
        assert not {"number", "document", "document_number"} & {fact.value for fact in CorrectableFact}
        assert set(FACT_TITLES) == set(CorrectableFact)


class TestRequireCorrectable:
    def test_lets_every_fact_of_the_kind_pass(self):
        require_correctable(correctable_facts(OrderKind.EXIT_BAN, unit=True), OrderKind.EXIT_BAN, unit=True)

    def test_refuses_an_empty_correction(self):
        with pytest.raises(InvalidError, match="没有任何内容") as caught:
            require_correctable([], OrderKind.LISTING, unit=False)

        assert [(fault.pointer, fault.code) for fault in caught.value.errors] == [("", "nothing-changed")]

    def test_lets_the_grounds_of_a_listing_pass(self):
        require_correctable([CorrectableFact.GROUNDS, CorrectableFact.EVIDENCE], OrderKind.LISTING, unit=False)

    def test_names_each_fact_the_order_does_not_have(self):
        changed = [CorrectableFact.DUTY, CorrectableFact.GROUNDS, CorrectableFact.REPRESENTATIVE]

        with pytest.raises(InvalidError) as caught:
            require_correctable(changed, OrderKind.CONSUMPTION, unit=False)

        assert [(fault.pointer, fault.code) for fault in caught.value.errors] == [
            ("/grounds", "not-correctable"),
            ("/representative", "not-correctable"),
        ]


class TestCorrectedEnd:
    @pytest.mark.parametrize(("before", "after"), [(None, None), (None, EARLY), (LATE, EARLY), (EARLY, EARLY)], ids=str)
    def test_may_stay_or_come_nearer(self, before, after):
        assert corrected_end(before, after) == after

    @pytest.mark.parametrize(("before", "after"), [(EARLY, LATE), (EARLY, None)], ids=str)
    def test_never_moves_away(self, before, after):
        with pytest.raises(ExclusionError, match="不得延长") as caught:
            corrected_end(before, after)

        assert caught.value.facts == {"article": "LIST 2"}
