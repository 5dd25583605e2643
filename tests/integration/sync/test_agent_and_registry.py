"""The agents' own kit against the registry's own doors, over HTTP: begin, pull, repair, confirm."""

from __future__ import annotations

import io
import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from app.clock import system_clock
from blacklist.models import Agency, AgencyAck
from blacklist.rules.removals import RemovalReason
from sync.agent.__main__ import main
from tests.apps import SetClock, close_thread
from tests.courts import do, propose
from tests.log import Agent, LogRegistry


@dataclass
class Site:
    """A served registry and one agent's folder."""

    log: LogRegistry
    agent: Agent
    folder: Path

    def run(self, *arguments: str) -> int:
        return main([*arguments, "--folder", str(self.folder)])

    def acknowledged(self) -> int:
        """The greatest size that the agent countersigned."""
        with self.log.reading() as session:
            query = select(func.max(AgencyAck.size)).join(Agency, Agency.id == AgencyAck.agency_id)
            return session.scalar(query.where(Agency.name == self.agent.name)) or 0


class RealClock(SetClock):
    """The system's own: an agent compares what it is told with the hour it has itself."""

    def __init__(self) -> None:
        super().__init__(self())

    def __call__(self) -> datetime:
        self.at = system_clock().astimezone(ZoneInfo("Asia/Shanghai"))
        return self.at


@pytest.fixture
def site(own_database_url: str, key_file: Path, tmp_path: Path) -> Iterator[Site]:
    log = LogRegistry.make(own_database_url, key_file, tmp_path / "registry", RealClock())
    log.list()
    log.publish()
    agent = log.subscribe("air_travel")

    def served(environ, start_response):
        try:
            with closing(ClosingIterator(log.app.wsgi_app(environ, start_response))) as answer:
                yield from answer
        finally:
            close_thread(log.app)

    server = make_server("127.0.0.1", 0, served, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    profile = log.get(agent, "profile").json
    files = {
        "trust": json.dumps({"origin": profile["origin"], "epoch": profile["epoch"], "vkeys": profile["vkeys"]}),
        "fp": b64encode(agent.fp_key).decode(),
        "api": agent.key,
        "ack": agent.ack.written(),
        "witness": agent.witness.written(),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content + "\n")
        (tmp_path / name).chmod(0o600)
    made = Site(log, agent, tmp_path / "copy")
    code = made.run(
        "init",
        *("--url", f"http://127.0.0.1:{server.server_port}", "--agency", agent.name),
        *(word for name in ("ack", "witness") for word in (f"--{name}-key", str(tmp_path / name))),
        *("--trust", str(tmp_path / "trust"), "--fp-key", str(tmp_path / "fp"), "--api-key", str(tmp_path / "api")),
    )
    assert code == 0
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
    log.close()


def check(site: Site, number: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> dict:
    """Ask the agent's copy, which confirms online."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(number.encode() + b"\n")))
    capsys.readouterr()
    site.run("check", "--purpose", "air_travel", "--type", "resident_id")
    return json.loads(capsys.readouterr().out)


class TestAgent:
    def test_begins_follows_and_confirms(self, site, monkeypatch, capsys):
        log = site.log
        assert site.acknowledged() == log.size
        order, subject = log.list()
        size = log.publish()

        assert site.run("pull") == 0

        assert site.acknowledged() == size
        number = subject.documents[0][1]
        answer = check(site, number, monkeypatch, capsys)
        assert answer["outcome"] == "restricted"
        assert answer["orders"][0]["order_no"] == order.order_no

        with log.acting() as courts:
            order = courts.session.merge(order)
            propose(courts, order, RemovalReason.PERFORMED)
            do(courts, "approve", order, subject)
        size = log.publish()
        assert site.run("pull") == 0
        assert site.acknowledged() == size
        assert check(site, number, monkeypatch, capsys)["outcome"] == "clear"
