"""The blueprint of `/sync/v1`, what a process keeps for it, and how its refusals tell what to do next."""

from __future__ import annotations

import gzip
from typing import Any, Final, cast

import orjson
from flask import Blueprint, Flask, Response, current_app, request

from app.errors import refuse
from blacklist.errors import RegistryError, UnavailableError
from blacklist.identity.keys import KeyFileError
from config import Config
from sync.publishing.digests import ShadowViews
from sync.publishing.feed import newest_size
from sync.publishing.signers import Signers, signers_of
from sync.publishing.waiting import Watch, most_waiters

bp = Blueprint("sync", __name__, url_prefix="/sync/v1")

_WORTH_ZIPPING: Final = 500
_LEVEL: Final = 4  # of nine: a page is zipped once and read once


def init_sync(app: Flask) -> None:
    """Give the process its watch of the log and its open shadows."""
    config: Config = app.extensions["config"]
    database = app.extensions["database"]

    def look() -> int:
        with database.reading() as session:
            return newest_size(session)

    app.extensions["log_watch"] = Watch(look, most=most_waiters(config.web_threads))


def config() -> Config:
    """Return the settings."""
    return cast(Config, current_app.extensions["config"])


def watch() -> Watch:
    """Return this process's watch of the log."""
    return cast(Watch, current_app.extensions["log_watch"])


def signers() -> Signers:
    """Return the registry's own keys: the doors verify with them and sign nothing.

    Raises:
        UnavailableError: the key file has none yet.
    """
    try:
        return signers_of(current_app.extensions["keyring"], config().log_origin)
    except KeyFileError as error:
        raise UnavailableError("登记日志尚未启用。", "The log has no keys yet.", cause=str(error)) from error


def shadow_views() -> ShadowViews:
    """Return the shadows that this process has open."""
    kept = current_app.extensions.get("shadow_views")
    if kept is None:
        kept = current_app.extensions.setdefault("shadow_views", ShadowViews((signers().view_public,)))
    return cast(ShadowViews, kept)


def json_answer(body: object, *, status: int = 200) -> Response:
    """Return a JSON answer, zipped where that is worth it and the caller takes it."""
    content = orjson.dumps(body)
    response = Response(content, status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Encoding"
    if len(content) > _WORTH_ZIPPING and request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(content, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


@bp.errorhandler(RegistryError)
def _refuse(error: RegistryError) -> Response:
    """Answer a refusal as everywhere, with what the agent needs to go on: a size, an epoch, a cursor."""
    response = refuse(error)
    members: dict[str, Any] | None = getattr(error, "members", None)
    if members:
        response.set_data(orjson.dumps({**orjson.loads(response.get_data()), **members}))
    return response
