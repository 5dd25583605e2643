"""What `make run` starts: the web process and the worker on an embedded database with demo data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
READY_SECONDS = 60
STOP_SECONDS = 10


def main() -> int:
    """Prepare, start, supervise; 0 after Ctrl-C or SIGTERM, 1 when a process could not start or died."""
    os.umask(0o077)
    os.chdir(ROOT)
    (ROOT / "var").mkdir(mode=0o700, exist_ok=True)
    port = os.environ.get("PORT", "8000")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        print("PORT must be a number between 1 and 65535", file=sys.stderr)
        return 1
    if is_taken(port):
        print(
            f"something answers on port {port} already; stop it, or choose another one: make run PORT=8001",
            file=sys.stderr,
        )
        return 1
    env = environment(port)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())

    hints = prepare(env, stop)
    if hints is None:
        return 0 if stop.is_set() else 1
    children = {
        "web": start(
            env,
            [
                *(str(BIN / "granian"), "--interface", "wsgi", "wsgi:app"),
                *("--workers", "1", "--blocking-threads", "8", "--workers-kill-timeout", "5"),
                *("--host", "127.0.0.1", "--port", port, "--log-level", "warning"),
            ],
        ),
        "worker": start(env, [sys.executable, "-m", "sync"]),
    }
    try:
        if wait_until_ready(port, children, stop):
            welcome(port, hints)
        return supervise(children, stop)
    finally:
        end(children)


def is_taken(port: str) -> bool:
    """Tell whether somebody listens there: the server would share the port with them, and each would get every other visitor."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", int(port))) == 0


def environment(port: str) -> dict[str, str]:
    """Return the children's environment: a developer's machine, everything under `var/`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    return env | {
        "REGISTRY_ENV": "development",
        "REGISTRY_DEMO": "1",
        "REGISTRY_DATABASE_URL": f"sqlite:///{ROOT / 'var' / 'registry.sqlite3'}",
        "REGISTRY_KEY_FILE": str(ROOT / "var" / "keys"),
        "REGISTRY_BASE_URL": f"http://127.0.0.1:{port}",
        "REGISTRY_LOG_LEVEL": os.environ.get("REGISTRY_LOG_LEVEL", "WARNING"),
        "PYTHONUNBUFFERED": "1",
    }


def prepare(env: dict[str, str], stop: threading.Event) -> list[str] | None:
    """Migrate and seed, both harmless when done before; return the lines worth repeating, None when it failed."""
    hints: list[str] = []
    for command in (["init"], ["seed", "--demo"]):
        arguments = [str(BIN / "flask"), "--app", "wsgi", "registry", *command]
        with subprocess.Popen(arguments, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
            for line in child.stdout or ():
                print(line, end="", flush=True)
                if line.strip().startswith("curl "):
                    hints.append(line.strip())
        if child.returncode != 0:
            print(f"registry {command[0]} failed ({child.returncode}); nothing was started", file=sys.stderr)
            return None
        if stop.is_set():
            return None
    return hints


def start(env: dict[str, str], arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own: Ctrl-C reaches us alone, and we stop the children in order."""
    return subprocess.Popen(arguments, env=env, cwd=ROOT, start_new_session=True)


def wait_until_ready(port: str, children: dict[str, subprocess.Popen[bytes]], stop: threading.Event) -> bool:
    """Wait until the web process says it is ready; False when it will not be."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and not stop.wait(0.2):
        if any(child.poll() is not None for child in children.values()):
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            continue
    if not stop.is_set():
        print(f"not ready after {READY_SECONDS} s: see http://127.0.0.1:{port}/-/ready", file=sys.stderr)
    return False


def welcome(port: str, hints: list[str]) -> None:
    """Print what to open first."""
    base = f"http://127.0.0.1:{port}"
    print()
    print(f"  public pages   {base}/")
    print(f"  sign in        {base}/login")
    print(f"  court desk     {base}/desk")
    for hint in hints[:1]:
        print(f"  ask as agency  {hint}")
    print("  stop           Ctrl-C", flush=True)


def supervise(children: dict[str, subprocess.Popen[bytes]], stop: threading.Event) -> int:
    """Watch until told to stop or until a child is gone."""
    while not stop.wait(0.5):
        for name, child in children.items():
            if child.poll() is not None:
                print(f"the {name} process ended by itself ({child.returncode}); stopping everything", file=sys.stderr)
                return 1
    return 0


def end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask every child to stop, wait, and kill what stays."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + STOP_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
