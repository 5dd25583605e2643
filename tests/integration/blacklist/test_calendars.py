"""The calendar as rows, on both databases: what a release ships, what two persons load, what stays unknown."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import MACHINE, Role
from blacklist.errors import MissingRoleError, SamePersonError, StaleVersionError, TransitionError
from blacklist.identity.sealing import Vault
from blacklist.models import AuditEntry, CalendarYear
from blacklist.queries.calendars import YearNotFoundError, load_calendar, missing_years, year_of_row
from blacklist.rules.calendar_years import digest_of
from blacklist.rules.deadlines import Clock, deadline
from blacklist.rules.working_days import UnknownYearError, Year, shipped_calendar
from blacklist.services.calendars import (
    ShippedYears,
    YearDiffersError,
    YearLoadedError,
    approve_year,
    correct_year,
    load_shipped_years,
    propose_year,
)
from tests.calendars import NEXT
from tests.courts import Courts, make_courts

SHIPPED = shipped_calendar()


@pytest.fixture
def courts(session: Session, vault: Vault, at: datetime) -> Courts:
    return make_courts(session, vault=vault, at=at)


def events(session: Session, year: int) -> list[str]:
    query = select(AuditEntry.event).where(AuditEntry.object_id == year).order_by(AuditEntry.number)
    return list(session.scalars(query))


class TestLoadShippedYears:
    def test_writes_what_the_release_holds_once(self, session: Session, at: datetime) -> None:
        first = load_shipped_years(session, actor=MACHINE, at=at)
        again = load_shipped_years(session, actor=MACHINE, at=at)

        assert first == ShippedYears((2025, 2026), ())
        assert again == ShippedYears((), ())
        assert load_calendar(session) == SHIPPED
        assert events(session, 2026) == ["calendar.year-loaded"]

    @pytest.mark.requirement("K1")
    def test_refuses_a_row_that_says_something_else_than_the_file(self, session: Session, at: datetime) -> None:
        load_shipped_years(session, actor=MACHINE, at=at)
        row = session.get_one(CalendarYear, 2026)
        row.digest = "0" * 64

        with pytest.raises(YearDiffersError, match="2026"):
            load_shipped_years(session, actor=MACHINE, at=at)

    def test_leaves_alone_what_two_persons_loaded_otherwise(
        self, session: Session, courts: Courts, at: datetime
    ) -> None:
        load_shipped_years(session, actor=MACHINE, at=at)
        amended = Year(2026, "补充通知", SHIPPED.years[1].holidays | {date(2026, 12, 28)}, frozenset())
        correct_year(session, amended, proposer=courts.president, decider=courts.second, at=at)

        assert load_shipped_years(session, actor=MACHINE, at=at) == ShippedYears((), (2026,))
        assert year_of_row(session.get_one(CalendarYear, 2026)) == amended

    def test_a_mere_proposal_gives_way_to_the_release(self, session: Session, courts: Courts, at: datetime) -> None:
        propose_year(session, Year(2026, "草案", frozenset(), frozenset()), actor=courts.president, at=at)

        assert load_shipped_years(session, actor=MACHINE, at=at).loaded == (2025, 2026)
        assert load_calendar(session) == SHIPPED


class TestTwoPersons:
    @pytest.mark.requirement("K1")
    def test_a_year_counts_once_another_person_loaded_it(self, session: Session, courts: Courts, at: datetime) -> None:
        load_shipped_years(session, actor=MACHINE, at=at)
        start = date(2026, 12, 30)

        propose_year(session, NEXT, actor=courts.president, at=at)
        with pytest.raises(UnknownYearError):
            deadline(Clock.REMOVAL_EVENT, start, calendar=load_calendar(session))
        approve_year(session, 2027, digest=digest_of(NEXT), actor=courts.second, at=at)

        assert deadline(Clock.REMOVAL_EVENT, start, calendar=load_calendar(session)) == date(2027, 1, 5)
        assert events(session, 2027) == ["calendar.year-proposed", "calendar.year-loaded"]

    @pytest.mark.requirement("T1")
    def test_who_proposed_does_not_load(self, session: Session, courts: Courts, at: datetime) -> None:
        propose_year(session, NEXT, actor=courts.president, at=at)

        with pytest.raises(SamePersonError):
            approve_year(session, 2027, digest=digest_of(NEXT), actor=courts.president, at=at)

    @pytest.mark.parametrize("role", [Role.CLERK, Role.CHECKER, Role.REVIEWER])
    def test_other_roles_neither_propose_nor_load(
        self, session: Session, courts: Courts, at: datetime, role: Role
    ) -> None:
        stranger = courts.stranger(role)

        with pytest.raises(MissingRoleError):
            propose_year(session, NEXT, actor=stranger, at=at)
        propose_year(session, NEXT, actor=courts.president, at=at)
        with pytest.raises(MissingRoleError):
            approve_year(session, 2027, digest=digest_of(NEXT), actor=stranger, at=at)

    def test_a_supervisor_does_both_with_somebody_else(self, session: Session, courts: Courts, at: datetime) -> None:
        propose_year(session, NEXT, actor=courts.stranger(Role.SUPERVISOR), at=at)
        row = approve_year(session, 2027, digest=digest_of(NEXT), actor=courts.stranger(Role.SUPERVISOR), at=at)

        assert row.state == "loaded"

    def test_a_newer_proposal_replaces_the_one_somebody_looked_at(
        self, session: Session, courts: Courts, at: datetime
    ) -> None:
        propose_year(session, NEXT, actor=courts.president, at=at)
        other = Year(2027, NEXT.source, NEXT.holidays, frozenset())
        propose_year(session, other, actor=courts.second, at=at)

        with pytest.raises(StaleVersionError):
            approve_year(session, 2027, digest=digest_of(NEXT), actor=courts.president, at=at)
        approve_year(session, 2027, digest=digest_of(other), actor=courts.president, at=at)
        assert load_calendar(session).years == (other,)

    def test_a_loaded_year_is_neither_proposed_nor_loaded_again(
        self, session: Session, courts: Courts, at: datetime
    ) -> None:
        load_shipped_years(session, actor=MACHINE, at=at)
        year = SHIPPED.years[1]

        with pytest.raises(YearLoadedError, match="calendar correct"):
            propose_year(session, year, actor=courts.president, at=at)
        with pytest.raises(YearLoadedError):
            approve_year(session, 2026, digest=digest_of(year), actor=courts.second, at=at)

    def test_a_year_nobody_proposed_is_not_found(self, session: Session, courts: Courts, at: datetime) -> None:
        with pytest.raises(YearNotFoundError):
            approve_year(session, 2027, digest="", actor=courts.president, at=at)


class TestCorrectYear:
    @pytest.mark.requirement("K4")
    def test_two_persons_replace_a_loaded_year_and_the_trail_names_both(
        self, session: Session, courts: Courts, at: datetime
    ) -> None:
        load_shipped_years(session, actor=MACHINE, at=at)
        before = SHIPPED.years[1]
        amended = Year(2026, "补充通知", before.holidays, before.make_up_working_days | {date(2026, 12, 26)})

        correct_year(session, amended, proposer=courts.president, decider=courts.second, at=at)

        assert load_calendar(session).is_working_day(date(2026, 12, 26))
        query = select(AuditEntry).where(AuditEntry.object_id == 2026).order_by(AuditEntry.number)
        _, proposed, loaded = session.scalars(query)
        assert (proposed.person_id, loaded.person_id) == (courts.president.person_id, courts.second.person_id)
        assert loaded.facts["was"] == digest_of(before)
        assert loaded.facts["digest"] == digest_of(amended)

    def test_one_person_is_not_enough_and_a_proposal_is_not_corrected(
        self, session: Session, courts: Courts, at: datetime
    ) -> None:
        load_shipped_years(session, actor=MACHINE, at=at)
        propose_year(session, NEXT, actor=courts.president, at=at)

        with pytest.raises(SamePersonError):
            correct_year(session, SHIPPED.years[1], proposer=courts.president, decider=courts.president, at=at)
        with pytest.raises(MissingRoleError):
            correct_year(session, SHIPPED.years[1], proposer=courts.clerk, decider=courts.president, at=at)
        with pytest.raises(TransitionError):
            correct_year(session, NEXT, proposer=courts.president, decider=courts.second, at=at)


class TestMissingYears:
    @pytest.mark.requirement("K2")
    def test_tells_of_the_next_year_from_the_first_of_november(self, session: Session, at: datetime) -> None:
        assert missing_years(session, on=date(2026, 11, 1)) == (2026, 2027)
        load_shipped_years(session, actor=MACHINE, at=at)

        assert missing_years(session, on=date(2026, 10, 31)) == ()
        assert missing_years(session, on=date(2026, 11, 1)) == (2027,)
        assert missing_years(session, on=date(2027, 1, 4)) == (2027,)

    def test_a_proposed_year_is_still_missing(self, session: Session, courts: Courts, at: datetime) -> None:
        propose_year(session, NEXT, actor=courts.president, at=at)

        assert missing_years(session, on=date(2027, 3, 1)) == (2027,)
        assert load_calendar(session).years == ()
