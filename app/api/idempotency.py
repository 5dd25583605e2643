"""Same caller, same key, same body: one effect, same answer (`security.md` H5, I7)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import MalformedError, StillRunningError
from blacklist.errors import InvalidError
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.models import KeptAnswer

_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")
RUNNING = 0


class KeyReusedError(InvalidError):
    """The key came with another body before."""

    code = "idempotency-key-reused"
    title = "幂等键已用于其他请求"
    title_english = "The idempotency key was used for another request"


def answered_once(
    session: Session,
    *,
    caller: str,
    route: str,
    key: str | None,
    body: bytes,
    act: Callable[[], tuple[int, dict[str, Any]]],
    at: datetime,
    vault: Vault,
) -> tuple[int, dict[str, Any]]:
    """Run `act` once per key; keep its status and answer in its own transaction, and replay them to a repeat.

    Raises:
        MalformedError: no key, or one that is not 1-255 visible ASCII characters.
        KeyReusedError: another body came with this key. StillRunningError: the first request is not done.
    """
    if key is None or _KEY.match(key) is None:
        raise MalformedError(
            "此请求须带 Idempotency-Key（1 至 255 个可见 ASCII 字符）。",
            "This request needs an Idempotency-Key of 1 to 255 visible ASCII characters.",
        )
    digest = hashlib.sha256(body).digest()
    kept = session.get(KeptAnswer, (caller, route, key))
    if kept is None:
        row = KeptAnswer(
            caller=caller,
            route=route,
            key=key,
            row_id=new_id(),
            body_hash=digest,
            status=RUNNING,
            answer=b"",
            kept_at=at,
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:
            raise StillRunningError("同一请求正在办理，请稍后重试。", "The same request is running.") from error
        status, answer = act()
        row.status = status
        row.answer = vault.seal(orjson.dumps(answer).decode(), table="kept_answers", row=row.row_id, column="answer")
        session.flush()
        return status, answer
    if kept.body_hash != digest:
        raise KeyReusedError("该幂等键已用于内容不同的请求。", "This idempotency key came with another body.")
    if kept.status == RUNNING:
        raise StillRunningError("同一请求正在办理，请稍后重试。", "The same request is running.")
    opened = vault.open(kept.answer, table="kept_answers", row=kept.row_id, column="answer")
    replayed: dict[str, Any] = orjson.loads(opened)
    return kept.status, replayed
