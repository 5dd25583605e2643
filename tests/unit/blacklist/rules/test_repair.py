from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from blacklist.rules.articles import ARTICLES
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason, removal_reasons
from blacklist.rules.repair import (
    CASE_EVENT_TITLES,
    IN_FULL,
    CaseEventKind,
    Limit,
    Outcome,
    consequences,
    due_on,
    encouragement,
    relisting_barred,
    relisting_barred_until,
    waits_for_listing,
)
from blacklist.rules.working_days import UnknownYearError, shipped_calendar

TARGETS = {
    "open": (OrderKind.LISTING, False),
    "fixed": (OrderKind.LISTING, True),
    "consumption": (OrderKind.CONSUMPTION, False),
    "exit_ban": (OrderKind.EXIT_BAN, True),
}
NOTHING = dict.fromkeys(TARGETS, "record none")
# What each event does to each order, written a second time; two searches where searches count.
EXPECTED = {
    "performed": {
        "open": "remove must R1",
        "fixed": "remove should R9",
        "consumption": "remove must performed",
        "exit_ban": "remove must performed",
    },
    "part_performed": NOTHING,
    "settled_and_performed": {
        "open": "remove must R2",
        "fixed": "remove should R9",
        "consumption": "remove must performed",
        "exit_ban": "remove must performed",
    },
    "settled_not_performed": NOTHING,
    "creditor_request": NOTHING | {"open": "remove may R3"},
    "creditor_consent": NOTHING | {"consumption": "remove may consent", "exit_ban": "remove may consent"},
    "security_given": NOTHING | {"consumption": "remove may security", "exit_ban": "remove may security"},
    "present_ended": NOTHING,
    "empty_search": NOTHING | {"open": "remove must R4"},
    "stayed": {"open": "remove must R5", "fixed": "task must", "consumption": "task must", "exit_ban": "task must"},
    "stay_ended": NOTHING,
    "not_enforced": {
        "open": "remove must R6",
        "fixed": "task must",
        "consumption": "remove must case_ended",
        "exit_ban": "remove must case_ended",
    },
    "terminated": {
        "open": "remove must R7",
        "fixed": "task must",
        "consumption": "remove must case_ended",
        "exit_ban": "remove must case_ended",
    },
    "death": {
        "open": "suspend must",
        "fixed": "suspend must",
        "consumption": "task must",
        "exit_ban": "remove must case_ended",
    },
}
CELLS = list(product(CaseEventKind, TARGETS))


def follow(event, target, *, effective=True, empty_searches=2):
    kind, fixed_term = TARGETS[target]
    return consequences(
        CaseEventKind(event), kind, fixed_term=fixed_term, effective=effective, empty_searches=empty_searches
    )


def in_words(consequence):
    return " ".join(filter(None, [consequence.outcome, consequence.force, consequence.reason]))


class TestConsequences:
    """LIST 2, 10; GOOD 15, 19; CONS 9; ENF 25; EXIT 65; CPL 267; TERM 15."""

    @pytest.mark.parametrize(("event", "target"), CELLS)
    def test_follow_the_table_once_an_order_works(self, event, target):
        assert in_words(follow(event, target)) == EXPECTED[event][target]

    @pytest.mark.parametrize(("event", "target"), CELLS)
    def test_before_effect_performance_in_time_ends_any_kind_and_nothing_is_suspended(self, event, target):
        expected = EXPECTED[event][target].replace("suspend", "task")
        if event in IN_FULL:
            expected = "remove must performed_in_grace"

        assert in_words(follow(event, target, effective=False)) == expected

    @pytest.mark.parametrize(("event", "target"), CELLS)
    @pytest.mark.parametrize("effective", [True, False])
    def test_no_reason_is_given_that_does_not_end_such_an_order(self, event, target, effective):
        kind, fixed_term = TARGETS[target]
        consequence = follow(event, target, effective=effective)
        allowed = removal_reasons(kind, fixed_term=fixed_term, effective=effective)

        assert (consequence.reason in allowed) == (consequence.outcome is Outcome.REMOVE)

    @pytest.mark.parametrize(("event", "target"), CELLS)
    @pytest.mark.parametrize("effective", [True, False])
    def test_each_names_its_articles_and_its_time(self, event, target, effective):
        consequence = follow(event, target, effective=effective)

        assert consequence.articles
        assert set(consequence.articles) <= set(ARTICLES)
        assert (consequence.limit is Limit.NONE) == (consequence.outcome is Outcome.RECORD)

    @pytest.mark.parametrize(
        ("event", "target", "articles"),
        [
            ("performed", "open", ("LIST 10",)),
            ("performed", "fixed", ("LIST 2", "GOOD 19")),
            ("performed", "consumption", ("CONS 9",)),
            ("performed", "exit_ban", ("ENF 25", "EXIT 65")),
            ("terminated", "open", ("LIST 10",)),
            ("terminated", "fixed", ("LIST 2", "LIST 10")),
            ("terminated", "consumption", ("CONS 9",)),
            ("terminated", "exit_ban", ("ENF 25", "EXIT 65")),
            ("creditor_consent", "exit_ban", ("ENF 25",)),
            ("death", "exit_ban", ("CPL 267", "EXIT 65")),
        ],
    )
    def test_rest_on_the_articles_of_the_order_and_of_the_event(self, event, target, articles):
        assert follow(event, target).articles == articles

    def test_rest_on_list_10_while_one_search_is_not_enough(self):
        assert follow("empty_search", "open", empty_searches=1).articles == ("LIST 10",)

    @pytest.mark.parametrize("effective", [True, False])
    @pytest.mark.parametrize(("event", "target"), CELLS)
    def test_a_traveller_who_must_be_free_is_the_same_day_and_all_else_takes_three_working_days(
        self, event, target, effective
    ):
        expected = Limit.THREE_WORKING_DAYS
        if EXPECTED[event][target] == "record none":
            expected = Limit.NONE
        elif target == "exit_ban" and EXPECTED[event][target].startswith("remove must"):
            expected = Limit.SAME_DAY

        assert follow(event, target, effective=effective).limit is expected

    @pytest.mark.parametrize("target", TARGETS)
    @pytest.mark.parametrize("count", [0, 1])
    def test_one_search_without_result_ends_nothing(self, target, count):
        assert follow("empty_search", target, empty_searches=count).outcome is Outcome.RECORD

    @pytest.mark.parametrize("count", [2, 3, 10])
    def test_the_second_search_and_each_later_one_ends_an_open_listing_alone(self, count):
        ended = [
            target
            for target in TARGETS
            if follow("empty_search", target, empty_searches=count).outcome is not Outcome.RECORD
        ]

        assert ended == ["open"]

    def test_an_event_has_a_title_and_fits_its_column(self):
        assert set(CASE_EVENT_TITLES) == set(CaseEventKind)
        assert max(len(event) for event in CaseEventKind) <= 24


class TestDueOn:
    """LIST 10; CONS 9; EXIT 65."""

    # 30 September 2026 is the last working day before the holidays, 8 October the first after them.
    BEFORE_HOLIDAYS = date(2026, 9, 30)

    def test_three_working_days_for_a_listing_and_a_consumption_order(self):
        calendar = shipped_calendar()
        expected = calendar.working_days_after(self.BEFORE_HOLIDAYS, 3)

        assert expected > date(2026, 10, 8)
        for target in ("open", "fixed", "consumption"):
            assert due_on(follow("performed", target), self.BEFORE_HOLIDAYS, calendar=calendar) == expected

    def test_the_same_day_for_an_exit_ban(self):
        consequence = follow("performed", "exit_ban")

        assert due_on(consequence, self.BEFORE_HOLIDAYS, calendar=shipped_calendar()) == self.BEFORE_HOLIDAYS

    def test_no_day_where_nothing_follows(self):
        consequence = follow("present_ended", "open")

        assert due_on(consequence, self.BEFORE_HOLIDAYS, calendar=shipped_calendar()) is None

    def test_no_day_is_guessed(self):
        with pytest.raises(UnknownYearError):
            due_on(follow("performed", "open"), date(2099, 1, 4), calendar=shipped_calendar())


class TestEncouragement:
    """LIST 2."""

    @pytest.mark.parametrize(
        ("due", "performed", "hint"),
        [
            pytest.param("100", "49.99", None, id="less than half"),
            pytest.param("100", "50", RemovalReason.R9, id="half"),
            pytest.param("100", "99", RemovalReason.R9, id="most"),
            pytest.param(None, "50", None, id="nothing to compare with"),
            pytest.param("0", "0", None, id="nothing due"),
            pytest.param("100", None, None, id="nothing performed"),
        ],
    )
    def test_hints_at_half_the_duty(self, due, performed, hint):
        found = encouragement(
            OrderKind.LISTING,
            fixed_term=True,
            grounds=[Ground.G4],
            due=None if due is None else Decimal(due),
            performed=None if performed is None else Decimal(performed),
        )

        assert found is hint

    @pytest.mark.parametrize("ground", list(Ground))
    def test_not_for_who_obstructed_or_evaded(self, ground):
        found = encouragement(
            OrderKind.LISTING,
            fixed_term=True,
            grounds=[Ground.G5, ground],
            due=Decimal(100),
            performed=Decimal(60),
        )

        assert (found is None) == (ground in (Ground.G2, Ground.G3))

    @pytest.mark.parametrize(
        ("kind", "fixed_term"),
        [(OrderKind.LISTING, False), (OrderKind.CONSUMPTION, False), (OrderKind.EXIT_BAN, True)],
    )
    def test_only_for_a_listing_with_a_term(self, kind, fixed_term):
        assert encouragement(kind, fixed_term=fixed_term, grounds=[], due=Decimal(100), performed=Decimal(60)) is None


class TestRelistingBarred:
    """LIST 10."""

    REMOVED = date(2026, 8, 31)

    @pytest.mark.parametrize("reason", list(RemovalReason))
    def test_only_after_removal_at_the_creditors_request(self, reason):
        until = relisting_barred_until(self.REMOVED, reason)

        assert until == (date(2027, 2, 28) if reason is RemovalReason.R3 else None)

    @pytest.mark.parametrize(
        ("on", "barred"),
        [(date(2026, 8, 31), True), (date(2027, 2, 28), True), (date(2027, 3, 1), False)],
    )
    def test_lasts_six_months(self, on, barred):
        assert relisting_barred(self.REMOVED, RemovalReason.R3, on, on_application=True) is barred

    def test_never_stops_the_court_itself(self):
        assert not relisting_barred(self.REMOVED, RemovalReason.R3, self.REMOVED, on_application=False)


class TestWaitsForListing:
    """CONS 1."""

    @pytest.mark.parametrize(("kind", "reason"), list(product(OrderKind, RemovalReason)))
    def test_a_consumption_order_waits_unless_role_or_order_were_wrong(self, kind, reason):
        expected = kind is OrderKind.CONSUMPTION and reason not in (RemovalReason.ROLE_ENDED, RemovalReason.W)

        assert waits_for_listing(kind, reason) is expected
