"""The desk's blueprint, apart from its pages so that each of them can register itself."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("desk", __name__, url_prefix="/desk")
