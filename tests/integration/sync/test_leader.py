"""One leads; who lost the lock knows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from sync.leader import LOCK, leadership_of


@pytest.fixture
def two(own_database_url):
    made = leadership_of(own_database_url), leadership_of(own_database_url)
    yield made
    for one in made:
        one.release()


def take_away(url: str) -> None:
    """Do what an operator or a broken network does."""
    if url.startswith("sqlite"):
        Path(f"{make_url(url).database}.leader").unlink()
        return
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND ((classid::bigint << 32) | objid::bigint) = :lock"
            ),
            {"lock": LOCK},
        )
    engine.dispose()


@pytest.mark.requirement("F18")
class TestLeadership:
    def test_is_held_by_one(self, two):
        first, second = two

        assert [first.acquire(), second.acquire()] == [True, False]
        assert [first.held(), second.held()] == [True, False]

    def test_passes_on_when_released(self, two):
        first, second = two
        first.acquire()

        first.release()

        assert second.acquire()
        assert not first.held()

    def test_is_known_to_be_lost(self, two, own_database_url):
        first, second = two
        first.acquire()

        take_away(own_database_url)

        assert not first.held()
        assert second.acquire()
