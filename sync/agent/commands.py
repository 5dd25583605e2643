"""What the commands do, apart from reading their arguments."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from blacklist.errors import InvalidError
from blacklist.ledger.copy_faults import CopyError
from sync.agent.acknowledging import Acknowledger, Signers
from sync.agent.auditing import court_entries, read_tags, verify_copy, verify_paper
from sync.agent.checking import Copy, NoCopyError, Outcome
from sync.agent.clocks import Clocks
from sync.agent.folder import Folder, Lock, read_fp_key, read_secret
from sync.agent.following import Follower, Step
from sync.agent.hooks import hook_server, read_hook_secrets
from sync.agent.http import Registry
from sync.agent.questions import code_of
from sync.agent.refusals import FolderError
from sync.agent.running import Keeper
from sync.agent.servers import Server, UnixServer, is_local, problem
from sync.agent.serving import check_server
from sync.agent.snapshots import begin_with, fetch
from sync.agent.store import Base, Store
from sync.agent.trust import Trust
from sync.agent.verifying import Verifier

log = logging.getLogger("sync.agent")

NOT_REACHED: Final = 3
MENDED: Final = 4
REFUSED: Final = 5
_EXITS: Final = {
    Outcome.CLEAR: 0,
    Outcome.PERMITTED: 0,
    Outcome.RESTRICTED: 10,
    Outcome.UNCONFIRMED: 11,
    Outcome.STALE: 12,
}


def registry_of(folder: Folder) -> Registry:
    """Return the registry that a folder's settings name."""
    settings = folder.settings()
    return Registry(settings.url, read_secret(Path(settings.api_key_file)), ca=settings.ca)


def fp_keys_of(folder: Folder) -> dict[int, bytes]:
    """Return the fingerprint keys by key epoch, as far as their files are here."""
    keys = {}
    for key_epoch, path in folder.settings().fp_key_files.items():
        if Path(path).exists():
            keys[int(key_epoch)] = read_fp_key(Path(path))
    return keys


def open_store(folder: Folder, registry: Registry, clocks: Clocks) -> tuple[Store, bool]:
    """Open the store; a file of which nothing can be kept is fetched anew. Tell whether that was so."""
    try:
        return Store(folder, clocks), False
    except CopyError as error:
        log.error("the copy cannot be opened and is fetched anew", extra={"flaw": error.flaw.value})
    lock = Lock(folder.path)
    try:
        key_epoch = Base.read(folder.current()).key_epoch
        begin_with(folder, fetch(folder, registry, trust=folder.trust(), key_epoch=key_epoch))
    finally:
        lock.release()
    return Store(folder, clocks), True


def pull(path: Path, clocks: Clocks) -> int:
    """Pull once to the newest, verify, apply, acknowledge.

    Raises:
        AgentError: not reached, or refused.
    """
    folder = Folder(path)
    registry = registry_of(folder)
    acknowledger = Acknowledger(registry, Signers.of(folder), clocks)
    store, fetched = open_store(folder, registry, clocks)
    try:
        step = Follower(store, registry, acknowledger, clocks).pull()
        if not acknowledger.flush():
            return NOT_REACHED
        return MENDED if fetched or step is Step.MENDED else 0
    finally:
        store.close()


def run(
    path: Path,
    clocks: Clocks,
    stop: threading.Event,
    *,
    listen: str,
    listen_key: Path | None = None,
    hook: str | None = None,
    hook_secret: Path | None = None,
) -> int:
    """Keep the copy and answer on this machine until stopped; 5 if at the end something stands refused.

    A refusal does not stop the answers: they turn stale by themselves, and say what the copy held.

    Raises:
        AgentError: it cannot start.
    """
    folder = Folder(path)
    key = _listen_key(listen, listen_key)
    secrets = None if hook is None else read_hook_secrets(_wanted(hook_secret, "--hook needs --hook-secret FILE"))
    registry = registry_of(folder)
    acknowledger = Acknowledger(registry, Signers.of(folder), clocks)
    store, _ = open_store(folder, registry, clocks)
    try:
        follower = Follower(store, registry, acknowledger, clocks)
        keeper = Keeper(follower, acknowledger, clocks)
        verifier = Verifier(store.trust, store.settings.agency)
        copy = Copy(follower, fp_keys_of(folder), verifier, registry, clocks)
        servers: list[Server | UnixServer] = [check_server(listen, copy, key=key)]
        if hook is not None and secrets is not None:
            cursor = lambda: store.live.cursor  # noqa: E731
            servers.append(hook_server(hook, secrets, clock=clocks.wall, wake=keeper.wake, cursor=cursor))
        _serving(servers)
        keeper.start()
        stop.wait()
        _ended(servers)
        keeper.stop()
        return REFUSED if follower.refused is not None else 0
    finally:
        store.close()


def serve(
    path: Path, clocks: Clocks, stop: threading.Event, *, listen: str, listen_key: Path | None, processes: int
) -> int:
    """Answer from a folder that `run` keeps; nothing is written.

    Raises:
        AgentError: it cannot start.
    """
    key = _listen_key(listen, listen_key)
    copy = Copy.open(path, fp_keys_of(Folder(path)), clocks=clocks)
    children = [
        multiprocessing.get_context("spawn").Process(target=_child, args=(path, listen, key), daemon=True)
        for _ in range(processes - 1)
    ]
    servers: list[Server | UnixServer] = [check_server(listen, copy, key=key)]
    for child in children:
        child.start()
    _serving(servers)
    stop.wait()
    _ended(servers)
    copy.close()
    for child in children:
        child.terminate()
    return 0


def check(
    path: Path,
    clocks: Clocks,
    purpose: str,
    document: Mapping[str, str],
    *,
    use: str | None,
    confirm: bool,
) -> tuple[int, dict[str, Any]]:
    """Ask about one document; return the exit code and the answer or problem.

    Raises:
        FolderError: there is no copy.
    """
    try:
        with Copy.open(path, fp_keys_of(Folder(path)), clocks=clocks) as copy:
            answer = copy.check(purpose, document, confirm=confirm, use=use)
    except InvalidError as error:
        return 2, problem(422, code_of(error), error.english)
    except NoCopyError as error:
        return 2, problem(503, "no-copy", str(error))
    return _EXITS[answer.outcome], answer.members()


def verify(
    path: Path,
    show: Callable[[dict[str, Any]], None],
    *,
    deep: bool,
    proof: Path | None,
    leaf: Path | None,
    court: str | None,
    orders: Path | None,
    trust: Path | None,
) -> int:
    """Verify the copy, a proof on paper, or a court's entries: 0 true, 1 false.

    Raises:
        FormatError, FolderError, RefusedError: it is false; the text says why.
    """
    folder = Folder(path)
    believed = folder.trust() if trust is None else Trust.read(_wanted_bytes(trust))
    if proof is not None:
        show(verify_paper(_wanted_bytes(proof), _wanted_bytes(_wanted(leaf, "--proof needs --leaf")), trust=believed))
        return 0
    if court is not None:
        known = None if orders is None else read_tags(orders)
        unknown = 0
        for entry in court_entries(registry_of(folder), Verifier(believed, ""), court):
            if known is not None and "tag" in entry:
                entry["known"] = entry["tag"] in known
                unknown += not entry["known"]
            show(entry)
        return 1 if unknown else 0
    show(verify_copy(folder, deep=deep))
    return 0


def _child(path: Path, listen: str, key: str | None) -> None:
    clocks = Clocks()
    server = check_server(listen, Copy.open(path, fp_keys_of(Folder(path)), clocks=clocks), key=key)
    server.serve_forever()


def _serving(servers: list[Server | UnixServer]) -> None:
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        log.info("listening", extra={"address": server.server_address})


def _ended(servers: list[Server | UnixServer]) -> None:
    for server in servers:
        server.shutdown()
        server.server_close()


def _listen_key(listen: str, path: Path | None) -> str | None:
    if path is not None:
        return read_secret(path)
    if not is_local(listen):
        raise FolderError("others can reach that address: --listen-key FILE")
    return None


def _wanted(path: Path | None, text: str) -> Path:
    if path is None:
        raise FolderError(text)
    return path


def _wanted_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}") from None
