"""Log lines of the doors carry the id of the request they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g, has_request_context

from blacklist.logs import send_logs


def init_logs(level: str) -> None:
    """Send every logger of this process through the one redacting formatter."""
    send_logs(level, _context)


def _context() -> Mapping[str, object]:
    return {"request_id": g.get("request_id", "-")} if has_request_context() else {}
