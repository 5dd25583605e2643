"""Which logs and which quorum of witnesses a checkpoint needs to be believed: C2SP tlog-policy."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from blacklist.ledger.checkpoints import OpenCheckpoint, open_checkpoint
from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.note_keys import KeyKind, VerifierKey

NO_QUORUM: Final = "none"
# Octets above 0x7F are opaque: read as latin-1 each is one character that no white space or control is taken for.
_WORD: Final = re.compile("[!-~\u0080-\u00ff]+")


@dataclass(frozen=True, slots=True)
class Log:
    """A log whose checkpoints are accepted; its key's name is its origin."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness under the name by which groups and the quorum mean it."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group that has witnessed when `threshold` of its members have; members are witnesses or earlier groups."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy. Names and addresses are octets, kept as latin-1 text: nothing but equality is asked of them."""

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    def __post_init__(self) -> None:
        """Refuse a policy that contradicts itself."""
        names = Names()
        for log in self.logs:
            names.add_log(log)
        for witness in self.witnesses:
            names.add_witness(witness)
        for group in self.groups:
            names.add_group(group)
        names.use_quorum(self.quorum)

    def written(self) -> bytes:
        """Return the file: logs, witnesses, groups with their number, the quorum."""
        lines = [_line("log", log.key.written().encode().decode("latin-1"), log.url) for log in self.logs]
        lines += [
            _line("witness", one.name, one.key.written().encode().decode("latin-1"), one.url) for one in self.witnesses
        ]
        lines += [_line("group", one.name, str(one.threshold), *one.members) for one in self.groups]
        lines.append(_line("quorum", self.quorum))
        return "".join(lines).encode("latin-1")

    def is_quorum(self, cosigned: Collection[VerifierKey]) -> bool:
        """Tell whether the witnesses with these keys are enough."""
        witnessed = {NO_QUORUM} | {one.name for one in self.witnesses if one.key in cosigned}
        for group in self.groups:
            if sum(member in witnessed for member in group.members) >= group.threshold:
                witnessed.add(group.name)
        return self.quorum in witnessed

    def open_checkpoint(self, note: str | bytes) -> OpenCheckpoint:
        """Verify the note of a checkpoint by this policy: signed by one of its logs, cosigned by its quorum.

        Raises:
            SignatureError: it is not, or a known key's line does not verify.
            FormatError: not the note of a checkpoint.
        """
        opened = open_checkpoint(
            note, logs=[one.key for one in self.logs], witnesses=[one.key for one in self.witnesses]
        )
        if not self.is_quorum(opened.cosigned):
            raise SignatureError("too few witnesses have cosigned the checkpoint")
        return opened


@dataclass(slots=True)
class Names:
    """What the lines of a policy have defined so far; each line is held against it."""

    logs: set[bytes] = field(default_factory=set)
    witnesses: set[bytes] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)

    def add_log(self, log: Log) -> None:
        """Take a log.

        Raises:
            FormatError: its public key stands there already, or its type is not a log's.
        """
        _check_url(log.url)
        if log.key.kind is not KeyKind.ED25519 or log.key.public in self.logs:
            raise FormatError("a log twice, or with a key that is no log's")
        self.logs.add(log.key.public)

    def add_witness(self, witness: Witness) -> None:
        """Take a witness.

        Raises:
            FormatError: its public key or name stands there already, or its type is not a witness's.
        """
        _check_url(witness.url)
        if witness.key.kind is not KeyKind.COSIGNATURE or witness.key.public in self.witnesses:
            raise FormatError("a witness twice, or with a key that is no witness's")
        self.witnesses.add(witness.key.public)
        self._define(witness.name)

    def add_group(self, group: Group) -> None:
        """Take a group.

        Raises:
            FormatError: its name stands there already, a member does not, or is a member elsewhere, or the number of
                members wanted is none.
        """
        if not 1 <= group.threshold <= len(group.members):
            raise FormatError("a group wants at least one and at most all of its members")
        for member in group.members:
            if member not in self.defined or member in self.members:
                raise FormatError("a member that is not defined before, or is one twice")
            self.members.add(member)
        self._define(group.name)

    def use_quorum(self, name: str) -> None:
        """Take the quorum.

        Raises:
            FormatError: neither defined before nor `none`.
        """
        if name != NO_QUORUM and name not in self.defined:
            raise FormatError("the quorum is not defined before")

    def _define(self, name: str) -> None:
        if _WORD.fullmatch(name) is None or name == NO_QUORUM or name in self.defined:
            raise FormatError("a name twice, reserved, or none at all")
        self.defined.add(name)


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word is not None) + "\n"


def _check_url(url: str | None) -> None:
    if url is not None and _WORD.fullmatch(url) is None:
        raise FormatError("an address with a space or a control character")
