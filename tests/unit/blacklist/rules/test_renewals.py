from datetime import date, timedelta

import pytest

from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.renewals import TASK_TITLES, RenewalStage, TaskKind, may_stand_beside, renewal_stage

LAST = date(2027, 2, 28)


class TestRenewalStage:
    """CPL 266; ENF 25."""

    @pytest.mark.parametrize(
        ("left", "stage"),
        [
            (400, RenewalStage.FAR),
            (31, RenewalStage.FAR),
            (30, RenewalStage.DUE),
            (11, RenewalStage.DUE),
            (10, RenewalStage.ESCALATED),
            (0, RenewalStage.ESCALATED),
            (-1, RenewalStage.OVER),
        ],
    )
    def test_asks_thirty_days_before_the_end_and_presses_at_ten(self, left, stage):
        assert renewal_stage(LAST, LAST - timedelta(days=left)) is stage


class TestTaskKind:
    def test_each_has_a_title_and_fits_its_column(self):
        assert set(TASK_TITLES) == set(TaskKind)
        assert max(len(kind) for kind in TaskKind) <= 40


class TestMayStandBeside:
    """CONS 3; CPL 266; GOOD 17."""

    @pytest.mark.parametrize(
        ("kind", "binds_others", "may"),
        [
            (OrderKind.LISTING, True, False),
            (OrderKind.LISTING, False, False),
            (OrderKind.CONSUMPTION, True, True),
            (OrderKind.CONSUMPTION, False, False),
            (OrderKind.EXIT_BAN, True, True),
            (OrderKind.EXIT_BAN, False, True),
        ],
    )
    def test_a_renewal_and_a_supplement_may_a_listing_never(self, kind, binds_others, may):
        assert may_stand_beside(kind, binds_others=binds_others) is may
