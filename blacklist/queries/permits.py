"""Permits: one by one for acting on, in lists for the desk, and by subject for the bar after abuse."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TypeVar

from sqlalchemy import Integer, Select, cast, exists, func, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import NotFoundError
from blacklist.ledger.leaves import LeafKind
from blacklist.models import Agency, AuditEntry, LogEntry, Order, OrderBinding, Permit, Proposal
from blacklist.queries.orders import lock_order
from blacklist.rules.permits import PermitState, Revocation, bars_further
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import is_over

REVOKE = "revoke_permit"
_BARRING = [reason.value for reason in Revocation if bars_further(reason)]
_DIGITS_FROM = len("P-2026-") + 1
RowT = TypeVar("RowT")


class PermitNotFoundError(NotFoundError):
    """There is no such permit, or not for this actor."""

    code = "permit-not-found"
    title = "未找到该许可"
    title_english = "No such permit"


def get_permit(session: Session, public_id: str, *, actor: Actor) -> Permit:
    """Return a permit under an order of one of the actor's courts.

    Raises:
        PermitNotFoundError: absent, or another court's: the two are not told apart.
    """
    permit = session.scalars(_of_courts(actor.court_ids()).where(Permit.public_id == public_id)).one_or_none()
    if permit is None:
        raise PermitNotFoundError("没有这份许可，或不属于您所在的法院。", "There is no such permit.")
    return permit


def lock_permit(session: Session, public_id: str, *, actor: Actor) -> tuple[Permit, Order]:
    """Return a permit and its order, both locked (the order first) and read again.

    Raises:
        PermitNotFoundError: as `get_permit`.
    """
    permit = get_permit(session, public_id, actor=actor)
    order = lock_order(session, permit.order_id)
    return session.scalars(_locking(select(Permit).where(Permit.id == permit.id))).one(), order


def lock_granted(session: Session, permit_id: int) -> Permit | None:
    """Return a permit by its inner id, locked, if it is still granted; for the machine's own acts."""
    query = select(Permit).where(Permit.id == permit_id, Permit.state == PermitState.GRANTED.value)
    return session.scalars(_locking(query)).one_or_none()


def _locking(query: Select[RowT]) -> Select[RowT]:
    return query.with_for_update().execution_options(populate_existing=True)


def _of_courts(court_ids: Collection[int]) -> Select[Permit]:
    return select(Permit).where(Permit.order_id.in_(select(Order.id).where(Order.court_id.in_(court_ids))))


def list_permits(
    session: Session, *, actor: Actor, states: Collection[PermitState], soonest: bool, most: int
) -> list[Permit]:
    """Return permits of the actor's courts in these states: by their first day, or the newest first."""
    query = _of_courts(actor.court_ids()).where(Permit.state.in_([state.value for state in states]))
    order = (Permit.valid_from, Permit.id) if soonest else (Permit.id.desc(),)
    return list(session.scalars(query.order_by(*order).limit(most)))


def order_of(session: Session, permit: Permit) -> Order:
    """Return the order a permit opens."""
    return session.get_one(Order, permit.order_id)


def list_permits_of(session: Session, order_id: int) -> list[Permit]:
    """Return the permits under an order, newest first."""
    return list(session.scalars(select(Permit).where(Permit.order_id == order_id).order_by(Permit.id.desc())))


def find_overlapping(
    session: Session, *, order_id: int, subject_id: int, purpose: str, valid_from: date, valid_to: date
) -> Permit | None:
    """Return an application or permit of this person, order and purpose that shares a day with these, or None."""
    open_states = [PermitState.APPLIED.value, PermitState.GRANTED.value]
    return session.scalars(
        select(Permit).where(
            Permit.order_id == order_id,
            Permit.subject_id == subject_id,
            Permit.purpose == purpose,
            Permit.state.in_(open_states),
            Permit.valid_from <= valid_to,
            Permit.valid_to >= valid_from,
        )
    ).first()


def is_barred(session: Session, *, subject_id: int, court_id: int) -> bool:
    """Tell whether a permit of this person at this court was revoked for abuse, under whatever order."""
    revoked = (
        select(Permit.id)
        .join(Order, Order.id == Permit.order_id)
        .where(
            Permit.subject_id == subject_id,
            Order.court_id == court_id,
            Permit.state == PermitState.REVOKED.value,
            Permit.revoked_reason.in_(_BARRING),
        )
    )
    return session.scalars(revoked.limit(1)).first() is not None


def list_roles(session: Session, *, order_id: int, subject_id: int, on: date) -> tuple[BoundRole, ...]:
    """Return the roles in which an order binds somebody on a day."""
    rows = session.scalars(
        select(OrderBinding).where(OrderBinding.order_id == order_id, OrderBinding.subject_id == subject_id)
    )
    return tuple(BoundRole(one.role) for one in rows if one.from_on <= on and not is_over(one.until_on, on))


def list_due_to_expire(session: Session, *, on: date, most: int) -> list[int]:
    """Return ids of granted permits whose last day is before `on`, the earliest end first."""
    query = select(Permit.id).where(Permit.state == PermitState.GRANTED.value, Permit.valid_to < on)
    return list(session.scalars(query.order_by(Permit.valid_to, Permit.id).limit(most)))


def list_due_to_start(session: Session, *, on: date, most: int) -> list[Permit]:
    """Return granted permits whose days have come and of which the log does not tell yet, locked."""
    told = exists().where(LogEntry.permit_id == Permit.id, LogEntry.kind == LeafKind.PERMIT.value)
    query = (
        select(Permit)
        .where(Permit.state == PermitState.GRANTED.value, Permit.valid_from <= on, Permit.valid_to >= on, ~told)
        .order_by(Permit.id)
        .limit(most)
    )
    return list(session.scalars(_locking(query)))


def begun(session: Session, permits: Collection[Permit]) -> list[Permit]:
    """Return those of these permits that the log tells of."""
    told = set(
        session.scalars(
            select(LogEntry.permit_id).where(
                LogEntry.permit_id.in_([one.id for one in permits]), LogEntry.kind == LeafKind.PERMIT.value
            )
        )
    )
    return [one for one in permits if one.id in told]


def list_used_up(session: Session, permit_nos: Collection[str]) -> list[Permit]:
    """Return those of these permits that have no use left."""
    query = select(Permit).where(Permit.permit_no.in_(permit_nos), Permit.state == PermitState.USED.value)
    return list(session.scalars(query.order_by(Permit.id).execution_options(populate_existing=True)))


def last_number(session: Session, year: int) -> int:
    """Return the last permit number given in a year, 0 where none was."""
    digits = cast(func.substr(Permit.permit_no, _DIGITS_FROM), Integer)
    return session.scalar(select(func.max(digits)).where(Permit.permit_no.like(f"P-{year}-%"))) or 0


def find_revocation(session: Session, order_id: int, *, lock: bool = False) -> Proposal | None:
    """Return the open proposal to revoke a permit under an order, or None; its details name the permit."""
    query = select(Proposal).where(Proposal.order_id == order_id, Proposal.act == REVOKE, Proposal.state == "open")
    return session.scalars(_locking(query) if lock else query).first()


def list_history(session: Session, permit: Permit) -> list[AuditEntry]:
    """Return the audit entries about a permit, oldest first; they stand with its order's."""
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.object_id == permit.order_id).order_by(AuditEntry.number)
    )
    return [entry for entry in entries if entry.facts.get("permit") == permit.public_id]


def name_agencies(session: Session, agency_ids: Collection[int]) -> dict[int, str]:
    """Return the titles of agencies by id."""
    if not agency_ids:
        return {}
    rows = session.execute(select(Agency.id, Agency.title).where(Agency.id.in_(agency_ids)))
    return {row[0]: row[1] for row in rows}
