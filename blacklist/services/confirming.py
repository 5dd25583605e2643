"""A confirmed use of a permit: the agency's own mark for what it sells uses it up once, however often it asks."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blacklist.errors import InvalidError
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.models import KeptAnswer
from blacklist.services.reporting import report_outcome

_ROUTE: Final = "sync-confirm"
_DONE: Final = 200


class UseReusedError(InvalidError):
    """The agency gave the same mark to another person or purpose before."""

    code = "use-reused"
    title = "该业务标识已用于其他核实"
    title_english = "The use was confirmed for something else"


def find_use(session: Session, agency_id: int, use: str, *, question: bytes, vault: Vault) -> dict[str, Any] | None:
    """Return the answer under which this use was confirmed before; None if it was not.

    `question` tells apart what may be asked under one mark: purpose and document, hashed.

    Raises:
        UseReusedError: it was confirmed for another purpose or document.
    """
    kept = session.get(KeptAnswer, (_caller(agency_id), _ROUTE, _key(use)), populate_existing=True)
    if kept is None:
        return None
    if kept.body_hash != question:
        raise UseReusedError(
            "该业务标识已用于另一主体或事项。", "This use was confirmed for another person or purpose."
        )
    opened = vault.open(kept.answer, table="kept_answers", row=kept.row_id, column="answer")
    answer: dict[str, Any] = orjson.loads(opened)
    return answer


def use_once(
    session: Session,
    answer: dict[str, Any],
    *,
    agency_id: int,
    use: str,
    question: bytes,
    at: datetime,
    vault: Vault,
) -> dict[str, Any]:
    """Use up the permits that a recorded answer (`permitted`) relies on, and return it; a repeat returns the first one.

    Raises:
        UseReusedError: the mark was used for another purpose or document.
        PermitUsedUpError: since the answer a permit was used up or ended; nothing is used.
    """
    row_id = new_id()
    sealed = vault.seal(orjson.dumps(answer).decode(), table="kept_answers", row=row_id, column="answer")
    try:
        with session.begin_nested():
            session.add(
                KeptAnswer(
                    caller=_caller(agency_id),
                    route=_ROUTE,
                    key=_key(use),
                    row_id=row_id,
                    body_hash=question,
                    status=_DONE,
                    answer=sealed,
                    kept_at=at,
                )
            )
    except IntegrityError:
        found = find_use(session, agency_id, use, question=question, vault=vault)
        if found is None:  # it was rolled back, or purged, at this very moment
            raise
        return found

    report_outcome(
        session,
        answer["check_id"],
        agency_id=agency_id,
        action="permit_used",
        done_at=at,
        note=None,
        at=at,
        vault=vault,
    )
    return answer


def _caller(agency_id: int) -> str:
    return f"agency:{agency_id}"


def _key(use: str) -> str:
    # The mark may name a booking; what is kept beside the sealed answer tells nothing.
    return hashlib.sha256(use.encode("utf-8")).hexdigest()
