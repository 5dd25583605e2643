"""The public log: checkpoints, tiles and proofs for anybody, in the bytes of the C2SP standards; `sync.md` §6."""

from __future__ import annotations

import logging
import re
from typing import Any, Final, cast

import orjson
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.database import current_session, database
from app.errors import DoorError, MalformedError, TooManyError
from app.networks import network_of
from app.quotas import Submission
from blacklist.errors import UnavailableError
from blacklist.identity.keys import KeyFileError
from blacklist.ledger.encodings import encode64, read_number
from blacklist.ledger.faults import FormatError
from blacklist.ledger.leaves import TAG_BYTES
from blacklist.ledger.tiles import read_tile_path
from blacklist.queries import log as log_queries
from config import Config
from sync.publishing import announcing
from sync.publishing.announcing import NotInLogError
from sync.publishing.signers import Signers, signers_of

_logger = logging.getLogger(__name__)
bp = Blueprint("log", __name__, url_prefix="/log")

RATE_A_SECOND: Final = 60.0
BURST: Final = 60.0
FRESH: Final = "public, max-age=2"
FOREVER: Final = "public, max-age=31536000, immutable"
_TEXT: Final = "text/plain; charset=utf-8"
_TAG: Final = re.compile(f"[0-9a-f]{{{2 * TAG_BYTES}}}", re.ASCII)


class BadTagError(DoorError):
    """What stands in the address is no tag."""

    error_code = "bad-tag"
    title = "不是有效的标签"
    title_english = "This is not a tag"


class BadSizeError(DoorError):
    """A size is missing, no number, zero, or beyond what is published."""

    error_code = "bad-size"
    title = "不是有效的日志长度"
    title_english = "This is not a size of the log"


@bp.before_request
def _draw() -> None:
    """Draw from the bucket of the caller's network; where limits cannot be kept, the log is served on (`security.md` H8).

    Raises:
        TooManyError: more than 60 requests a second.
    """
    visit = Submission(
        bucket=f"log:{network_of(request.remote_addr)}", cost=1.0, rate=RATE_A_SECOND, burst=BURST, at=clock.now()
    )
    try:
        refusal = database().recorder.submit(visit)
    except UnavailableError as error:
        _logger.warning("public limit not counted", extra={"code": error.code})
        return
    if refusal is not None:
        headers = {"Retry-After": str(refusal.retry_after)}
        raise TooManyError("请求过于频繁，请稍后重试。", "Too many requests; please wait.", headers=headers)


@bp.after_request
def _open_to_all(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get("/checkpoint")
@for_audience(Audience.ANYONE)
def show_checkpoint() -> ResponseReturnValue:
    """Return the newest checkpoint with the agencies' cosignatures."""
    _parameters()
    return _answer(announcing.cosigned_note(current_session()).encode(), _TEXT, FRESH)


@bp.get("/tile/<path:place>")
@for_audience(Audience.ANYONE)
def show_tile(place: str) -> ResponseReturnValue:
    """Return a tile of hashes or a bundle of entries, full or partial."""
    _parameters()
    try:
        tile = read_tile_path(f"tile/{place}")
    except FormatError:
        raise NotInLogError from None
    return _answer(announcing.tile_bytes(current_session(), tile), "application/octet-stream", FOREVER)


@bp.get("/proof/<index>")
@for_audience(Audience.ANYONE)
def show_proof(index: str) -> ResponseReturnValue:
    """Return the tlog-proof of an entry against the newest checkpoint, or the one of `size`."""
    given = _parameters("size")
    try:
        wanted, size = read_number(index), read_number(given["size"]) if "size" in given else None
    except FormatError:
        raise NotInLogError from None
    return _answer(announcing.proof_of(current_session(), wanted, size).encode(), _TEXT, FRESH)


@bp.get("/consistency")
@for_audience(Audience.ANYONE)
def show_consistency() -> ResponseReturnValue:
    """Return the proof that the tree of one size extends that of another."""
    given, session = _parameters("from", "to"), current_session()
    published = announcing.published_size(session)
    second = _size(given, "to", most=published)
    first = _size(given, "from", most=second)
    path, note = announcing.consistency_of(session, first, second)
    return _json({"from": first, "to": second, "hashes": [*map(encode64, path)], "checkpoint": note})


@bp.get("/frontier")
@for_audience(Audience.ANYONE)
def show_frontier() -> ResponseReturnValue:
    """Return the roots of the perfect subtrees of the tree of one size, left to right."""
    given, session = _parameters("size"), current_session()
    size = _size(given, "size", most=announcing.published_size(session))
    return _json({"size": size, "hashes": [*map(encode64, log_queries.frontier_at(session, size))]})


@bp.get("/tags/<tag>")
@for_audience(Audience.ANYONE)
def list_tagged(tag: str) -> ResponseReturnValue:
    """Return the entries that bear a tag; none is an answer too."""
    _parameters()
    if _TAG.fullmatch(tag) is None:
        raise BadTagError("标签应为 32 位十六进制小写数字。", "32 hex digits are expected.")
    session = current_session()
    size = announcing.published_size(session)
    found = log_queries.tagged_entries(session, tag, size=size)
    entries = [{"index": index, "leaf": encode64(leaf)} for index, leaf in found]
    return _json({"tag": tag, "size": size, "entries": entries})


@bp.get("/keys")
@for_audience(Audience.ANYONE)
def list_keys() -> ResponseReturnValue:
    """Return the log's epoch, its origin, and the keys that sign for it."""
    _parameters()
    session, signers = current_session(), _signers()
    vkeys = [
        {"use": one.use, "vkey": one.vkey, "from": one.since, "until": one.until}
        for one in announcing.announced_keys(session, signers)
    ]
    return _json({"epoch": log_queries.head_of(session).epoch, "origin": signers.log.name, "vkeys": vkeys})


@bp.get("/policy")
@for_audience(Audience.ANYONE)
def show_policy() -> ResponseReturnValue:
    """Return by whom a checkpoint should be signed, as a tlog-policy."""
    _parameters()
    return _answer(announcing.policy_of(current_session(), _signers()).written(), _TEXT, FRESH)


def _signers() -> Signers:
    try:
        return signers_of(current_app.extensions["keyring"], cast(Config, current_app.extensions["config"]).log_origin)
    except KeyFileError:
        raise NotInLogError from None


def _parameters(*names: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in names or len(values) != 1:
            raise MalformedError("有未知或重复的查询参数。", "There is an unknown or repeated parameter.")
        given[name] = values[0]
    return given


def _size(given: dict[str, str], name: str, *, most: int) -> int:
    try:
        size = read_number(given.get(name, ""))
    except FormatError:
        size = 0
    if not 1 <= size <= most:
        raise BadSizeError(f"参数 {name} 应为 1 至 {most} 之间的整数。", f"{name} must be a number from 1 to {most}.")
    return size


def _json(body: dict[str, Any]) -> Response:
    return _answer(orjson.dumps(body), "application/json", FRESH)


def _answer(content: bytes, content_type: str, cache: str) -> Response:
    return Response(content, content_type=content_type, headers={"Cache-Control": cache})
