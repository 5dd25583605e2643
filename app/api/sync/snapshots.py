"""`GET /sync/v1/snapshot`: the copy file as it lies in the shadow, whole or the rest of it."""

from __future__ import annotations

from http import HTTPStatus

from flask import request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from app.access import Audience, for_audience
from app.api.sync.admitting import admit, draw_call, key_epoch_in, read_query
from app.api.sync.blueprint import bp, config
from app.database import reading_session
from app.errors import DoorError
from sync.publishing import feed
from sync.publishing.refusals import ViewNotReadyError
from sync.publishing.shadows import shadow_folder
from sync.publishing.snapshots import Snapshot, find_snapshot

AN_HOUR = 4


class RangeError(DoorError):
    """The range lies outside the file."""

    error_code = "range-not-satisfiable"
    code = 416
    title = "请求的范围超出文件"
    title_english = "The range lies outside the file"


@bp.get("/snapshot")
@for_audience(Audience.AGENCY)
def load_snapshot() -> ResponseReturnValue:
    """Return the newest copy file of the caller's view; four an hour, and as often as wanted the rest of one begun."""
    caller = admit()
    query = read_query(required=("key",))
    key_epoch = key_epoch_in(query)
    with reading_session() as session:
        head = feed.require_unfenced(session)
        feed.require_key(session, caller.agency_id, key_epoch)
        published = feed.newest_size(session)
    snapshot = find_snapshot(
        shadow_folder(config(), caller.holder.agency_name, key_epoch),
        epoch=head.epoch,
        key_epoch=key_epoch,
        published=published,
        begun=request.headers.get("If-Range"),
    )
    if snapshot is None:
        raise ViewNotReadyError
    if not _goes_on():
        draw_call(f"snapshot:{caller.agency_id}", at=caller.at, rate=AN_HOUR / 3600, burst=AN_HOUR)
    return _sent(snapshot)


def _goes_on() -> bool:
    """Tell whether the caller has the file already, or its beginning: that is no further download."""
    begins_later = request.range is not None and all(start for start, _ in request.range.ranges)
    return begins_later or bool(request.if_none_match)


def _sent(snapshot: Snapshot) -> ResponseReturnValue:
    try:
        response = send_file(
            snapshot.path, mimetype="application/octet-stream", etag=snapshot.tag, conditional=False, max_age=0
        )
    except FileNotFoundError:  # dropped at this very moment
        raise ViewNotReadyError from None
    length = response.content_length or 0
    del response.headers["Last-Modified"]  # the tag says it better: two files of one second are two copies
    response.headers["Sync-Cursor"] = snapshot.cursor.written()
    response.headers["Cache-Control"] = "no-store"
    response.headers.pop("Expires", None)
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=length)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise RangeError(
            "请求的范围超出文件长度。",
            "The range lies outside the file.",
            headers={"Content-Range": f"bytes */{length}"},
        ) from None
    if response.status_code == HTTPStatus.NOT_MODIFIED or request.method == "HEAD":
        response.close()  # nothing of the file is sent
    return response
