"""The folder of one copy: what lies where, and writing a file so that a power cut leaves the old one or the new one.

```
agent.json  ack.key  witness.key                    settings; keys of this agency
current                                             the name of the generation that counts
generations/<name>/  copy  base.json  trust.json    a copy file, what is known of it, whose notes to believe,
                     journal                        what was applied since
mark.json                                           the last statement that was countersigned, with its checkpoint
status.json                                         for other processes and people: how fresh, what is wrong
leaves  discrepancies.jsonl  refused.json           leaf hashes of 30 days; what was mended; evidence of a refusal
lock                                                held by the one process that writes
```
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from blacklist.ledger.canonical import Json, canonical_json, read_json
from blacklist.ledger.copy_writing import sync_directory
from blacklist.ledger.encodings import decode64
from blacklist.ledger.faults import FormatError
from blacklist.ledger.note_keys import KeyKind, SignerKey, read_skey
from sync.agent.refusals import FolderError
from sync.agent.trust import Trust

_MODE: Final = 0o600
_FP_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """What `init` was told: addresses and names, and where the secrets lie; never a secret itself."""

    url: str
    agency: str
    api_key_file: str
    fp_key_files: dict[str, str]
    ca: str | None = None

    def written(self) -> bytes:
        """Return the file."""
        return canonical_json(
            {
                "url": self.url,
                "agency": self.agency,
                "api_key_file": self.api_key_file,
                "fp_key_files": self.fp_key_files,
                "ca": self.ca,
            }
        )


class Folder:
    """Paths and small files of one copy."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @property
    def generations(self) -> Path:
        """Where copy files lie, each with its journal."""
        return self.path / "generations"

    def settings(self) -> Settings:
        """Return what `init` wrote.

        Raises:
            FolderError: there is no copy here.
        """
        members = self.read("agent.json")
        if not isinstance(members, dict):
            raise FolderError(f"{self.path} holds no copy: begin with init")
        try:
            return Settings(**members)
        except TypeError:
            raise FolderError(f"{self.path}/agent.json is of another version") from None

    def trust(self) -> Trust:
        """Return what the registry's notes are verified by, as it stands beside the copy file that counts."""
        return read_trust(self.current())

    def signer(self, name: str, kind: KeyKind) -> SignerKey:
        """Return one of the agency's own keys, `ack` or `witness`.

        Raises:
            FolderError: it is missing, of the wrong type, or open to other users.
        """
        path = self.path / f"{name}.key"
        try:
            key = read_skey(read_secret(path))
        except FormatError as error:
            raise FolderError(f"{path} is no key: {error}") from None
        if key.kind is not kind:
            raise FolderError(f"{path} is a key of the wrong type")
        return key

    def current(self) -> Path:
        """Return the generation that counts.

        Raises:
            FolderError: none has been completed yet.
        """
        name = self.bytes_of("current").decode("ascii", "replace").strip()
        return self.generations / name

    def bytes_of(self, name: str) -> bytes:
        """Return the content of a file of the folder.

        Raises:
            FolderError: it is not there.
        """
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise FolderError(f"{self.path / name} cannot be read: {error.strerror}") from None

    def read(self, name: str) -> Json:
        """Return the JSON of a file, None where there is none."""
        try:
            return read_json((self.path / name).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, FormatError) as error:
            raise FolderError(f"{self.path / name} cannot be read: {error}") from None

    def write(self, name: str, value: Any) -> None:
        """Write JSON durably."""
        write_durably(self.path / name, canonical_json(value))

    def new_generation(self) -> Path:
        """Return the directory of a generation yet to be filled; it counts once `switch` says so."""
        path = self.generations / secrets.token_hex(8)
        path.mkdir(parents=True, mode=0o700)
        return path

    def switch(self, generation: Path) -> None:
        """Let this generation count from now on: one rename, after all of it is durable."""
        sync_directory(generation)
        sync_directory(self.generations)
        write_durably(self.path / "current", generation.name.encode("ascii") + b"\n")

    def sweep(self) -> None:
        """Remove generations that do not count; whoever still maps one keeps it until it lets go."""
        kept = self.current().name
        for path in self.generations.iterdir():
            if path.name != kept:
                shutil.rmtree(path, ignore_errors=True)


class Lock:
    """Held by the one process that writes; freed by the kernel when it dies."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, _MODE)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise FolderError(f"another process writes to {folder}") from None

    def release(self) -> None:
        """Let go."""
        os.close(self._descriptor)


def read_trust(generation: Path) -> Trust:
    """Return the trust file of a generation.

    Raises:
        FolderError: it is missing or damaged.
    """
    return Trust.read(Folder(generation).bytes_of("trust.json"))


def write_durably(path: Path, content: bytes) -> None:
    """Write a file under another name, sync it, rename it over the old one, sync the directory."""
    write_quickly(path, content, sync=True)
    sync_directory(path.parent)


def write_quickly(path: Path, content: bytes, *, sync: bool = False) -> None:
    """Replace a file at once for all readers; without `sync` a power cut may lose it."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE), "wb") as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def read_secret(path: Path) -> str:
    """Return the one line of a file that only its owner may read.

    Raises:
        FolderError: it cannot be read, or others may read it.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise FolderError(f"others may read {path}: chmod 600")
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{path} cannot be read: {type(error).__name__}") from None


def read_fp_key(path: Path) -> bytes:
    """Return a fingerprint key from its file: base64 of 32 bytes, as the registry writes it, or 64 hex digits.

    Raises:
        FolderError: it is none, or others may read it.
    """
    written = read_secret(path)
    try:
        key = bytes.fromhex(written) if len(written) == 2 * _FP_KEY_BYTES else decode64(written)
    except ValueError:
        key = b""
    if len(key) != _FP_KEY_BYTES:
        raise FolderError(f"{path} holds no fingerprint key: base64 of 32 bytes")
    return key
