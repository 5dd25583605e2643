import pytest

from blacklist.errors import InvalidError
from blacklist.rules.purposes import PURPOSES, RESERVED_BIT, get_purpose

# Written down for good: a change here breaks every agency's copy.
BITS = [
    "rail_high_class",
    "air_travel",
    "ship_second_class",
    "exit_border",
    "star_hotel",
    "real_estate_purchase",
    "office_lease",
    "vehicle_purchase",
    "tourism",
    "private_school",
    "insurance_investment",
    "bank_credit",
    "securities_market",
    "financial_institution",
    "company_officer",
    "soe_officer",
    "company_registration",
    "government_procurement",
    "tender",
    "land_and_resources",
    "administrative_licence",
    "food_drug_licence",
    "hazardous_licence",
    "subsidy",
    "tax_preference",
    "customs_certification",
    "civil_service",
    "public_office",
    "honours",
    "asset_transfer",
]


class TestPurposes:
    """OPIN."""

    def test_bits_never_move(self):
        assert {code: purpose.bit for code, purpose in PURPOSES.items()} == {code: bit for bit, code in enumerate(BITS)}
        assert len(BITS) == RESERVED_BIT

    def test_only_what_cannot_be_undone_is_held(self):
        assert {code for code, each in PURPOSES.items() if each.stale_miss == "hold"} == {
            "exit_border",
            "asset_transfer",
        }

    def test_no_purpose_requires_a_name(self):
        assert {(each.hold_minutes, each.grace_hours, each.name_required) for each in PURPOSES.values()} == {
            (30, 24, False)
        }


class TestGetPurpose:
    """OPIN."""

    def test_returns_the_purpose(self):
        assert get_purpose("air_travel").bit == 1

    def test_refuses_an_unknown_one(self):
        with pytest.raises(InvalidError) as refused:
            get_purpose("teleport")

        assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [("/purpose", "unknown-purpose")]
