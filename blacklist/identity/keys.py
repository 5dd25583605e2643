"""The key file: one key for every purpose, kept outside the database and readable by its owner alone."""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_FORMAT: Final = 1
_KEY_BYTES: Final = 32
_SINGLE: Final = ("index", "credentials", "sessions", "cursors")
_OF_THE_LOG: Final = ("log", "view")  # key files made before there was a log lack them
_MOST_KEY_ID: Final = 0xFFFF


class KeyFileError(Exception):
    """The key file is missing, unsafe or damaged. The text names the purpose of a key, never a key."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The registry's secret keys, 32 bytes each.

    `data` holds every key with which fields were ever sealed and not yet re-sealed, by its id (1 to 65535); `data_id`
    names the one that seals now. `index` makes blind indexes, `credentials` the hashes of API keys, `sessions` signs
    sessions, `cursors` signs the cursors of lists. `log` and `view` are the Ed25519 seeds that sign checkpoints of the log
    and statements about views; `add_missing_keys` gives them to a key file made before there was a log.
    """

    data: Mapping[int, bytes] = field(repr=False)
    data_id: int
    index: bytes = field(repr=False)
    credentials: bytes = field(repr=False)
    sessions: bytes = field(repr=False)
    cursors: bytes = field(repr=False)
    log: bytes | None = field(default=None, repr=False)
    view: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse keys that are short, trivial or alike."""
        named = {f"data {key_id}": key for key_id, key in self.data.items()}
        named.update({name: getattr(self, name) for name in _SINGLE})
        named.update({name: key for name in _OF_THE_LOG if (key := getattr(self, name)) is not None})
        for name, key in named.items():
            if len(key) != _KEY_BYTES:
                raise KeyFileError(f"the {name} key is not {_KEY_BYTES} bytes long")
            if len(set(key)) == 1:
                raise KeyFileError(f"the {name} key is one byte repeated")
        if len(set(named.values())) != len(named):
            raise KeyFileError("two keys are alike; every purpose needs its own")
        if self.data_id not in self.data:
            raise KeyFileError("there is no data key with the id that is to seal")
        if not all(1 <= key_id <= _MOST_KEY_ID for key_id in self.data):
            raise KeyFileError(f"ids of data keys go from 1 to {_MOST_KEY_ID}")

    @classmethod
    def read(cls, path: Path | str) -> Keyring:
        """Read a key file.

        Raises:
            KeyFileError: absent, not a regular file, readable by others than its owner, damaged, or with keys that
                are short or alike.
        """
        try:
            # The open file is judged, not the path, which could be exchanged in between.
            with open(path, "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise KeyFileError("the key file is not a regular file")
                if status.st_mode & 0o077:
                    raise KeyFileError("the key file is open to others than its owner; chmod 600 it")
                content = json.loads(file.read())
        except OSError as error:
            raise KeyFileError(f"the key file cannot be read: {error.strerror}") from None
        except ValueError:
            raise KeyFileError("the key file is not JSON") from None
        return cls._from_content(content)

    @classmethod
    def _from_content(cls, content: Any) -> Keyring:
        try:
            if content["format"] != _FORMAT:
                raise KeyFileError("the key file has an unknown format")
            return cls(
                data={int(key_id): _decoded(key) for key_id, key in content["data"].items()},
                data_id=int(content["data_id"]),
                **{name: _decoded(content[name]) for name in (*_SINGLE, *_OF_THE_LOG) if name in content},
            )
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
            raise KeyFileError("the key file lacks a key or holds one that is not base64") from None


def create_key_file(path: Path | str) -> None:
    """Write a new key file with fresh random keys, mode 0600, durable before this returns; never overwrite one.

    Raises:
        KeyFileError: the file exists already or cannot be written.
    """
    content: dict[str, Any] = {"format": _FORMAT, "data_id": 1, "data": {"1": _fresh()}}
    content.update({name: _fresh() for name in (*_SINGLE, *_OF_THE_LOG)})
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise KeyFileError("a key file is there already; it is never overwritten") from None
    except OSError as error:
        raise KeyFileError(f"the key file cannot be written: {error.strerror}") from None


def add_missing_keys(path: Path | str) -> tuple[str, ...]:
    """Give a key file the keys it was made without, and return their names; every other key stays. Durable, all or none.

    Raises:
        KeyFileError: the file is unsafe or damaged, or cannot be written.
    """
    Keyring.read(path)
    path = Path(path)
    content = json.loads(path.read_bytes())
    missing = tuple(name for name in _OF_THE_LOG if name not in content)
    if not missing:
        return ()
    content.update({name: _fresh() for name in missing})
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise KeyFileError(f"the key file cannot be written: {error.strerror}") from None
    return missing


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
