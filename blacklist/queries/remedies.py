"""Objections and reconsiderations: each court sees its own; a higher court sees an order only through its own case."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import NotFoundError
from blacklist.identity.sealing import Vault
from blacklist.models import Court, Objection, Order, Reconsideration, RemedyNote
from blacklist.rules.remedies import Claim, Remedy
from blacklist.rules.remedy_states import ObjectionState, ReconsiderationState
from blacklist.rules.removals import RemovalReason

RowT = TypeVar("RowT")
OPEN_OBJECTIONS = (ObjectionState.RECEIVED, ObjectionState.ACCEPTED)


class RemedyNotFoundError(NotFoundError):
    """There is no such objection or reconsideration, or not for this actor."""

    code = "remedy-not-found"
    title = "未找到该申请"
    title_english = "No such objection or reconsideration"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRemedy:
    """What is sealed in an objection or reconsideration, opened; `end` is the reason of a proposed removal."""

    claim: Claim
    applicant: str = field(repr=False)
    contact: str = field(repr=False)
    statement: str = field(repr=False)
    reasons: str = field(repr=False)
    remedy: Remedy | None
    end: RemovalReason | None


@dataclass(frozen=True, slots=True)
class Challenged:
    """What a reconsideration is asked against: an order, with the rejected objection unless it is an exit ban."""

    order: Order
    objection: Objection | None


def get_objection(session: Session, number: str, *, actor: Actor, lock: bool = False) -> Objection:
    """Return an objection at one of the actor's courts.

    Raises:
        RemedyNotFoundError: absent, or another court's: the two are not told apart.
    """
    query = select(Objection).where(Objection.public_id == number, Objection.court_id.in_(actor.court_ids()))
    found = session.scalars(_locking(query) if lock else query).one_or_none()
    if found is None:
        raise _not_found()
    return found


def get_reconsideration(session: Session, number: str, *, actor: Actor, lock: bool = False) -> Reconsideration:
    """Return a reconsideration that one of the actor's courts decides, or whose order one of them made.

    Raises:
        RemedyNotFoundError: absent, or another court's: the two are not told apart.
    """
    query = select(Reconsideration).where(
        Reconsideration.public_id == number,
        or_(Reconsideration.court_id.in_(actor.court_ids()), Reconsideration.order_id.in_(_own_orders(actor))),
    )
    found = session.scalars(_locking(query) if lock else query).one_or_none()
    if found is None:
        raise _not_found()
    return found


def order_of(session: Session, case: Objection | Reconsideration, *, lock: bool = False) -> Order:
    """Return the order an objection or reconsideration is about, also where it is another court's.

    Whoever was given `case` by the functions above may see it; there is no other way to a foreign order.
    """
    query = select(Order).where(Order.id == case.order_id)
    return session.scalars(_locking(query) if lock else query).one()


def find_challenged(session: Session, reference: str, *, actor: Actor) -> Challenged | None:
    """Return what a reconsideration is asked against, by the objection's number or an exit ban's own.

    Both the deciding court and the next higher one receive it; other courts find nothing.
    """
    scope = _own_or_below(actor)
    objection = session.scalars(
        select(Objection).where(Objection.public_id == reference, Objection.court_id.in_(scope))
    ).one_or_none()
    if objection is not None:
        return Challenged(session.get_one(Order, objection.order_id), objection)
    order = session.scalars(select(Order).where(Order.order_no == reference, Order.court_id.in_(scope))).one_or_none()
    return None if order is None else Challenged(order, None)


def find_tracked(session: Session, number: str) -> Objection | Reconsideration | None:
    """Return what bears this number; only the code handed out with it lets anybody see it."""
    objection = session.scalars(select(Objection).where(Objection.public_id == number)).one_or_none()
    if objection is not None:
        return objection
    return session.scalars(select(Reconsideration).where(Reconsideration.public_id == number)).one_or_none()


def list_objections(
    session: Session, *, court_ids: Collection[int], states: Collection[ObjectionState], most: int
) -> list[Objection]:
    """Return the objections of these courts in these states, the oldest receipt first."""
    query = (
        select(Objection)
        .where(Objection.court_id.in_(court_ids), Objection.state.in_([one.value for one in states]))
        .order_by(Objection.received_on, Objection.id)
        .limit(most)
    )
    return list(session.scalars(query))


def list_unserved_rejections(session: Session, *, court_ids: Collection[int], most: int) -> list[Objection]:
    """Return rejected objections whose decision was not served on the applicant yet, the oldest first."""
    query = (
        select(Objection)
        .where(
            Objection.court_id.in_(court_ids),
            Objection.state == ObjectionState.REJECTED.value,
            Objection.served_on.is_(None),
        )
        .order_by(Objection.decided_at, Objection.id)
        .limit(most)
    )
    return list(session.scalars(query))


def list_decided_objections(session: Session, *, court_ids: Collection[int], most: int) -> list[Objection]:
    """Return decided and withdrawn objections of these courts, the newest first."""
    ended = [state.value for state in ObjectionState if state not in OPEN_OBJECTIONS]
    query = (
        select(Objection)
        .where(Objection.court_id.in_(court_ids), Objection.state.in_(ended))
        .order_by(Objection.id.desc())
        .limit(most)
    )
    return list(session.scalars(query))


def list_reconsiderations(
    session: Session, *, court_ids: Collection[int], decided_here: bool, open_only: bool, most: int
) -> list[Reconsideration]:
    """Return reconsiderations these courts decide, or (`decided_here` False) those asked against their orders."""
    if decided_here:
        scope = Reconsideration.court_id.in_(court_ids)
    else:
        scope = Reconsideration.order_id.in_(select(Order.id).where(Order.court_id.in_(court_ids)))
    query = select(Reconsideration).where(scope)
    if open_only:
        query = query.where(Reconsideration.state == ReconsiderationState.RECEIVED.value)
    return list(session.scalars(query.order_by(Reconsideration.received_on, Reconsideration.id).limit(most)))


def list_objections_to(session: Session, order_id: int) -> list[Objection]:
    """Return all objections to an order, oldest first."""
    return list(session.scalars(select(Objection).where(Objection.order_id == order_id).order_by(Objection.id)))


def list_reconsiderations_of(session: Session, order_id: int) -> list[Reconsideration]:
    """Return all reconsiderations of an order, oldest first."""
    query = select(Reconsideration).where(Reconsideration.order_id == order_id).order_by(Reconsideration.id)
    return list(session.scalars(query))


def open_proceedings(session: Session, order_id: int) -> tuple[str, ...]:
    """Return which remedies run against an order: keys of `rules.tags.PROCEEDING_TAGS`."""
    found = []
    if any(one.state in OPEN_OBJECTIONS for one in list_objections_to(session, order_id)):
        found.append("objection")
    if any(one.state == ReconsiderationState.RECEIVED for one in list_reconsiderations_of(session, order_id)):
        found.append("reconsideration")
    return tuple(found)


def list_notes(session: Session, case: Objection | Reconsideration) -> list[RemedyNote]:
    """Return what was heard, handed in or asked for, oldest first."""
    column = RemedyNote.objection_id if isinstance(case, Objection) else RemedyNote.reconsideration_id
    return list(session.scalars(select(RemedyNote).where(column == case.id).order_by(RemedyNote.id)))


def higher_court_of(session: Session, court_id: int) -> Court | None:
    """Return the next higher court, or None where none is registered."""
    parent_id = session.get_one(Court, court_id).parent_id
    return None if parent_id is None else session.get_one(Court, parent_id)


def open_remedy(case: Objection | Reconsideration, *, vault: Vault) -> OpenedRemedy:
    """Return what is sealed in an objection or reconsideration."""
    table = case.__tablename__

    def opened(blob: bytes | None, column: str) -> str:
        return "" if blob is None else vault.open(blob, table=table, row=case.id, column=column)

    statement = opened(case.statement, "statement")
    if isinstance(case, Objection):
        claim, contact = case.claim, opened(case.contact, "contact")
    else:  # a reconsideration has no columns for them: they are sealed with its statement
        asked: dict[str, str] = json.loads(statement)
        claim, contact, statement = asked["claim"], asked["contact"], asked["text"]
    found: dict[str, Any] = json.loads(opened(case.reasons, "reasons") or "{}")
    return OpenedRemedy(
        claim=Claim(claim),
        applicant=opened(case.applicant, "applicant"),
        contact=contact,
        statement=statement,
        reasons=found.get("text", ""),
        remedy=Remedy(case.remedy) if case.remedy else None,
        end=RemovalReason(found["end"]) if found.get("end") else None,
    )


def open_note(note: RemedyNote, *, vault: Vault) -> str:
    """Return the text of a note."""
    return vault.open(note.text, table="remedy_notes", row=note.id, column="text")


def _own_orders(actor: Actor) -> Select[int]:
    return select(Order.id).where(Order.court_id.in_(actor.court_ids()))


def _own_or_below(actor: Actor) -> Select[int]:
    own = actor.court_ids()
    return select(Court.id).where(or_(Court.id.in_(own), Court.parent_id.in_(own)))


def _locking(query: Select[RowT]) -> Select[RowT]:
    return query.with_for_update().execution_options(populate_existing=True)


def _not_found() -> RemedyNotFoundError:
    return RemedyNotFoundError("没有这件申请，或不属于您所在的法院。", "There is no such case.")
