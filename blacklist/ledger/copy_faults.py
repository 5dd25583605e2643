"""Why a copy is refused: one word for each fault, so that an alarm and a test can name it."""

from __future__ import annotations

from enum import StrEnum

from blacklist.ledger.faults import FormatError


class Flaw(StrEnum):
    """What is wrong with a copy file, a bucket, an item or a journal."""

    LENGTH = "length"
    MAGIC = "magic"
    HEADER_LENGTH = "header-length"
    FLAG_WIDTH = "flag-width"
    PRF = "prf"
    PADDING = "padding"
    AGENCY = "agency"
    EPOCH = "epoch"
    KEY_EPOCH = "key-epoch"
    MASK = "mask"
    SIGNATURE = "signature"
    BODY_HASH = "body-hash"
    DIRECTORY = "directory"
    ORDER = "order"
    BUCKET = "bucket"
    ZERO_FLAG = "zero-flag"
    OUTSIDE_MASK = "outside-mask"
    SIZE = "size"
    COUNT = "count"
    VIEW_ROOT = "view-root"
    LOG_ROOT = "log-root"
    GAP = "gap"


class CopyError(FormatError):
    """This is not a sound copy of this agency's view; whoever asked keeps what it has."""

    def __init__(self, flaw: Flaw, text: str) -> None:
        super().__init__(text)
        self.flaw = flaw
