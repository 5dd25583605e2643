"""A light HTTP load generator, run as a process of its own: `python load.py PORT CONNECTIONS SECONDS REQUESTS_FILE`.

Keep-alive connections, one request under way on each, prebuilt bytes. Prints one JSON object: answers a second,
latencies in milliseconds, statuses, the share of answers that restrict, and how busy this process itself was
(1.0 = it is the bottleneck).
"""

from __future__ import annotations

import collections
import json
import pickle
import selectors
import socket
import sys
import time
from pathlib import Path


class Exchange:
    """One connection with one request under way."""

    __slots__ = ("answer", "sent_at", "socket", "wanted")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = bytearray()
        self.wanted = 0  # bytes of the whole answer, 0 while its head is not complete
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.answer.clear()
        self.wanted = 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what has come; tell whether the answer is complete."""
        part = self.socket.recv(262_144)
        if not part:
            raise SystemExit("the server closed a connection")
        self.answer += part
        if not self.wanted:
            self.wanted = whole_length(self.answer)
        return 0 < self.wanted <= len(self.answer)


def main() -> None:
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    requests: list[bytes] = pickle.loads(Path(sys.argv[4]).read_bytes())  # noqa: S301 - our own file
    statuses: collections.Counter[int] = collections.Counter()
    latencies: list[float] = []
    restricted = turn = 0
    selector = selectors.DefaultSelector()
    started, busy_from = time.perf_counter(), time.process_time()
    for _ in range(connections):
        exchange = Exchange(port)
        selector.register(exchange.socket, selectors.EVENT_READ, exchange)
        exchange.send(requests[turn % len(requests)])
        turn += 1
    until = started + seconds
    # One answer at least, however long it takes.
    while time.perf_counter() < until or not latencies:
        for key, _ in selector.select(timeout=1):
            exchange = key.data
            if not exchange.receive():
                continue
            latencies.append(time.perf_counter() - exchange.sent_at)
            statuses[int(exchange.answer[9:12])] += 1
            restricted += b'"restricted"' in exchange.answer
            exchange.send(requests[turn % len(requests)])
            turn += 1
    elapsed = time.perf_counter() - started
    latencies.sort()
    report = {
        "rps": len(latencies) / elapsed,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
        "statuses": dict(statuses),
        "restricted": restricted / len(latencies),
        "own_load": (time.process_time() - busy_from) / elapsed,
    }
    print(json.dumps(report))


def whole_length(answer: bytearray) -> int:
    """Return how long the whole answer is, or 0 where its head is not complete."""
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return 0
    lower = answer[:head].lower()
    at = lower.find(b"content-length:")
    if at < 0:
        raise SystemExit("an answer without a length")
    end = lower.find(b"\r\n", at)
    return head + 4 + int(lower[at + 15 : end if end > 0 else None])


if __name__ == "__main__":
    main()
