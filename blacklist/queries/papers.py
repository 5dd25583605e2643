"""Papers: one by one for those of the court, in lists, and by code for everybody."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import NotFoundError
from blacklist.identity.access_codes import printed_access_code
from blacklist.identity.sealing import Vault
from blacklist.models import (
    AuditEntry,
    Court,
    Order,
    OrderBinding,
    Paper,
    Permit,
    Proposal,
    Subject,
    SubjectDocument,
)
from blacklist.rules.lifecycle import OrderState
from blacklist.rules.papers import (
    ORDER_DECISIONS,
    Effect,
    PaperKind,
    PaperState,
    effect_of_paper,
    effect_of_permit,
    is_decision_of,
    printed_number,
)
from blacklist.rules.permits import PermitState
from blacklist.vocabulary import SubjectKind


class PaperNotFoundError(NotFoundError):
    """There is no such paper, or not for this actor."""

    code = "paper-not-found"
    title = "未找到该文书"
    title_english = "No such paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What anybody who holds a paper may know of it: nothing about the person."""

    kind: PaperKind
    number: str
    court: str
    decided_on: date
    made_at: datetime
    pdf_hash: str
    effect: Effect


def get_paper(session: Session, public_id: str, *, actor: Actor, lock: bool = False) -> Paper:
    """Return a paper that one of the actor's courts made, or that tells of an order of theirs.

    Raises:
        PaperNotFoundError: absent, or another court's: the two are not told apart.
    """
    own = actor.court_ids()
    of_own_order = select(Order.id).where(Order.court_id.in_(own))
    query = select(Paper).where(
        Paper.public_id == public_id, or_(Paper.court_id.in_(own), Paper.order_id.in_(of_own_order))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    paper = session.scalars(query).one_or_none()
    if paper is None:
        raise PaperNotFoundError("没有这份文书，或不属于您所在的法院。", "There is no such paper.")
    return paper


def list_papers(session: Session, *, court_ids: Collection[int], most: int, skip: int = 0) -> list[Paper]:
    """Return the papers these courts made, the newest first."""
    query = select(Paper).where(Paper.court_id.in_(court_ids)).order_by(Paper.id.desc()).limit(most).offset(skip)
    return list(session.scalars(query))


def list_papers_of(session: Session, order_id: int) -> list[Paper]:
    """Return all papers about an order, void ones too, oldest first."""
    return list(session.scalars(select(Paper).where(Paper.order_id == order_id).order_by(Paper.id)))


def find_valid(session: Session, order_id: int, kind: PaperKind, about_id: int | None) -> Paper | None:
    """Return the paper of this kind about the same matter that is not void, or None."""
    return session.scalars(_about(order_id, kind, about_id, PaperState.VALID)).first()


def find_void(session: Session, order_id: int, kind: PaperKind, about_id: int | None) -> Paper | None:
    """Return a void paper of this kind about the same matter, or None."""
    return session.scalars(_about(order_id, kind, about_id, PaperState.VOID)).first()


def _about(order_id: int, kind: PaperKind, about_id: int | None, state: PaperState) -> Select[Paper]:
    about = Paper.about_id.is_(None) if about_id is None else Paper.about_id == about_id
    return select(Paper).where(Paper.order_id == order_id, Paper.kind == kind.value, about, Paper.state == state.value)


def list_numbers(session: Session, case_id: int) -> list[str]:
    """Return every number of a paper in a case, as it is kept; void papers keep theirs, marked."""
    of_case = select(Order.id).where(Order.case_id == case_id)
    return list(session.scalars(select(Paper.number).where(Paper.order_id.in_(of_case))))


def list_approved(session: Session, order_id: int) -> list[Proposal]:
    """Return the approved proposals about an order, oldest first."""
    query = select(Proposal).where(Proposal.order_id == order_id, Proposal.state == "approved")
    return list(session.scalars(query.order_by(Proposal.id)))


def list_restrained(session: Session, order: Order) -> list[int]:
    """Return the natural persons an order bound when it was made, the debtor first where it is one of them."""
    rows = session.scalars(
        select(OrderBinding.subject_id)
        .join(Subject, Subject.id == OrderBinding.subject_id)
        .where(OrderBinding.order_id == order.id, Subject.kind == SubjectKind.NATURAL.value)
        .order_by(OrderBinding.subject_id != order.subject_id, OrderBinding.id)
    )
    return list(dict.fromkeys(rows))


def list_documents(session: Session, subject_id: int) -> list[SubjectDocument]:
    """Return a subject's documents, oldest first."""
    query = select(SubjectDocument).where(SubjectDocument.subject_id == subject_id).order_by(SubjectDocument.id)
    return list(session.scalars(query))


def last_entry(session: Session, order_id: int, event: str, *, until: datetime) -> AuditEntry | None:
    """Return the last entry of an event about an order up to an instant, or None."""
    query = select(AuditEntry).where(
        AuditEntry.object_id == order_id, AuditEntry.event == event, AuditEntry.at <= until
    )
    return session.scalars(query.order_by(AuditEntry.number.desc())).first()


def effect_of(session: Session, paper: Paper, *, on: date) -> Effect:
    """Return what a paper is worth on a day."""
    if paper.state == PaperState.VOID.value:
        return Effect.VOID
    kind, order = PaperKind(paper.kind), session.get_one(Order, paper.order_id)
    state = OrderState(order.state)
    if kind is PaperKind.PERMIT:
        permit = session.get_one(Permit, paper.about_id)
        return effect_of_permit(
            PermitState(permit.state), valid_from=permit.valid_from, valid_to=permit.valid_to, order=state, on=on
        )
    # A decision that was taken back has lost its day; issued again it has another number.
    taken_back = order.decided_on is None or not is_decision_of(printed_number(paper.number), order.order_no)
    return effect_of_paper(kind, state, ends_on=order.ends_on, on=on, superseded=kind in ORDER_DECISIONS and taken_back)


def verify(session: Session, code: str, *, on: date, vault: Vault) -> Verified | None:
    """Return what a code stands for, or None; case, hyphens and look-alike letters do not matter."""
    printed = printed_access_code(code)
    paper = session.scalars(select(Paper).where(Paper.code == printed)).one_or_none() if printed else None
    if paper is None:
        return None
    facts = json.loads(vault.open(paper.facts, table="papers", row=paper.id, column="facts"))
    return Verified(
        kind=PaperKind(paper.kind),
        number=printed_number(paper.number),
        court=session.get_one(Court, paper.court_id).name,
        decided_on=date.fromisoformat(facts["head"]["decided_on"]),
        made_at=paper.made_at,
        pdf_hash=paper.pdf_hash,
        effect=effect_of(session, paper, on=on),
    )
