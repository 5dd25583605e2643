"""JSON lines: a constant message, fields beside it, and nothing that looks like a number, key or token."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

from flask import g, has_request_context

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
# Document numbers in any of their forms, agency keys, bearer tokens, long hexadecimal and base64 strings.
_SECRET = re.compile(
    r"jr_(?:live|test)_[0-9A-Za-z_]+"
    r"|(?<![0-9A-Za-z])[0-9]{14,17}[0-9Xx](?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[0-9A-HJ-NP-RTUWXY]{18}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[A-Za-z]{1,3}[0-9]{7,12}(?![0-9A-Za-z])"
    r"|(?i:bearer\s+)\S+"
)


def redact(text: str) -> str:
    """Replace whatever looks like a document number, key or token."""
    return _SECRET.sub("[redacted]", text)


class JsonFormatter(logging.Formatter):
    """One JSON object a line; line breaks and escapes of a value stay inside its string."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one redacted JSON line."""
        fields: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            fields["request_id"] = g.get("request_id", "-")
        fields.update({name: value for name, value in record.__dict__.items() if name not in _STANDARD})
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return redact(json.dumps(fields, ensure_ascii=False, default=str))


def init_logs(level: str) -> None:
    """Send every logger of this process through the one redacting handler."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("alembic", "sqlalchemy.engine", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
