"""When an issued order begins to restrict."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from blacklist.rules.lifecycle import OrderKind

RECALL_WINDOW = timedelta(minutes=10)  # in which the signer of a batch may send an unserved order back
ANNOUNCEMENT_DAYS = 30  # calendar days after which service by announcement counts (CPL 95)


class ServiceProgress(StrEnum):
    """How far service on the debtor has come."""

    NONE = "none"
    ATTEMPTED = "attempted"
    PROVEN = "proven"


class ServiceRule(StrEnum):
    """What a court asks for before an order restricts; `attempted` is the default."""

    ATTEMPTED = "attempted"
    PROVEN = "proven"


def may_take_effect(
    kind: OrderKind,
    *,
    on: date,
    service: ServiceProgress,
    rule: ServiceRule = ServiceRule.ATTEMPTED,
    grace_until: date | None = None,
) -> bool:
    """Tell whether an issued order may restrict on `on`.

    In law a decision works from signing. Our stricter choice: a listing or a consumption order restricts nobody
    before its service was attempted and recorded (or proven, by the court's rule). An exit ban works at once:
    service first would defeat it. While a grace period runs (`grace_until` is its last day) nothing works.

    Basis: LIST 5; GOOD 14, GOOD 15; CPL 266.
    """
    if grace_until is not None and on <= grace_until:
        return False
    if kind is OrderKind.EXIT_BAN:
        return True
    if rule is ServiceRule.PROVEN:
        return service is ServiceProgress.PROVEN
    return service is not ServiceProgress.NONE
