"""Objections at the deciding court: received on paper or online, taken up, heard, withdrawn."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from blacklist.actors import MACHINE, Actor, Role
from blacklist.errors import ConflictError, TransitionError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.names import search_key
from blacklist.identity.sealing import Vault
from blacklist.models import Objection, Order, RemedyNote
from blacklist.queries import orders as order_queries
from blacklist.queries import remedies as remedy_queries
from blacklist.rules.lifecycle import STANDING_STATES, OrderKind, OrderState
from blacklist.rules.permissions import require_role
from blacklist.rules.remedies import Claim, is_fast_lane, require_objection, suspends
from blacklist.rules.remedy_states import ObjectionState, RemedyAct, objection_state_after
from blacklist.rules.renewals import TaskKind
from blacklist.services import auditing, remedying, suspending
from blacklist.services.auditing import Facts
from blacklist.services.remedying import RECEIVING, Plea, Received
from blacklist.services.tasking import close_task, open_task


class ObjectionOpenError(ConflictError):
    """The same person objected for the same reason, and that is not decided yet."""

    code = "objection-open"
    title = "同一申请正在审查"
    title_english = "The same objection is being examined"


def receive_objection(
    session: Session, order_public_id: str, plea: Plea, *, actor: Actor, at: datetime, vault: Vault
) -> Received[Objection]:
    """Take an objection handed in on paper; the order stands meanwhile.

    A doubt about who the person is becomes a task of the same day.

    Raises:
        OtherWayError: an exit ban is not objected to. TransitionError: the order is not made yet, or has ended.
        ObjectionOpenError: the same applicant's same claim is open. InvalidError: the plea is incomplete.
    """
    order = order_queries.get_order(session, order_public_id, actor=actor, lock=True)

    remedying.require_any_role(actor, RECEIVING, order.court_id)
    return _receive(session, order, plea, via="desk", actor=actor, at=at, vault=vault)


def receive_objection_online(
    session: Session, order_id: int, plea: Plea, *, at: datetime, vault: Vault
) -> Received[Objection]:
    """Take an objection of somebody who proved to be the person the order names.

    Raises:
        as `receive_objection`.
    """
    order = order_queries.lock_order(session, order_id)

    return _receive(session, order, plea, via="online", actor=MACHINE, at=at, vault=vault)


def accept_objection(session: Session, number: str, *, version: int, actor: Actor, at: datetime) -> Objection:
    """Take it up: the reviewer examines it. The fifteen days run since its receipt.

    Raises:
        TransitionError: it is not waiting to be taken up.
    """
    case = remedy_queries.get_objection(session, number, actor=actor, lock=True)

    require_role(actor, Role.REVIEWER, case.court_id)
    remedying.require_case_version(case, version)
    case.state = objection_state_after(ObjectionState(case.state), RemedyAct.ACCEPT).value

    case.reviewer_id, case.accepted_at = actor.person_id, at
    case.version += 1

    record(session, AuditEvent.OBJECTION_ACCEPTED, case, actor=actor, at=at)
    return case


def add_note(
    session: Session,
    number: str,
    *,
    kind: str,
    text: str,
    happened_on: date,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> RemedyNote:
    """Put on record what was heard, handed in or asked for; who has the case open must look again.

    Raises:
        InvalidError: the note is incomplete. TransitionError: it is decided or withdrawn.
    """
    case = remedy_queries.get_objection(session, number, actor=actor, lock=True)

    remedying.require_any_role(actor, RECEIVING, case.court_id)
    remedying.require_case_version(case, version)
    objection_state_after(ObjectionState(case.state), RemedyAct.NOTE)
    note = remedying.write_note(
        session, case, kind=kind, text=text, happened_on=happened_on, actor=actor, at=at, vault=vault
    )
    case.version += 1

    record(session, AuditEvent.OBJECTION_NOTED, case, actor=actor, at=at, facts={"kind": kind})
    return note


def suspend_in_doubt(
    session: Session, number: str, *, until: date, order_version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Let the order rest at once because it may name the wrong person; a second person confirms within a working day.

    Raises:
        TransitionError: the objection is no such doubt or is decided, or the order is not in force.
    """
    case = remedy_queries.get_objection(session, number, actor=actor, lock=True)
    order = remedy_queries.order_of(session, case)

    objection_state_after(ObjectionState(case.state), RemedyAct.NOTE)
    if not suspends(Claim(case.claim)):
        raise TransitionError("只有“不是本人”的申请可以当日暂停。", "Only a doubt about identity suspends at once.")
    order = suspending.suspend_for_doubt(
        session,
        order.public_id,
        until=until,
        document=document_of(case),
        note="",
        version=order_version,
        actor=actor,
        at=at,
        vault=vault,
    )
    close_task(session, TaskKind.IDENTITY_DOUBT, order, actor=actor, at=at)
    return order


def withdraw_objection(
    session: Session, number: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Objection:
    """Put on record that the applicant takes it back; `note` says how the court knows.

    Raises:
        TransitionError: it is decided or withdrawn. InvalidError: the note is missing.
    """
    case = remedy_queries.get_objection(session, number, actor=actor, lock=True)
    order = remedy_queries.order_of(session, case)

    remedying.require_any_role(actor, RECEIVING, case.court_id)
    remedying.require_case_version(case, version)
    state = objection_state_after(ObjectionState(case.state), RemedyAct.WITHDRAW)
    remedying.write_note(session, case, kind="note", text=note, happened_on=at.date(), actor=actor, at=at, vault=vault)
    case.state, case.withdrawn_at = state.value, at
    case.version += 1
    close_doubt(session, case, order, actor=actor, at=at)

    record(session, AuditEvent.OBJECTION_WITHDRAWN, case, actor=actor, at=at)
    return case


def document_of(case: Objection) -> str:
    """Return how papers name an objection."""
    return f"纠正申请（受理编号 {case.public_id}）"


def _receive(
    session: Session, order: Order, plea: Plea, *, via: str, actor: Actor, at: datetime, vault: Vault
) -> Received[Objection]:
    require_objection(OrderKind(order.kind))
    if OrderState(order.state) not in STANDING_STATES:
        raise TransitionError("该决定尚未作出或者已经结束。", "The order is not made yet, or has ended.")
    remedying.require_plea(plea, order, on=at.date())
    _require_first(session, order, plea, vault=vault)

    row_id = new_id()
    code, mac = remedying.new_track_code(vault)

    def sealed(text: str, column: str) -> bytes:
        return vault.seal(text, table="objections", row=row_id, column=column)

    case = Objection(
        id=row_id,
        public_id=public_id(),
        track_index=mac,
        order_id=order.id,
        court_id=order.court_id,
        claim=plea.claim.value,
        state=objection_state_after(None, RemedyAct.RECEIVE).value,
        version=1,
        via=via,
        statement=sealed(plea.statement, "statement"),
        applicant=sealed(plea.applicant, "applicant"),
        contact=sealed(plea.contact, "contact") if plea.contact else None,
        received_on=plea.received_on,
        received_at=at,
        received_by=actor.person_id,
    )
    session.add(case)

    facts: Facts = {"claim": plea.claim.value, "via": via}
    record(session, AuditEvent.OBJECTION_RECEIVED, case, actor=actor, at=at, facts=facts)
    if is_fast_lane(plea.claim):
        open_task(session, TaskKind.IDENTITY_DOUBT, order, due_on=at.date(), actor=actor, at=at)
    return Received(case, code)


def _require_first(session: Session, order: Order, plea: Plea, *, vault: Vault) -> None:
    """Refuse the same application again, however often its form is sent."""
    for one in remedy_queries.list_objections_to(session, order.id):
        if one.state not in remedy_queries.OPEN_OBJECTIONS or one.claim != plea.claim.value:
            continue
        if search_key(remedy_queries.open_remedy(one, vault=vault).applicant) == search_key(plea.applicant):
            raise ObjectionOpenError(
                "同一申请人以同一理由提出的申请正在审查，补充材料请凭原受理编号提交。",
                "The same application is being examined; add to it under its number.",
            )


def close_doubt(session: Session, case: Objection, order: Order, *, actor: Actor, at: datetime) -> None:
    """Close the doubt's task with the last open objection that raised it."""
    if not is_fast_lane(Claim(case.claim)):
        return
    others = [one for one in remedy_queries.list_objections_to(session, order.id) if one.id != case.id]
    if not any(one.state in remedy_queries.OPEN_OBJECTIONS and is_fast_lane(Claim(one.claim)) for one in others):
        close_task(session, TaskKind.IDENTITY_DOUBT, order, actor=actor, at=at)


def record(
    session: Session,
    event: AuditEvent,
    case: Objection,
    *,
    actor: Actor,
    at: datetime,
    facts: Facts | None = None,
) -> None:
    """Put an act in an objection on the audit trail, beside the acts on its order."""
    number: Facts = {"number": case.public_id}
    auditing.record(
        session, event, case.order_id, actor=actor, at=at, court_id=case.court_id, facts={**number, **(facts or {})}
    )
    session.flush()
