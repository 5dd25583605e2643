"""Recorded facts are corrected by two persons; what stood before is kept as a version, never overwritten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import Fault, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.ledger.leaves import LeafKind
from blacklist.models import Case, Order, OrderVersion, Proposal, Subject
from blacklist.queries import orders as order_queries
from blacklist.queries.subjects import open_subject
from blacklist.rules.articles import ARTICLES
from blacklist.rules.corrections import OF_THE_CASE, CorrectableFact, corrected_end, require_correctable
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.renewals import TaskKind
from blacklist.rules.terms import term_of
from blacklist.services import auditing, publishing, tasking
from blacklist.services.appending import LogEvent, append, has_restricted
from blacklist.services.drafting import require_version
from blacklist.services.proposing import (
    Grounds,
    details_of,
    open_proposal,
    reject_proposal,
    require_may_propose,
    take_decision,
)
from blacklist.services.subjects import correct_name, set_representative
from blacklist.vocabulary import SubjectKind

# A fact as text, the way it is kept and shown: dates ISO, sums in yuan, grounds "G1,G4"; "" stands for none.
Facts = Mapping[CorrectableFact, str]
_CORRECTING = (Act.CORRECT,)
_SEALED = frozenset({CorrectableFact.EVIDENCE, CorrectableFact.DUTY})
_SUMS = frozenset({CorrectableFact.AMOUNT_DUE, CorrectableFact.AMOUNT_PERFORMED})


def facts_now(session: Session, order: Order, *, vault: Vault) -> dict[CorrectableFact, str]:
    """Return every correctable fact as it stands, as text."""
    subject = open_subject(session, order.subject_id, vault=vault)
    case = session.get_one(Case, order.case_id)
    return {
        CorrectableFact.NAME: subject.name,
        CorrectableFact.REPRESENTATIVE: subject.representative or "",
        CorrectableFact.GROUNDS: order.grounds,
        CorrectableFact.EVIDENCE: _opened(order, "evidence", vault=vault),
        CorrectableFact.DUTY: _opened(order, "duty", vault=vault),
        CorrectableFact.DUTY_PUBLIC: order.duty_public or "",
        CorrectableFact.PERFORMANCE: order.performance,
        CorrectableFact.AMOUNT_DUE: _sum_text(order.amount_due),
        CorrectableFact.AMOUNT_PERFORMED: _sum_text(order.amount_performed),
        CorrectableFact.BASIS_NUMBER: case.basis_number,
        CorrectableFact.BASIS_MAKER: case.basis_maker,
        CorrectableFact.FILED_ON: case.filed_on.isoformat(),
    }


def propose_correction(
    session: Session,
    public_id: str,
    *,
    facts: Facts,
    reason: str,
    document: str,
    found_on: date,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Proposal:
    """Propose to correct `facts` (values as texts, already in their normal form); nothing changes before the decision.

    `found_on` is the day the error was found: three working days run from it. Facts equal to the present ones are
    left out.

    Raises:
        InvalidError: nothing would change, or a fact is none of this kind of order.
        ExclusionError: corrected grounds would lengthen the term.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_may_propose(actor, order.court_id)
    require_version(order, version)
    state_after(OrderState(order.state), Act.CORRECT)
    changed = _changed(session, order, facts, vault=vault)
    _require_found_on(found_on, order, at=at)

    article = "LIST 9" if order.kind == OrderKind.LISTING.value else "GOOD 18"
    proposal = open_proposal(
        session,
        order,
        Act.CORRECT,
        Grounds(
            reason="inaccurate",
            basis=ARTICLES[article].citation,
            document=document,
            note=reason,
            event_on=found_on,
        ),
        details={fact.value: value for fact, value in changed.items()},
        actor=actor,
        at=at,
        vault=vault,
    )

    auditing.record(
        session,
        AuditEvent.CORRECTION_PROPOSED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"changed": ",".join(sorted(changed))},
    )
    session.flush()
    return proposal


def approve_correction(
    session: Session, public_id: str, *, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Correct the facts proposed, keep what stood before as a version, and show the corrected facts at once.

    Raises:
        NoProposalError, SamePersonError, StaleVersionError: as `proposing.take_decision`.
        InvalidError: the facts were corrected otherwise meanwhile.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    proposal = take_decision(session, order, _CORRECTING, "approved", version=version, actor=actor, at=at)
    facts = {CorrectableFact(name): str(value) for name, value in details_of(proposal, vault=vault).items()}
    changed = _changed(session, order, facts, vault=vault)

    before = facts_now(session, order, vault=vault)
    earlier: dict[str, str | None] = {fact.value: before[fact] for fact in changed}
    if CorrectableFact.GROUNDS in changed:
        earlier["ends_on"] = order.ends_on.isoformat() if order.ends_on else None
    keep_version(session, order, earlier, cause="correction", proposal=proposal, actor=actor, at=at, vault=vault)
    _apply(session, order, changed, vault=vault, at=at)
    order.state = state_after(OrderState(order.state), Act.CORRECT).value
    order.version += 1
    session.flush()
    if OrderState(order.state) is OrderState.EFFECTIVE:
        publishing.unpublish(session, order)
        publishing.publish(session, order, vault=vault, at=at, since=order.effective_at)
    tasking.close_task(session, TaskKind.CORRECT_AFTER_OBJECTION, order, actor=actor, at=at)

    auditing.record(
        session,
        AuditEvent.ORDER_CORRECTED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"changed": ",".join(sorted(changed)), "proposed_by": proposal.proposer_id},
    )
    session.flush()
    if has_restricted(order):
        append(session, [LogEvent(LeafKind.CORRECT, order)], at=at, vault=vault)
    return order


def reject_correction(
    session: Session, public_id: str, *, note: str, version: int, actor: Actor, at: datetime, vault: Vault
) -> Order:
    """Refuse a correction with the reason; the facts stand."""
    return reject_proposal(session, public_id, _CORRECTING, note=note, version=version, actor=actor, at=at, vault=vault)


def keep_version(
    session: Session,
    order: Order,
    earlier: Mapping[str, str | None],
    *,
    cause: str,
    proposal: Proposal | None,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> OrderVersion:
    """Keep what `earlier` facts said before they change; `cause` is `correction` or `performance`."""
    number = session.scalar(select(func.count()).select_from(OrderVersion).where(OrderVersion.order_id == order.id))
    row_id = new_id()
    version = OrderVersion(
        id=row_id,
        order_id=order.id,
        number=(number or 0) + 1,
        content=vault.seal(
            json.dumps(earlier, ensure_ascii=False, sort_keys=True),
            table="order_versions",
            row=row_id,
            column="content",
        ),
        cause=cause,
        proposal_id=proposal.id if proposal else None,
        replaced_by=actor.person_id,
        replaced_at=at,
    )
    session.add(version)
    return version


def _changed(session: Session, order: Order, facts: Facts, *, vault: Vault) -> dict[CorrectableFact, str]:
    before = facts_now(session, order, vault=vault)
    changed = {fact: value for fact, value in facts.items() if value != before[fact]}
    unit = session.get_one(Subject, order.subject_id).kind == SubjectKind.ORGANISATION.value
    require_correctable(changed.keys(), OrderKind(order.kind), unit=unit)
    if CorrectableFact.GROUNDS in changed:
        _corrected_term(order, changed[CorrectableFact.GROUNDS])
    return changed


def _corrected_term(order: Order, grounds: str) -> date | None:
    codes = tuple(Ground(code) for code in grounds.split(",") if code)
    if order.decided_on is None:
        raise ValueError("only decided orders are corrected")
    if order.extended_years is not None:
        detail, english = "已经延长期限的名单，不得更正失信情形。", "An extended listing keeps its grounds."
        raise InvalidError(detail, english, errors=(Fault("/grounds", "not-correctable", detail, english),))
    return corrected_end(order.ends_on, term_of(OrderKind(order.kind), codes, order.decided_on).ends_on)


def _apply(session: Session, order: Order, changed: Facts, *, vault: Vault, at: datetime) -> None:
    subject = session.get_one(Subject, order.subject_id)
    for fact, value in changed.items():
        if fact is CorrectableFact.NAME:
            correct_name(session, subject, value, vault=vault, at=at)
        elif fact is CorrectableFact.REPRESENTATIVE:
            set_representative(subject, value, vault=vault)
        elif fact is CorrectableFact.GROUNDS:
            order.ends_on = _corrected_term(order, value)
            order.grounds = value
        elif fact in OF_THE_CASE:
            case = session.get_one(Case, order.case_id)
            setattr(case, fact.value, date.fromisoformat(value) if fact is CorrectableFact.FILED_ON else value)
        elif fact in _SEALED:
            setattr(order, fact.value, vault.seal(value, table="orders", row=order.id, column=fact.value))
        elif fact in _SUMS:
            setattr(order, fact.value, Decimal(value) if value else None)
        else:
            setattr(order, fact.value, value or None)


def _require_found_on(found_on: date, order: Order, *, at: datetime) -> None:
    if order.decided_on is not None and order.decided_on <= found_on <= at.date():
        return
    detail, english = "发现错误的日期应在作出决定之后、今天之前。", "Not between the decision and today."
    raise InvalidError(detail, english, errors=(Fault("/found_on", "impossible-date", detail, english),))


def _opened(order: Order, column: str, *, vault: Vault) -> str:
    blob: bytes | None = getattr(order, column)
    return "" if blob is None else vault.open(blob, table="orders", row=order.id, column=column)


def _sum_text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
