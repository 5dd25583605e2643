"""JSON lines for every process: a constant message, fields beside it, nothing that looks like a number or key."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
# Document numbers in any of their forms, agency keys and bearer tokens.
_SECRET: Final = re.compile(
    r"jr_(?:live|test)_[0-9A-Za-z_]+"
    r"|(?<![0-9A-Za-z])[0-9]{14,17}[0-9Xx](?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[0-9A-HJ-NP-RTUWXY]{18}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[A-Za-z]{1,3}[0-9]{7,12}(?![0-9A-Za-z])"
    r"|(?i:bearer\s+)\S+"
)
_QUIET: Final = ("alembic", "sqlalchemy.engine", "apscheduler")


def redact(text: str) -> str:
    """Replace whatever looks like a document number, key or token."""
    return _SECRET.sub("[redacted]", text)


def _is_own_id(name: str, value: object) -> bool:
    """Tell whether a field is an id drawn by the registry, which can be as long as a document number."""
    return name.endswith("_id") and isinstance(value, int)


def _redacted(value: object) -> object:
    """Redact inside the values, before they become JSON: a mask never breaks the line."""
    if isinstance(value, bool | float | None):
        return value
    if isinstance(value, int):
        return value if redact(str(value)) == str(value) else redact(str(value))
    if isinstance(value, Mapping):
        return {redact(str(name)): _redacted(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(inner) for inner in value]
    return redact(str(value))


class JsonFormatter(logging.Formatter):
    """One JSON object a line; line breaks and escapes of a value stay inside its string.

    `context` gives fields that every line of the process carries, such as the id of the present request.
    """

    def __init__(self, context: Callable[[], Mapping[str, object]] = dict) -> None:
        super().__init__()
        self._context = context

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one redacted JSON line."""
        fields: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._context(),
        }
        fields.update({name: value for name, value in record.__dict__.items() if name not in _STANDARD})
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        safe = {name: value if _is_own_id(name, value) else _redacted(value) for name, value in fields.items()}
        return json.dumps(safe, ensure_ascii=False)


def send_logs(level: str, context: Callable[[], Mapping[str, object]] = dict) -> None:
    """Send every logger of this process to standard error through the one redacting formatter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(context))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
