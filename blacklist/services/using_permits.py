"""A check that relied on permits uses each of them once: the last use goes to exactly one of several askers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import case, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blacklist.actors import Actor, ActorKind
from blacklist.errors import ConflictError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id
from blacklist.models import Check, Order, Permit, PermitUse
from blacklist.models.base import Instant
from blacklist.rules.permits import PermitAct, PermitState, permit_state_after
from blacklist.services.permitting import record_act

_AGENCY = Actor(kind=ActorKind.AGENCY)


class PermitUsedUpError(ConflictError):
    """Since the check its permit was used up by another one, revoked, or its days passed."""

    code = "permit-used-up"
    title = "许可已用完或者已失效"
    title_english = "The permit is used up or over"


def use_permits(session: Session, check: Check, permit_nos: Sequence[str], *, used_at: datetime, at: datetime) -> bool:
    """Use every permit a check relied on, once; tell whether this call did (a repeat for the same check does nothing).

    `permit_nos` are those the answer relied on, the one it showed first; `used_at` is when, by the agency's word.

    Raises:
        PermitUsedUpError: one of them has no use left or is over; then none is used.
    """
    with session.begin_nested():
        if not _first_report(session, check, permit_nos[0], used_at=used_at):
            return False
        for permit_no in sorted(permit_nos):  # one order for all, so that two reports never wait for each other
            _use(session, permit_no, check=check, used_at=used_at, at=at)
    return True


def _first_report(session: Session, check: Check, shown_no: str, *, used_at: datetime) -> bool:
    """Take the check's one use, which the database holds unique; False where it was taken."""
    permit_id = session.scalars(select(Permit.id).where(Permit.permit_no == shown_no)).one()
    use = PermitUse(id=new_id(), permit_id=permit_id, check_row_id=check.id, agency_id=check.agency_id, used_at=used_at)
    try:
        with session.begin_nested():
            session.add(use)
    except IntegrityError:
        return False
    return True


def _use(session: Session, permit_no: str, *, check: Check, used_at: datetime, at: datetime) -> None:
    if not _take_one(session, permit_no, on=at.date(), at=at):
        raise PermitUsedUpError(
            "查询之后，该许可已被用完、撤销或者已到期，请重新查询。",
            "The permit was used up, revoked or ended since the check; ask again.",
        )
    permit = session.scalars(
        select(Permit).where(Permit.permit_no == permit_no).execution_options(populate_existing=True)
    ).one()
    record_act(
        session,
        AuditEvent.PERMIT_USED,
        permit,
        session.get_one(Order, permit.order_id),
        actor=_AGENCY,
        at=at,
        facts={
            "agency_id": check.agency_id,
            "check_row_id": check.id,
            "used_at": used_at.isoformat(timespec="seconds"),
            "uses_left": permit.uses_left,
        },
    )


def _take_one(session: Session, permit_no: str, *, on: date, at: datetime) -> bool:
    """Lower the count where there is something left: one statement, so two askers cannot both have the last use."""
    granted = PermitState.GRANTED
    last = Permit.uses_left == 1
    taken = session.execute(
        update(Permit)
        .where(
            Permit.permit_no == permit_no,
            Permit.state == granted.value,
            Permit.uses_left > 0,
            Permit.valid_to >= on,
        )
        .values(
            uses_left=Permit.uses_left - 1,
            state=case(
                (last, permit_state_after(granted, PermitAct.USE_LAST).value),
                else_=permit_state_after(granted, PermitAct.USE).value,
            ),
            ended_at=case((last, literal(at, Instant())), else_=Permit.ended_at),
        )
        .returning(Permit.id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None
