"""Beginning a copy, and the few things a person decides later: another trust file, the next key, a new epoch."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from blacklist.ledger.faults import FormatError
from blacklist.ledger.note_keys import KEY_BYTES, KeyKind, SignerKey, read_skey
from sync.agent.acknowledging import Acknowledger, Signers
from sync.agent.clocks import Clocks
from sync.agent.folder import Folder, Lock, Settings, read_fp_key, read_secret, write_durably
from sync.agent.http import Registry
from sync.agent.refusals import FolderError, Ground, RefusedError
from sync.agent.snapshots import begin_with, fetch
from sync.agent.trust import Trust

KEYS = (("ack", KeyKind.ED25519), ("witness", KeyKind.COSIGNATURE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the command line says; None where it says nothing."""

    folder: Path
    agency: str | None = None
    url: str | None = None
    trust: Path | None = None
    fp_key: Path | None = None
    api_key: Path | None = None
    ca: Path | None = None
    new_keys: bool = False
    ack_key: Path | None = None
    witness_key: Path | None = None
    next_key: Path | None = None
    accept_epoch: str | None = None


def initialise(wishes: Wishes, clocks: Clocks) -> list[str]:
    """Do what is wished; return lines to show.

    Raises:
        FolderError: something is missing or does not fit. RefusedError, UnreachableError, ProblemError: see `fetch`.
    """
    wishes.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Folder(wishes.folder)
    lock = Lock(folder.path)
    try:
        shown = _keys(folder, wishes)
        if wishes.url is not None or (wishes.agency is not None and wishes.trust is not None):
            shown += _begin(folder, wishes, clocks)
        elif wishes.accept_epoch is not None:
            shown += _accept(folder, wishes, clocks)
        elif wishes.next_key is not None:
            shown += _next_key(folder, wishes.next_key)
        elif wishes.trust is not None:
            shown += _trust(folder, wishes.trust)
        if not shown:
            raise FolderError("init needs --url, or one of --new-keys, --trust, --next-key, --accept-epoch")
        return shown
    finally:
        lock.release()


def _keys(folder: Folder, wishes: Wishes) -> list[str]:
    given = {"ack": wishes.ack_key, "witness": wishes.witness_key}
    shown = []
    for name, kind in KEYS:
        path, source = folder.path / f"{name}.key", given[name]
        if source is not None:
            key = _given(source, kind)
        elif wishes.new_keys and wishes.agency is not None and not path.exists():
            key = SignerKey(f"{wishes.agency}/{name}", kind, secrets.token_bytes(KEY_BYTES))
        else:
            continue
        write_durably(path, key.written().encode() + b"\n")
        shown.append(f"{name}_vkey {key.verifier.written()}")
    if wishes.new_keys and not shown:
        raise FolderError("--new-keys needs --agency, and no keys in the folder yet")
    return shown


def _given(path: Path, kind: KeyKind) -> SignerKey:
    try:
        key = read_skey(read_secret(path))
    except FormatError as error:
        raise FolderError(f"{path} is no key: {error}") from None
    if key.kind is not kind:
        raise FolderError(f"{path} is a key of the wrong type")
    return key


def _begin(folder: Folder, wishes: Wishes, clocks: Clocks) -> list[str]:
    url, agency, trust_file, fp_key, api_key = wishes.url, wishes.agency, wishes.trust, wishes.fp_key, wishes.api_key
    if url is None or agency is None or trust_file is None or fp_key is None or api_key is None:
        raise FolderError("init needs --url, --agency, --trust, --fp-key and --api-key")
    trust = Trust.read(_bytes(trust_file))
    _require_elsewhere(folder, fp_key)
    read_fp_key(fp_key)
    signers = Signers.of(folder)
    ca = None if wishes.ca is None else str(wishes.ca.resolve())
    registry = Registry(url, read_secret(api_key), ca=ca)
    key_epoch = _profile(registry, agency, trust)
    settings = Settings(url, agency, str(api_key.resolve()), {str(key_epoch): str(fp_key.resolve())}, ca)
    write_durably(folder.path / "agent.json", settings.written())
    return _fetch(folder, registry, signers, clocks, trust=trust, key_epoch=key_epoch)


def _accept(folder: Folder, wishes: Wishes, clocks: Clocks) -> list[str]:
    """Go on in a new epoch of the log, as a person decided who holds its trust file."""
    if wishes.trust is None:
        raise FolderError("--accept-epoch needs the new epoch's --trust FILE")
    trust, settings = Trust.read(_bytes(wishes.trust)), folder.settings()
    if trust.epoch != wishes.accept_epoch:
        raise FolderError("the trust file is of another epoch than the one to be accepted")
    registry = Registry(settings.url, read_secret(Path(settings.api_key_file)), ca=settings.ca)
    key_epoch = _profile(registry, settings.agency, trust)
    if str(key_epoch) not in settings.fp_key_files:
        raise FolderError(f"the fingerprint key of key epoch {key_epoch} is not here: --next-key first")
    mark = folder.path / "mark.json"
    if mark.exists():
        old = folder.trust().epoch
        write_durably(folder.path / f"mark-{old}.json", mark.read_bytes())
    return _fetch(folder, registry, Signers.of(folder), clocks, trust=trust, key_epoch=key_epoch)


def _next_key(folder: Folder, path: Path) -> list[str]:
    settings = folder.settings()
    _require_elsewhere(folder, path)
    read_fp_key(path)
    following = str(max(map(int, settings.fp_key_files)) + 1)
    files = {**settings.fp_key_files, following: str(path.resolve())}
    write_durably(folder.path / "agent.json", replace(settings, fp_key_files=files).written())
    return [f"next_key {following}"]


def _trust(folder: Folder, path: Path) -> list[str]:
    """Take other keys for the same log, as after a rotation."""
    new, old = Trust.read(_bytes(path)), folder.trust()
    if (new.epoch, new.origin) != (old.epoch, old.origin):
        raise FolderError("the trust file is of another log: --accept-epoch")
    write_durably(folder.current() / "trust.json", new.written())
    return [f"trust {new.origin}"]


def _fetch(
    folder: Folder, registry: Registry, signers: Signers, clocks: Clocks, *, trust: Trust, key_epoch: int
) -> list[str]:
    fetched = fetch(folder, registry, trust=trust, key_epoch=key_epoch)
    begin_with(folder, fetched)
    Acknowledger(registry, signers, clocks).send(fetched.ack)
    live = fetched.live
    return [f"cursor {live.cursor}", f"entries {live.view.count}", f"key {live.key_epoch}"]


def _profile(registry: Registry, agency: str, trust: Trust) -> int:
    profile = registry.profile()
    if not isinstance(profile, dict) or not isinstance(profile.get("key"), int):
        raise RefusedError(Ground.BAD_ANSWER, "the registry's profile of this agency cannot be read")
    if profile.get("agency") != agency:
        raise FolderError("the API key is another agency's")
    if profile.get("epoch") != trust.epoch or profile.get("origin") != trust.origin:
        raise RefusedError(Ground.NEW_EPOCH, "the registry's log is another than the trust file's")
    key: int = profile["key"]
    return key


def _require_elsewhere(folder: Folder, path: Path) -> None:
    if folder.path.resolve() in path.resolve().parents:
        raise FolderError("the fingerprint key must not lie beside the copy")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}") from None
