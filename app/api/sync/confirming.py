"""`POST /sync/v1/confirm`: a check, recorded as one, with the proof of what it answers."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.access import Audience, for_audience
from app.api.bodies import read_json, refuse_query
from app.api.faults import load
from app.api.limits import draw
from app.api.schemas import MOST_REFERENCE
from app.api.sync.acknowledging import MOST_BYTES
from app.api.sync.admitting import Caller, admit, bad_cursor, cursor_of
from app.api.sync.blueprint import bp, json_answer
from app.api.sync.schemas import ConfirmSchema
from app.database import database, reading_session, writing_session
from app.keys import vault
from blacklist.errors import ForbiddenError, InvalidDocumentError, InvalidError
from blacklist.identity.documents import Document, parse_document
from blacklist.identity.texts import clean_text
from blacklist.models import LogCheckpoint
from blacklist.queries.log import checkpoint_at
from blacklist.rules.checking import Outcome
from blacklist.services import asking
from blacklist.services.confirming import find_use, use_once
from blacklist.services.using_permits import PermitUsedUpError
from sync.publishing import evidence, feed
from sync.publishing.cursors import Cursor
from sync.publishing.refusals import AheadOfRegistryError, CopyBehindError

_confirm = ConfirmSchema()
_TRIES = 3  # a permit that others use up meanwhile is asked about anew


class PurposeNotGrantedError(ForbiddenError):
    """The agency was not admitted for this purpose."""

    code = "purpose-not-granted"
    title = "该单位未获准查询此事项"
    title_english = "This purpose is not granted to the agency"


class BadDocumentError(InvalidError):
    """The number cannot be one of such a document."""

    code = "bad-document"
    title = "证件号码有误"
    title_english = "Not a valid document"


@bp.post("/confirm")
@for_audience(Audience.AGENCY)
def confirm() -> ResponseReturnValue:
    """Answer a hit for certain: what restricts, with its proof, or what permits; `use` uses up the permit once."""
    caller = admit()
    refuse_query()
    body, _ = read_json(most_bytes=MOST_BYTES)
    given = load(_confirm, body)
    cursor = cursor_of(given["at"])
    if given["purpose"] not in caller.holder.purposes:
        raise PurposeNotGrantedError("贵单位未获准查询该事项。", "Your agency may not ask for this purpose.")
    document = _document(given["document"], today=caller.at.date())
    use = clean_text(given["use"], pointer="/use", most=MOST_REFERENCE) if "use" in given else None
    question = hashlib.sha256(given["purpose"].encode() + b"\0" + document.key).digest()
    tries = _TRIES
    while True:
        try:
            return json_answer(_answered(caller, cursor, given["purpose"], document, use=use, question=question))
        except PermitUsedUpError:
            tries -= 1
            if not tries:
                raise


def _answered(
    caller: Caller, cursor: Cursor, purpose: str, document: Document, *, use: str | None, question: bytes
) -> dict[str, Any]:
    with reading_session() as session:
        checkpoint = _checkpoint(session, cursor)
        used = find_use(session, caller.agency_id, use, question=question, vault=vault()) if use else None
    if used is not None:
        return {**used, "as_of": cursor.written()}  # it stands, wherever the agency is by now
    recorded, record = asking.answer_one(
        database().reader.rows,
        asking.Question(document, reference=use),
        asker=asking.Asker(purpose, caller.agency_id, caller.holder.key_row_id),
        at=caller.at,
        vault=vault(),
    )
    answer = _with_evidence(recorded, document, cursor=cursor, checkpoint=checkpoint, index=record.document_index)
    draw(caller.holder, at=caller.at, records=[record], subjects=[record.document_index])
    if use is not None and recorded["outcome"] == Outcome.PERMITTED.value:
        return _use(answer, caller=caller, use=use, question=question)
    return answer


def _checkpoint(session: Session, cursor: Cursor) -> LogCheckpoint:
    """Return the checkpoint that the caller countersigned."""
    feed.require_epoch(session, cursor)
    newest = feed.newest_size(session)
    if cursor.size > newest:
        raise AheadOfRegistryError(newest)
    checkpoint = checkpoint_at(session, cursor.size)
    if checkpoint is None:
        raise bad_cursor()
    return checkpoint


def _with_evidence(
    recorded: dict[str, Any], document: Document, *, cursor: Cursor, checkpoint: LogCheckpoint, index: bytes
) -> dict[str, Any]:
    """Return the answer as this door gives it: each order once, with what proves it under the caller's own root."""
    statutes = {one["order_no"]: one["legal_basis"] for one in reversed(recorded["restrictions"])}
    with reading_session() as session:
        changed = evidence.last_change(session, index)
        if changed is not None and changed >= cursor.size:
            raise CopyBehindError(Cursor(cursor.epoch, max(changed + 1, feed.newest_size(session))))
        facts = evidence.orders_of(session, list(statutes))
        orders = []
        for order_no, (court, ends_on) in facts.items():
            proof = evidence.evidence_of(session, order_no, document, checkpoint=checkpoint, vault=vault())
            orders.append(
                {
                    "order_no": order_no,
                    "court": court,
                    "statute": statutes[order_no],
                    "ends_on": None if ends_on is None else ends_on.isoformat(),
                    **({} if proof is None else proof.members()),
                }
            )
    return {
        "outcome": recorded["outcome"],
        "as_of": cursor.written(),
        "check_id": recorded["check_id"],
        "denial_code": recorded["denial_code"],
        "permit": recorded["permit"],
        "orders": orders,
    }


def _use(answer: dict[str, Any], *, caller: Caller, use: str, question: bytes) -> dict[str, Any]:
    """Use up the permit in a transaction of its own, once the check is on disk."""
    with writing_session() as session:
        return use_once(
            session,
            answer,
            agency_id=caller.agency_id,
            use=use,
            question=question,
            at=caller.at,
            vault=vault(),
        )


def _document(given: dict[str, Any], *, today: date) -> Document:
    try:
        return parse_document(given["type"], given["number"], country=given.get("country"), today=today)
    except InvalidDocumentError as error:
        raise BadDocumentError(error.detail, error.english) from None
