"""Machines' doors: `/api/v1` and its OpenAPI document."""

from __future__ import annotations

from flask import Flask

from app.accounts.agency_keys import KeyCheck
from app.api.checks import bp as checks
from app.api.document import bp as document
from app.api.gate import CheckGate
from app.api.log import bp as log
from app.api.public import bp as public
from app.api.sync import register_sync
from config import Config


def init_api(app: Flask) -> None:
    """Register the machines' blueprints and the cache of key holders."""
    if "vault" not in app.extensions:
        return  # `registry init` has not made the keys yet: nothing to answer with
    config: Config = app.extensions["config"]
    app.extensions["key_check"] = KeyCheck(app.extensions["database"], vault=app.extensions["vault"], demo=config.demo)
    app.register_blueprint(checks)
    app.register_blueprint(public)
    app.register_blueprint(document)
    app.register_blueprint(log)
    register_sync(app)
    app.wsgi_app = CheckGate(app, app.wsgi_app)  # type: ignore[method-assign]
