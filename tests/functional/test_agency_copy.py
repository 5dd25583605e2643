"""A real registry and a real agent, each as processes: an order is in force at the agency, acknowledged, and lifted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli.demo.cast import SandboxSubject
from blacklist.models import AgencyAck, LogHead, Order
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from tests.functional.live import ROOT, LiveRegistry, Processes
from tests.functional.stacks import _engine, _telling, invent

AGENCY = "rail-copy.example"
SECONDS = 30.0


@dataclass
class LiveAgency:
    """An agent that keeps a copy of a live registry."""

    live: LiveRegistry
    url: str
    folder: Path

    def ask(self, subject: SandboxSubject) -> dict[str, Any]:
        kind, number, _ = subject.documents[0]
        question = {"purpose": "air_travel", "document": {"type": kind, "number": number}}
        return _post(f"{self.url}/v1/check", question)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Processes, LiveRegistry]]:
    processes = Processes(tmp_path_factory.mktemp("copied-registry"))
    try:
        yield processes, processes.start()
    finally:
        processes.stop()


@pytest.fixture(scope="module")
def agency(registry: tuple[Processes, LiveRegistry], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAgency]:
    processes, live = registry
    place = tmp_path_factory.mktemp("agency")
    copy = place / "copy"
    vkeys = dict(line.split(" ") for line in _agent("init", copy, "--agency", AGENCY, "--new-keys").splitlines())
    processes._command("agency", "add", AGENCY, "--title", "示例铁路", "--purpose", "air_travel")
    processes._command(
        "agency", "subscribe", AGENCY, "--ack-vkey", vkeys["ack_vkey"], "--witness-vkey", vkeys["witness_vkey"],
        "--fp-key-file", str(place / "fp.key"),
    )  # fmt: skip
    key = re.search(
        r"jr_\S+", processes._command("agency", "key", "issue", AGENCY, "--scope", "sync", "--scope", "check")
    )
    assert key is not None
    (place / "api.key").write_text(key[0])
    (place / "api.key").chmod(0o600)
    with urllib.request.urlopen(f"{live.base_url}/log/keys", timeout=10) as answer:
        (place / "trust.json").write_bytes(answer.read())
    _eventually(lambda: "cursor" in _begin(live, place, copy), seconds=60)
    with (place / "agent.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sync.agent", "run", "--folder", str(copy), "--listen", "127.0.0.1:0"],
            cwd=ROOT, stderr=log, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
    try:
        _eventually(lambda: "listening" in (place / "agent.log").read_text())
        [line] = [json.loads(one) for one in (place / "agent.log").read_text().splitlines() if "listening" in one]
        made = LiveAgency(live, f"http://127.0.0.1:{line['address'][1]}", copy)
        _eventually(lambda: made.ask(invent("演示甲"))["outcome"] == "clear")
        yield made
    finally:
        process.terminate()
        process.wait(10)


class TestAgencyCopy:
    def test_an_order_is_in_force_at_the_agency_within_seconds_and_its_end_too(self, agency):
        live, subject = agency.live, invent("演示乙")
        at = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(hours=5)  # noqa: TID251 - the servers' clock
        assert agency.ask(subject)["outcome"] == "clear"

        order_id = _acted(live, lambda told, _: told.make(subject, OrderKind.CONSUMPTION, serial=7701, at=at)).id
        _eventually(lambda: agency.ask(subject)["outcome"] == "restricted")
        answer = agency.ask(subject)
        assert answer["denial_code"]
        assert [order["court"] for order in answer["orders"]] == ["京0199"]
        _eventually(lambda: _acknowledged(live) == _size(live))

        def lift(told: Any, session: Session) -> Order:
            order = session.get_one(Order, order_id)
            return told.remove(order, RemovalReason.PERFORMED, basis="已履行（演示）", at=at + timedelta(hours=3))

        _acted(live, lift)
        _eventually(lambda: agency.ask(subject)["outcome"] == "clear")
        _eventually(lambda: _acknowledged(live) == _size(live))
        assert not (agency.folder / "discrepancies.jsonl").exists()

    def test_what_it_holds_verifies(self, agency):
        assert json.loads(_agent("verify", agency.folder, "--deep"))["true"] is True


def _acted(live: LiveRegistry, act: Callable[[Any, Session], Order]) -> Order:
    engine = _engine(live)
    with Session(engine, expire_on_commit=False) as session:
        order = act(_telling(live, session), session)
        session.commit()
    engine.dispose()
    return order


def _scalar(live: LiveRegistry, statement: Any) -> Any:
    engine = _engine(live)
    with Session(engine) as session:
        found = session.scalar(statement)
    engine.dispose()
    return found


def _size(live: LiveRegistry) -> int:
    return int(_scalar(live, select(LogHead.size)))


def _acknowledged(live: LiveRegistry) -> int:
    return int(_scalar(live, select(func.max(AgencyAck.size))) or 0)


def _begin(live: LiveRegistry, place: Path, copy: Path) -> str:
    """Fetch the copy; empty until the registry has built this agency's first one."""
    done = subprocess.run(
        [
            sys.executable, "-m", "sync.agent", "init", "--folder", str(copy), "--agency", AGENCY, "--url", live.base_url,
            "--trust", str(place / "trust.json"), "--fp-key", str(place / "fp.key"), "--api-key", str(place / "api.key"),
        ],
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


def _agent(command: str, folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sync.agent", command, "--folder", str(folder), *words],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.stdout


def _post(url: str, body: Any) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _eventually(holds: Callable[[], bool], *, seconds: float = SECONDS) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.1)
