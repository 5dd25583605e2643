from datetime import date, timedelta

import pytest

from blacklist.rules.deadlines import Clock
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedies import (
    CLAIM_TITLES,
    CLAIM_TITLES_ENGLISH,
    NEVER_LATE,
    REMEDY_TITLES,
    Claim,
    OtherWayError,
    Remedy,
    TooLateError,
    Way,
    clock_of_reconsideration,
    is_fast_lane,
    objection_clock,
    reached_on,
    reconsideration_clock,
    remedies_for,
    remedy_of,
    require_in_time,
    require_objection,
    suspends,
)
from blacklist.rules.remedy_states import (
    ObjectionState,
    ReconsiderationState,
)
from blacklist.rules.working_days import UnknownYearError, shipped_calendar

CALENDAR = shipped_calendar()


class TestRemedyOf:
    """LIST 11, LIST 12; GOOD 18; REVIEW 9."""

    @pytest.mark.parametrize(
        ("kind", "way"),
        [
            (OrderKind.LISTING, Way.OBJECTION),
            (OrderKind.CONSUMPTION, Way.OBJECTION),
            (OrderKind.EXIT_BAN, Way.RECONSIDERATION),
        ],
    )
    def test_leads_each_kind_its_own_way(self, kind, way):
        assert remedy_of(kind) is way


class TestRequireObjection:
    @pytest.mark.parametrize("kind", [OrderKind.LISTING, OrderKind.CONSUMPTION])
    def test_lets_an_objection_pass_where_it_is_the_way(self, kind):
        require_objection(kind)

    def test_sends_an_exit_ban_to_the_higher_court(self):
        with pytest.raises(OtherWayError, match="10 日内直接向上一级"):
            require_objection(OrderKind.EXIT_BAN)


class TestRemediesFor:
    """LIST 9, LIST 10, LIST 11, LIST 12."""

    @pytest.mark.parametrize(
        ("claim", "remedies"),
        [
            (Claim.NOT_ME, {Remedy.WITHDRAW, Remedy.CORRECT}),
            (Claim.SHOULD_NOT_BE_LISTED, {Remedy.WITHDRAW}),
            (Claim.INACCURATE, {Remedy.CORRECT, Remedy.WITHDRAW}),
            (Claim.SHOULD_BE_REMOVED, {Remedy.REMOVE}),
            (Claim.PERFORMED, {Remedy.REMOVE}),
        ],
    )
    def test_answer_the_claim(self, claim, remedies):
        assert set(remedies_for(claim)) == remedies


class TestFastLane:
    """A mistaken identity is looked at the same day; nothing else stays an order."""

    @pytest.mark.parametrize("claim", list(Claim))
    def test_is_for_the_wrong_person_alone(self, claim):
        assert is_fast_lane(claim) is (claim is Claim.NOT_ME)

    @pytest.mark.parametrize("claim", list(Claim))
    def test_alone_may_rest_the_order(self, claim):
        assert suspends(claim) is (claim is Claim.NOT_ME)


class TestClockOfReconsideration:
    def test_runs_from_the_rejection_or_from_the_exit_ban(self):
        assert clock_of_reconsideration(OrderKind.LISTING) is Clock.REJECTION_SERVED
        assert clock_of_reconsideration(OrderKind.CONSUMPTION) is Clock.REJECTION_SERVED
        assert clock_of_reconsideration(OrderKind.EXIT_BAN) is Clock.EXIT_BAN_RECEIVED


class TestRequireInTime:
    """Ten days from service, counted without the first; a last day of rest moves to the next working day (CPL 85)."""

    @pytest.mark.parametrize("kind", list(OrderKind))
    @pytest.mark.parametrize(
        ("served_on", "last"),
        [
            pytest.param(date(2026, 11, 2), date(2026, 11, 12), id="ends on a Thursday"),
            pytest.param(date(2026, 11, 4), date(2026, 11, 16), id="ends on a Saturday"),
            pytest.param(date(2026, 9, 21), date(2026, 10, 8), id="ends in the October holiday"),
        ],
    )
    def test_takes_the_last_day_and_refuses_the_next(self, kind, served_on, last):
        given = {"served_on": served_on, "calendar": CALENDAR}

        require_in_time(Claim.PERFORMED, kind, on=served_on, **given)
        require_in_time(Claim.PERFORMED, kind, on=last, **given)
        with pytest.raises(TooLateError, match=f"{last.year}年{last.month}月{last.day}日") as late:
            require_in_time(Claim.PERFORMED, kind, on=last + timedelta(days=1), **given)

        assert late.value.facts["last"] == last.isoformat()

    @pytest.mark.parametrize("claim", list(Claim))
    def test_is_never_late_for_the_wrong_person_and_who_should_be_free(self, claim):
        given = {"served_on": date(2026, 1, 5), "on": date(2026, 11, 24), "calendar": CALENDAR}
        if claim in NEVER_LATE:
            require_in_time(claim, OrderKind.EXIT_BAN, **given)
        else:
            with pytest.raises(TooLateError):
                require_in_time(claim, OrderKind.EXIT_BAN, **given)

        assert {Claim.NOT_ME, Claim.SHOULD_BE_REMOVED} == NEVER_LATE

    def test_has_not_begun_before_service(self):
        require_in_time(Claim.PERFORMED, OrderKind.LISTING, served_on=None, on=date(2026, 11, 24), calendar=CALENDAR)

    def test_takes_ten_plain_days_in_a_year_not_loaded_and_guesses_no_more(self):
        given = {"served_on": date(2026, 12, 25), "calendar": CALENDAR}

        require_in_time(Claim.PERFORMED, OrderKind.LISTING, on=date(2027, 1, 4), **given)
        with pytest.raises(UnknownYearError):
            require_in_time(Claim.PERFORMED, OrderKind.LISTING, on=date(2027, 1, 5), **given)


class TestReachedOn:
    """CPL 95."""

    def test_is_the_day_of_service(self):
        assert reached_on(date(2026, 11, 2), by_announcement=False, calendar=CALENDAR) == date(2026, 11, 2)

    def test_is_thirty_days_after_an_announcement(self):
        assert reached_on(date(2026, 9, 4), by_announcement=True, calendar=CALENDAR) == date(2026, 10, 4)


class TestObjectionClock:
    """LIST 12: fifteen days to examine, three working days to correct, ten days to ask for reconsideration."""

    DAYS = {"received_on": date(2026, 11, 2), "decided_on": date(2026, 11, 9), "served_on": date(2026, 11, 10)}

    @pytest.mark.parametrize(
        ("state", "clock"),
        [
            (ObjectionState.RECEIVED, (Clock.OBJECTION_RECEIVED, date(2026, 11, 2))),
            (ObjectionState.ACCEPTED, (Clock.OBJECTION_RECEIVED, date(2026, 11, 2))),
            (ObjectionState.UPHELD, (Clock.OBJECTION_UPHELD, date(2026, 11, 9))),
            (ObjectionState.REJECTED, (Clock.REJECTION_SERVED, date(2026, 11, 10))),
            (ObjectionState.WITHDRAWN, None),
        ],
    )
    def test_is_that_of_the_state(self, state, clock):
        assert objection_clock(state, **self.DAYS) == clock

    def test_waits_for_the_service_of_a_rejection(self):
        assert objection_clock(ObjectionState.REJECTED, **{**self.DAYS, "served_on": None}) is None


class TestReconsiderationClock:
    @pytest.mark.parametrize(
        ("state", "kind", "clock"),
        [
            (
                ReconsiderationState.RECEIVED,
                OrderKind.LISTING,
                (Clock.RECONSIDERATION_RECEIVED, date(2026, 11, 2)),
            ),
            (
                ReconsiderationState.RECEIVED,
                OrderKind.EXIT_BAN,
                (Clock.EXIT_BAN_RECONSIDERATION_RECEIVED, date(2026, 11, 2)),
            ),
            (ReconsiderationState.CHANGED, OrderKind.EXIT_BAN, (Clock.OBJECTION_UPHELD, date(2026, 11, 9))),
            (ReconsiderationState.MAINTAINED, OrderKind.LISTING, None),
            (ReconsiderationState.WITHDRAWN, OrderKind.LISTING, None),
        ],
    )
    def test_is_that_of_the_state(self, state, kind, clock):
        days = {"received_on": date(2026, 11, 2), "decided_on": date(2026, 11, 9)}

        assert reconsideration_clock(state, kind, **days) == clock


class TestTitles:
    def test_name_every_claim_and_remedy(self):
        assert set(CLAIM_TITLES) == set(CLAIM_TITLES_ENGLISH) == set(Claim)
        assert set(REMEDY_TITLES) == set(Remedy)
