r"""What a leaf commits to, and how some of it is shown and the rest kept: tag, commitment, opening, evidence.

tag = SHA-256("DR-TAG-V1\0" ‖ salt of the order ‖ its number)[:16].
part hash = SHA-256("DR-PART-V1\0" ‖ salt ‖ canonical JSON); commitment = SHA-256("DR-COMMIT-V1\0" ‖ h₀ ‖ h₁ ‖ … ‖ hₘ).
Without its 32 random bytes of salt no part can be found by trying; who destroys a salt and part has erased it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from blacklist.ledger.canonical import Json, canonical_json, read_canonical
from blacklist.ledger.encodings import decode64, decode_text, encode64
from blacklist.ledger.faults import FormatError, ProofError
from blacklist.ledger.leaves import COMMITMENT_BYTES, TAG_BYTES, Leaf

SALT_BYTES: Final = 32
MOST_PARTS: Final = 1_000
MOST_PART_BYTES: Final = 65_536
_MOST_OPENING_BYTES: Final = 16_000_000
_MOST_NUMBER_BYTES: Final = 400


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A part that can be read: its salt and the canonical JSON of an object."""

    salt: bytes
    content: bytes

    def __post_init__(self) -> None:
        """Refuse what no part may be."""
        _check_salt(self.salt)
        if not isinstance(read_canonical(self.content, most=MOST_PART_BYTES), dict):
            raise FormatError("a part is an object")

    @property
    def value(self) -> Json:
        """The object that the part holds."""
        return read_canonical(self.content, most=MOST_PART_BYTES)

    @property
    def hash(self) -> bytes:
        """What the commitment is made of."""
        return hashlib.sha256(b"DR-PART-V1\0" + self.salt + self.content).digest()


@dataclass(frozen=True, slots=True)
class ClosedPart:
    """A part of which nothing but its hash is shown, or is left."""

    hash: bytes

    def __post_init__(self) -> None:
        """Refuse what no hash may be."""
        if len(self.hash) != COMMITMENT_BYTES:
            raise FormatError("the hash of a part has 32 bytes")


Part: TypeAlias = OpenPart | ClosedPart


@dataclass(frozen=True, slots=True)
class Opening:
    """The parts under one commitment, in order: 0 the order, then one bound person each, last the provenance.

    The registry keeps it sealed with every part open, until one is erased. Evidence is the same with most of it closed.
    """

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        """Refuse what no commitment stands for."""
        if not 1 <= len(self.parts) <= MOST_PARTS:
            raise FormatError("an opening has 1 to 1,000 parts")

    @property
    def commitment(self) -> bytes:
        """The commitment to these parts."""
        return commitment_of([part.hash for part in self.parts])

    def showing(self, numbers: Collection[int]) -> Opening:
        """Return the evidence that opens the parts with these numbers and gives bare hashes of the rest.

        Raises:
            FormatError: a number that no part has, or whose part is closed already.
        """
        for number in numbers:
            if not 0 <= number < len(self.parts) or isinstance(self.parts[number], ClosedPart):
                raise FormatError("a part that is not there to be shown")
        return Opening(tuple(part if at in numbers else ClosedPart(part.hash) for at, part in enumerate(self.parts)))

    def without(self, numbers: Collection[int]) -> Opening:
        """Return the opening with the parts of these numbers destroyed: salt and content gone, commitment the same.

        Raises:
            FormatError: a number that no part has.
        """
        if not all(0 <= number < len(self.parts) for number in numbers):
            raise FormatError("a part that is not there to be destroyed")
        return self.showing(
            [at for at, part in enumerate(self.parts) if at not in numbers and isinstance(part, OpenPart)]
        )

    def members(self) -> dict[str, Json]:
        """Return `open` and `closed`, each by the number of the part, as doors answer them."""
        shown: dict[str, Json] = {}
        closed: dict[str, Json] = {}
        for at, part in enumerate(self.parts):
            if isinstance(part, OpenPart):
                shown[str(at)] = {"salt": encode64(part.salt), "part": part.value}
            else:
                closed[str(at)] = encode64(part.hash)
        return {"open": shown, "closed": closed}

    def written(self) -> bytes:
        """Return the canonical JSON of `members`: what is sealed and exported."""
        return canonical_json(self.members())


def open_part(value: Mapping[str, Json], *, salt: bytes) -> OpenPart:
    """Return the part of this object. `salt` is 32 fresh random bytes, for this part alone.

    Raises:
        FormatError: what canonical JSON cannot say, more than 65,536 bytes, or another length of salt.
    """
    return OpenPart(salt, canonical_json(value))


def read_opening(members: Json) -> Opening:
    """Read `open` and `closed`, from a door's answer or an opened seal.

    Raises:
        FormatError: other members, parts missing, twice or malformed.
    """
    if not isinstance(members, dict) or members.keys() != {"open", "closed"}:
        raise FormatError("an opening has open and closed parts")
    shown, closed = members["open"], members["closed"]
    if not isinstance(shown, dict) or not isinstance(closed, dict) or shown.keys() & closed.keys():
        raise FormatError("a part is either open or closed")
    count = len(shown) + len(closed)
    parts: dict[str, Part] = {number: _open(one) for number, one in shown.items()}
    parts |= {number: ClosedPart(_bytes(one, size=COMMITMENT_BYTES)) for number, one in closed.items()}
    if parts.keys() != {str(at) for at in range(count)}:
        raise FormatError("the parts are not numbered from 0 without a gap")
    return Opening(tuple(parts[str(at)] for at in range(count)))


def parse_opening(content: bytes) -> Opening:
    """Read what `Opening.written` wrote.

    Raises:
        FormatError: not in the one written form.
    """
    return read_opening(read_canonical(content, most=_MOST_OPENING_BYTES))


def commitment_of(hashes: Sequence[bytes]) -> bytes:
    """Return the commitment to parts with these hashes.

    Raises:
        FormatError: none, too many, or one that is not 32 bytes.
    """
    if not 1 <= len(hashes) <= MOST_PARTS or any(len(one) != COMMITMENT_BYTES for one in hashes):
        raise FormatError("a commitment is to 1 to 1,000 hashes of 32 bytes")
    return hashlib.sha256(b"DR-COMMIT-V1\0" + b"".join(hashes)).digest()


def tag_of(number: str, *, salt: bytes) -> bytes:
    """Return the tag that all leaves of one order, or of one permit, bear. `salt` is that order's own 32 bytes.

    Raises:
        FormatError: no number, or another length of salt.
    """
    _check_salt(salt)
    written = decode_text(number, most=_MOST_NUMBER_BYTES).encode()
    if not written:
        raise FormatError("not the number of an order")
    return hashlib.sha256(b"DR-TAG-V1\0" + salt + written).digest()[:TAG_BYTES]


def verify_evidence(evidence: Opening, leaf: Leaf) -> None:
    """Check that the parts shown, with the hashes of those that are not, are what the leaf commits to.

    Raises:
        ProofError: they are not, or the leaf commits to nothing.
    """
    if leaf.commitment is None or evidence.commitment != leaf.commitment:
        raise ProofError("the leaf does not commit to these parts")


def verify_tag(leaf: Leaf, number: str, *, salt: bytes) -> None:
    """Check that the leaf is one of this order, or of this permit.

    Raises:
        ProofError: it is not.
    """
    if leaf.tag is None or leaf.tag != tag_of(number, salt=salt):
        raise ProofError("the leaf does not bear the tag of this number")


def _open(value: Json) -> OpenPart:
    if not isinstance(value, dict) or value.keys() != {"salt", "part"} or not isinstance(value["part"], dict):
        raise FormatError("an open part is a salt and an object")
    return open_part(value["part"], salt=_bytes(value["salt"], size=SALT_BYTES))


def _bytes(value: Json, *, size: int) -> bytes:
    if not isinstance(value, str):
        raise FormatError("a hash or salt is base64")
    return decode64(value, size=size)


def _check_salt(salt: bytes) -> None:
    if len(salt) != SALT_BYTES:
        raise FormatError("a salt has 32 bytes")
