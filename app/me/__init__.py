"""The listed person's door: object with the code printed in the decision, and follow what becomes of it."""

from __future__ import annotations

from app.me.blueprint import bp
from app.me.objecting import show_object, take_object
from app.me.tracking import show_track, take_track

__all__ = ["bp", "show_object", "show_track", "take_object", "take_track"]
