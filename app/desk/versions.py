"""What an order said before, and why it rests: for the order's page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from app.desk.acting import Desk
from app.desk.proposals import shown_fact
from app.desk.views import Facts
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.queries.staff import name_persons
from blacklist.rules.corrections import FACT_TITLES, CorrectableFact
from blacklist.rules.lifecycle import OrderState
from blacklist.rules.suspensions import SUSPENSION_TITLES, SuspensionReason

_CAUSES = {"correction": "更正前", "performance": "履行登记前"}
_OTHER_TITLES = {"ends_on": "期满日"}
_FACTS = frozenset(CorrectableFact)


@dataclass(frozen=True, slots=True)
class VersionView:
    """What some facts said until they were replaced."""

    number: int
    at: datetime
    person: str
    cause: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class SuspensionView:
    """Why an order rests, and its last day of rest."""

    reason: str
    until: date | None


def version_views(desk: Desk, order: Order) -> list[VersionView]:
    """Return the earlier versions of an order, oldest first."""
    rows = order_queries.list_versions(desk.session, order.id)
    names = name_persons(desk.session, [one.replaced_by for one in rows])
    views = []
    for one in rows:
        content = json.loads(desk.vault.open(one.content, table="order_versions", row=one.id, column="content"))
        views.append(
            VersionView(
                number=one.number,
                at=one.replaced_at,
                person=names.get(one.replaced_by, ""),
                cause=_CAUSES.get(one.cause, one.cause),
                facts=[(_title(name), shown_fact(name, value)) for name, value in content.items()],
            )
        )
    return views


def suspension_of(order: Order) -> SuspensionView | None:
    """Return why the order rests, or None where it does not."""
    if order.state != OrderState.SUSPENDED.value or order.suspended_reason is None:
        return None
    return SuspensionView(SUSPENSION_TITLES[SuspensionReason(order.suspended_reason)], order.suspended_until)


def _title(name: str) -> str:
    return FACT_TITLES[CorrectableFact(name)] if name in _FACTS else _OTHER_TITLES.get(name, name)
