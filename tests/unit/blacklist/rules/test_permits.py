from datetime import date, timedelta

import pytest

from blacklist.errors import InvalidError, TransitionError
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permits import (
    CAUSE_TITLES,
    LEAVE_TITLES,
    PERMIT_STATE_AFTER,
    REVOCATION_TITLES,
    Cause,
    Leave,
    PermitAct,
    PermitState,
    Revocation,
    answer_due,
    bars_further,
    causes_for,
    is_past,
    is_pressing,
    last_day_allowed,
    leaves_for,
    must_allow_if_true,
    needs_undertaking,
    permit_state_after,
    purposes_for,
    require_may_revoke,
)
from blacklist.rules.subjects import BoundRole
from blacklist.vocabulary import SubjectKind

TODAY = date(2026, 11, 24)
NATURAL, UNIT = SubjectKind.NATURAL, SubjectKind.ORGANISATION
DEBTOR = BoundRole.DEBTOR
STAFF = [role for role in BoundRole if role not in (DEBTOR, BoundRole.STATUTORY_AGENT)]
CONSUMPTION, EXIT_BAN, LISTING = OrderKind.CONSUMPTION, OrderKind.EXIT_BAN, OrderKind.LISTING


class TestPermitStateAfter:
    """CONS 8; GOOD 17."""

    @pytest.mark.parametrize(("before", "act", "after"), [(*key, state) for key, state in PERMIT_STATE_AFTER.items()])
    def test_an_act_of_the_table_leads_to_its_state(self, before, act, after):
        assert permit_state_after(before, act) is after

    @pytest.mark.parametrize("before", [None, *PermitState])
    @pytest.mark.parametrize("act", PermitAct)
    def test_every_other_act_is_refused(self, before, act):
        if (before, act) in PERMIT_STATE_AFTER:
            return
        with pytest.raises(TransitionError) as refused:
            permit_state_after(before, act)
        assert refused.value.facts == {"before": str(before or "none"), "act": str(act)}

    def test_is_applied_for_then_granted_then_used_up_expired_or_revoked(self):
        granted = permit_state_after(permit_state_after(None, PermitAct.APPLY), PermitAct.GRANT)

        assert granted is PermitState.GRANTED
        assert permit_state_after(granted, PermitAct.USE) is PermitState.GRANTED
        ends = [permit_state_after(granted, act) for act in (PermitAct.USE_LAST, PermitAct.EXPIRE, PermitAct.REVOKE)]
        assert ends == [PermitState.USED, PermitState.EXPIRED, PermitState.REVOKED]

    @pytest.mark.parametrize("state", [PermitState.REFUSED, PermitState.REVOKED])
    def test_nothing_leaves_a_refusal_or_a_revocation(self, state):
        assert [act for before, act in PERMIT_STATE_AFTER if before is state] == []


class TestLeavesFor:
    """CONS 3, 8; GOOD 17; ENF 25."""

    @pytest.mark.parametrize(
        ("kind", "subject_kind", "roles", "leaves"),
        [
            pytest.param(CONSUMPTION, NATURAL, (DEBTOR,), (Leave.NECESSARY, Leave.URGENT_TRAVEL), id="a person"),
            pytest.param(CONSUMPTION, UNIT, (DEBTOR,), (Leave.NECESSARY,), id="a unit"),
            *(
                pytest.param(CONSUMPTION, NATURAL, (role,), (Leave.PERSONAL_ASSETS, Leave.URGENT_TRAVEL), id=role)
                for role in STAFF
            ),
            pytest.param(EXIT_BAN, NATURAL, (DEBTOR,), (Leave.NECESSARY,), id="exit ban"),
            pytest.param(EXIT_BAN, NATURAL, (STAFF[0],), (Leave.NECESSARY,), id="exit ban for a unit"),
            pytest.param(LISTING, NATURAL, (DEBTOR,), (), id="listing"),
            pytest.param(CONSUMPTION, NATURAL, (), (), id="not bound"),
        ],
    )
    def test_each_has_its_own(self, kind, subject_kind, roles, leaves):
        assert leaves_for(kind, subject_kind=subject_kind, roles=roles) == leaves

    def test_every_leave_has_a_title(self):
        assert set(LEAVE_TITLES) == set(Leave)


class TestCausesFor:
    """CONS 3, 8; GOOD 17."""

    def test_urgent_travel_has_six_and_no_other_necessity(self):
        assert [cause.value for cause in causes_for(Leave.URGENT_TRAVEL)] == [
            "own_illness",
            "relative_illness",
            "relative_funeral",
            "official_duty",
            "foreign_affairs",
            "exam",
        ]

    def test_necessity_has_one_more(self):
        assert set(causes_for(Leave.NECESSARY)) - set(causes_for(Leave.URGENT_TRAVEL)) == {Cause.OTHER_NECESSITY}

    def test_own_money_is_spent_for_private_ends(self):
        assert causes_for(Leave.PERSONAL_ASSETS) == (Cause.PRIVATE_SPENDING,)

    def test_every_cause_has_a_title(self):
        assert set(CAUSE_TITLES) == set(Cause)


class TestPurposesFor:
    """CONS 3, 8; GOOD 17."""

    def of(self, kind, leave, *roles, subject_kind=NATURAL):
        return purposes_for(kind, leave, subject_kind=subject_kind, roles=roles, on=TODAY)

    @pytest.mark.parametrize("role", [DEBTOR, *STAFF])
    def test_urgent_travel_opens_planes_and_high_speed_rail_only(self, role):
        assert self.of(CONSUMPTION, Leave.URGENT_TRAVEL, role) == ("air_travel", "rail_high_class")

    def test_necessity_opens_what_the_order_blocks(self):
        assert self.of(CONSUMPTION, Leave.NECESSARY, DEBTOR) == (
            "rail_high_class",
            "air_travel",
            "ship_second_class",
            "star_hotel",
            "real_estate_purchase",
            "office_lease",
            "vehicle_purchase",
            "tourism",
            "private_school",
            "insurance_investment",
        )

    def test_a_unit_may_ask_for_the_four_that_are_blocked_for_it(self):
        assert self.of(CONSUMPTION, Leave.NECESSARY, DEBTOR, subject_kind=UNIT) == (
            "real_estate_purchase",
            "office_lease",
            "vehicle_purchase",
            "insurance_investment",
        )

    def test_an_exit_ban_opens_the_border_and_nothing_else(self):
        assert self.of(EXIT_BAN, Leave.NECESSARY, DEBTOR) == ("exit_border",)

    def test_who_is_not_bound_has_nothing_to_ask_for(self):
        assert self.of(CONSUMPTION, Leave.NECESSARY) == ()


class TestDays:
    """GOOD 17."""

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            (date(2026, 11, 24), date(2026, 12, 24)),
            (date(2027, 1, 31), date(2027, 2, 28)),
            (date(2028, 1, 31), date(2028, 2, 29)),
            (date(2026, 12, 31), date(2027, 1, 31)),
        ],
    )
    def test_a_permit_ends_by_the_same_day_of_the_next_month(self, first, last):
        assert last_day_allowed(first) == last

    def test_an_application_is_answered_by_the_first_day_asked_for(self):
        assert answer_due(TODAY + timedelta(days=5), TODAY) == TODAY + timedelta(days=5)
        assert answer_due(TODAY - timedelta(days=1), TODAY) == TODAY

    @pytest.mark.parametrize(("days", "pressing"), [(-1, True), (0, True), (3, True), (4, False)])
    def test_three_days_before_it_presses(self, days, pressing):
        assert is_pressing(TODAY + timedelta(days=days), TODAY) is pressing

    def test_ends_with_its_last_day(self):
        assert not is_past(TODAY, TODAY)
        assert is_past(TODAY - timedelta(days=1), TODAY)


class TestDuties:
    """CONS 3; GOOD 17."""

    def test_only_own_money_must_be_allowed_if_it_is_true(self):
        assert [leave for leave in Leave if must_allow_if_true(leave)] == [Leave.PERSONAL_ASSETS]

    def test_both_leaves_of_good_17_ask_for_an_undertaking(self):
        assert {leave for leave in Leave if needs_undertaking(leave)} == {Leave.PERSONAL_ASSETS, Leave.URGENT_TRAVEL}


class TestRevocation:
    """GOOD 17."""

    def test_abuse_bars_further_permits_and_an_error_does_not(self):
        assert {reason for reason in Revocation if bars_further(reason)} == {
            Revocation.FALSE_EVIDENCE,
            Revocation.BREACH,
        }

    @pytest.mark.parametrize("state", [PermitState.GRANTED, PermitState.USED, PermitState.EXPIRED])
    @pytest.mark.parametrize("reason", [Revocation.FALSE_EVIDENCE, Revocation.BREACH])
    def test_abuse_revokes_afterwards_too(self, state, reason):
        assert require_may_revoke(state, reason) is PermitState.REVOKED

    @pytest.mark.parametrize("state", [PermitState.USED, PermitState.EXPIRED])
    def test_an_error_revokes_only_what_still_opens_something(self, state):
        assert require_may_revoke(PermitState.GRANTED, Revocation.GRANTED_IN_ERROR) is PermitState.REVOKED
        with pytest.raises(InvalidError) as caught:
            require_may_revoke(state, Revocation.GRANTED_IN_ERROR)
        assert [(fault.pointer, fault.code) for fault in caught.value.errors] == [("/reason", "reason-does-not-fit")]

    @pytest.mark.parametrize("state", [PermitState.APPLIED, PermitState.REFUSED, PermitState.REVOKED])
    @pytest.mark.parametrize("reason", Revocation)
    def test_what_was_never_granted_is_not_revoked(self, state, reason):
        with pytest.raises(TransitionError):
            require_may_revoke(state, reason)

    def test_every_reason_has_a_title(self):
        assert set(REVOCATION_TITLES) == set(Revocation)
