"""What is past its retention goes, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from blacklist.identity.ids import first_id_at
from blacklist.models import (
    Account,
    Agency,
    AgencyKey,
    AuditEntry,
    Check,
    CheckOutcome,
    KeptAnswer,
    Person,
    QuotaDay,
    QuotaSubject,
    RateBucket,
    StaffSession,
    SyncRun,
)
from blacklist.services import purging
from blacklist.services.purging import purge, years_before

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def registry(session, at):
    """An account and an agency's key, for rows to hang on."""
    session.add(Person(id=1, name="测试", created_at=at))
    session.add(Agency(id=1, name="air.example", title="示例航旅", created_at=at))
    session.flush()
    session.add(Account(id=1, person_id=1, username="test", password_hash="-", password_changed_at=at, created_at=at))
    session.add(
        AgencyKey(
            id=1,
            agency_id=1,
            key_id="k1",
            last_four="0000",
            secret_mac=bytes(32),
            environment="test",
            scopes="checks",
            created_at=at,
            expires_at=at + DAY,
        )
    )
    session.flush()
    return session


def staff_session(at, *, age, idle):
    mark = f"{age}{idle}".encode()
    return StaffSession(token_hash=mark, account_id=1, created_at=at - age, last_seen_at=at - idle, proved_at=at - age)


def kept_answer(at, *, age):
    return KeptAnswer(
        caller="a", route="r", key=str(age), row_id=1, body_hash=b"h", status=200, answer=b"a", kept_at=at - age
    )


def check(at, number):
    row_id = first_id_at(at) + number
    return Check(id=row_id, purpose="air_travel", outcome="clear", document_index=b"i", at=at)


def run(at, *, age):
    return SyncRun(id=int(age.total_seconds()), job="purge", slot=at - age, started_at=at - age, counts={})


class TestPurge:
    def test_removes_sessions_by_age_and_by_idleness(self, registry, at):
        registry.add_all(
            [
                staff_session(at, age=HOUR, idle=MINUTE),
                staff_session(at, age=8 * HOUR, idle=MINUTE),
                staff_session(at, age=HOUR, idle=30 * MINUTE),
            ]
        )
        registry.flush()

        assert purge(registry, at=at)["staff_sessions"] == 2
        assert registry.scalar(select(func.count()).select_from(StaffSession)) == 1

    @pytest.mark.parametrize(
        ("table", "old", "young"),
        [
            pytest.param("kept_answers", 7 * DAY + MINUTE, 7 * DAY, id="answers after seven days"),
            pytest.param("rate_buckets", 2 * DAY + MINUTE, 2 * DAY, id="buckets after two days"),
            pytest.param("sync_runs", 183 * DAY + MINUTE, 183 * DAY, id="runs after half a year"),
        ],
    )
    def test_keeps_what_is_young_enough(self, registry, at, table, old, young):
        make = {
            "kept_answers": kept_answer,
            "rate_buckets": lambda at, *, age: RateBucket(name=str(age), level=1.0, filled_at=at - age),
            "sync_runs": run,
        }[table]
        registry.add_all([make(at, age=old), make(at, age=young)])
        registry.flush()

        assert purge(registry, at=at)[table] == 1

    def test_removes_quotas_by_day(self, registry, at):
        for day in (date(2026, 11, 21), date(2026, 11, 22)):
            registry.add(QuotaDay(key_id=1, day=day, used=1))
            registry.add(QuotaSubject(mark=day.toordinal(), day=day))
        registry.flush()

        counts = purge(registry, at=at)

        assert (counts["quota_days"], counts["quota_subjects"]) == (1, 1)

    def test_removes_checks_after_five_years_with_their_outcomes(self, registry, at):
        old, young = check(at - MINUTE, 1), check(at, 2)
        registry.add_all([old, young])
        registry.flush()
        registry.add(CheckOutcome(id=1, check_row_id=old.id, action="refused", done_at=at, recorded_at=at))
        registry.flush()

        assert purge(registry, at=at.replace(year=at.year + 5))["checks"] == 1
        assert registry.scalars(select(Check.id)).all() == [young.id]

    def test_takes_a_batch_at_a_time(self, registry, at, monkeypatch):
        monkeypatch.setattr(purging, "BATCH", 2)
        registry.add_all([check(at, number) for number in range(1, 4)])
        registry.flush()

        later = at.replace(year=at.year + 6)
        assert [purge(registry, at=later)["checks"] for _ in range(3)] == [2, 1, 0]

    def test_says_in_the_trail_what_went(self, registry, at):
        registry.add(kept_answer(at, age=8 * DAY))
        registry.flush()

        purge(registry, at=at)

        entry = registry.scalars(select(AuditEntry)).one()
        assert (entry.event, entry.facts) == ("data.purged", {"kept_answers": 1})

    def test_says_nothing_when_nothing_went(self, registry, at):
        purge(registry, at=at)

        assert registry.scalars(select(AuditEntry)).all() == []


class TestYearsBefore:
    def test_takes_the_last_day_of_february(self):
        assert years_before(datetime(2028, 2, 29, tzinfo=UTC), 5) == datetime(2023, 2, 28, tzinfo=UTC)
