import pytest

from blacklist.rules.lifecycle import Act, OrderKind
from blacklist.rules.removals import (
    REMOVAL_TITLES,
    REMOVAL_TITLES_ENGLISH,
    RemovalReason,
    act_of,
    basis_of,
    removal_reasons,
)

OPEN = ("R1", "R2", "R3", "R4", "R5", "R6", "R7", "R9")
OTHERS = ("performed", "security", "consent", "role_ended", "case_ended")


class TestRemovalReasons:
    """LIST 2, 10; CONS 9; GOOD 15, 17; ENF 25."""

    @pytest.mark.parametrize(
        ("kind", "fixed_term", "reasons"),
        [
            pytest.param(OrderKind.LISTING, False, OPEN, id="open-ended listing"),
            pytest.param(OrderKind.LISTING, True, ("R9",), id="listing with a term"),
            pytest.param(OrderKind.CONSUMPTION, False, OTHERS, id="consumption order"),
            pytest.param(OrderKind.EXIT_BAN, True, OTHERS, id="exit ban"),
        ],
    )
    def test_each_kind_knows_its_own(self, kind, fixed_term, reasons):
        assert removal_reasons(kind, fixed_term=fixed_term, effective=True) == reasons

    @pytest.mark.parametrize("kind", OrderKind)
    @pytest.mark.parametrize("fixed_term", [True, False])
    def test_before_effect_performance_in_time_comes_first(self, kind, fixed_term):
        before = removal_reasons(kind, fixed_term=fixed_term, effective=False)
        after = removal_reasons(kind, fixed_term=fixed_term, effective=True)

        assert before == (RemovalReason.PERFORMED_IN_GRACE, *after)


class TestActOf:
    """LIST 9, 10."""

    @pytest.mark.parametrize("reason", [each for each in RemovalReason if each is not RemovalReason.W])
    def test_a_reason_removes(self, reason):
        assert act_of(reason) is Act.REMOVE

    def test_w_withdraws(self):
        assert act_of(RemovalReason.W) is Act.WITHDRAW

    def test_every_reason_has_both_titles(self):
        assert set(REMOVAL_TITLES) == set(REMOVAL_TITLES_ENGLISH) == set(RemovalReason)


class TestBasisOf:
    """LIST 2, 9, 10; CONS 9; GOOD 15, 17, 18; ENF 25."""

    @pytest.mark.parametrize(
        ("reason", "kind", "end"),
        [
            ("R1", OrderKind.LISTING, "第十条第一款第（一）项"),
            ("R4", OrderKind.LISTING, "第十条第一款第（四）项"),
            ("R7", OrderKind.LISTING, "第十条第一款第（七）项"),
            ("R9", OrderKind.LISTING, "第二条第二款"),
            ("W", OrderKind.LISTING, "若干规定 第九条"),
            ("W", OrderKind.CONSUMPTION, "的意见 第十八条"),
            ("W", OrderKind.EXIT_BAN, "的解释 第二十五条"),
            ("performed", OrderKind.CONSUMPTION, "若干规定 第九条"),
            ("performed", OrderKind.EXIT_BAN, "的解释 第二十五条"),
            ("role_ended", OrderKind.EXIT_BAN, "的意见 第十七条"),
            ("performed_in_grace", OrderKind.LISTING, "的意见 第十五条"),
        ],
    )
    def test_cites_down_to_the_item(self, reason, kind, end):
        assert basis_of(RemovalReason(reason), kind).endswith(end)
