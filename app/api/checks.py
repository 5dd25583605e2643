"""Checks: may this person do that? The hot path of the registry."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.accounts.agency_keys import require_agency, require_purpose
from app.api import schemas
from app.api.batches import answer_batch
from app.api.bodies import read_json, refuse_query
from app.api.faults import load
from app.api.gate import FAILED
from app.api.idempotency import answered_once
from app.api.limits import draw
from app.api.questions import question_of
from app.database import current_session, database, reading_session, writes
from app.keys import vault
from blacklist.queries.agencies import KeyHolder, find_check
from blacklist.rules.measures import MEASURES
from blacklist.rules.purposes import PURPOSES
from blacklist.services import asking, reporting

bp = Blueprint("checks", __name__, url_prefix="/api/v1")

MOST_CHECK_BYTES = 256 * 1024
MOST_BATCH_BYTES = 2 * 1024 * 1024
MOST_BATCH_VALUES = 50_000
_check = schemas.CheckSchema()
_outcome = schemas.OutcomeSchema()


def json_answer(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    response = Response(orjson.dumps(body), status=status, content_type="application/json")
    response.headers.update(headers or {})
    return response


@bp.post("/checks")
@for_audience(Audience.AGENCY)
def ask() -> ResponseReturnValue:
    """Answer whether one person may do one thing."""
    failed = request.environ.get(FAILED)
    if failed is not None:
        raise failed
    holder = require_agency("check")
    refuse_query()
    body, _ = read_json(most_bytes=MOST_CHECK_BYTES)
    at = clock.now()
    question = question_of(body, today=at.date(), schema=_check)
    purpose: str = body["purpose"]
    require_purpose(holder, purpose)
    answer, record = asking.answer_one(
        database().reader.rows,
        question,
        asker=asking.Asker(purpose, holder.agency_id, holder.key_row_id),
        at=at,
        vault=vault(),
    )
    headers = draw(holder, at=at, records=[record], subjects=[record.document_index])
    return json_answer(answer, headers=headers)


@bp.post("/checks/batch")
@for_audience(Audience.AGENCY)
def ask_batch() -> ResponseReturnValue:
    """Answer up to 5,000 questions for one purpose; a bad item never fails the others."""
    holder = require_agency("check")
    refuse_query()
    body, _ = read_json(most_bytes=MOST_BATCH_BYTES, most_values=MOST_BATCH_VALUES)
    at = clock.now()
    results, records = answer_batch(body, holder=holder, at=at, vault=vault(), execute=database().reader.rows)
    headers = draw(holder, at=at, records=records, subjects=[record.document_index for record in records])
    return json_answer({"results": results}, headers=headers)


@bp.get("/purposes")
@for_audience(Audience.AGENCY)
def list_purposes() -> ResponseReturnValue:
    """List what this agency may ask, with legal basis and what each outcome obliges it to do."""
    holder = require_agency("check")
    refuse_query()
    headers = draw(holder, at=clock.now())
    return json_answer({"items": _purposes_of(holder), "next": None}, headers=headers)


@bp.get("/checks/<check_id>")
@for_audience(Audience.AGENCY)
def show_check(check_id: str) -> ResponseReturnValue:
    """Return a recorded answer of this agency."""
    holder = require_agency("check")
    refuse_query()
    headers = draw(holder, at=clock.now())
    with reading_session() as session:
        found = find_check(session, check_id, agency_id=holder.agency_id, vault=vault())
        if found is None:
            raise reporting.CheckNotFoundError("没有这条查询记录。", "There is no such check.")
        return json_answer(asking.recorded_answer(found, vault=vault()), headers=headers)


@bp.post("/checks/<check_id>/outcome")
@for_audience(Audience.AGENCY)
@writes
def report_outcome(check_id: str) -> ResponseReturnValue:
    """Record what the agency did after a check."""
    holder = require_agency("check")
    refuse_query()
    body, raw = read_json(most_bytes=MOST_CHECK_BYTES)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        report = load(_outcome, body)
        recorded = reporting.report_outcome(
            current_session(),
            check_id,
            agency_id=holder.agency_id,
            action=report["action"],
            done_at=report["at"],
            note=report.get("note"),
            at=at,
            vault=vault(),
        )
        shown = {"check_id": check_id, "action": recorded.action, "recorded_at": at.isoformat(timespec="milliseconds")}
        return 201, shown

    status, answer = answered_once(
        current_session(),
        caller=f"agency:{holder.agency_id}",
        route=f"outcome:{check_id}"[:120],
        key=request.headers.get("Idempotency-Key"),
        body=raw,
        act=act,
        at=at,
        vault=vault(),
    )
    return json_answer(answer, status=status)


def _purposes_of(holder: KeyHolder) -> list[dict[str, Any]]:
    items = []
    for code in sorted(holder.purposes, key=lambda one: PURPOSES[one].bit):
        purpose = PURPOSES[code]
        measures = [one for one in MEASURES if one.purpose == code]
        actions = {one.action.value for one in measures}
        items.append(
            {
                "purpose": code,
                "name": purpose.name,
                "name_english": purpose.name_english,
                "name_required": purpose.name_required,
                "legal_basis": list(dict.fromkeys(one.basis for one in measures)),
                "obligations": {
                    "clear": "proceed",
                    "restricted": "refuse"
                    if actions == {"refuse"}
                    else "refer"
                    if actions == {"refer"}
                    else "refuse|refer",
                    "permitted": "proceed",
                    "mismatch": "verify",
                },
            }
        )
    return items
