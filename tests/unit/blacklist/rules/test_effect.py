from datetime import date

import pytest

from blacklist.rules.deadlines import PERIODS, Clock
from blacklist.rules.effect import ANNOUNCEMENT_DAYS, ServiceProgress, ServiceRule, may_take_effect
from blacklist.rules.lifecycle import OrderKind

ON = date(2026, 3, 2)


class TestMayTakeEffect:
    """LIST 5; GOOD 14, 15; CPL 266."""

    @pytest.mark.parametrize("kind", [OrderKind.LISTING, OrderKind.CONSUMPTION])
    @pytest.mark.parametrize(
        ("service", "rule", "may"),
        [
            pytest.param(ServiceProgress.NONE, ServiceRule.ATTEMPTED, False, id="not served"),
            pytest.param(ServiceProgress.ATTEMPTED, ServiceRule.ATTEMPTED, True, id="attempt recorded"),
            pytest.param(ServiceProgress.PROVEN, ServiceRule.ATTEMPTED, True, id="proven"),
            pytest.param(ServiceProgress.ATTEMPTED, ServiceRule.PROVEN, False, id="attempt is not proof"),
            pytest.param(ServiceProgress.PROVEN, ServiceRule.PROVEN, True, id="proof asked and given"),
        ],
    )
    def test_needs_service_by_the_rule_of_the_court(self, kind, service, rule, may):
        assert may_take_effect(kind, on=ON, service=service, rule=rule) is may

    def test_an_exit_ban_works_before_service(self):
        assert may_take_effect(OrderKind.EXIT_BAN, on=ON, service=ServiceProgress.NONE)

    @pytest.mark.parametrize(
        ("grace_until", "may"),
        [
            pytest.param(date(2026, 3, 1), True, id="the day after grace"),
            pytest.param(date(2026, 3, 2), False, id="the last day of grace"),
        ],
    )
    def test_waits_for_the_end_of_grace(self, grace_until, may):
        answer = may_take_effect(OrderKind.LISTING, on=ON, service=ServiceProgress.PROVEN, grace_until=grace_until)

        assert answer is may


class TestAnnouncementDays:
    """CPL 95."""

    def test_are_those_of_the_clock(self):
        assert PERIODS[Clock.ANNOUNCEMENT_PUBLISHED].length == ANNOUNCEMENT_DAYS
