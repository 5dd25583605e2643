"""What a witness signs, and the bytes of its signature: C2SP tlog-cosignature, type 0x04."""

from __future__ import annotations

from typing import Final

from blacklist.ledger.encodings import check_number
from blacklist.ledger.faults import FormatError

_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64


def cosigned_message(text: str, time: int) -> bytes:
    """Return the bytes a witness signs at `time` (Unix seconds) for the text of a checkpoint."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def timestamped(signature: bytes, time: int) -> bytes:
    """Return `timestamped_signature`: the time as big-endian u64, then the Ed25519 signature.

    Raises:
        FormatError: the time does not lie between 0 and 2^63 − 1, or the signature has not 64 bytes.
    """
    check_number(time)
    if len(signature) != _SIGNATURE_BYTES:
        raise FormatError("an Ed25519 signature has 64 bytes")
    return time.to_bytes(_TIME_BYTES, "big") + signature


def split_timestamped(content: bytes) -> tuple[int, bytes]:
    """Return the time and the Ed25519 signature of a cosignature.

    Raises:
        FormatError: not 72 bytes, or a time above 2^63 − 1.
    """
    if len(content) != _TIME_BYTES + _SIGNATURE_BYTES:
        raise FormatError("a cosignature has 72 bytes")
    time = int.from_bytes(content[:_TIME_BYTES], "big")
    check_number(time)
    return time, content[_TIME_BYTES:]
