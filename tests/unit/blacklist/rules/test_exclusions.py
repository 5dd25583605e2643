from datetime import date

import pytest

from blacklist.errors import ExclusionError, InvalidError
from blacklist.rules.exclusions import Circumstance, age_on, is_minor, require_may_order
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.subjects import BoundRole
from blacklist.vocabulary import SubjectKind

ON = date(2026, 3, 2)
ADULT = date(1980, 1, 1)
CHILD = date(2008, 3, 3)


def ask(kind, **changed):
    asked = {"debtor_kind": SubjectKind.NATURAL, "birth_date": ADULT, "on": ON, "grounds": (Ground.G1,)} | changed
    require_may_order(kind, **asked)


def ask_for_unit(kind, **changed):
    ask(kind, debtor_kind=SubjectKind.ORGANISATION, birth_date=None, **changed)


class TestAgeOn:
    """LIST 4."""

    @pytest.mark.parametrize(
        ("birth", "on", "age"),
        [
            pytest.param(date(2008, 3, 2), ON, 18, id="birthday"),
            pytest.param(date(2008, 3, 3), ON, 17, id="the day before"),
            pytest.param(date(2008, 2, 29), date(2026, 2, 28), 17, id="leap day, not yet"),
            pytest.param(date(2008, 2, 29), date(2026, 3, 1), 18, id="leap day, from March"),
        ],
    )
    def test_counts_full_years(self, birth, on, age):
        assert age_on(birth, on) == age

    @pytest.mark.parametrize(("birth", "minor"), [(CHILD, True), (date(2008, 3, 2), False)])
    def test_a_minor_is_under_eighteen(self, birth, minor):
        assert is_minor(birth, ON) is minor


class TestRequireMayOrder:
    """LIST 3, 4, 5, 10; GOOD 15, 16; CONS 3; ENF 24."""

    @pytest.mark.parametrize("kind", OrderKind)
    def test_an_adult_debtor_may_be_ordered_against(self, kind):
        ask(kind)

    @pytest.mark.parametrize("kind", [OrderKind.LISTING, OrderKind.CONSUMPTION])
    def test_a_unit_may_be_ordered_against(self, kind):
        ask_for_unit(kind)

    @pytest.mark.parametrize("ground", Ground)
    def test_a_minor_is_never_listed(self, ground):
        with pytest.raises(ExclusionError) as refused:
            ask(OrderKind.LISTING, birth_date=CHILD, grounds=(ground,))

        assert refused.value.facts["article"] == "LIST 4"
        assert "第四条" in refused.value.detail

    def test_an_unknown_age_is_not_taken_for_an_adults(self):
        with pytest.raises(InvalidError) as refused:
            ask(OrderKind.LISTING, birth_date=None)

        assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [("/birth_date", "missing")]

    @pytest.mark.parametrize(
        ("kind", "role", "article"),
        [
            pytest.param(OrderKind.LISTING, BoundRole.LEGAL_REPRESENTATIVE, "GOOD 16", id="unit listed"),
            pytest.param(OrderKind.LISTING, BoundRole.ACTUAL_CONTROLLER, "GOOD 16", id="controller listed"),
            pytest.param(OrderKind.CONSUMPTION, BoundRole.STATUTORY_AGENT, "CONS 3", id="agent restricted"),
            pytest.param(OrderKind.EXIT_BAN, BoundRole.ACTUAL_CONTROLLER, "ENF 24", id="controller kept in"),
            pytest.param(OrderKind.EXIT_BAN, BoundRole.DEBTOR, "ENF 24", id="a unit has no border"),
        ],
    )
    def test_a_units_people_are_bound_only_where_the_text_names_them(self, kind, role, article):
        with pytest.raises(ExclusionError) as refused:
            ask_for_unit(kind, roles=(role,))

        assert refused.value.facts["article"] == article

    def test_a_consumption_order_binds_the_unit_and_its_people(self):
        ask_for_unit(OrderKind.CONSUMPTION, roles=set(BoundRole) - {BoundRole.STATUTORY_AGENT})

    def test_nobody_else_is_bound_by_a_natural_debtors_consumption_order(self):
        with pytest.raises(ExclusionError):
            ask(OrderKind.CONSUMPTION, roles=(BoundRole.DEBTOR, BoundRole.LEGAL_REPRESENTATIVE))

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"birth_date": CHILD}, id="a minor"),
            pytest.param({"circumstances": (Circumstance.WITHOUT_FULL_CAPACITY,)}, id="without full capacity"),
        ],
    )
    def test_a_statutory_agent_is_kept_in_for_a_debtor_without_full_capacity(self, changed):
        ask(OrderKind.EXIT_BAN, roles=(BoundRole.STATUTORY_AGENT,), **changed)

    @pytest.mark.parametrize("birth_date", [ADULT, None])
    def test_no_statutory_agent_of_a_capable_debtor(self, birth_date):
        with pytest.raises(ExclusionError):
            ask(OrderKind.EXIT_BAN, birth_date=birth_date, roles=(BoundRole.STATUTORY_AGENT,))

    @pytest.mark.parametrize(
        "circumstance",
        [
            Circumstance.SUFFICIENT_SECURITY,
            Circumstance.SUFFICIENT_SEIZURE,
            Circumstance.LATER_IN_ORDER,
            Circumstance.NOT_ABLE,
        ],
    )
    def test_ground_one_needs_ability(self, circumstance):
        with pytest.raises(ExclusionError) as refused:
            ask(OrderKind.LISTING, grounds=(Ground.G1, Ground.G4), circumstances=(circumstance,))

        assert refused.value.facts["article"] == "LIST 3"

    def test_security_does_not_bar_the_other_grounds(self):
        ask(OrderKind.LISTING, grounds=(Ground.G4,), circumstances=(Circumstance.SUFFICIENT_SECURITY,))

    @pytest.mark.parametrize(
        ("circumstance", "article"),
        [
            (Circumstance.NO_WARNING, "LIST 5"),
            (Circumstance.RELISTING_BARRED, "LIST 10"),
            (Circumstance.GRACE_RUNNING, "GOOD 15"),
        ],
    )
    def test_a_listing_is_not_yet_due(self, circumstance, article):
        with pytest.raises(ExclusionError) as refused:
            ask(OrderKind.LISTING, circumstances=(circumstance,))

        assert refused.value.facts["article"] == article

    def test_grace_bars_a_consumption_order(self):
        with pytest.raises(ExclusionError):
            ask(OrderKind.CONSUMPTION, circumstances=(Circumstance.GRACE_RUNNING,))

    def test_grace_does_not_bar_an_exit_ban(self):
        ask(OrderKind.EXIT_BAN, circumstances=(Circumstance.GRACE_RUNNING,))
