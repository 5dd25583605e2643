"""The answer to an objection: proposed by its reviewer, decided by the president, carried out and served."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import TransitionError
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.models import Objection
from blacklist.queries import remedies as remedy_queries
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.remedies import Claim
from blacklist.rules.remedy_states import ObjectionState, RemedyAct, objection_state_after
from blacklist.rules.working_days import Calendar
from blacklist.services import outcomes, remedying
from blacklist.services.auditing import Facts
from blacklist.services.objecting import close_doubt, document_of, record
from blacklist.services.outcomes import Outcome
from blacklist.services.remedying import RECEIVING


def propose_outcome(
    session: Session, number: str, outcome: Outcome, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Objection:
    """Propose to uphold it with its remedy, or to reject it; the president decides. A later proposal replaces it.

    Raises:
        InvalidError: without reasons, or with a remedy that does not fit. TransitionError: it was not taken up.
    """
    case = remedy_queries.get_objection(session, number, actor=actor, lock=True)

    require_role(actor, Role.REVIEWER, case.court_id)
    remedying.require_case_version(case, version)
    objection_state_after(ObjectionState(case.state), RemedyAct.PROPOSE)
    outcomes.require_sound(outcome, Claim(case.claim), remedy_queries.order_of(session, case))

    word = ObjectionState.UPHELD if outcome.founded else ObjectionState.REJECTED
    outcomes.put_outcome(case, outcome, word.value, actor=actor, at=at, vault=vault)

    facts: Facts = {"outcome": word.value, "remedy": case.remedy}
    record(session, AuditEvent.OBJECTION_OUTCOME_PROPOSED, case, actor=actor, at=at, facts=facts)
    return case


def send_back_outcome(
    session: Session, number: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Objection:
    """Do not adopt the proposed outcome: the reviewer examines again, for the reason noted.

    Raises:
        TransitionError: no outcome is proposed. SamePersonError: who proposed does not decide.
    """
    case = remedy_queries.get_objection(session, number, actor=actor, lock=True)

    _require_may_decide(case, version=version, actor=actor)
    objection_state_after(ObjectionState(case.state), RemedyAct.SEND_BACK)
    remedying.write_note(session, case, kind="note", text=note, happened_on=at.date(), actor=actor, at=at, vault=vault)
    outcomes.take_back_outcome(case)

    record(session, AuditEvent.OBJECTION_NOTED, case, actor=actor, at=at, facts={"kind": "sent-back"})
    return case


def decide_outcome(
    session: Session, number: str, *, version: int, actor: Actor, at: datetime, calendar: Calendar, vault: Vault
) -> Objection:
    """Adopt the proposed outcome. Upheld: what it asks for is proposed, or becomes a task, in the same transaction.

    Raises:
        TransitionError: no outcome is proposed. SamePersonError: who proposed does not decide.
        InvalidError: the remedy no longer fits the order; send it back.
    """
    case = remedy_queries.get_objection(session, number, actor=actor, lock=True)
    order = remedy_queries.order_of(session, case, lock=True)

    _require_may_decide(case, version=version, actor=actor)
    founded = case.outcome == ObjectionState.UPHELD.value
    outcome = outcomes.outcome_of(case, founded=founded, vault=vault)
    state = objection_state_after(ObjectionState(case.state), RemedyAct.UPHOLD if founded else RemedyAct.REJECT)
    outcomes.require_sound(outcome, Claim(case.claim), order)

    case.state, case.version = state.value, case.version + 1
    case.decider_id, case.decided_at = actor.person_id, at
    follows = "none"
    if founded:
        follows = outcomes.carry_out(
            session,
            order,
            outcome,
            document=document_of(case),
            proposer_id=case.proposer_id,
            at=at,
            calendar=calendar,
            vault=vault,
        )
    close_doubt(session, case, order, actor=actor, at=at)

    event = AuditEvent.OBJECTION_UPHELD if founded else AuditEvent.OBJECTION_REJECTED
    facts: Facts = {"remedy": case.remedy, "follows": follows, "proposed_by": case.proposer_id}
    record(session, event, case, actor=actor, at=at, facts=facts)
    return case


def serve_outcome(
    session: Session, number: str, *, served_on: date, version: int, actor: Actor, at: datetime
) -> Objection:
    """Put on record the day on which the decision reached the applicant: ten days for reconsideration start there.

    Raises:
        TransitionError: it is not decided. ServedAlreadyError: its service is on record. InvalidError: the day is impossible.
    """
    case = remedy_queries.get_objection(session, number, actor=actor, lock=True)

    remedying.require_any_role(actor, RECEIVING, case.court_id)
    remedying.require_case_version(case, version)
    objection_state_after(ObjectionState(case.state), RemedyAct.SERVE)
    remedying.record_service_day(case, served_on, at=at)

    facts: Facts = {"served_on": served_on.isoformat()}
    record(session, AuditEvent.OBJECTION_SERVED, case, actor=actor, at=at, facts=facts)
    return case


def _require_may_decide(case: Objection, *, version: int, actor: Actor) -> None:
    require_role(actor, Role.PRESIDENT, case.court_id)
    if case.outcome is None:
        raise TransitionError("审查人尚未提出审查意见。", "No outcome is proposed yet.")
    require_other_person(actor, case.proposer_id)
    remedying.require_case_version(case, version)
