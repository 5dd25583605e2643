"""One job for one slot: claimed first, worked in steps, recorded whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.engine import create_registry_engine
from blacklist.models import RegistryFact, SyncRun
from sync.jobs import Job, Step
from sync.runner import Outcome, Runner, latest_slot

AT = datetime(2026, 11, 24, 2, 5, 30, tzinfo=UTC)


def job_of(run, *, lease=timedelta(seconds=50)):
    return Job("test", run, cron="* * * * *", lease=lease)


@pytest.fixture
def own_engine(own_database_url):
    made = create_registry_engine(own_database_url)
    yield made
    made.dispose()


@pytest.fixture
def runner(own_engine, vault):
    return Runner(own_engine, vault, clock=lambda: AT)


def recorded(engine):
    with Session(engine.execution_options(read_only=True)) as session:
        return [(one.job, one.slot, one.outcome, one.counts) for one in session.scalars(select(SyncRun))]


class TestRun:
    def test_records_slot_outcome_and_counts(self, runner, own_engine):
        outcome = runner.run(job_of(lambda session, *, at, vault: Step({"done": 3})))

        assert outcome is Outcome.DONE
        assert recorded(own_engine) == [("test", AT.replace(second=0), "done", {"done": 3})]

    @pytest.mark.requirement("F18")
    def test_does_nothing_for_a_slot_that_had_its_run(self, runner):
        ran = []
        job = job_of(lambda session, *, at, vault: ran.append(at) or Step({}))

        assert [runner.run(job), runner.run(job)] == [Outcome.DONE, None]
        assert len(ran) == 1

    def test_goes_on_while_there_is_more(self, runner, own_engine):
        steps = iter([Step({"done": 2}, more=True), Step({"done": 1})])

        runner.run(job_of(lambda session, *, at, vault: next(steps)))

        assert recorded(own_engine)[0][3] == {"done": 3}

    def test_keeps_the_steps_before_a_failure_and_records_it(self, runner, own_engine):
        names = iter(["kept", "lost"])

        def fail_second(session, *, at, vault):
            session.add(RegistryFact(name=(name := next(names)), value="x"))
            session.flush()
            if name == "lost":
                raise RuntimeError("in its middle")
            return Step({"done": 1}, more=True)

        assert runner.run(job_of(fail_second)) is Outcome.FAILED
        assert recorded(own_engine)[0][2:] == ("failed", {"done": 1})
        with Session(own_engine.execution_options(read_only=True)) as session:
            assert session.scalars(select(RegistryFact.name)).all() == ["kept"]

    def test_opens_no_transaction_after_its_lease(self, own_engine, vault):
        clock = iter([AT, AT, AT + timedelta(seconds=51), AT + timedelta(seconds=51)])
        runner = Runner(own_engine, vault, clock=lambda: next(clock))

        assert runner.run(job_of(lambda session, *, at, vault: Step({}, more=True))) is Outcome.STOPPED

    def test_opens_no_transaction_when_it_leads_no_longer(self, own_engine, vault):
        runner = Runner(own_engine, vault, clock=lambda: AT, may_go_on=lambda: False)

        assert runner.run(job_of(lambda session, *, at, vault: Step({}))) is Outcome.STOPPED

    def test_works_in_the_zone_of_the_courts(self, runner):
        seen = []

        runner.run(job_of(lambda session, *, at, vault: seen.append(at) or Step({})))

        assert (seen[0], seen[0].hour) == (AT, 10)


class TestLatestSlot:
    @pytest.mark.parametrize(
        ("cron", "at", "slot"),
        [
            pytest.param("* * * * *", AT, AT.replace(second=0), id="every minute"),
            pytest.param("* * * * *", AT.replace(second=0), AT.replace(second=0), id="on the minute"),
            pytest.param("10 19 * * *", AT, datetime(2026, 11, 23, 19, 10, tzinfo=UTC), id="last night"),
            pytest.param("0 0 1 3 *", AT, datetime(2026, 3, 1, tzinfo=UTC), id="once a year"),
        ],
    )
    def test_is_the_last_due_instant(self, cron, at, slot):
        assert latest_slot(cron, at) == slot
