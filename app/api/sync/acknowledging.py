"""`POST /sync/v1/ack` and `/rollback`: what an agency holds, and what the registry may have lost."""

from __future__ import annotations

from datetime import UTC, datetime

from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.api.bodies import read_json, refuse_query
from app.api.faults import load
from app.api.sync.admitting import Caller, admit, draw_call
from app.api.sync.blueprint import bp, json_answer, signers
from app.api.sync.schemas import AckSchema, RollbackSchema
from app.database import current_session, writes
from blacklist.services.acknowledging import acknowledge
from blacklist.services.fencing import fence_if_rolled_back
from sync.publishing.acknowledging import no_rollback, verify_acknowledgement, verify_rollback
from sync.publishing.keys import public_keys

MOST_BYTES = 64 * 1024
ACKS_A_SECOND = 10
_ack, _rollback = AckSchema(), RollbackSchema()


@bp.post("/ack")
@for_audience(Audience.AGENCY)
def take_acknowledgement() -> ResponseReturnValue:
    """Keep since when the caller holds a size of the log."""
    caller = admit()
    refuse_query()
    # Limits are drawn on a connection of their own, so before this request writes anything.
    draw_call(f"ack:{caller.agency_id}", at=caller.at, rate=ACKS_A_SECOND, burst=ACKS_A_SECOND)
    body, _ = read_json(most_bytes=MOST_BYTES)
    return _kept(caller, **load(_ack, body))


@bp.post("/rollback")
@for_audience(Audience.AGENCY)
def take_rollback() -> ResponseReturnValue:
    """Fence the log if the caller proves that it was longer."""
    caller = admit()
    refuse_query()
    body, _ = read_json(most_bytes=MOST_BYTES)
    return _fenced(caller, **load(_rollback, body))


@writes
def _kept(caller: Caller, *, statement: str, cosignature: str) -> ResponseReturnValue:
    session = current_session()
    verified = verify_acknowledgement(
        session,
        keys=public_keys(session, signers(), at=caller.at),
        subscriber=caller.subscriber,
        agency_name=caller.holder.agency_name,
        note=statement,
        cosignature=cosignature,
    )
    kept = acknowledge(
        session,
        caller.agency_id,
        size=verified.cursor.size,
        view_root=verified.view_root,
        note=verified.note,
        cosignature=verified.cosignature,
        at=caller.at,
    )
    return json_answer({"cursor": verified.cursor.written(), "at": _instant(kept.at), "first": kept.first})


@writes
def _fenced(caller: Caller, *, checkpoint: str) -> ResponseReturnValue:
    session = current_session()
    proved = verify_rollback(checkpoint, keys=public_keys(session, signers(), at=caller.at))
    size = fence_if_rolled_back(session, proved=proved, note=checkpoint, agency_id=caller.agency_id, at=caller.at)
    if size is None:
        raise no_rollback()
    return json_answer({"fenced": True, "size": size}, status=202)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
