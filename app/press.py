"""The press of this process: what sets papers, with its fonts loaded once."""

from __future__ import annotations

from typing import cast

from flask import current_app

from app.documents.paper import Press
from config import Config


def press() -> Press:
    """Return the process's press; its fonts are read at the first paper."""
    config = cast(Config, current_app.extensions["config"])
    return cast(Press, current_app.extensions.setdefault("press", Press(config.court_font_path)))


def verify_address(code: str) -> str:
    """Return the address at which anybody verifies the paper that bears this code."""
    config = cast(Config, current_app.extensions["config"])
    return f"{config.base_url}/v/{code}"
