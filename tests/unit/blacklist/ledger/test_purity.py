"""The formats stand alone: an agency imports them with `cryptography` and nothing of the registry's beside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
LEDGER = ROOT / "blacklist" / "ledger"
MODULES = sorted(f"blacklist.ledger.{path.stem}" for path in LEDGER.glob("*.py") if path.stem != "__init__")
PROGRAM = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from importlib import import_module
for name in {MODULES!r}:
    import_module(name)
print(*sorted(sys.modules), sep="\\n")
"""


def loaded_by(program: str) -> set[str]:
    ran = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_every_module_imports_the_standard_library_and_cryptography_alone():
    # Files *.pth of the environment load modules of their own into every interpreter.
    environment = loaded_by('import sys; print(*sys.modules, sep="\\n")')
    loaded = loaded_by(PROGRAM) - environment
    foreign = {name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names)

    assert foreign == {"blacklist", "cryptography", "_cffi_backend", "_openssl"}, "the last two are cryptography's own"
    assert {name for name in loaded if name.startswith("blacklist")} == {"blacklist", "blacklist.ledger", *MODULES}
