"""Since when a change is in force at each agency: its first countersignature over a log that holds the change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.errors import NotFoundError
from blacklist.models import Agency, AgencyAck, LogEntry, Order, OrderBinding, Subject, Subscriber, ViewKey
from blacklist.queries.restricting import bits_of, union
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.subjects import BoundRole
from blacklist.vocabulary import SubjectKind

_SUBSCRIBED = ("live", "down")


class EvidenceNotFoundError(NotFoundError):
    """There is no countersignature of this agency over this change."""

    code = "evidence-not-found"
    title = "没有该单位的会签"
    title_english = "No such countersignature"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """An agency that keeps a copy, with the purposes it sees as bits."""

    agency_id: int
    name: str
    title: str
    mask: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """One change at one agency; `since` is None while the agency has not countersigned it."""

    agency: Subscribed
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """The newest change of an order in the log, and where it has arrived."""

    order_id: int
    idx: int
    kind: str
    at: datetime
    arrivals: tuple[Arrival, ...]

    @property
    def missing(self) -> tuple[Subscribed, ...]:
        """The agencies at which it is not in force yet."""
        return tuple(one.agency for one in self.arrivals if one.since is None)


def newest_change(session: Session, order: Order) -> Change | None:
    """Return an order's newest change in the log, or None where it never entered it."""
    entry = session.scalars(
        select(LogEntry).where(LogEntry.order_id == order.id).order_by(LogEntry.idx.desc()).limit(1)
    ).first()
    return None if entry is None else _changes(session, [(entry, order)])[0]


def latest_changes(session: Session, *, court_ids: Collection[int], kinds: Sequence[str], most: int) -> list[Change]:
    """Return the newest changes of some kinds at these courts, newest first."""
    rows = session.execute(
        select(LogEntry, Order)
        .join(Order, Order.id == LogEntry.order_id)
        .where(Order.court_id.in_(court_ids), LogEntry.kind.in_(kinds))
        .order_by(LogEntry.idx.desc())
        .limit(most)
    ).all()
    return _changes(session, [(entry, order) for entry, order in rows])


def acknowledgement(session: Session, order: Order, agency_name: str) -> AgencyAck:
    """Return the first countersignature of an agency over the newest change of an order: the evidence.

    Raises:
        EvidenceNotFoundError: it has not countersigned the change.
    """
    change = newest_change(session, order)
    found = None
    if change is not None:
        found = session.scalars(
            select(AgencyAck)
            .join(Agency, Agency.id == AgencyAck.agency_id)
            .where(Agency.name == agency_name, AgencyAck.size > change.idx)
            .order_by(AgencyAck.size)
            .limit(1)
        ).first()
    if found is None:
        raise EvidenceNotFoundError("该单位尚未会签这一变化。", "The agency has not countersigned this change.")
    return found


def list_subscribed(session: Session) -> list[Subscribed]:
    """Return the agencies that keep a copy."""
    rows = session.execute(
        select(Agency.id, Agency.name, Agency.title, ViewKey.mask)
        .join(Subscriber, Subscriber.agency_id == Agency.id)
        .join(ViewKey, ViewKey.agency_id == Agency.id)
        .where(Subscriber.state.in_(_SUBSCRIBED), ViewKey.state == "live")
        .order_by(Agency.id)
    )
    return [Subscribed(*row) for row in rows]


def _changes(session: Session, found: Sequence[tuple[LogEntry, Order]]) -> list[Change]:
    subscribed = list_subscribed(session)
    bits = _bits(session, [order for _, order in found])
    return [
        Change(
            order_id=order.id,
            idx=entry.idx,
            kind=entry.kind,
            at=entry.at,
            arrivals=tuple(
                Arrival(agency, _since(session, agency.agency_id, entry.idx))
                for agency in subscribed
                if agency.mask & bits[order.id]
            ),
        )
        for entry, order in found
    ]


def _since(session: Session, agency_id: int, idx: int) -> datetime | None:
    """Return when the agency first countersigned a log that holds the entry: one seek in the index."""
    query = select(AgencyAck.at).where(AgencyAck.agency_id == agency_id, AgencyAck.size > idx)
    return session.scalars(query.order_by(AgencyAck.size).limit(1)).first()


def _bits(session: Session, orders: Sequence[Order]) -> dict[int, int]:
    """Return the purposes each order blocks for whomever it binds or bound: who sees it at all."""
    kinds = {order.id: order for order in orders}
    rows = session.execute(
        select(OrderBinding.order_id, Subject.kind, OrderBinding.role)
        .join(Subject, Subject.id == OrderBinding.subject_id)
        .where(OrderBinding.order_id.in_(kinds))
    ).all()
    return {
        order_id: union(
            bits_of(OrderKind(order.kind), SubjectKind(subject_kind), BoundRole(role), order.decided_on)
            for of, subject_kind, role in rows
            if of == order_id and order.decided_on is not None
        )
        for order_id, order in kinds.items()
    }
