"""A creditor applies for an order: the court examines within fifteen days, and drafts it or refuses."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import Fault, InvalidError, StaleVersionError, TransitionError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.names import stored_name
from blacklist.identity.sealing import Vault
from blacklist.models import Application, Court, Order
from blacklist.queries import applications as application_queries
from blacklist.queries.applications import TABLE, get_application
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.services import auditing
from blacklist.services.application_papers import (
    ApplicationText,
    require_complete,
    require_not_barred,
    require_same_matter,
)


def receive_application(
    session: Session, text: ApplicationText, *, actor: Actor, at: datetime, vault: Vault
) -> Application:
    """Record a creditor's written application; fifteen days to examine and decide it run from its receipt.

    Raises:
        InvalidError: a fact is missing or wrong.
        RelistingBarredError: the same listing was removed at the creditor's request; the error names the last day.
    """
    court = session.get_one(Court, text.court_id)

    require_role(actor, Role.CLERK, court.id)
    require_complete(text, court, on=at.date())
    index = vault.document_index(text.document)
    require_not_barred(session, text.kind, text.case_number.text, index, on=at.date())

    row_id = new_id()

    def sealed(content: str, column: str) -> bytes:
        return vault.seal(content, table=TABLE, row=row_id, column=column)

    debtor = {
        "type": text.document.type.value,
        "number": text.document.number,
        "country": text.document.country,
        "name": stored_name(text.name),
    }
    application = Application(
        id=row_id,
        public_id=public_id(),
        court_id=court.id,
        kind=text.kind.value,
        case_number=text.case_number.text,
        debtor_index=index,
        debtor=sealed(json.dumps(debtor, ensure_ascii=False, sort_keys=True), "debtor"),
        applicant=sealed(text.applicant, "applicant"),
        statement=sealed(text.statement, "statement"),
        received_on=text.received_on,
        state="received",
        version=1,
        recorded_by=actor.person_id,
        recorded_at=at,
    )
    session.add(application)

    _record(session, AuditEvent.APPLICATION_RECEIVED, application, actor=actor, at=at, kind=application.kind)
    session.flush()
    return application


def accept_application(
    session: Session, public_id: str, *, order: Order, version: int, actor: Actor, at: datetime
) -> Application:
    """Accept an application by the draft made on it, which goes on through check and signature like any other.

    Raises:
        InvalidError: the draft is another kind of order, of another case, or against somebody else.
        RelistingBarredError: the law bars it now. TransitionError: it is decided already.
    """
    application = get_application(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.CLERK, application.court_id)
    _require_seen(application, version)
    _require_undecided(session, application)
    require_same_matter(session, application, order)
    kind = OrderKind(application.kind)
    require_not_barred(session, kind, application.case_number, application.debtor_index, on=at.date())

    application.state, application.version = "accepted", application.version + 1
    application.order_id, application.decided_at = order.id, at

    _record(session, AuditEvent.APPLICATION_ACCEPTED, application, actor=actor, at=at, order=order.public_id)
    session.flush()
    return application


def propose_refusal(
    session: Session, public_id: str, *, reason: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Application:
    """Propose to refuse an application, with the reason the creditor is told; another person decides.

    Raises:
        InvalidError: no reason. TransitionError: it is decided already, or a refusal is proposed.
    """
    application = get_application(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.CLERK, application.court_id)
    _require_seen(application, version)
    _require_undecided(session, application)
    if not reason.strip():
        detail, english = "请写明不予支持的理由。", "Name the reason of the refusal."
        raise InvalidError(detail, english, errors=(Fault("/reason", "missing", detail, english),))

    application.state, application.version = "proposed", application.version + 1
    application.refusal = vault.seal(reason, table=TABLE, row=application.id, column="refusal")
    application.order_id = application.decided_at = None
    application.proposer_id, application.proposed_at = actor.person_id, at

    _record(session, AuditEvent.APPLICATION_REFUSAL_PROPOSED, application, actor=actor, at=at)
    session.flush()
    return application


def approve_refusal(session: Session, public_id: str, *, version: int, actor: Actor, at: datetime) -> Application:
    """Refuse an application for the reason proposed, which the creditor is told.

    Raises:
        SamePersonError: who proposed does not decide. TransitionError: no refusal is proposed.
    """
    application = _decidable(session, public_id, version=version, actor=actor)

    application.state, application.version = "refused", application.version + 1
    application.decider_id, application.decided_at = actor.person_id, at

    facts = {"proposed_by": application.proposer_id}
    _record(session, AuditEvent.APPLICATION_REFUSED, application, actor=actor, at=at, **facts)
    session.flush()
    return application


def reject_refusal(session: Session, public_id: str, *, version: int, actor: Actor, at: datetime) -> Application:
    """Disagree with a proposed refusal: the application waits for its draft again, its fifteen days run on.

    Raises:
        SamePersonError: who proposed does not decide. TransitionError: no refusal is proposed.
    """
    application = _decidable(session, public_id, version=version, actor=actor)

    facts = {"act": "refuse", "proposed_by": application.proposer_id}
    application.state, application.version = "received", application.version + 1
    application.refusal = application.proposer_id = application.proposed_at = None

    _record(session, AuditEvent.PROPOSAL_REJECTED, application, actor=actor, at=at, **facts)
    session.flush()
    return application


def withdraw_application(session: Session, public_id: str, *, version: int, actor: Actor, at: datetime) -> Application:
    """Record that the creditor took the application back before it was decided.

    Raises:
        TransitionError: it is decided already.
    """
    application = get_application(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.CLERK, application.court_id)
    _require_seen(application, version)
    if application.state != "proposed":
        _require_undecided(session, application)

    application.state, application.version = "withdrawn", application.version + 1
    application.decided_at = at

    _record(session, AuditEvent.APPLICATION_WITHDRAWN, application, actor=actor, at=at)
    session.flush()
    return application


def _decidable(session: Session, public_id: str, *, version: int, actor: Actor) -> Application:
    application = get_application(session, public_id, actor=actor, lock=True)
    require_role(actor, Role.PRESIDENT, application.court_id)
    require_other_person(actor, application.proposer_id)
    _require_seen(application, version)
    _require_state(application, "proposed")
    return application


def _require_seen(application: Application, version: int) -> None:
    if application.version != version:
        raise StaleVersionError(
            "您打开之后，该申请已被他人办理或修改，请刷新后查看最新内容再办。",
            "The application changed since you opened it.",
            seen=str(version),
            present=str(application.version),
        )


def _require_undecided(session: Session, application: Application) -> None:
    """Let pass what was received, and what was accepted by a draft that was given up since."""
    if not application_queries.is_given_up(session, application):
        _require_state(application, "received")


def _require_state(application: Application, *states: str) -> None:
    if application.state not in states:
        raise TransitionError(
            "该申请的当前状态不允许此操作。",
            f"An application in state {application.state} has no such step.",
            before=application.state,
        )


def _record(
    session: Session,
    event: AuditEvent,
    application: Application,
    *,
    actor: Actor,
    at: datetime,
    **facts: str | int | None,
) -> None:
    auditing.record(
        session, event, application.id, actor=actor, at=at, court_id=application.court_id, facts=dict(facts)
    )
