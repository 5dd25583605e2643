"""Servers under measurement and rounds of load against them."""

from __future__ import annotations

import json
import os
import pickle
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.population import ROOT

LOAD = Path(__file__).with_name("load.py")
Round = dict[str, Any]


class Server:
    """granian with one worker, pinned to the first processor."""

    def __init__(self, target: str, env: dict[str, str], *, threads: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", target, "--host", "127.0.0.1", "--port",
            str(self.port), "--workers", "1", "--blocking-threads", str(threads), "--no-access-log",
            "--log-level", "error",
        ]  # fmt: skip
        self._process = subprocess.Popen(
            command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, preexec_fn=lambda: _pin(min(_processors())),
        )  # fmt: skip

    def __enter__(self) -> Self:
        for _ in range(300):
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                time.sleep(0.1)
        self._process.kill()
        raise SystemExit("a server under measurement did not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)

    def cpu_seconds(self) -> float:
        """Return the processor time used so far by the server and its worker."""
        ticks = os.sysconf("SC_CLK_TCK")
        return sum(_ticks(process) for process in (self._process.pid, *_children(self._process.pid))) / ticks


def request_bytes(path: str, body: bytes, *, key: str = "") -> bytes:
    """Return a whole POST request."""
    authorization = f"Authorization: Bearer {key}\r\n" if key else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def load(port: int, requests: list[bytes], *, connections: int, seconds: float) -> Round:
    """Put one round of load on a server from the other processor.

    Raises:
        SystemExit: an answer was not 200; such a round measures something else.
    """
    with tempfile.NamedTemporaryFile() as file:
        file.write(pickle.dumps(requests))
        file.flush()
        done = subprocess.run(
            [sys.executable, str(LOAD), str(port), str(connections), str(seconds), file.name],
            capture_output=True, text=True, check=False, preexec_fn=lambda: _pin(max(_processors())),
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"the load generator failed: {done.stderr[-2000:]}")
    found: Round = json.loads(done.stdout)
    if set(found["statuses"]) != {"200"}:
        raise SystemExit(f"not all answers were 200: {found['statuses']}")
    return found


def measured(server: Server, requests: list[bytes], *, connections: int, seconds: float) -> Round:
    """Put one round of load on a server; add the processor time it took for each answer, in microseconds."""
    before = server.cpu_seconds()
    found = load(server.port, requests, connections=connections, seconds=seconds)
    found["cpu_us"] = (server.cpu_seconds() - before) / (found["rps"] * seconds) * 1e6
    return found


def median(rounds: list[Round], figure: str) -> float:
    """Return the median of one figure over all rounds."""
    return statistics.median(float(one[figure]) for one in rounds)


def _processors() -> set[int]:
    return os.sched_getaffinity(0)


def _pin(processor: int) -> None:
    os.sched_setaffinity(0, {processor})


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
