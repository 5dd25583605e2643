from dataclasses import replace
from datetime import date

import pytest

from blacklist.rules.articles import ARTICLES
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.measures import MEASURES, MeasureAction, Rank, measures_for
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.subjects import BoundRole
from blacklist.vocabulary import SubjectKind

ON = date(2026, 11, 25)
ROWS = """
consumption.air air_travel N refuse
consumption.rail rail_high_class N refuse
consumption.ship ship_second_class N refuse
consumption.hotel star_hotel N refer
consumption.real_estate real_estate_purchase NO refuse
consumption.office office_lease NO refer
consumption.vehicle vehicle_purchase NO refuse
consumption.tourism tourism N refer
consumption.school private_school N refer
consumption.insurance insurance_investment NO refuse
listing.procurement government_procurement NO refuse
listing.tender tender NO refuse
listing.subsidy subsidy NO refer
listing.credit bank_credit NO refer
listing.securities securities_market NO refer
listing.financial_institution financial_institution NO refer
listing.officer company_officer N refuse
listing.soe_officer soe_officer N refuse
listing.company_registration company_registration NO refer
listing.licence administrative_licence NO refer
listing.food_drug food_drug_licence NO refer
listing.hazardous hazardous_licence NO refer
listing.land land_and_resources NO refer
listing.customs customs_certification O refer
listing.tax tax_preference NO refer
listing.public_service civil_service N refuse
listing.honours honours NO refuse
listing.deputy public_office N refer
listing.asset_transfer asset_transfer NO refer
exit.ban exit_border N refuse"""
EXPECTED = [row.split() for row in ROWS.strip().splitlines()]


class TestCatalogue:
    """LIST 8; CONS 3; CPL 266; BASIC."""

    def test_has_the_rows_of_the_law(self):
        actual = [
            [each.code, each.purpose, "N" * each.natural + "O" * each.organisation, str(each.action)]
            for each in MEASURES
        ]

        assert sorted(actual) == sorted(EXPECTED)

    def test_every_purpose_is_blocked_by_some_measure(self):
        assert {each.purpose for each in MEASURES} == set(PURPOSES)

    @pytest.mark.parametrize("measure", MEASURES, ids=lambda each: each.code)
    def test_every_row_is_complete(self, measure):
        assert all([measure.name, measure.name_english, measure.agency_kind, measure.basis, measure.roles])

    @pytest.mark.parametrize("measure", MEASURES, ids=lambda each: each.code)
    def test_a_ministry_document_alone_never_obliges_to_refuse(self, measure):
        assert (measure.rank, measure.action) != (Rank.MINISTRY, MeasureAction.REFUSE)

    def test_a_listing_restricts_the_debtor_alone(self):
        assert {each.roles for each in MEASURES if each.kind is OrderKind.LISTING} == {frozenset({BoundRole.DEBTOR})}

    def test_the_supreme_courts_rules_are_cited_by_their_full_titles(self):
        titles = {
            kind: {ARTICLES[short].title for short in shorts}
            for kind, shorts in {"consumption": ["CONS"], "exit_ban": ["CPL"]}.items()
        }

        assert all(
            each.basis.startswith(tuple(titles[each.kind])) for each in MEASURES if each.kind is not OrderKind.LISTING
        )

    def test_air_travel_cites_item_one(self):
        (air,) = [each for each in MEASURES if each.code == "consumption.air"]

        assert air.name == "不得乘坐飞机"
        assert air.rank is Rank.INTERPRETATION
        assert air.basis == "最高人民法院关于限制被执行人高消费及有关消费的若干规定 第三条第一款第（一）项"


class TestMeasure:
    def test_stands_between_its_dates(self):
        measure = replace(MEASURES[0], in_force_from=date(2020, 1, 1), in_force_until=date(2020, 12, 31))
        days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)]

        assert [measure.is_in_force(day) for day in days] == [False, True, True, False]


class TestMeasuresFor:
    """LIST 8; CONS 3; CPL 266."""

    @pytest.mark.parametrize("purpose", PURPOSES)
    @pytest.mark.parametrize("subject_kind", SubjectKind)
    @pytest.mark.parametrize("kind", OrderKind)
    def test_answers_every_cell_of_the_catalogue(self, kind, subject_kind, purpose):
        prefix = {"listing": "listing.", "consumption": "consumption.", "exit_ban": "exit."}[kind]
        letter = {"natural": "N", "organisation": "O"}[subject_kind]
        expected = [
            code
            for code, blocked, who, _ in EXPECTED
            if code.startswith(prefix) and blocked == purpose and letter in who
        ]

        found = measures_for(kind, purpose, subject_kind=subject_kind, role=BoundRole.DEBTOR, on=ON)

        assert [each.code for each in found] == expected

    @pytest.mark.parametrize(
        ("kind", "purpose", "role", "blocked"),
        [
            (OrderKind.CONSUMPTION, "air_travel", BoundRole.ACTUAL_CONTROLLER, True),
            (OrderKind.CONSUMPTION, "air_travel", BoundRole.STATUTORY_AGENT, False),
            (OrderKind.EXIT_BAN, "exit_border", BoundRole.STATUTORY_AGENT, True),
            (OrderKind.EXIT_BAN, "exit_border", BoundRole.ACTUAL_CONTROLLER, False),
            (OrderKind.LISTING, "company_officer", BoundRole.LEGAL_REPRESENTATIVE, False),
        ],
    )
    def test_follows_the_role(self, kind, purpose, role, blocked):
        found = measures_for(kind, purpose, subject_kind=SubjectKind.NATURAL, role=role, on=ON)

        assert bool(found) is blocked

    def test_has_no_measure_before_its_law(self):
        before = date(2024, 6, 30)

        assert not measures_for(
            OrderKind.LISTING, "company_officer", subject_kind=SubjectKind.NATURAL, role=BoundRole.DEBTOR, on=before
        )
