from dataclasses import replace
from datetime import date, timedelta

import pytest

from blacklist.errors import InvalidError
from blacklist.rules.checking import Action, Outcome, StandingOrder, StandingPermit, decide
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.subjects import BoundRole
from blacklist.vocabulary import SubjectKind

ON = date(2026, 11, 25)
DAY = timedelta(days=1)
CONSUMPTION = StandingOrder(
    order_id=1,
    order_no="（2026）京0199执1234号-限消1",
    kind=OrderKind.CONSUMPTION,
    state=OrderState.EFFECTIVE,
    role=BoundRole.DEBTOR,
    role_from=None,
    role_until=None,
    since=date(2026, 3, 2),
    ends_on=None,
    court_name="示例市示范区人民法院",
    court_contact="12368",
)
LISTING = replace(CONSUMPTION, order_id=2, order_no="（2026）京0199执1234号-失信1", kind=OrderKind.LISTING)
EXIT_BAN = replace(CONSUMPTION, order_id=3, kind=OrderKind.EXIT_BAN, ends_on=date(2027, 2, 1))
PERMIT = StandingPermit(
    order_id=1, purpose="air_travel", permit_no="P-2026-00001", valid_from=ON, valid_to=ON + DAY, uses_left=1
)
REMOVED = (replace(CONSUMPTION, state=OrderState.REMOVED), replace(LISTING, state=OrderState.REMOVED))


def ask(purpose, *orders, **changed):
    asked = {"on": ON, "subject_kind": SubjectKind.NATURAL, "orders": orders, "permits": ()} | changed
    return decide(purpose, **asked)


SANDBOX = {
    "测试甲": ((CONSUMPTION, LISTING), (), ("restricted", "clear", "restricted")),
    "测试甲 (namesake)": ((), (), ("clear", "clear", "clear")),
    "测试乙": ((), (), ("clear", "clear", "clear")),
    "测试丙": ((CONSUMPTION,), (PERMIT,), ("permitted", "clear", "clear")),
    "测试丁": ((replace(CONSUMPTION, state=OrderState.SUSPENDED),), (), ("clear", "clear", "clear")),
    "测试戊": (REMOVED, (), ("clear", "clear", "clear")),
    "测试己": (
        (replace(LISTING, ends_on=ON - DAY), replace(CONSUMPTION, state=OrderState.REMOVED)),
        (),
        ("clear", "clear", "clear"),
    ),
    "测试庚": ((EXIT_BAN,), (), ("clear", "restricted", "clear")),
    "测试辛·吐尔逊": ((CONSUMPTION,), (), ("restricted", "clear", "clear")),
    "测试壬": ((replace(CONSUMPTION, role=BoundRole.LEGAL_REPRESENTATIVE),), (), ("restricted", "clear", "clear")),
    "测试癸": (
        (CONSUMPTION, replace(LISTING, ends_on=date(2028, 10, 25))),
        (),
        ("restricted", "clear", "restricted"),
    ),
    "测试子": ((replace(LISTING, state=OrderState.ISSUED),), (), ("clear", "clear", "clear")),
}
ASKED = ("air_travel", "exit_border", "company_officer")
ANSWERS = [
    pytest.param(purpose, orders, permits, outcome, id=f"{name}-{purpose}")
    for name, (orders, permits, outcomes) in SANDBOX.items()
    for purpose, outcome in zip(ASKED, outcomes, strict=True)
]


class TestDecide:
    """LIST 8; CONS 3, 8; GOOD 17; CPL 266."""

    @pytest.mark.parametrize(("purpose", "orders", "permits", "outcome"), ANSWERS)
    def test_answers_the_sandbox_subjects(self, purpose, orders, permits, outcome):
        assert ask(purpose, *orders, permits=permits).outcome == outcome

    @pytest.mark.parametrize("purpose", ASKED)
    def test_a_persons_measure_never_blocks_a_unit(self, purpose):
        answer = ask(purpose, CONSUMPTION, LISTING, subject_kind=SubjectKind.ORGANISATION)

        assert (answer.outcome, answer.action) == (Outcome.CLEAR, Action.PROCEED)

    @pytest.mark.parametrize("purpose", PURPOSES)
    def test_a_consumption_order_binds_the_unit_itself_for_four_purposes(self, purpose):
        own = {"real_estate_purchase", "office_lease", "vehicle_purchase", "insurance_investment"}
        answer = ask(purpose, CONSUMPTION, subject_kind=SubjectKind.ORGANISATION)

        assert (answer.outcome is Outcome.RESTRICTED) is (purpose in own)

    @pytest.mark.parametrize(
        ("purpose", "action"),
        [
            ("air_travel", Action.REFUSE),
            ("rail_high_class", Action.REFUSE),
            ("company_officer", Action.REFUSE),
            ("company_registration", Action.REFER),
            ("bank_credit", Action.REFER),
            ("private_school", Action.REFER),
        ],
    )
    def test_says_what_the_agency_must_do(self, purpose, action):
        assert ask(purpose, CONSUMPTION, LISTING).action is action

    @pytest.mark.parametrize("subject_kind", SubjectKind)
    def test_a_listed_unit_is_referred_by_its_bank(self, subject_kind):
        assert ask("bank_credit", LISTING, subject_kind=subject_kind).action is Action.REFER

    def test_gives_the_order_and_its_basis(self):
        (shown,) = ask("air_travel", CONSUMPTION, LISTING).restrictions

        assert (shown.order_no, shown.kind, shown.measure) == (CONSUMPTION.order_no, "consumption", "consumption.air")
        assert shown.legal_basis == "最高人民法院关于限制被执行人高消费及有关消费的若干规定 第三条第一款第（一）项"
        assert (shown.since, shown.until, shown.court_contact) == (date(2026, 3, 2), None, "12368")

    def test_names_the_measure_the_role_and_the_court(self):
        order = replace(CONSUMPTION, role=BoundRole.PRINCIPAL)
        (shown,) = ask("air_travel", order).restrictions

        assert (shown.measure_name, shown.measure_name_english) == ("不得乘坐飞机", "No air travel")
        assert (shown.role, shown.court) == (BoundRole.PRINCIPAL, "示例市示范区人民法院")

    def test_every_blocking_order_is_shown_once(self):
        twice = replace(CONSUMPTION, role=BoundRole.PRINCIPAL)
        other = replace(CONSUMPTION, order_id=9)

        assert [each.order_id for each in ask("air_travel", CONSUMPTION, twice, other).restrictions] == [1, 9]

    def test_until_is_the_earlier_of_the_orders_and_the_roles_end(self):
        order = replace(CONSUMPTION, ends_on=date(2027, 5, 1), role_until=date(2027, 4, 1))

        assert ask("air_travel", order).restrictions[0].until == date(2027, 4, 1)

    @pytest.mark.parametrize("state", [state for state in OrderState if state is not OrderState.EFFECTIVE])
    def test_only_an_effective_order_restricts(self, state):
        assert ask("air_travel", replace(CONSUMPTION, state=state), name_matches=False).outcome is Outcome.CLEAR

    @pytest.mark.parametrize(
        ("changed", "outcome"),
        [
            pytest.param({"ends_on": ON}, Outcome.RESTRICTED, id="last day"),
            pytest.param({"ends_on": ON - DAY}, Outcome.CLEAR, id="past its end"),
            pytest.param({"role_from": ON}, Outcome.RESTRICTED, id="first day in the role"),
            pytest.param({"role_from": ON + DAY}, Outcome.CLEAR, id="not yet in the role"),
            pytest.param({"role_until": ON}, Outcome.RESTRICTED, id="last day in the role"),
            pytest.param({"role_until": ON - DAY}, Outcome.CLEAR, id="released"),
        ],
    )
    def test_restricts_on_its_days_only(self, changed, outcome):
        assert ask("air_travel", replace(CONSUMPTION, **changed)).outcome is outcome

    @pytest.mark.parametrize("purpose", PURPOSES)
    def test_a_wrong_name_is_a_mismatch_whatever_the_purpose(self, purpose):
        answer = ask(purpose, CONSUMPTION, permits=(PERMIT,), name_matches=False)

        assert (answer.outcome, answer.action, answer.restrictions) == (Outcome.MISMATCH, Action.VERIFY, ())

    @pytest.mark.parametrize("name_matches", [True, None])
    def test_a_right_name_or_none_changes_nothing(self, name_matches):
        assert ask("air_travel", CONSUMPTION, name_matches=name_matches).outcome is Outcome.RESTRICTED

    @pytest.mark.parametrize("orders", [(), REMOVED], ids=["no order", "none in force"])
    def test_a_wrong_name_alone_is_clear(self, orders):
        assert ask("air_travel", *orders, name_matches=False).outcome is Outcome.CLEAR

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"order_id": 9}, id="of another order"),
            pytest.param({"purpose": "rail_high_class"}, id="for another purpose"),
            pytest.param({"valid_from": ON + DAY}, id="from tomorrow"),
            pytest.param({"valid_from": ON - DAY, "valid_to": ON - DAY}, id="until yesterday"),
            pytest.param({"uses_left": 0}, id="used up"),
        ],
    )
    def test_a_permit_opens_its_own_order_purpose_and_days_only(self, changed):
        assert ask("air_travel", CONSUMPTION, permits=(replace(PERMIT, **changed),)).outcome is Outcome.RESTRICTED

    @pytest.mark.parametrize("on", [PERMIT.valid_from, PERMIT.valid_to], ids=["first day", "last day"])
    def test_a_permit_opens_on_its_first_and_on_its_last_day(self, on):
        assert ask("air_travel", CONSUMPTION, permits=(PERMIT,), on=on).outcome is Outcome.PERMITTED

    def test_an_order_without_a_permit_still_restricts_beside_one_with(self):
        answer = ask("air_travel", CONSUMPTION, replace(CONSUMPTION, order_id=9), permits=(PERMIT,))

        assert (answer.outcome, answer.permit) == (Outcome.RESTRICTED, None)
        assert [each.order_id for each in answer.restrictions] == [9]

    def test_of_several_permits_the_first_to_end_is_shown(self):
        later = replace(PERMIT, order_id=9, permit_no="P-2026-00002", valid_to=ON + 5 * DAY)
        answer = ask("air_travel", replace(CONSUMPTION, order_id=9), CONSUMPTION, permits=(later, PERMIT))

        assert (answer.outcome, answer.action) == (Outcome.PERMITTED, Action.PROCEED)
        assert (answer.permit, set(answer.permits)) == (PERMIT, {PERMIT, later})

    @pytest.mark.parametrize("orders", [(), (CONSUMPTION,)], ids=["no order", "an order"])
    def test_an_unknown_purpose_is_never_clear(self, orders):
        with pytest.raises(InvalidError):
            ask("teleport", *orders)

    def test_the_sums_of_an_order_are_nowhere_in_the_answer(self):
        assert "unperformed" not in repr(ask("air_travel", CONSUMPTION))
