"""What the agency knows of the registry by another channel: origin, epoch of the log, keys that sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from blacklist.ledger.canonical import Json, canonical_json, read_json
from blacklist.ledger.faults import FormatError
from blacklist.ledger.note_keys import KeyKind, VerifierKey, read_vkey
from sync.agent.refusals import FolderError

_EPOCH: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Trust:
    """The file given with `--trust`: `{"origin":…,"epoch":…,"vkeys":{"log":[…],"view":[…]}}`, or what `/log/keys` answers.

    Of the latter, keys that end do not count: while one replaces another both sign, so the new one suffices. Got from
    the registry by this network it proves nothing: compare it with what came by another channel.
    """

    origin: str
    epoch: str
    log_keys: tuple[VerifierKey, ...]
    view_keys: tuple[VerifierKey, ...]

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read the file.

        Raises:
            FolderError: it is not one, or names no key of the log or of the view.
        """
        try:
            return cls._of(read_json(content))
        except FormatError as error:
            raise FolderError(f"the trust file cannot be used: {error}") from None

    @classmethod
    def _of(cls, members: Json) -> Self:
        if not isinstance(members, dict):
            raise FormatError("it is no object")
        origin, epoch, vkeys = members.get("origin"), members.get("epoch"), members.get("vkeys")
        if not isinstance(origin, str) or not isinstance(epoch, str) or not _EPOCH.fullmatch(epoch):
            raise FormatError("origin or epoch is missing")
        if isinstance(vkeys, list):
            vkeys = {use: [one["vkey"] for one in vkeys if _is_for(one, use)] for use in ("log", "view")}
        if not isinstance(vkeys, dict):
            raise FormatError("vkeys is missing")
        trust = cls(origin, epoch, _keys(vkeys.get("log")), _keys(vkeys.get("view")))
        if any(key.name != origin for key in trust.log_keys):
            raise FormatError("a log key bears another name than the origin")
        return trust

    def written(self) -> bytes:
        """Return the file."""
        keys = {
            "log": [key.written() for key in self.log_keys],
            "view": [key.written() for key in self.view_keys],
        }
        return canonical_json({"origin": self.origin, "epoch": self.epoch, "vkeys": keys})

    @property
    def epoch_bytes(self) -> bytes:
        """The epoch as copy files hold it."""
        return bytes.fromhex(self.epoch)

    @property
    def snapshot_keys(self) -> tuple[Ed25519PublicKey, ...]:
        """The view keys as they verify the header of a copy file."""
        return tuple(Ed25519PublicKey.from_public_bytes(key.public) for key in self.view_keys)


def _is_for(member: Json, use: str) -> bool:
    return isinstance(member, dict) and member.get("use") == use and member.get("until") is None and "vkey" in member


def _keys(written: Json) -> tuple[VerifierKey, ...]:
    if not isinstance(written, list) or not written:
        raise FormatError("a list of keys is missing")
    keys = tuple(read_vkey(one) for one in written if isinstance(one, str))
    if len(keys) != len(written) or any(key.kind is not KeyKind.ED25519 for key in keys):
        raise FormatError("a key is of the wrong type")
    return keys
