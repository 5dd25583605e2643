"""`make run` on a port somebody else holds: refused by name, before anything is made."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from tests.databases import ROOT


def run(port: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "run.py")],
        env=os.environ | {"PORT": port},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run(str(port))

    assert (result.returncode, result.stdout) == (1, "")
    assert f"port {port} already" in result.stderr


@pytest.mark.parametrize("port", ["0", "65536", "eighty", ""])
def test_what_is_no_port_is_refused(port: str) -> None:
    result = run(port)

    assert (result.returncode, result.stdout) == (1, "")
    assert "between 1 and 65535" in result.stderr
