"""Reading the file of a policy, line by line: C2SP tlog-policy, "Policy file syntax and structure"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from blacklist.ledger.encodings import read_number
from blacklist.ledger.faults import FormatError
from blacklist.ledger.note_keys import VerifierKey, read_vkey
from blacklist.ledger.policies import Group, Log, Names, Policy, Witness

MOST_POLICY_BYTES: Final = 1_000_000
_ALLOWED: Final = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_SPACE: Final = re.compile("[ \t]+")


@dataclass(slots=True)
class _Reading:
    names: Names = field(default_factory=Names)
    logs: list[Log] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorums: list[str] = field(default_factory=list)

    def take(self, keyword: str, words: list[str]) -> None:
        match keyword, words:
            case "log", [vkey, *url] if len(url) <= 1:
                self.logs.append(Log(_key(vkey), *url))
                self.names.add_log(self.logs[-1])
            case "witness", [name, vkey, *url] if len(url) <= 1:
                self.witnesses.append(Witness(name, _key(vkey), *url))
                self.names.add_witness(self.witnesses[-1])
            case "group", [name, threshold, *members] if members:
                self.groups.append(Group(name, _threshold(threshold, len(members)), tuple(members)))
                self.names.add_group(self.groups[-1])
            case "quorum", [name]:
                self.names.use_quorum(name)
                self.quorums.append(name)
            case _:
                raise FormatError("not a line of a policy")


def parse_policy(content: bytes) -> Policy:
    """Read the file of a policy; comments and white space are the writer's own.

    Raises:
        FormatError: a line that is none, a contradiction, a key of a type not known here, not exactly one quorum.
    """
    if len(content) > MOST_POLICY_BYTES or _ALLOWED.fullmatch(content) is None:
        raise FormatError("a policy is at most 1,000,000 bytes without control characters")
    if not content.endswith(b"\n"):
        raise FormatError("a line of a policy ends with a newline")
    reading = _Reading()
    for line in content.decode("latin-1").split("\n"):
        words = [word for word in _SPACE.split(line) if word]
        if words and not words[0].startswith("#"):
            reading.take(words[0], words[1:])
    if len(reading.quorums) != 1:
        raise FormatError("a policy names exactly one quorum")
    return Policy(tuple(reading.logs), tuple(reading.witnesses), tuple(reading.groups), reading.quorums[0])


def _key(word: str) -> VerifierKey:
    try:
        return read_vkey(word.encode("latin-1").decode("utf-8"))
    except UnicodeDecodeError:
        raise FormatError("the name of a key is not UTF-8") from None


def _threshold(word: str, members: int) -> int:
    if word in ("any", "all"):
        return 1 if word == "any" else members
    return read_number(word)
