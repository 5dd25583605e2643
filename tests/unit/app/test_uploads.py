"""Files that are sent stay in memory."""

from __future__ import annotations

from io import BytesIO

import pytest
from werkzeug.test import EnvironBuilder

from app.uploads import MemoryRequest


class TestMemoryRequest:
    @pytest.mark.parametrize("size", [10, 600_000])  # the framework's own limit for memory lies between
    def test_no_file_touches_the_disk(self, size: int) -> None:
        builder = EnvironBuilder(method="POST", data={"file": (BytesIO(b"x" * size), "a.pdf")})
        environ = builder.get_environ()
        builder.close()

        stream = MemoryRequest(environ).files["file"].stream

        assert isinstance(stream, BytesIO)
        assert len(stream.read()) == size
        environ["wsgi.input"].close()
