from datetime import date

import pytest

from blacklist.errors import InvalidError
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.terms import Term, add_months, extended, grace_until, is_over, term_of

DECIDED = date(2026, 3, 1)


def faults(refused):
    return [(fault.pointer, fault.code) for fault in refused.value.errors]


class TestAddMonths:
    """CPL 85."""

    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            pytest.param(date(2026, 1, 15), 1, date(2026, 2, 15), id="same day"),
            pytest.param(date(2026, 1, 31), 1, date(2026, 2, 28), id="shorter month"),
            pytest.param(date(2028, 2, 29), 24, date(2030, 2, 28), id="leap day"),
            pytest.param(date(2026, 11, 30), 1, date(2026, 12, 30), id="into December"),
            pytest.param(date(2026, 12, 5), 1, date(2027, 1, 5), id="over the year"),
        ],
    )
    def test_lands_on_the_same_day_or_the_last(self, day, months, later):
        assert add_months(day, months) == later


class TestTermOf:
    """LIST 2; CONS 9; ENF 25."""

    @pytest.mark.parametrize("grounds", [(Ground.G1,), (Ground.G1, Ground.G4), tuple(Ground)])
    def test_a_debtor_able_to_perform_is_listed_until_removal(self, grounds):
        assert term_of(OrderKind.LISTING, grounds, DECIDED) == Term(DECIDED, None)

    @pytest.mark.parametrize("ground", [Ground.G2, Ground.G3, Ground.G4, Ground.G5, Ground.G6])
    def test_other_grounds_run_two_years_from_the_decision(self, ground):
        assert term_of(OrderKind.LISTING, [ground], DECIDED) == Term(DECIDED, date(2028, 3, 1))

    def test_a_consumption_order_has_no_fixed_term(self):
        assert term_of(OrderKind.CONSUMPTION, (), DECIDED) == Term(DECIDED, None)

    @pytest.mark.parametrize(("months", "ends_on"), [(1, date(2026, 4, 1)), (12, date(2027, 3, 1))])
    def test_an_exit_ban_always_ends(self, months, ends_on):
        assert term_of(OrderKind.EXIT_BAN, (), DECIDED, exit_ban_months=months) == Term(DECIDED, ends_on)

    @pytest.mark.parametrize(("months", "code"), [(None, "missing"), (0, "out-of-range"), (13, "out-of-range")])
    def test_refuses_an_exit_ban_without_a_lawful_period(self, months, code):
        with pytest.raises(InvalidError) as refused:
            term_of(OrderKind.EXIT_BAN, (), DECIDED, exit_ban_months=months)

        assert faults(refused) == [("/exit_ban_months", code)]

    def test_says_which_periods_are_lawful(self):
        with pytest.raises(InvalidError) as refused:
            term_of(OrderKind.EXIT_BAN, (), DECIDED, exit_ban_months=13)

        assert refused.value.detail == "限制出境的期限（月）应为1至12。"
        assert "must be 1 to 12" in refused.value.english

    def test_refuses_a_listing_without_a_ground(self):
        with pytest.raises(InvalidError) as refused:
            term_of(OrderKind.LISTING, (), DECIDED)

        assert faults(refused) == [("/grounds", "missing")]


class TestExtended:
    """LIST 2."""

    @pytest.mark.parametrize(("years", "ends_on"), [(1, date(2029, 3, 1)), (3, date(2031, 3, 1))])
    def test_adds_one_to_three_years(self, years, ends_on):
        assert extended(Term(DECIDED, date(2028, 3, 1)), years) == Term(DECIDED, ends_on)

    def test_a_leap_day_comes_back(self):
        assert extended(Term(date(2028, 2, 29), date(2030, 2, 28)), 2).ends_on == date(2032, 2, 29)

    @pytest.mark.parametrize("years", [0, 4])
    def test_refuses_other_lengths(self, years):
        with pytest.raises(InvalidError) as refused:
            extended(Term(DECIDED, date(2028, 3, 1)), years)

        assert faults(refused) == [("/years", "out-of-range")]

    @pytest.mark.parametrize("ends_on", [None, date(2029, 3, 1)], ids=["open-ended", "extended before"])
    def test_refuses_a_term_that_cannot_be_extended(self, ends_on):
        with pytest.raises(InvalidError) as refused:
            extended(Term(DECIDED, ends_on), 1)

        assert faults(refused) == [("/years", "not-extendable")]


class TestGraceUntil:
    """GOOD 15."""

    @pytest.mark.parametrize(("months", "last"), [(1, date(2026, 4, 1)), (3, date(2026, 6, 1))])
    def test_runs_one_to_three_months(self, months, last):
        assert grace_until(DECIDED, months) == last

    @pytest.mark.parametrize("months", [0, 4])
    def test_refuses_other_lengths(self, months):
        with pytest.raises(InvalidError) as refused:
            grace_until(DECIDED, months)

        assert faults(refused) == [("/grace_months", "out-of-range")]


class TestIsOver:
    """LIST 2, 10."""

    @pytest.mark.parametrize(
        ("ends_on", "over"),
        [
            pytest.param(None, False, id="no end"),
            pytest.param(date(2026, 3, 1), False, id="the last day counts"),
            pytest.param(date(2026, 2, 28), True, id="the day after"),
        ],
    )
    def test_ends_with_its_last_day(self, ends_on, over):
        assert is_over(ends_on, DECIDED) is over
