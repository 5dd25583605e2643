"""Every job of the timetable runs on an empty registry, on both databases."""

from __future__ import annotations

import pytest

from sync.jobs import JOBS


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_job_finds_nothing_to_do_in_an_empty_registry(session, vault, at, job):
    step = job.run(session, at=at, vault=vault)

    assert not step.more
    assert set(step.counts.values()) == {0}
