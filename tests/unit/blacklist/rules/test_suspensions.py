"""Why and for how long an order may rest."""

from __future__ import annotations

from datetime import date

import pytest

from blacklist.errors import InvalidError
from blacklist.rules.articles import ARTICLES
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.suspensions import (
    SUSPENSION_TITLES,
    SuspensionReason,
    acts_alone,
    article_of,
    require_suspension_days,
    suspension_is_over,
)

TODAY = date(2026, 11, 24)


class TestArticleOf:
    @pytest.mark.parametrize("kind", list(OrderKind))
    @pytest.mark.parametrize("reason", list(SuspensionReason))
    def test_is_one_that_is_cited_somewhere(self, reason, kind):
        assert ARTICLES[article_of(reason, kind)].number
        assert SUSPENSION_TITLES[reason]

    def test_follows_the_kind_where_the_text_speaks_of_listings(self):
        doubt = SuspensionReason.IDENTITY_DOUBT

        assert [article_of(doubt, kind) for kind in OrderKind] == ["LIST 12", "GOOD 18", "REVIEW 9"]
        assert {article_of(SuspensionReason.DEATH, kind) for kind in OrderKind} == {"CPL 267"}
        assert {article_of(SuspensionReason.CONDITIONAL_REPAIR, kind) for kind in OrderKind} == {"GOOD 19"}


class TestActsAlone:
    def test_only_a_doubt_about_identity_lets_one_person_act(self):
        assert [reason for reason in SuspensionReason if acts_alone(reason)] == [SuspensionReason.IDENTITY_DOUBT]


class TestRequireSuspensionDays:
    @pytest.mark.parametrize(
        ("until", "ends_on"),
        [
            (TODAY, None),
            (date(2027, 11, 24), None),
            (date(2026, 12, 1), date(2026, 12, 1)),
        ],
    )
    def test_takes_today_a_year_and_the_orders_own_last_day(self, until, ends_on):
        require_suspension_days(until, on=TODAY, ends_on=ends_on)

    @pytest.mark.parametrize(
        ("until", "ends_on", "words"),
        [
            (date(2026, 11, 23), None, "早于今天"),
            (date(2027, 11, 25), None, "不得超过一年"),
            (date(2026, 12, 2), date(2026, 12, 1), "期满日"),
        ],
    )
    def test_refuses_a_day_beyond_each(self, until, ends_on, words):
        with pytest.raises(InvalidError, match=words) as caught:
            require_suspension_days(until, on=TODAY, ends_on=ends_on)

        assert [(fault.pointer, fault.code) for fault in caught.value.errors] == [("/until", "impossible-date")]


class TestSuspensionIsOver:
    def test_the_day_after_its_last(self):
        assert not suspension_is_over(TODAY, TODAY)
        assert suspension_is_over(TODAY, date(2026, 11, 25))
        assert not suspension_is_over(None, TODAY)
