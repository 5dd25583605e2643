"""The leaf of the log: what the public sees of one act. Canonical JSON of at most 4,096 bytes.

`{"a":"京0199","c":"<b64, 32 bytes>","k":"list","o":"<b64, 16 bytes>","t":1795651200,"v":1}`: court, commitment, kind,
tag, time, version. Leaves of kind `genesis`, `key` and `audit` have public content `p` instead of `c` and `o`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from blacklist.ledger.canonical import MOST_INTEGER, Json, canonical_json, read_canonical
from blacklist.ledger.encodings import check_number, decode64, encode64
from blacklist.ledger.faults import FormatError
from blacklist.ledger.leaf_signatures import LeafSignature, read_leaf_signature

MOST_LEAF_BYTES: Final = 4_096
TAG_BYTES: Final = 16
COMMITMENT_BYTES: Final = 32
REGISTRY: Final = "registry"
_VERSION: Final = 1
_MOST_COURT: Final = 12
_SIGNED: Final = b"DR-LEAF-V1\0"


class LeafKind(StrEnum):
    """What kind of act a leaf records."""

    GENESIS = "genesis"
    KEY = "key"
    AUDIT = "audit"
    LIST = "list"
    AMEND = "amend"
    CORRECT = "correct"
    SUSPEND = "suspend"
    RESUME = "resume"
    REMOVE = "remove"
    EXPIRE = "expire"
    PERMIT = "permit"
    PERMIT_END = "permit-end"
    LIFT = "lift"
    LIFT_END = "lift-end"


PUBLIC_KINDS: Final = frozenset({LeafKind.GENESIS, LeafKind.KEY, LeafKind.AUDIT})
_KINDS: Final = frozenset(LeafKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf. `time` is Unix seconds and orders nothing; `signature` is a court's own, where there is one."""

    kind: LeafKind
    time: int
    court: str = REGISTRY
    tag: bytes | None = None
    commitment: bytes | None = None
    public: Mapping[str, Json] | None = None
    signature: LeafSignature | None = None

    def __post_init__(self) -> None:
        """Refuse what no leaf may be."""
        check_number(self.time, most=MOST_INTEGER)
        if (self.kind in PUBLIC_KINDS) != (self.court == REGISTRY):
            raise FormatError("the registry's own leaves bear its name, all others a court's")
        if self.kind in PUBLIC_KINDS:
            if not self.public or self.tag is not None or self.commitment is not None:
                raise FormatError("a leaf of this kind has public content alone")
        elif self.public is not None or not self.tag or not self.commitment:
            raise FormatError("a leaf of this kind has a tag and a commitment alone")
        elif len(self.tag) != TAG_BYTES or len(self.commitment) != COMMITMENT_BYTES:
            raise FormatError("a tag has 16 bytes, a commitment 32")
        _check_court(self.court)
        if len(self.written()) > MOST_LEAF_BYTES:
            raise FormatError("a leaf has at most 4,096 bytes")

    def written(self) -> bytes:
        """Return the leaf: what is hashed and published."""
        members = self._members()
        if self.signature is not None:
            members["s"] = self.signature.members()
        return canonical_json(members)

    def signed_bytes(self) -> bytes:
        """Return what a court's signature covers: the leaf without it, after its mark."""
        return _SIGNED + canonical_json(self._members())

    def _members(self) -> dict[str, Json]:
        members: dict[str, Json] = {"a": self.court, "k": self.kind.value, "t": self.time, "v": _VERSION}
        if self.public is not None:
            members["p"] = self.public
        if self.tag is not None and self.commitment is not None:
            members |= {"c": encode64(self.commitment), "o": encode64(self.tag)}
        return members


def parse_leaf(content: bytes) -> Leaf:
    """Read a leaf.

    Raises:
        FormatError: longer than 4,096 bytes, not canonical, of another version, or with members it must not have.
    """
    members = read_canonical(content, most=MOST_LEAF_BYTES)
    if not isinstance(members, dict) or members.get("v") != _VERSION:
        raise FormatError("not a leaf of version 1")
    kind, time, public = members.get("k"), members.get("t"), members.get("p")
    if not isinstance(kind, str) or kind not in _KINDS or type(time) is not int:
        raise FormatError("a leaf has a kind and a time")
    if public is not None and not isinstance(public, dict):
        raise FormatError("public content is an object")
    leaf = Leaf(
        kind=LeafKind(kind),
        time=time,
        court=_text(members, "a"),
        tag=decode64(_text(members, "o"), size=TAG_BYTES) if "o" in members else None,
        commitment=decode64(_text(members, "c"), size=COMMITMENT_BYTES) if "c" in members else None,
        public=public,
        signature=read_leaf_signature(members["s"]) if "s" in members else None,
    )
    if leaf.written() != content:
        raise FormatError("a leaf with members it does not have")
    return leaf


def _text(members: dict[str, Json], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise FormatError(f"the member {name} is no text")
    return value


def _check_court(court: str) -> None:
    if not 0 < len(court) <= _MOST_COURT or not court.isalnum() or not unicodedata.is_normalized("NFC", court):
        raise FormatError("not the code of a court")
