"""The agent's log: one JSON object a line on standard error; what is logged never holds a document number."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

_USUAL: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class Lines(logging.Formatter):
    """Writes time, level, message and the fields given in `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        members: dict[str, object] = {"at": at, "level": record.levelname, "message": record.getMessage()}
        members |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info:
            members["error"] = self.formatException(record.exc_info)
        return json.dumps(members, ensure_ascii=False, default=str)


def send_logs() -> None:
    """Send what the agent says to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    log = logging.getLogger("sync.agent")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
