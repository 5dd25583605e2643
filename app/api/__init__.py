"""Machines' doors: `/api/v1` and its OpenAPI document."""

from __future__ import annotations

from flask import Flask

from app.accounts.agency_keys import KeyCache
from app.api.checks import bp as checks
from app.api.document import bp as document
from app.api.public import bp as public


def init_api(app: Flask) -> None:
    """Register the machines' blueprints and the cache of key holders."""
    app.extensions["key_cache"] = KeyCache()
    app.register_blueprint(checks)
    app.register_blueprint(public)
    app.register_blueprint(document)
