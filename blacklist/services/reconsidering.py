"""Reconsideration: received by the deciding court or the next higher one, heard there, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blacklist.actors import MACHINE, Actor
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.sealing import Vault
from blacklist.models import Court, Reconsideration, RemedyNote
from blacklist.queries import orders as order_queries
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.remedies import Challenged, RemedyNotFoundError
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedies import (
    Claim,
    require_in_time,
)
from blacklist.rules.remedy_states import (
    ReconsiderationState,
    RemedyAct,
    reconsideration_state_after,
)
from blacklist.rules.working_days import Calendar
from blacklist.services import auditing, remedying
from blacklist.services.auditing import Facts
from blacklist.services.challenging import (
    ReconsiderationOpenError,
    higher_court_of,
    require_challengeable,
    served_on_of,
)
from blacklist.services.remedying import RECEIVING, Plea, Received, sealed_plea


def receive_reconsideration(
    session: Session, reference: str, plea: Plea, *, actor: Actor, at: datetime, calendar: Calendar, vault: Vault
) -> Received[Reconsideration]:
    """Take a written application for reconsideration; it goes to the next higher court, and the order stands.

    `reference` is the number of a rejected objection, whose claim is reconsidered, or that of an exit ban.

    Raises:
        RemedyNotFoundError: the deciding court and the next higher one know no such number.
        TooLateError: the ten days are over. NothingToReconsiderError: it was not rejected, or is answered already.
        OtherWayError: an objection comes first. NoHigherCourtError: none is registered.
        ReconsiderationOpenError: one is open. InvalidError: the plea is incomplete.
    """
    challenged = remedy_queries.find_challenged(session, reference, actor=actor)
    if challenged is None:
        raise RemedyNotFoundError("没有这个编号，或不属于本院及下级法院。", "There is no such number.")
    order = order_queries.lock_order(session, challenged.order.id)

    higher = higher_court_of(session, order)
    remedying.require_any_role(actor, RECEIVING, higher.id, order.court_id)
    return _receive(
        session,
        Challenged(order, challenged.objection),
        plea,
        higher,
        served_on=served_on_of(session, challenged, calendar=calendar, subject_id=None),
        actor=actor,
        at=at,
        calendar=calendar,
        vault=vault,
    )


def receive_reconsideration_online(
    session: Session,
    order_id: int,
    plea: Plea,
    *,
    subject_id: int,
    at: datetime,
    calendar: Calendar,
    vault: Vault,
) -> Received[Reconsideration]:
    """Take the application of somebody who proved to be whom an exit ban names (`subject_id`).

    Raises:
        as `receive_reconsideration`.
    """
    order = order_queries.lock_order(session, order_id)

    challenged = Challenged(order, None)
    return _receive(
        session,
        challenged,
        plea,
        higher_court_of(session, order),
        served_on=served_on_of(session, challenged, calendar=calendar, subject_id=subject_id),
        actor=MACHINE,
        at=at,
        calendar=calendar,
        vault=vault,
    )


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
    """Put on record what the higher court heard, was handed or asked for.

    Raises:
        InvalidError: the note is incomplete. TransitionError: it is decided or withdrawn.
    """
    case = remedy_queries.get_reconsideration(session, number, actor=actor, lock=True)

    remedying.require_any_role(actor, RECEIVING, case.court_id)
    remedying.require_case_version(case, version)
    reconsideration_state_after(ReconsiderationState(case.state), RemedyAct.NOTE)
    note = remedying.write_note(
        session, case, kind=kind, text=text, happened_on=happened_on, actor=actor, at=at, vault=vault
    )
    case.version += 1

    record(session, AuditEvent.RECONSIDERATION_NOTED, case, actor=actor, at=at, facts={"kind": kind})
    return note


def withdraw_reconsideration(
    session: Session, number: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Reconsideration:
    """Put on record that the applicant takes it back; `note` says how the court knows.

    Raises:
        TransitionError: it is decided or withdrawn. InvalidError: the note is missing.
    """
    case = remedy_queries.get_reconsideration(session, number, actor=actor, lock=True)

    remedying.require_any_role(actor, RECEIVING, case.court_id)
    remedying.require_case_version(case, version)
    state = reconsideration_state_after(ReconsiderationState(case.state), RemedyAct.WITHDRAW)
    remedying.write_note(session, case, kind="note", text=note, happened_on=at.date(), actor=actor, at=at, vault=vault)
    case.state, case.version = state.value, case.version + 1

    record(session, AuditEvent.RECONSIDERATION_WITHDRAWN, case, actor=actor, at=at)
    return case


def document_of(case: Reconsideration) -> str:
    """Return how papers name a reconsideration."""
    return f"复议申请（受理编号 {case.public_id}）"


def record(
    session: Session,
    event: AuditEvent,
    case: Reconsideration,
    *,
    actor: Actor,
    at: datetime,
    facts: Facts | None = None,
) -> None:
    """Put an act in a reconsideration on the audit trail, beside the acts on its order."""
    number: Facts = {"number": case.public_id}
    auditing.record(
        session, event, case.order_id, actor=actor, at=at, court_id=case.court_id, facts={**number, **(facts or {})}
    )
    session.flush()


def _receive(
    session: Session,
    challenged: Challenged,
    plea: Plea,
    higher: Court,
    *,
    served_on: date | None,
    actor: Actor,
    at: datetime,
    calendar: Calendar,
    vault: Vault,
) -> Received[Reconsideration]:
    order, objection = challenged.order, challenged.objection
    if objection is not None:
        plea = replace(plea, claim=Claim(objection.claim))
    require_challengeable(session, order, objection, plea.claim, vault=vault)
    remedying.require_plea(plea, order, on=at.date())
    kind = OrderKind(order.kind)
    require_in_time(plea.claim, kind, served_on=served_on, on=plea.received_on, calendar=calendar)

    row_id = new_id()
    code, mac = remedying.new_track_code(vault)
    case = Reconsideration(
        id=row_id,
        public_id=public_id(),
        track_index=mac,
        objection_id=objection.id if objection else None,
        order_id=order.id,
        court_id=higher.id,
        state=reconsideration_state_after(None, RemedyAct.RECEIVE).value,
        version=1,
        via="online" if actor is MACHINE else "desk",
        statement=vault.seal(sealed_plea(plea), table="reconsiderations", row=row_id, column="statement"),
        applicant=vault.seal(plea.applicant, table="reconsiderations", row=row_id, column="applicant"),
        received_on=plea.received_on,
        received_at=at,
    )
    try:
        with session.begin_nested():
            session.add(case)
    except IntegrityError as error:
        raise ReconsiderationOpenError("该决定正在复议。", "A reconsideration is open.") from error

    facts: Facts = {"claim": plea.claim.value, "via": case.via, "objection": objection.public_id if objection else None}
    record(session, AuditEvent.RECONSIDERATION_RECEIVED, case, actor=actor, at=at, facts=facts)
    return Received(case, code)
