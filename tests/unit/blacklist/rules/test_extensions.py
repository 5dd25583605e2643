"""When a listing may last longer."""

from __future__ import annotations

from datetime import date

import pytest

from blacklist.errors import ExclusionError, InvalidError
from blacklist.rules.extensions import EXTENSION_TITLES, ExtensionReason, extended_term
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.terms import Term

DECIDED = date(2025, 3, 31)
TWO_YEARS = Term(DECIDED, date(2027, 3, 31))
TODAY = date(2026, 11, 24)
VIOLENCE, SEVERAL = ExtensionReason.GRAVE_VIOLENCE, ExtensionReason.SEVERAL_KINDS


def extend(**changes: object) -> Term:
    given: dict[str, object] = {"reason": VIOLENCE, "years": 1, "on": TODAY} | changes
    kind = given.pop("kind", OrderKind.LISTING)
    grounds = given.pop("grounds", (Ground.G2,))
    return extended_term(kind, grounds, given.pop("term", TWO_YEARS), **given)  # type: ignore[arg-type]


class TestExtendedTerm:
    @pytest.mark.parametrize(("years", "end"), [(1, 2028), (2, 2029), (3, 2030)])
    def test_adds_one_to_three_years_to_the_two(self, years, end):
        assert extend(years=years) == Term(DECIDED, date(end, 3, 31))

    @pytest.mark.parametrize("years", [0, 4])
    def test_refuses_other_lengths(self, years):
        with pytest.raises(InvalidError):
            extend(years=years)

    @pytest.mark.parametrize("kind", [OrderKind.CONSUMPTION, OrderKind.EXIT_BAN])
    def test_is_for_listings_only(self, kind):
        with pytest.raises(ExclusionError, match="失信被执行人名单"):
            extend(kind=kind)

    def test_violence_needs_its_ground_on_record(self):
        with pytest.raises(ExclusionError, match="不含暴力") as refused:
            extend(grounds=(Ground.G3, Ground.G4))

        assert refused.value.facts == {"article": "LIST 2"}

    def test_several_kinds_need_two_different_grounds(self):
        assert extend(reason=SEVERAL, grounds=(Ground.G3, Ground.G4)).ends_on == date(2028, 3, 31)
        with pytest.raises(ExclusionError, match="只有一项"):
            extend(reason=SEVERAL, grounds=(Ground.G3, Ground.G3))

    def test_the_last_day_is_in_time_and_the_next_is_not(self):
        assert extend(on=date(2027, 3, 31)).ends_on == date(2028, 3, 31)
        with pytest.raises(InvalidError, match="期限已满") as refused:
            extend(on=date(2027, 4, 1))

        assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [("/years", "not-extendable")]

    def test_happens_once_and_never_to_an_open_end(self):
        for term in (Term(DECIDED, date(2028, 3, 31)), Term(DECIDED, None)):
            with pytest.raises(InvalidError, match="延长"):
                extend(term=term)

    def test_every_reason_has_its_words(self):
        assert set(EXTENSION_TITLES) == set(ExtensionReason)
