from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from blacklist.errors import GoneError, NotFoundError
from blacklist.rules.disclosure import (
    DISCLOSURE,
    Audience,
    Fact,
    OrderFacts,
    PublicCard,
    card_for_public,
    for_public,
    is_public,
    require_public,
)
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.masking import MaskPolicy
from blacklist.vocabulary import Sex, SubjectKind

ON = date(2026, 11, 25)
CELLS = """
name|none-on-wall|full|full|full|full|full
sex_and_age|age-band|full|full|as-the-purpose-needs|full|full
document_number|none|region|masked|echo|full|masked-or-revealed
private_life|never|never|never|never|own|restricted
duty|none|none|public-version|public-version-in-portal|full|full
amounts|unperformed|unperformed|both|in-notices-where-needed|full|full
court_and_case|full|full|full|full|full|full
basis_and_dates|date|full|full|legal-basis-and-dates|full|full
court_contact|full|full|full|full|full|full"""
EXPECTED = {row.split("|")[0]: row.split("|")[1:] for row in CELLS.strip().splitlines()}
FACTS = OrderFacts(
    public_id="7K3M9Q2XTD",
    order_no="（2026）京0199执1234号-失信1",
    kind=OrderKind.LISTING,
    state=OrderState.EFFECTIVE,
    subject_kind=SubjectKind.NATURAL,
    name="测试甲",
    document_number="11010519491231002X",
    sex=Sex.FEMALE,
    birth_date=date(1949, 12, 31),
    region="北京",
    court_name="示例市示范区人民法院",
    court_contact="12368",
    case_number="（2026）京0199执1234号",
    grounds=(Ground.G1,),
    decided_on=date(2026, 3, 1),
    published_on=date(2026, 3, 2),
    duty="偿还借款本金330000元",
    performed=Decimal("0.00"),
    unperformed=Decimal("330000.00"),
)
UNIT = replace(
    FACTS,
    subject_kind=SubjectKind.ORGANISATION,
    name="测试一号有限公司",
    document_number="91350100M000100Y43",
    sex=None,
    birth_date=None,
    legal_representative="测试壬",
)


class TestDisclosure:
    """LIST 6; PIPL 6, 25."""

    @pytest.mark.parametrize(("fact", "audience"), list(product(Fact, Audience)))
    def test_every_cell_is_decided(self, fact, audience):
        assert DISCLOSURE[fact, audience] == EXPECTED[fact][list(Audience).index(audience)]


class TestIsPublic:
    """LIST 7, 10; CONS 6."""

    @pytest.mark.parametrize(("kind", "state"), list(product(OrderKind, OrderState)))
    def test_only_what_is_in_force_and_never_an_exit_ban(self, kind, state):
        expected = state is OrderState.EFFECTIVE and kind is not OrderKind.EXIT_BAN

        assert is_public(kind, state, ends_on=ON, on=ON) is expected

    def test_a_court_may_keep_consumption_orders_unpublished(self):
        assert not is_public(
            OrderKind.CONSUMPTION, OrderState.EFFECTIVE, ends_on=None, on=ON, consumption_is_public=False
        )


class TestRequirePublic:
    """LIST 7, 10; PIPL 25."""

    def test_a_consumption_order_is_public_unless_the_court_says_otherwise(self):
        require_public(OrderKind.CONSUMPTION, OrderState.EFFECTIVE, ends_on=None, on=ON)
        with pytest.raises(NotFoundError):
            require_public(
                OrderKind.CONSUMPTION, OrderState.EFFECTIVE, ends_on=None, on=ON, consumption_is_public=False
            )

    def test_an_ended_one_is_gone_where_the_court_published_it_and_never_was_elsewhere(self):
        with pytest.raises(GoneError):
            require_public(OrderKind.CONSUMPTION, OrderState.REMOVED, ends_on=None, on=ON)
        with pytest.raises(NotFoundError):
            require_public(OrderKind.CONSUMPTION, OrderState.REMOVED, ends_on=None, on=ON, consumption_is_public=False)


class TestCardForPublic:
    def test_carries_every_fact_of_the_row(self):
        whole = replace(
            UNIT,
            basis_number="（2025）京0199民初77号",
            basis_maker="示例市示范区人民法院",
            filed_on=date(2026, 1, 5),
            ends_on=date(2028, 3, 1),
        )
        card = card_for_public(whole, on=ON)
        same = [each.name for each in fields(PublicCard) if each.name != "age"]

        assert {name: getattr(card, name) for name in same} == {name: getattr(whole, name) for name in same}

    @pytest.mark.parametrize("show", [card_for_public, for_public])
    def test_an_unpublished_consumption_order_has_no_row_and_no_page(self, show):
        consumption = replace(FACTS, kind=OrderKind.CONSUMPTION)

        assert show(consumption, on=ON).kind is OrderKind.CONSUMPTION
        with pytest.raises(NotFoundError):
            show(consumption, on=ON, consumption_is_public=False)

    def test_shows_a_persons_sex_age_and_region_but_no_number_and_no_duty(self):
        card = card_for_public(FACTS, on=ON)

        assert (card.name, card.sex, card.age, card.region) == ("测试甲", Sex.FEMALE, 76, "北京")
        assert not {"document_number", "number_masked", "duty", "birth_date"} & {
            each.name for each in fields(PublicCard)
        }

    def test_shows_a_units_legal_representative_and_no_age(self):
        card = card_for_public(replace(UNIT, birth_date=date(1990, 1, 1)), on=ON)

        assert (card.legal_representative, card.age) == ("测试壬", None)

    def test_an_unknown_birth_date_has_no_age(self):
        assert card_for_public(replace(FACTS, birth_date=None), on=ON).age is None


class TestForPublic:
    """LIST 6, 7, 10; PIPL 25."""

    @pytest.mark.parametrize(
        ("policy", "masked"),
        [(MaskPolicy.STRICT, "1101**************"), (MaskPolicy.SPC, "1101051949****002X")],
    )
    def test_masks_a_persons_number(self, policy, masked):
        assert for_public(FACTS, on=ON, policy=policy).number_masked == masked

    def test_shows_a_units_number(self):
        assert for_public(UNIT, on=ON).number_masked == "91350100M000100Y43"

    def test_holds_the_full_number_nowhere(self):
        assert FACTS.document_number not in repr(for_public(FACTS, on=ON))

    def test_shows_its_number_and_how_far_it_is_performed(self):
        shown = for_public(replace(FACTS, performance="全部未履行"), on=ON)

        assert (shown.order_no, shown.performance) == ("（2026）京0199执1234号-失信1", "全部未履行")

    def test_shows_the_duty_and_both_amounts(self):
        shown = for_public(FACTS, on=ON)

        assert (shown.duty, shown.performed, shown.unperformed) == (FACTS.duty, FACTS.performed, FACTS.unperformed)

    @pytest.mark.parametrize(
        "state", [OrderState.SUSPENDED, OrderState.REMOVED, OrderState.WITHDRAWN, OrderState.EXPIRED]
    )
    def test_what_was_shown_once_is_gone(self, state):
        with pytest.raises(GoneError):
            for_public(replace(FACTS, state=state), on=ON)

    def test_a_term_that_has_passed_is_gone_before_the_machine_says_so(self):
        with pytest.raises(GoneError):
            for_public(replace(FACTS, ends_on=date(2026, 11, 24)), on=ON)

    @pytest.mark.parametrize(
        "state",
        [OrderState.DRAFT, OrderState.CHECKED, OrderState.ISSUED, OrderState.RETURNED, OrderState.ABANDONED],
    )
    def test_what_was_never_shown_is_not_found(self, state):
        with pytest.raises(NotFoundError):
            for_public(replace(FACTS, state=state), on=ON)

    @pytest.mark.parametrize("state", OrderState)
    def test_an_exit_ban_is_never_found(self, state):
        with pytest.raises(NotFoundError):
            for_public(replace(FACTS, kind=OrderKind.EXIT_BAN, state=state), on=ON)
