"""What the court's desk lists: orders by what has to be done with them, scoped to the actor's courts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.identity.documents import Document, DocumentType
from blacklist.identity.sealing import Vault
from blacklist.models import (
    Case,
    Court,
    Order,
    OrderBinding,
    Proposal,
    Subject,
    SubjectDocument,
)
from blacklist.queries.orders import OrderNotFoundError
from blacklist.rules.lifecycle import ENDING_ACTS, OrderKind, OrderState


class DeskState(StrEnum):
    """States as the desk names them: the life cycle's, a draft handed in apart, and open proposals to end an order."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CHECKED = "checked"
    ISSUED = "issued"
    EFFECTIVE = "effective"
    SUSPENDED = "suspended"
    REMOVAL = "removal"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """What a list shows. `subject_ids` finds orders that bind or concern these subjects."""

    court_ids: frozenset[int]
    state: DeskState | None = None
    kind: OrderKind | None = None
    case_number: str | None = None
    subject_ids: frozenset[int] | None = None
    not_drafted_by: int | None = None


def courts_of_role(actor: Actor, role: Role) -> frozenset[int]:
    """Return the courts at which the actor holds `role`."""
    return frozenset(court_id for court_id, held in actor.roles if held is role)


def list_desk_orders(session: Session, wanted: OrderFilter, *, most: int, skip: int = 0) -> list[Order]:
    """Return matching orders, newest first."""
    query = _filtered(select(Order), wanted).order_by(Order.id.desc()).limit(most).offset(skip)
    return list(session.scalars(query))


def count_desk_orders(session: Session, wanted: OrderFilter) -> int:
    """Return how many orders match."""
    return session.scalar(_filtered(select(func.count()).select_from(Order), wanted)) or 0


def count_removals_to_decide(session: Session, *, court_ids: Collection[int], person_id: int | None) -> int:
    """Return how many open proposals at these courts wait for somebody else than their proposer: this person."""
    query = (
        select(func.count())
        .select_from(Proposal)
        .join(Order, Order.id == Proposal.order_id)
        .where(
            Proposal.state == "open",
            Proposal.act.in_(ENDING_ACTS),
            Order.court_id.in_(court_ids),
            Proposal.proposer_id != person_id,
        )
    )
    return session.scalar(query) or 0


def list_proposals(session: Session, order_id: int) -> list[Proposal]:
    """Return all proposals about an order, oldest first."""
    return list(session.scalars(select(Proposal).where(Proposal.order_id == order_id).order_by(Proposal.id)))


def find_companion_draft(session: Session, order: Order) -> Order | None:
    """Return the consumption order drafted together with a listing: same case, same debtor, not yet handed in."""
    if order.kind != OrderKind.LISTING.value:
        return None
    return session.scalars(
        select(Order).where(
            Order.case_id == order.case_id,
            Order.subject_id == order.subject_id,
            Order.kind == OrderKind.CONSUMPTION.value,
            or_(
                and_(Order.state == OrderState.DRAFT.value, Order.submitted_at.is_(None)),
                Order.state == OrderState.RETURNED.value,
            ),
        )
    ).first()


def list_standing_against(
    session: Session, subject_ids: Collection[int], *, but: int | None, on: date
) -> list[tuple[Order, Court]]:
    """Return effective orders of all courts that bind one of these subjects on a day."""
    rows = session.execute(
        select(Order, Court)
        .join(Court, Court.id == Order.court_id)
        .join(OrderBinding, OrderBinding.order_id == Order.id)
        .where(
            OrderBinding.subject_id.in_(subject_ids),
            Order.state == OrderState.EFFECTIVE.value,
            or_(Order.ends_on.is_(None), Order.ends_on >= on),
            or_(OrderBinding.until_on.is_(None), OrderBinding.until_on >= on),
        )
        .order_by(Order.id)
        .distinct()
    ).all()
    return [(order, court) for order, court in rows if order.id != but]


def main_document(session: Session, subject_id: int, *, vault: Vault) -> Document:
    """Return a subject's main document opened: the first one registered."""
    row = session.scalars(
        select(SubjectDocument).where(SubjectDocument.subject_id == subject_id).order_by(SubjectDocument.id)
    ).first()
    if row is None or row.document_index is None:
        raise OrderNotFoundError("该主体没有可用的证件号码。", "The subject has no usable document.")
    number = vault.open(row.number, table="documents", row=row.id, column="number")
    return Document(DocumentType(row.type), number, row.country)


def get_subject(session: Session, subject_id: int) -> Subject:
    """Return a subject."""
    return session.get_one(Subject, subject_id)


def _filtered(query: Select[Any], wanted: OrderFilter) -> Select[Any]:
    """Add the conditions of a list; the court's always among them."""
    query = query.where(Order.court_id.in_(wanted.court_ids))
    if wanted.state is not None:
        query = query.where(_in_state(wanted.state))
    if wanted.kind is not None:
        query = query.where(Order.kind == wanted.kind.value)
    if wanted.case_number is not None:
        query = query.join(Case, Case.id == Order.case_id).where(Case.number == wanted.case_number)
    if wanted.not_drafted_by is not None:
        query = query.where(Order.drafted_by != wanted.not_drafted_by)
    if wanted.subject_ids is not None:
        bound = exists().where(OrderBinding.order_id == Order.id, OrderBinding.subject_id.in_(wanted.subject_ids))
        query = query.where(or_(Order.subject_id.in_(wanted.subject_ids), bound))
    return query


def _in_state(state: DeskState) -> ColumnElement[bool]:
    if state is DeskState.DRAFT:
        return and_(Order.state == OrderState.DRAFT.value, Order.submitted_at.is_(None))
    if state is DeskState.SUBMITTED:
        return and_(Order.state == OrderState.DRAFT.value, Order.submitted_at.is_not(None))
    if state is DeskState.REMOVAL:
        return exists().where(Proposal.order_id == Order.id, Proposal.state == "open", Proposal.act.in_(ENDING_ACTS))
    return Order.state == state.value
