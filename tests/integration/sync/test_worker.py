"""Two real workers on one database: one leads, a slot runs once, a stop is clean, a death hands over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from blacklist.engine import create_registry_engine
from blacklist.identity.keys import Keyring
from blacklist.models import AgencyView, LogCheckpoint, SyncRun
from blacklist.queries.log import head_of
from sync.jobs import JOBS
from tests.databases import ROOT
from tests.integration.sync.test_waking import Receiver
from tests.publishing import Press

pytestmark = pytest.mark.requirement("F18")

LEADS, WAITS, STOPPED = "worker leads", "worker waits for leadership", "worker stopped"


class Worker:
    """A `python -m sync` process; a thread collects what it logs."""

    def __init__(self, url: str, key_file: Path, folder: Path) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
        env |= {
            "REGISTRY_ENV": "development",
            "REGISTRY_DATABASE_URL": url,
            "REGISTRY_KEY_FILE": str(key_file),
            "REGISTRY_LOG_LEVEL": "DEBUG",
            "REGISTRY_EXPORT_DIR": str(folder / "export"),
            "REGISTRY_SHADOW_DIR": str(folder / "shadows"),
        }
        self.lines: list[dict[str, object]] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sync"], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line))

    def said(self, message: str) -> bool:
        return any(line["message"] == message for line in self.lines)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=5)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()


def published_all(press: Press) -> bool:
    """Tell whether all the log holds, the worker's own anchors among it, is signed and in the agency's view."""
    with press.reading() as session:
        size = head_of(session).size
        signed = session.scalars(select(func.max(LogCheckpoint.size))).one()
        return {signed, *session.scalars(select(AgencyView.size))} == {size}


def until(condition, *, seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(condition())


@pytest.fixture
def start(own_database_url: str, key_file: Path, tmp_path: Path) -> Iterator:
    started: list[Worker] = []

    def begin() -> Worker:
        started.append(Worker(own_database_url, key_file, tmp_path))
        return started[-1]

    yield begin
    for worker in started:
        worker.close()


@pytest.fixture
def runs(own_database_url: str) -> Iterator:
    engine = create_registry_engine(own_database_url)

    def finished() -> list[tuple[str, str]]:
        with engine.execution_options(read_only=True).connect() as connection:
            return [
                tuple(row)
                for row in connection.execute(
                    select(SyncRun.job, SyncRun.outcome).where(SyncRun.outcome != "running").order_by(SyncRun.job)
                )
            ]

    def most_of_a_slot() -> int:
        counted = select(func.count().label("runs")).select_from(SyncRun).group_by(SyncRun.job, SyncRun.slot).subquery()
        with engine.execution_options(read_only=True).connect() as connection:
            return connection.execute(select(func.max(counted.c.runs))).scalar_one()

    finished.most_of_a_slot = most_of_a_slot
    yield finished
    engine.dispose()


class TestWorker:
    def test_one_of_two_leads_and_each_slot_runs_once(self, start, runs):
        first, second = start(), start()

        assert until(lambda: {job for job, _ in runs()} == {job.name for job in JOBS})
        assert until(lambda: first.said(WAITS) and second.said(WAITS))
        assert [first.said(LEADS), second.said(LEADS)].count(True) == 1
        assert {outcome for _, outcome in runs()} == {"done"}
        assert runs.most_of_a_slot() == 1

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
    def test_stops_at_a_signal_with_success_within_five_seconds(self, start, number):
        worker = start()
        assert until(lambda: worker.said(LEADS))

        assert worker.end(number) == 0
        assert until(lambda: worker.said(STOPPED))

    def test_that_waits_stops_as_well(self, start):
        leader = start()
        assert until(lambda: leader.said(LEADS))
        waiting = start()
        assert until(lambda: waiting.said(WAITS))

        assert waiting.end(signal.SIGTERM) == 0
        assert not waiting.said(LEADS)

    def test_hands_over_when_the_leader_is_killed(self, start, runs):
        leader = start()
        assert until(lambda: leader.said(LEADS))
        heir = start()
        assert until(lambda: heir.said(WAITS))

        leader.end(signal.SIGKILL)

        assert until(lambda: heir.said(LEADS), seconds=5)
        assert runs.most_of_a_slot() == 1

    def test_publishes_what_is_committed_and_wakes_the_agencies(
        self, start, own_database_url, key_file, vault, tmp_path, at
    ):
        engine = create_registry_engine(own_database_url)
        press = Press(engine, vault, Keyring.read(key_file), tmp_path, at)
        receiver = Receiver()
        press.subscribe("bank.example", ["bank_credit"], hook=receiver.url)
        worker = start()
        assert until(lambda: worker.said(LEADS))
        for acts in (1, 2, 3):
            press.act("effective")
            assert until(lambda acts=acts: published_all(press) and len(receiver.got) >= acts)

        worker.end(signal.SIGKILL)
        press.act("effective")
        heir = start()
        assert until(lambda: published_all(press))
        assert heir.said(LEADS)
        with press.reading() as session:
            view = session.scalars(select(AgencyView)).one()
        assert view.n == 4
        receiver.close()
        engine.dispose()

    def test_does_not_start_without_keys(self, own_database_url, tmp_path):
        env = os.environ | {
            "REGISTRY_ENV": "development",
            "REGISTRY_DATABASE_URL": own_database_url,
            "REGISTRY_KEY_FILE": str(tmp_path / "missing"),
        }

        result = subprocess.run(
            [sys.executable, "-m", "sync"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=15, check=False
        )

        assert result.returncode == 2
        assert "the key file cannot be read" in result.stderr
