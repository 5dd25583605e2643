"""`GET /sync/v1/digest`: the digests of the caller's view at exactly its cursor, and buckets to mend it with."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.api.sync.admitting import BadLimitError, Caller, admit, cursor_of, key_epoch_in, number_in, read_query
from app.api.sync.blueprint import bp, config, shadow_views
from app.database import reading_session
from app.errors import MalformedError
from blacklist.ledger.buckets import BUCKETS
from blacklist.ledger.copies import CopyView
from blacklist.ledger.copy_header import CopyOwner
from blacklist.ledger.digest_tree import FAN
from sync.publishing import feed
from sync.publishing.cursors import Cursor
from sync.publishing.digests import MOST_AT_ONCE, lower_digests, packed_buckets, upper_digests
from sync.publishing.refusals import AheadOfRegistryError, CopyAtOtherSizeError
from sync.publishing.shadows import shadow_folder


@bp.get("/digest")
@for_audience(Audience.AGENCY)
def show_digests() -> ResponseReturnValue:
    """Return level 1, level 2 below some of its digests, or whole buckets."""
    caller = admit()
    query = read_query(required=("at", "key"), optional=("level", "i", "bucket"))
    cursor, key_epoch = cursor_of(query["at"]), key_epoch_in(query)
    asked: dict[str, str] = {name: query[name] for name in ("level", "i", "bucket") if name in query}
    numbers = _numbers(asked)
    view = _view(caller, cursor, key_epoch=key_epoch)
    if "bucket" in asked:
        content = packed_buckets(view, numbers)
    else:
        content = lower_digests(view, numbers) if numbers else upper_digests(view)
    response = Response(content, content_type="application/octet-stream")
    response.headers["Sync-Cursor"] = cursor.written()
    response.headers["Cache-Control"] = "no-store"
    return response


def _numbers(asked: Mapping[str, str]) -> list[int]:
    """Return which digests or buckets are asked for; none for level 1."""
    names = asked.keys()
    if names == {"level"} and asked["level"] == "1":
        return []
    if names == {"level", "i"} and asked["level"] == "2":
        return _listed(asked["i"], below=FAN)
    if names == {"bucket"}:
        return _listed(asked["bucket"], below=BUCKETS)
    raise MalformedError(
        "请以 level=1、level=2&i=… 或者 bucket=… 之一查询。", "Ask by level=1, by level=2&i=…, or by bucket=…."
    )


def _listed(text: str, *, below: int) -> list[int]:
    parts = text.split(",")
    if len(parts) > MOST_AT_ONCE:
        raise BadLimitError(f"一次至多 {MOST_AT_ONCE} 个。", f"At most {MOST_AT_ONCE} at once.")
    return [number_in(part, least=0, most=below - 1) for part in parts]


def _view(caller: Caller, cursor: Cursor, *, key_epoch: int) -> CopyView:
    with reading_session() as session:
        head = feed.require_epoch(session, cursor)
        key = feed.require_key(session, caller.agency_id, key_epoch)
        newest = feed.newest_size(session)
        published = feed.require_view(session, key).size
    if cursor.size > newest:
        raise AheadOfRegistryError(newest)
    name = caller.holder.agency_name
    owner = CopyOwner(name, bytes.fromhex(head.epoch), key_epoch)
    view = shadow_views().view_at(shadow_folder(config(), name, key_epoch), owner, cursor.size)
    if view is None:
        raise CopyAtOtherSizeError(Cursor(head.epoch, published))
    return view
