"""The record writer: one group is one transaction, one member's fault is its own, and there is always a next leader."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine, text

from app.quotas import Submission
from app.reading import FastReader
from app.recording import Recorder
from blacklist.engine import create_registry_engine
from blacklist.errors import UnavailableError


@pytest.fixture
def own_engine(own_database_url: str) -> Iterator[Engine]:
    made = create_registry_engine(own_database_url)
    yield made
    made.dispose()


@pytest.fixture
def recorder(own_engine: Engine) -> Iterator[Recorder]:
    reader = FastReader(own_engine)
    made = Recorder(own_engine, None, read=reader.rows)
    yield made
    made.close()
    reader.close()


def draw(bucket: str, at: datetime, *, work=None) -> Submission:
    return Submission(bucket=bucket, cost=1.0, rate=1.0, burst=5.0, at=at, work=work)


def in_threads(recorder: Recorder, submissions: list[Submission]) -> list[BaseException | None]:
    """Submit all at once and return what each one met."""
    met: list[BaseException | None] = [None] * len(submissions)
    start = threading.Barrier(len(submissions))

    def submit(place: int) -> None:
        start.wait()
        try:
            recorder.submit(submissions[place])
        except BaseException as error:
            met[place] = error

    threads = [threading.Thread(target=submit, args=(place,)) for place in range(len(submissions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)
    return met


def buckets(engine: Engine) -> set[str]:
    with engine.connect().execution_options(read_only=True) as connection:
        return set(connection.execute(text("SELECT name FROM rate_buckets")).scalars())


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_member_whose_own_work_fails_fails_alone(
    recorder: Recorder, own_engine: Engine, at: datetime, place: int
) -> None:
    def fail(_read: object) -> None:
        raise LookupError("planted")

    group = [draw(f"b{number}", at, work=fail if number == place else None) for number in range(3)]

    met = in_threads(recorder, group)

    assert [isinstance(error, LookupError) for error in met] == [number == place for number in range(3)]
    assert {f"b{number}" for number in range(3) if number != place} <= buckets(own_engine)


def test_every_one_of_many_is_answered(recorder: Recorder, own_engine: Engine, at: datetime) -> None:
    for _ in range(20):
        met = in_threads(recorder, [draw(f"b{number}", at) for number in range(8)])
        assert [error for error in met if not isinstance(error, type(None))] == []


def test_a_writer_that_failed_serves_again(recorder: Recorder, own_engine: Engine, at: datetime) -> None:
    with own_engine.begin() as connection:
        connection.execute(text("ALTER TABLE rate_buckets RENAME TO away"))
    with pytest.raises(UnavailableError):
        recorder.submit(draw("lost", at))
    with own_engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO rate_buckets"))

    recorder.submit(draw("kept", at))

    assert buckets(own_engine) == {"kept"}


def test_a_leader_that_is_ended_hands_the_lead_on(
    recorder: Recorder, own_engine: Engine, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(_group: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(recorder, "_write", end)
        with pytest.raises(SystemExit):
            recorder.submit(draw("ended", at))

    recorder.submit(draw("next", at))

    assert buckets(own_engine) == {"next"}
