"""Builds the agency kit as a wheel of its own, from this tree: `python tools/agent_wheel.py [folder]`.

It holds `sync.agent` and the modules it imports, found by following imports, and needs requests and cryptography alone.
The same tree gives the same bytes.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "registry_agent"
VERSION = "1"
NEEDS = ("requests>=2.34", "cryptography>=48")
MAY_HOLD = ("sync.agent", "blacklist.ledger", "blacklist.identity", "blacklist.rules.purposes")
MAY_NEED = ("blacklist.errors", "blacklist.vocabulary")
MADE = (2026, 1, 1, 0, 0, 0)


def modules() -> list[Path]:
    """Return the files of the agent and of all it imports, parents included.

    Raises:
        ImportError: it imports what no agency may need.
    """
    waiting = sorted((ROOT / "sync" / "agent").glob("*.py"))
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += _parents(path)
        for name in _imports(path):
            if not name.startswith((*MAY_HOLD, *MAY_NEED)):
                raise ImportError(f"{path.relative_to(ROOT)} imports {name}")
            waiting.append(_file(name))
    return sorted(found)


def build(folder: Path) -> Path:
    """Write the wheel into a folder and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{NAME}-{VERSION}-py3-none-any.whl"
    info = f"{NAME}-{VERSION}.dist-info"
    contents = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in modules()}
    contents[f"{info}/METADATA"] = _metadata().encode()
    contents[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: agent_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    contents[f"{info}/entry_points.txt"] = b"[console_scripts]\nregistry-agent = sync.agent.__main__:main\n"
    lines = [f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in contents.items()]
    contents[f"{info}/RECORD"] = "".join([*lines, f"{info}/RECORD,,\n"]).encode()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, MADE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return wheel


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [node.module]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in ("sync", "blacklist", "app", "config"))


def _file(name: str) -> Path:
    path = ROOT.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _parents(path: Path) -> list[Path]:
    folders = [one for one in path.parents if ROOT in one.parents]
    return [one / "__init__.py" for one in folders]


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def _metadata() -> str:
    needs = "".join(f"Requires-Dist: {one}\n" for one in NEEDS)
    return f"Metadata-Version: 2.1\nName: registry-agent\nVersion: {VERSION}\nRequires-Python: >=3.11\n{needs}"


if __name__ == "__main__":
    print(build(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")))
