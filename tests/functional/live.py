"""A real registry for functional tests: web server and worker as processes, on a database of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 40


@dataclass
class LiveRegistry:
    """Base address, logins and agency keys of a running demo registry."""

    base_url: str
    folder: Path
    passwords: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def ask(
        self, number: str, purpose: str = "air_travel", *, agency: str = "示例航旅", kind: str = "resident_id"
    ) -> str:
        """Return the outcome of a check over real HTTP."""
        return str(self.check(number, purpose, agency=agency, kind=kind)["outcome"])

    def check(self, number: str, purpose: str, *, agency: str, kind: str = "resident_id") -> dict[str, Any]:
        """Return the whole answer of a check over real HTTP."""
        body = {"purpose": purpose, "document": {"type": kind, "number": number}}
        request = urllib.request.Request(
            f"{self.base_url}/api/v1/checks",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.keys[agency]}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def status(self, path: str) -> int:
        """Return the status a GET answers."""
        try:
            with urllib.request.urlopen(self.base_url + path, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)


class Processes:
    """Starts and stops the registry's own processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")},
            "REGISTRY_ENV": "development",
            "REGISTRY_DEMO": "1",
            "REGISTRY_DATABASE_URL": f"sqlite:///{folder}/registry.sqlite3",
            "REGISTRY_KEY_FILE": str(folder / "keys"),
            "REGISTRY_BASE_URL": f"http://127.0.0.1:{self.port}",
            "PYTHONPATH": str(ROOT),
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> LiveRegistry:
        """Initialise, seed, start web and worker, wait until ready."""
        live = LiveRegistry(f"http://127.0.0.1:{self.port}", self.folder)
        self._command("init")
        printed = self._command("seed", "--demo")
        live.keys = dict(re.findall(r"^(示例\S+): (jr_\S+)$", printed, re.MULTILINE))
        live.passwords = dict(re.findall(r"^  ([a-z0-9_]+) +(\S{12,}) ", printed, re.MULTILINE))
        self._spawn(
            sys.executable, "-m", "granian", "--interface", "wsgi", "wsgi:app", "--host", "127.0.0.1",
            "--port", str(self.port), "--workers", "1", "--blocking-threads", "8", "--no-access-log",
        )  # fmt: skip
        self._spawn(sys.executable, "-m", "sync")
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if live.status("/-/ready") == 200:
                    return live
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the registry did not become ready")

    def stop(self) -> None:
        """Stop everything, politely first."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _command(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "registry", *words],
            env=self.env, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        return done.stdout

    def _spawn(self, *command: str) -> None:
        with (self.folder / f"process-{len(self.running)}.log").open("wb") as log:
            self.running.append(subprocess.Popen(command, env=self.env, cwd=ROOT, stdout=log, stderr=log))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
