"""The kit alone: what it imports, and its wheel in an environment that refuses everything else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.kits import ROOT
from tools.agent_wheel import build, modules

REFUSED = ("sqlalchemy", "flask", "marshmallow", "apscheduler", "werkzeug", "alembic", "orjson", "app", "config")
BARE = f"""
import sys
from importlib.abc import MetaPathFinder
class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {REFUSED!r}:
            raise ImportError(name + " is not for agencies")
sys.meta_path.insert(0, Refuse())
sys.path.insert(0, sys.argv.pop(1))
import runpy
runpy.run_module("sync.agent", run_name="__main__", alter_sys=True)
"""


def bare(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", BARE, str(tree), *arguments],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={},
    )


class TestAlone:
    def test_runs_where_only_requests_and_cryptography_are(self):
        done = bare(ROOT, "--help")

        assert (done.returncode, done.stderr) == (0, "")

    def test_every_module_is_importable_there(self):
        names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules()]
        program = BARE.replace(
            'runpy.run_module("sync.agent", run_name="__main__", alter_sys=True)',
            f"""
import importlib
for name in {[name for name in names if not name.endswith(("__main__", "__init__"))]!r}:
    importlib.import_module(name)
""",
        )
        done = subprocess.run(
            [sys.executable, "-P", "-c", program, str(ROOT)],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            env={},
        )

        assert (done.returncode, done.stderr) == (0, "")

    def test_holds_no_more_than_it_may(self):
        names = {path.relative_to(ROOT).as_posix() for path in modules()}

        assert {name for name in names if name.startswith("blacklist/rules/")} == {
            "blacklist/rules/__init__.py",
            "blacklist/rules/purposes.py",
        }
        assert not [name for name in names if "services" in name or "models" in name or "sealing" in name]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(tmp_path_factory.mktemp("wheel"))


class TestWheel:
    def test_runs_unpacked_in_a_bare_environment(self, wheel, tmp_path):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(tmp_path / "unpacked")
        done = bare(tmp_path / "unpacked", "--help")

        assert (done.returncode, done.stderr) == (0, "")
        assert "keep the copy and answer" in done.stdout

    def test_is_the_same_bytes_from_the_same_tree(self, wheel, tmp_path):
        assert build(tmp_path).read_bytes() == wheel.read_bytes()

    def test_is_one_that_pip_takes(self, wheel, tmp_path):
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(tmp_path), str(wheel)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stderr
        assert (tmp_path / "sync" / "agent" / "__main__.py").exists()
