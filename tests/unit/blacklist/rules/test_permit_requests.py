from dataclasses import replace
from datetime import date, timedelta

import pytest

from blacklist.errors import InvalidError
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permit_requests import PermitRequest, require_may_permit
from blacklist.rules.permits import Cause, Leave
from blacklist.rules.subjects import BoundRole
from blacklist.vocabulary import SubjectKind

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
URGENT = PermitRequest(
    kind=OrderKind.CONSUMPTION,
    subject_kind=SubjectKind.NATURAL,
    roles=(BoundRole.DEBTOR,),
    purpose="air_travel",
    leave=Leave.URGENT_TRAVEL,
    cause=Cause.RELATIVE_FUNERAL,
    received_on=TODAY,
    valid_from=TODAY,
    valid_to=TODAY + DAY,
    uses=1,
    evidence="死亡证明、亲属关系证明（测试）",
    undertaken_on=TODAY,
)
OWN_MONEY = replace(
    URGENT, roles=(BoundRole.LEGAL_REPRESENTATIVE,), leave=Leave.PERSONAL_ASSETS, cause=Cause.PRIVATE_SPENDING
)
NECESSARY = replace(URGENT, leave=Leave.NECESSARY, cause=Cause.OTHER_NECESSITY, undertaken_on=None)
ABROAD = replace(
    NECESSARY, kind=OrderKind.EXIT_BAN, purpose="exit_border", confirmation="（2026）京执限出函1号", cause=Cause.EXAM
)


def faults(asked, *, recorded_on=TODAY, on=TODAY):
    with pytest.raises(InvalidError) as caught:
        require_may_permit(asked, recorded_on=recorded_on, on=on)
    return {(fault.pointer, fault.code) for fault in caught.value.errors}


class TestRequireMayPermit:
    """CONS 3, 8; GOOD 17; ENF 25."""

    @pytest.mark.parametrize("asked", [URGENT, OWN_MONEY, NECESSARY, ABROAD], ids=["urgent", "own", "needs", "abroad"])
    def test_what_the_law_knows_may_be_permitted(self, asked):
        assert require_may_permit(asked, recorded_on=TODAY, on=TODAY) is None

    def test_only_persons_bound_for_a_unit_spend_their_own_money(self):
        assert faults(replace(OWN_MONEY, roles=(BoundRole.DEBTOR,))) == {("/leave", "not-allowed")}

    def test_necessity_is_the_debtors(self):
        assert faults(replace(NECESSARY, roles=(BoundRole.PRINCIPAL,))) == {("/leave", "not-allowed")}

    def test_a_unit_does_not_travel(self):
        assert faults(replace(URGENT, subject_kind=SubjectKind.ORGANISATION)) == {("/leave", "not-allowed")}

    def test_who_is_not_bound_needs_no_permit(self):
        assert faults(replace(URGENT, roles=())) == {("/leave", "not-allowed")}

    def test_a_listing_knows_no_permit(self):
        listing = replace(NECESSARY, kind=OrderKind.LISTING, purpose="company_officer")

        assert faults(listing) == {("/leave", "not-allowed")}

    def test_another_necessity_is_not_urgent_travel(self):
        assert faults(replace(URGENT, cause=Cause.OTHER_NECESSITY)) == {("/cause", "not-allowed")}

    @pytest.mark.parametrize("purpose", ["ship_second_class", "star_hotel", "exit_border", "company_officer"])
    def test_urgent_travel_opens_planes_and_trains_only(self, purpose):
        assert faults(replace(URGENT, purpose=purpose)) == {("/purpose", "not-allowed")}

    def test_what_the_order_does_not_block_is_not_opened(self):
        assert faults(replace(NECESSARY, purpose="exit_border")) == {("/purpose", "not-allowed")}
        unit = replace(NECESSARY, subject_kind=SubjectKind.ORGANISATION)
        assert faults(unit) == {("/purpose", "not-allowed")}

    @pytest.mark.parametrize(("uses", "allowed"), [(0, False), (1, True), (10, True), (11, False)])
    def test_one_to_ten_uses(self, uses, allowed):
        asked = replace(URGENT, uses=uses)
        if allowed:
            require_may_permit(asked, recorded_on=TODAY, on=TODAY)
        else:
            assert faults(asked) == {("/uses", "out-of-range")}

    def test_says_how_many_uses_there_may_be(self):
        with pytest.raises(InvalidError) as caught:
            require_may_permit(replace(URGENT, uses=11), recorded_on=TODAY, on=TODAY)

        (fault,) = caught.value.errors
        assert (fault.detail, fault.english) == ("次数应为 1 至 10 次。", "Uses are 1 to 10.")

    @pytest.mark.parametrize("asked", [URGENT, OWN_MONEY, NECESSARY, ABROAD], ids=["urgent", "own", "needs", "abroad"])
    def test_a_month_at_most_whatever_the_leave(self, asked):
        require_may_permit(replace(asked, valid_to=date(2026, 12, 24)), recorded_on=TODAY, on=TODAY)

        assert faults(replace(asked, valid_to=date(2026, 12, 25))) == {("/valid_to", "out-of-range")}

    def test_one_day_is_enough(self):
        require_may_permit(replace(URGENT, valid_to=TODAY), recorded_on=TODAY, on=TODAY)

    def test_no_day_is_past(self):
        assert faults(replace(URGENT, valid_from=TODAY - DAY)) == {("/valid_from", "impossible-date")}
        assert faults(replace(URGENT, valid_from=TODAY + DAY, valid_to=TODAY)) == {("/valid_to", "impossible-date")}
        assert faults(replace(URGENT, received_on=TODAY + DAY)) == {("/received_on", "in-the-future")}

    def test_is_granted_after_its_first_day_but_not_after_its_last(self):
        require_may_permit(URGENT, recorded_on=TODAY, on=TODAY + DAY)

        assert faults(URGENT, on=TODAY + 2 * DAY) == {("/valid_to", "impossible-date")}

    @pytest.mark.parametrize("asked", [URGENT, OWN_MONEY], ids=["urgent", "own"])
    def test_good_17_asks_for_a_written_undertaking(self, asked):
        assert faults(replace(asked, undertaken_on=None)) == {("/undertaken_on", "missing")}
        assert faults(replace(asked, undertaken_on=TODAY + DAY)) == {("/undertaken_on", "in-the-future")}

    @pytest.mark.parametrize("asked", [URGENT, OWN_MONEY, NECESSARY, ABROAD], ids=["urgent", "own", "needs", "abroad"])
    def test_every_leave_rests_on_evidence(self, asked):
        assert faults(replace(asked, evidence="")) == {("/evidence", "missing")}

    def test_the_border_opens_only_with_the_higher_courts_paper(self):
        assert faults(replace(ABROAD, confirmation="")) == {("/confirmation", "missing")}

    def test_tells_every_fault_at_once(self):
        asked = replace(URGENT, uses=0, evidence="", undertaken_on=None, valid_to=date(2027, 1, 1))

        assert {pointer for pointer, _ in faults(asked)} == {"/uses", "/evidence", "/undertaken_on", "/valid_to"}
