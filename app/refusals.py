"""A refused act leaves one audit entry and changes nothing else (`security.md`, "Refused")."""

from __future__ import annotations

import logging

from flask import request
from flask_login import current_user

from app import clock
from app.database import writing_session
from blacklist.actors import Actor, ActorKind
from blacklist.errors import ConflictError, ForbiddenError, RegistryError
from blacklist.events import AuditEvent
from blacklist.services import auditing

log = logging.getLogger(__name__)
RECORDED = (ForbiddenError, ConflictError)


def record_refusal(error: RegistryError) -> None:
    """Put a member of staff's refused act on record, after its own transaction was rolled back.

    A form that only has to be filled in better (422) is no refused act. Where the trail cannot be written the refusal
    stands all the same: nothing happened that would need evidence.
    """
    if request.method != "POST" or not isinstance(error, RECORDED) or not current_user.is_authenticated:
        return
    actor = Actor(
        kind=ActorKind.PERSON, person_id=current_user.person_id, account_id=current_user.account_id, display_name=""
    )
    facts: auditing.Facts = {"code": error.code, "act": request.endpoint or ""}
    try:
        with writing_session() as session:
            auditing.record(session, AuditEvent.ACT_REFUSED, None, actor=actor, at=clock.now(), facts=facts)
    except RegistryError as failure:
        log.error("refusal not recorded", extra={"code": error.code, "cause": failure.code})
