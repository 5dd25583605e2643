"""The agencies' protocol `/sync/v1`: feed, snapshot, acknowledgement, confirmation, digests; `sync.md` §9 to §13."""

from __future__ import annotations

from flask import Flask

from app.api.sync import acknowledging, confirming, digesting, feeding, snapshots
from app.api.sync.blueprint import bp, init_sync

__all__ = ["acknowledging", "confirming", "digesting", "feeding", "register_sync", "snapshots"]


def register_sync(app: Flask) -> None:
    """Register the doors of `/sync/v1`, with what this process keeps for them."""
    init_sync(app)
    app.register_blueprint(bp)
