"""The wake: a signed note that the log grew (Standard Webhooks). It may be lost, doubled or late; it costs one pull."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final

from blacklist.ledger.canonical import read_json
from blacklist.ledger.faults import FormatError
from sync.agent.folder import read_secret
from sync.agent.pages import Cursor
from sync.agent.refusals import FolderError
from sync.agent.servers import Handler, Server, UnixServer, listen

TOLERANCE_SECONDS: Final = 300
_PREFIX: Final = "whsec_"


def read_hook_secrets(path: Path) -> tuple[bytes, ...]:
    """Return the secrets of a file, one a line, `whsec_…`: two while one replaces the other.

    Raises:
        FolderError: there is none, one is malformed, or others may read the file.
    """
    try:
        secrets = tuple(
            base64.b64decode(line.strip().removeprefix(_PREFIX), validate=True)
            for line in read_secret(path).splitlines()
            if line.strip()
        )
    except binascii.Error:
        secrets = ()
    if not secrets or not all(24 <= len(one) <= 64 for one in secrets):
        raise FolderError(f"{path} holds no hook secret: whsec_ and base64 of 24 to 64 bytes")
    return secrets


def is_signed(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], *, at: datetime) -> bool:
    """Tell whether one of the secrets signed this body within five minutes of `at`; names of headers are lower case."""
    message_id, written = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (written.isascii() and written.isdecimal()) or len(written) > 12:
        return False
    if abs(at.timestamp() - int(written)) > TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{written}.".encode() + body
    right = [base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)) for secret in secrets]
    sent = [
        one.removeprefix("v1,").encode() for one in headers.get("webhook-signature", "").split(" ") if one[:3] == "v1,"
    ]
    return any(hmac.compare_digest(one, other) for one in sent for other in right)


class HookHandler(Handler):
    """Takes wakes at any path; answers 204 with the cursor of this copy."""

    secrets: ClassVar[tuple[bytes, ...]]
    clock: ClassVar[Callable[[], datetime]]
    wake: ClassVar[Callable[[int | None], None]]
    cursor: ClassVar[Callable[[], Cursor]]

    def do_POST(self) -> None:  # noqa: N802 — the library's own name
        """Take one wake."""
        body = self.body()
        if body is None:
            return
        kind = type(self)
        if not is_signed(
            {name.lower(): value for name, value in self.headers.items()}, body, kind.secrets, at=kind.clock()
        ):
            self.problem(401, "bad-signature", "Not signed under a secret of this hook, or not within five minutes.")
            return
        kind.wake(_size_of(body))
        self.send(204, b"", "", Sync_Cursor=str(kind.cursor()))


def hook_server(
    address: str,
    secrets: tuple[bytes, ...],
    *,
    clock: Callable[[], datetime],
    wake: Callable[[int | None], None],
    cursor: Callable[[], Cursor],
) -> Server | UnixServer:
    """Return a server that calls `wake` with the size that a signed wake names, not yet serving.

    Raises:
        FolderError: the address cannot be listened on.
    """
    members = {
        "secrets": secrets,
        "clock": staticmethod(clock),
        "wake": staticmethod(wake),
        "cursor": staticmethod(cursor),
    }
    return listen(address, type("BoundHookHandler", (HookHandler,), members))


def _size_of(body: bytes) -> int | None:
    try:
        members = read_json(body)
        size = members["data"]["size"]  # type: ignore[index,call-overload]
    except (FormatError, KeyError, TypeError):
        return None
    return size if isinstance(size, int) else None
