"""Showing a whole document number: one act per look, with a reason, in the audit trail."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import Fault, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.identity.texts import clean_text
from blacklist.queries import orders as order_queries
from blacklist.queries.subjects import open_subject
from blacklist.services import auditing

LEAST_REASON = 4
MOST_REASON = 200
_NUMBER_LIKE = re.compile("[0-9]{8}", re.ASCII)


def reveal_number(session: Session, public_id: str, *, reason: str, actor: Actor, at: datetime, vault: Vault) -> str:
    """Return the debtor's whole number, after the look was put on record.

    Raises:
        OrderNotFoundError: absent, or another court's.
        InvalidError: no reason, or one with a number in it (the trail holds no listed person's number).
    """
    order = order_queries.get_order(session, public_id, actor=actor)
    reason = clean_text(reason, pointer="/reason", most=MOST_REASON)
    if len(reason) < LEAST_REASON:
        raise _refusal("missing", "请写明查看理由。", "Give a reason.")
    if _NUMBER_LIKE.search(reason):
        raise _refusal("holds-a-number", "理由中不得出现证件号码等长数字。", "The reason must not hold a number.")

    auditing.record(
        session,
        AuditEvent.NUMBER_REVEALED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"reason": reason, "subject_id": order.subject_id},
    )
    session.flush()
    return open_subject(session, order.subject_id, vault=vault).number


def _refusal(code: str, detail: str, english: str) -> InvalidError:
    return InvalidError(detail, english, errors=(Fault("/reason", code, detail, english),))
