"""What holds for everyone who asks without a key: how often, and that a document number stands in no address."""

from __future__ import annotations

import logging
import re
import unicodedata

from flask import request

from app import clock
from app.database import database
from app.networks import network_of
from app.quotas import Submission
from blacklist.errors import UnavailableError

log = logging.getLogger(__name__)

RATE_A_SECOND = 0.5  # 30 a minute
BURST = 10.0
BROAD_COST = 5.0
_SEPARATORS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d{8}")


def draw_visit(*, cost: float = 1.0) -> Submission:
    """Draw from the bucket of the visitor's network; the submission tells what is left, or why it was refused.

    Where the limits cannot be kept, public pages serve on (`security.md` H8, F23, F32).
    """
    visit = Submission(
        bucket=f"public:{network_of(request.remote_addr)}",
        cost=cost,
        rate=RATE_A_SECOND,
        burst=BURST,
        at=clock.now(),
    )
    try:
        visit.refusal = database().recorder.submit(visit)
    except UnavailableError as error:
        log.warning("public limit not counted", extra={"code": error.code})
        visit.level = BURST
    return visit


def bears_number(text: str) -> bool:
    """Tell whether a text has eight or more digits in a row, however they are written or set apart."""
    return _NUMBER.search(_SEPARATORS.sub("", unicodedata.normalize("NFKC", text))) is not None
