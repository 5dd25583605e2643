"""What the orders and permits in force add up to for each document: the truth the log's effects are copied from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.models import Order, OrderBinding, Permit, Restriction, Subject, SubjectDocument
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.measures import measures_for
from blacklist.rules.permits import PermitState
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import is_over
from blacklist.vocabulary import SubjectKind


@dataclass(frozen=True, slots=True)
class Standing:
    """What a document is blocked for, and which of these purposes must be asked online: bits of `rules.purposes`."""

    flags: int = 0
    confirm: int = 0


@dataclass(frozen=True, slots=True)
class BoundDocument:
    """One findable document of somebody an order binds or bound, in one role."""

    order_id: int
    binding: OrderBinding
    document: SubjectDocument


def bound_documents(session: Session, order_ids: Collection[int]) -> dict[int, list[BoundDocument]]:
    """Return the findable documents of everybody these orders bind or bound, by order."""
    found: dict[int, list[BoundDocument]] = {order_id: [] for order_id in order_ids}
    rows = session.execute(
        select(OrderBinding, SubjectDocument)
        .join(SubjectDocument, SubjectDocument.subject_id == OrderBinding.subject_id)
        .where(OrderBinding.order_id.in_(order_ids), SubjectDocument.document_index.is_not(None))
        .order_by(OrderBinding.id, SubjectDocument.id)
    )
    for binding, document in rows:
        found[binding.order_id].append(BoundDocument(binding.order_id, binding, document))
    return found


def orders_to_amend(session: Session, subject_ids: Collection[int], *, on: date) -> list[Order]:
    """Return the orders in force that bind one of these subjects by a document whose restriction is not as it stands."""
    documents = session.execute(
        select(SubjectDocument.id, SubjectDocument.subject_id, Restriction.flags, Restriction.confirm)
        .outerjoin(Restriction, Restriction.document_id == SubjectDocument.id)
        .where(SubjectDocument.subject_id.in_(subject_ids), SubjectDocument.document_index.is_not(None))
    ).all()
    standing = standing_of(session, {row[0] for row in documents}, on=on)
    behind = {
        subject_id
        for document_id, subject_id, flags, confirm in documents
        if (standing[document_id].flags, standing[document_id].confirm) != (flags or 0, confirm or 0)
    }
    if not behind:
        return []
    return list(
        session.scalars(
            select(Order)
            .join(OrderBinding, OrderBinding.order_id == Order.id)
            .where(OrderBinding.subject_id.in_(behind), Order.state == OrderState.EFFECTIVE.value)
            .order_by(Order.id)
            .distinct()
        )
    )


def standing_of(session: Session, document_ids: Collection[int], *, on: date) -> dict[int, Standing]:
    """Return what stands against each of these documents on a day, from orders, bindings and permits alone."""
    owners: dict[int, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(SubjectDocument.id, SubjectDocument.subject_id).where(SubjectDocument.id.in_(document_ids))
        )
    }
    by_subject = _by_subject(session, set(owners.values()), on=on)
    return {document_id: by_subject.get(subject_id, Standing()) for document_id, subject_id in owners.items()}


def _by_subject(session: Session, subject_ids: Collection[int], *, on: date) -> dict[int, Standing]:
    flags: dict[int, int] = dict.fromkeys(subject_ids, 0)
    rows = session.execute(
        select(
            OrderBinding.subject_id,
            Subject.kind,
            OrderBinding.role,
            OrderBinding.from_on,
            OrderBinding.until_on,
            Order.kind,
        )
        .join(Order, Order.id == OrderBinding.order_id)
        .join(Subject, Subject.id == OrderBinding.subject_id)
        .where(OrderBinding.subject_id.in_(subject_ids), Order.state == OrderState.EFFECTIVE.value)
    )
    for subject_id, subject_kind, role, from_on, until_on, kind in rows:
        if from_on <= on and not is_over(until_on, on):
            flags[subject_id] |= bits_of(OrderKind(kind), SubjectKind(subject_kind), BoundRole(role), on)
    confirm = _permitted(session, subject_ids, on=on)
    return {one: Standing(flags[one], flags[one] & confirm.get(one, 0)) for one in subject_ids}


def _permitted(session: Session, subject_ids: Collection[int], *, on: date) -> dict[int, int]:
    found: dict[int, int] = {}
    rows = session.execute(
        select(Permit.subject_id, Permit.purpose).where(
            Permit.subject_id.in_(subject_ids),
            Permit.state == PermitState.GRANTED.value,
            Permit.valid_from <= on,
            Permit.valid_to >= on,
        )
    )
    for subject_id, purpose in rows:
        found[subject_id] = found.get(subject_id, 0) | 1 << PURPOSES[purpose].bit
    return found


@lru_cache(maxsize=256)
def bits_of(kind: OrderKind, subject_kind: SubjectKind, role: BoundRole, on: date) -> int:
    """Return the purposes an order of this kind blocks for such a person in such a role, as bits."""
    return union(
        1 << purpose.bit
        for purpose in PURPOSES.values()
        if measures_for(kind, purpose.code, subject_kind=subject_kind, role=role, on=on)
    )


def union(bits: Iterable[int]) -> int:
    """Return all bits that are set anywhere."""
    found = 0
    for one in bits:
        found |= one
    return found
