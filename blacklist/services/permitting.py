"""The clerk records an application for a permit, the president grants or refuses it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, StaleVersionError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.sealing import Vault
from blacklist.ledger.leaves import LeafKind
from blacklist.models import AuditHead, Order, Permit, Subject
from blacklist.queries import orders as order_queries
from blacklist.queries import permits as permit_queries
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.permit_requests import PermitRequest, require_may_permit
from blacklist.rules.permits import Cause, Leave, PermitAct, PermitState, permit_state_after
from blacklist.services import auditing
from blacklist.services.appending import LogEvent, append
from blacklist.services.drafting import require_version
from blacklist.vocabulary import SubjectKind


class PermitBarredError(ConflictError):
    """A permit of this person was revoked for abuse; the court gives no other."""

    code = "permit-barred"
    title = "不得再次准予许可"
    title_english = "No further permit"


class PermitOverlapError(ConflictError):
    """There is an application or a permit for the same person, order, purpose and days."""

    code = "permit-overlap"
    title = "同一期间已有申请或者许可"
    title_english = "The days are asked for or permitted already"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitApplication:
    """What the applicant asks for and brings; both days are inclusive.

    `confirmation` is the number of the higher court's paper (exit bans only).
    """

    subject_id: int
    purpose: str
    leave: Leave
    cause: Cause
    received_on: date
    valid_from: date
    valid_to: date
    uses: int
    evidence: str = field(repr=False)
    undertaken_on: date | None = None
    confirmation: str = field(default="", repr=False)


def apply_for_permit(
    session: Session,
    order_public_id: str,
    asked: PermitApplication,
    *,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Permit:
    """Put an application on record; it opens nothing. `version` is the order's.

    Raises:
        InvalidError: the law knows no such leave, or a fact is missing.
        PermitBarredError: an earlier permit was revoked for abuse. PermitOverlapError: the days are asked for already.
        TransitionError: the order restricts nobody.
    """
    order = order_queries.get_order(session, order_public_id, actor=actor, lock=True)

    require_role(actor, Role.CLERK, order.court_id)
    require_version(order, version)
    state_after(OrderState(order.state), Act.PERMIT)
    state = permit_state_after(None, PermitAct.APPLY)
    require_may_permit(_request(session, order, asked, on=at.date()), recorded_on=at.date(), on=at.date())
    _require_not_barred(session, order, asked.subject_id)
    _require_no_overlap(session, order, asked)

    row_id = new_id()
    papers = json.dumps({"evidence": asked.evidence, "confirmation": asked.confirmation}, ensure_ascii=False)
    permit = Permit(
        id=row_id,
        public_id=public_id(),
        order_id=order.id,
        subject_id=asked.subject_id,
        purpose=asked.purpose,
        leave=asked.leave.value,
        cause=asked.cause.value,
        state=state.value,
        version=1,
        received_on=asked.received_on,
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
        uses=asked.uses,
        uses_left=asked.uses,
        evidence=vault.seal(papers, table="permits", row=row_id, column="evidence"),
        undertaken_on=asked.undertaken_on,
        proposer_id=actor.person_id,
        proposed_at=at,
    )
    session.add(permit)

    record_act(session, AuditEvent.PERMIT_APPLIED, permit, order, actor=actor, at=at)
    session.flush()
    return permit


def grant_permit(
    session: Session, permit_public_id: str, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Permit:
    """Grant what was applied for: from its first day agencies are answered `permitted`. `version` is the permit's.

    Raises:
        SamePersonError: who recorded the application does not decide it.
        InvalidError: it can no longer be granted as it was asked for. PermitBarredError: as for the application.
        TransitionError: it was decided, or the order restricts nobody any more.
    """
    permit, order = permit_queries.lock_permit(session, permit_public_id, actor=actor)

    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, permit.proposer_id)
    require_permit_version(permit, version)
    state = permit_state_after(PermitState(permit.state), PermitAct.GRANT)
    state_after(OrderState(order.state), Act.PERMIT)
    asked = application_of(permit, vault=vault)
    recorded_on = permit.proposed_at.astimezone(at.tzinfo).date()
    require_may_permit(_request(session, order, asked, on=at.date()), recorded_on=recorded_on, on=at.date())
    _require_not_barred(session, order, permit.subject_id)

    permit.state, permit.version = state.value, permit.version + 1
    permit.decider_id, permit.decided_at = actor.person_id, at
    permit.permit_no = _next_permit_no(session, at=at)

    record_act(session, AuditEvent.PERMIT_GRANTED, permit, order, actor=actor, at=at)
    session.flush()
    if permit.valid_from <= at.date():
        append(session, [LogEvent(LeafKind.PERMIT, order, permit)], at=at, vault=vault)
    return permit


def refuse_permit(
    session: Session, permit_public_id: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Permit:
    """Refuse it, with the reason; the restriction stands.

    Raises:
        SamePersonError: who recorded the application does not decide it. TransitionError: it was decided.
    """
    permit, order = permit_queries.lock_permit(session, permit_public_id, actor=actor)

    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, permit.proposer_id)
    require_permit_version(permit, version)
    state = permit_state_after(PermitState(permit.state), PermitAct.REFUSE)

    permit.state, permit.version = state.value, permit.version + 1
    permit.decider_id, permit.decided_at = actor.person_id, at
    permit.decision_note = vault.seal(note, table="permits", row=permit.id, column="decision_note")

    record_act(session, AuditEvent.PERMIT_REFUSED, permit, order, actor=actor, at=at)
    session.flush()
    return permit


def application_of(permit: Permit, *, vault: Vault) -> PermitApplication:
    """Return what was applied for, its papers opened."""
    papers = json.loads(vault.open(permit.evidence, table="permits", row=permit.id, column="evidence"))
    return PermitApplication(
        subject_id=permit.subject_id,
        purpose=permit.purpose,
        leave=Leave(permit.leave),
        cause=Cause(permit.cause),
        received_on=permit.received_on,
        valid_from=permit.valid_from,
        valid_to=permit.valid_to,
        uses=permit.uses,
        evidence=papers["evidence"],
        undertaken_on=permit.undertaken_on,
        confirmation=papers["confirmation"],
    )


def require_permit_version(permit: Permit, version: int) -> None:
    """Refuse an act on a permit that changed since the actor saw it.

    Raises:
        StaleVersionError: it did.
    """
    if permit.version != version:
        raise StaleVersionError(
            "您打开之后，该许可已被他人办理，请刷新后查看最新内容再办。",
            "The permit changed since you opened it.",
            seen=str(version),
            present=str(permit.version),
        )


def record_act(
    session: Session,
    event: AuditEvent,
    permit: Permit,
    order: Order,
    *,
    actor: Actor,
    at: datetime,
    facts: auditing.Facts | None = None,
) -> None:
    """Put an act on a permit into the audit trail, beside the acts on its order."""
    named: auditing.Facts = {"permit": permit.public_id, "permit_no": permit.permit_no, **(facts or {})}
    auditing.record(session, event, order.id, actor=actor, at=at, court_id=order.court_id, facts=named)


def _request(session: Session, order: Order, asked: PermitApplication, *, on: date) -> PermitRequest:
    subject = session.get(Subject, asked.subject_id)
    first = max(asked.valid_from, on)
    return PermitRequest(
        kind=OrderKind(order.kind),
        subject_kind=SubjectKind(subject.kind) if subject else SubjectKind.NATURAL,
        roles=permit_queries.list_roles(session, order_id=order.id, subject_id=asked.subject_id, on=first),
        purpose=asked.purpose,
        leave=asked.leave,
        cause=asked.cause,
        received_on=asked.received_on,
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
        uses=asked.uses,
        evidence=asked.evidence,
        undertaken_on=asked.undertaken_on,
        confirmation=asked.confirmation,
    )


def _require_not_barred(session: Session, order: Order, subject_id: int) -> None:
    if permit_queries.is_barred(session, subject_id=subject_id, court_id=order.court_id):
        raise PermitBarredError(
            "该当事人曾因提供虚假证据或者违反承诺被撤销许可，再次申请不予批准。",
            "A permit of this person was revoked for false evidence or breach.",
        )


def _require_no_overlap(session: Session, order: Order, asked: PermitApplication) -> None:
    there = permit_queries.find_overlapping(
        session,
        order_id=order.id,
        subject_id=asked.subject_id,
        purpose=asked.purpose,
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
    )
    if there is not None:
        raise PermitOverlapError(
            "该当事人在同一期间已有同一事项的申请或者许可。", "These days are asked for or permitted already."
        )


def _next_permit_no(session: Session, *, at: datetime) -> str:
    """Return the next number of the year. Every act locks the head of the audit chain: with it, none is given twice."""
    session.execute(select(AuditHead.length).where(AuditHead.one == 1).with_for_update())
    return f"P-{at.year}-{permit_queries.last_number(session, at.year) + 1:05d}"
