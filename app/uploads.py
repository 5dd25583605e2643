"""How much a page takes: every page the ordinary body, those that say so a file. What is sent never touches the disk."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

from flask import Flask, Request, current_app, request

ViewT = TypeVar("ViewT", bound=Callable[..., Any])
MOST_FILE = 10 * 1024 * 1024
_BESIDE_THE_FILE = 64 * 1024  # the form's token and the multipart frame


class MemoryRequest(Request):
    """A request whose files stay in memory; the limits keep them small."""

    def _get_file_stream(self, *_of_the_file: Any, **_more: Any) -> BytesIO:
        return BytesIO()


def takes_file(view: ViewT) -> ViewT:
    """Declare that a view takes one file of up to `MOST_FILE` bytes."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def init_uploads(app: Flask) -> None:
    """Keep files in memory, and set the larger limit before anything reads the body: the token's check reads it first."""
    app.request_class = MemoryRequest

    @app.before_request
    def _allow() -> None:
        if request.endpoint is not None and getattr(current_app.view_functions[request.endpoint], "takes_file", False):
            request.max_content_length = MOST_FILE + _BESIDE_THE_FILE
