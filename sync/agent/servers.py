"""Small HTTP servers of the standard library: bounded bodies, JSON answers, no request ever written to a log."""

from __future__ import annotations

import json
import socket
import socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from sync.agent.refusals import FolderError

PROBLEM_TYPE: Final = "application/problem+json"
_TITLES: Final = {
    "malformed": "The body is not a question",
    "bad-document": "This is no valid document",
    "unknown-purpose": "There is no such purpose",
    "no-copy": "There is no copy to answer from",
    "not-found": "There is no such page",
    "unauthorised": "The key is missing or wrong",
    "bad-signature": "The wake is not signed by the registry",
    "too-large": "The body is too large",
}


class Handler(BaseHTTPRequestHandler):
    """What both servers share. A subclass has `most_bytes` and the methods."""

    protocol_version = "HTTP/1.1"
    server_version = "registry-agent"
    sys_version = ""
    timeout = 30.0
    disable_nagle_algorithm = True
    wbufsize = -1
    most_bytes = 65_536

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the library's own name
        """Write nothing: a request may hold a number."""

    def body(self) -> bytes | None:
        """Return the body, None after a refusal of its length."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()) or len(length) > 9 or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self.problem(411, "malformed", "Content-Length is required.")
            return None
        if int(length) > self.most_bytes:
            self.close_connection = True
            self.problem(413, "too-large", f"At most {self.most_bytes} bytes.")
            return None
        return self.rfile.read(int(length))

    def answer(self, status: int, members: Any, *, content_type: str = "application/json") -> None:
        """Send JSON."""
        self.send(status, json.dumps(members, ensure_ascii=False).encode(), content_type)

    def problem(self, status: int, code: str, detail: str) -> None:
        """Send a problem; it never repeats what was sent."""
        self.answer(status, problem(status, code, detail), content_type=PROBLEM_TYPE)

    def send(self, status: int, content: bytes, content_type: str, **headers: str) -> None:
        """Send an answer."""
        self.send_response_only(status)
        if content or status != 204:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()


def problem(status: int, code: str, detail: str) -> dict[str, Any]:
    """Return a problem document (RFC 9457)."""
    return {"type": f"/dev/errors/{code}", "title": _TITLES[code], "status": status, "detail": detail}


class Server(ThreadingHTTPServer):
    """A thread a connection; several processes may listen on one address."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_port = True

    def server_bind(self) -> None:
        """Bind, without asking any name server who this machine is."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Write nothing: the library would print what was sent."""


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """The same on a Unix socket."""

    daemon_threads = True
    request_queue_size = 128

    def get_request(self) -> tuple[Any, Any]:
        """Give the peer an address, as handlers expect one."""
        request, _ = super().get_request()
        return request, ("unix", 0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Write nothing: the library would print what was sent."""


def listen(address: str, handler: type[Handler]) -> Server | UnixServer:
    """Return a server on `host:port` or `unix:/path`, not yet serving.

    Raises:
        FolderError: the address cannot be listened on.
    """
    try:
        if address.startswith("unix:"):
            path = Path(address.removeprefix("unix:"))
            path.unlink(missing_ok=True)
            return UnixServer(str(path), _unix(handler))
        host, _, port = address.rpartition(":")
        host = host.strip("[]")
        if ":" in host:
            return _Server6((host, int(port)), handler)
        return Server((host, int(port)), handler)
    except (OSError, ValueError, OverflowError) as error:
        raise FolderError(f"cannot listen on {address}: {error}") from None


def is_local(address: str) -> bool:
    """Tell whether only this machine can reach that address."""
    host = address.rpartition(":")[0].strip("[]")
    return address.startswith("unix:") or host in ("127.0.0.1", "::1", "localhost")


class _Server6(Server):
    address_family = socket.AF_INET6


def _unix(handler: type[Handler]) -> type[Handler]:
    # TCP_NODELAY is nothing a Unix socket knows.
    return type(f"Unix{handler.__name__}", (handler,), {"disable_nagle_algorithm": False})
