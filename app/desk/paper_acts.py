"""Facts of the papers about what two persons did to an order: correction, rest, extension, end, permits."""

from __future__ import annotations

import json
from datetime import date

from app.desk.paper_sheets import Sheet, day_of
from app.desk.words import PERFORMANCE_TITLES
from app.documents.acts import ExtensionDecision, Permit, RemovalDecision, ResumptionDecision, SuspensionDecision
from app.documents.remedies import Correction, CorrectionDecision
from app.formats import day_cn
from blacklist import models
from blacklist.events import AuditEvent
from blacklist.queries import orders as order_queries
from blacklist.queries.papers import find_valid, last_entry, list_approved
from blacklist.rules.corrections import FACT_TITLES, CorrectableFact
from blacklist.rules.extensions import EXTENSION_TITLES, ExtensionReason
from blacklist.rules.grounds import GROUND_TITLES, Ground
from blacklist.rules.lifecycle import Act, OrderKind
from blacklist.rules.papers import PaperKind, printed_number
from blacklist.rules.permits import CAUSE_TITLES, Leave
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.removals import REMOVAL_TITLES, RemovalReason
from blacklist.rules.suspensions import SUSPENSION_TITLES, SuspensionReason
from blacklist.rules.terms import extended, term_of
from blacklist.services.permitting import application_of
from blacklist.services.proposing import details_of

NOT_STATED = "未载明"
_SUMS = (CorrectableFact.AMOUNT_DUE, CorrectableFact.AMOUNT_PERFORMED)


def correction_decision(sheet: Sheet) -> CorrectionDecision:
    """Return what was corrected, as it stood and as it stands."""
    proposal = _proposal(sheet)
    return CorrectionDecision(
        head=sheet.head(day_of(proposal.decided_at)),
        party=sheet.party(),
        order=sheet.reference(),
        reasons=_note(sheet, proposal),
        basis=proposal.basis,
        signature=sheet.signature(proposal.decider_id),
        corrections=_corrections(sheet, proposal),
        next_court=sheet.next_court(),
    )


def suspension_decision(sheet: Sheet) -> SuspensionDecision:
    """Return a suspension; one that a single person began runs from that day, not from its confirmation."""
    proposal = _proposal(sheet)
    began = None
    if proposal.decided_at is not None:
        event = AuditEvent.ORDER_SUSPENDED.value
        began = last_entry(sheet.desk.session, sheet.order.id, event, until=proposal.decided_at)
    reason = SUSPENSION_TITLES[SuspensionReason(proposal.reason)]
    return SuspensionDecision(
        head=sheet.head(day_of(proposal.decided_at)),
        party=sheet.party(),
        order=sheet.reference(),
        reasons=_note(sheet, proposal) or reason,
        basis=proposal.basis,
        signature=sheet.signature(proposal.decider_id),
        starts_on=day_of(began.at if began is not None else proposal.decided_at),
        ends_on=date.fromisoformat(str(details_of(proposal, vault=sheet.desk.vault)["until"])),
    )


def resumption_decision(sheet: Sheet) -> ResumptionDecision:
    """Return a resumption; it names the paper of the suspension it ends."""
    proposal = _proposal(sheet)
    return ResumptionDecision(
        head=sheet.head(day_of(proposal.decided_at)),
        party=sheet.party(),
        order=sheet.reference(),
        reasons=_note(sheet, proposal),
        basis=proposal.basis,
        signature=sheet.signature(proposal.decider_id),
        suspension_number=_suspension_number(sheet, proposal),
        resumed_on=day_of(proposal.decided_at),
        ends_on=sheet.order.ends_on,
        next_court=sheet.next_court(),
    )


def extension_decision(sheet: Sheet) -> ExtensionDecision:
    """Return an extension with both last days."""
    proposal, order = _proposal(sheet), sheet.order
    if order.decided_on is None:
        raise ValueError("only a decided order is extended")
    years = int(str(details_of(proposal, vault=sheet.desk.vault)["years"]))
    term = term_of(sheet.kind, order_queries.grounds_of(order), order.decided_on)
    reason = f"被执行人{EXTENSION_TITLES[ExtensionReason(proposal.reason)]}"
    return ExtensionDecision(
        head=sheet.head(day_of(proposal.decided_at)),
        party=sheet.party(),
        order=sheet.reference(),
        reasons="\n".join(one for one in (reason, _note(sheet, proposal)) if one),
        basis=proposal.basis,
        signature=sheet.signature(proposal.decider_id),
        years=years,
        previous_end=term.ends_on,
        ends_on=extended(term, years).ends_on,
        next_court=sheet.next_court(),
    )


def removal_decision(sheet: Sheet) -> RemovalDecision:
    """Return the end of an order, or its withdrawal, which needs its reasons in words."""
    proposal = _proposal(sheet)
    reason = RemovalReason(proposal.reason)
    plain = "" if reason is RemovalReason.W else f"当事人{REMOVAL_TITLES[reason]}"
    return RemovalDecision(
        head=sheet.head(day_of(proposal.decided_at)),
        party=sheet.party(),
        order=sheet.reference(),
        reasons=_note(sheet, proposal) or plain,
        basis=proposal.basis,
        document=proposal.document,
        signature=sheet.signature(proposal.decider_id),
        reason=reason,
        ended_on=day_of(proposal.decided_at),
    )


def permit_decision(sheet: Sheet) -> Permit:
    """Return a permit for the person who applied for it."""
    permit = sheet.due.source
    if not isinstance(permit, models.Permit):
        raise TypeError("a permit's paper tells of a permit")
    asked = application_of(permit, vault=sheet.desk.vault)
    return Permit(
        head=sheet.head(day_of(permit.decided_at)),
        party=sheet.party(permit.subject_id),
        order=sheet.reference(),
        reasons=f"申请人提交的{'；'.join(asked.evidence.splitlines())}等材料，可以证明其申请事由"
        if asked.evidence
        else "",
        signature=sheet.signature(permit.decider_id),
        leave=Leave(permit.leave),
        applied_on=permit.received_on,
        purpose=PURPOSES[permit.purpose].name,
        cause=CAUSE_TITLES[asked.cause],
        starts_on=permit.valid_from,
        ends_on=permit.valid_to,
        uses=permit.uses,
        undertaken_on=permit.undertaken_on,
        confirmation=asked.confirmation,
    )


def _proposal(sheet: Sheet) -> models.Proposal:
    if not isinstance(sheet.due.source, models.Proposal):
        raise TypeError("this paper tells of a proposal")
    return sheet.due.source


def _note(sheet: Sheet, proposal: models.Proposal) -> str:
    return sheet.opened(proposal.note, table="proposals", row=proposal.id, column="note")


def _suspension_number(sheet: Sheet, resumption: models.Proposal) -> str:
    """Return the number of the paper of the last suspension before, '' while that paper is not made."""
    session, order = sheet.desk.session, sheet.order
    before = [
        one
        for one in list_approved(session, order.id)
        if one.act == Act.SUSPEND.value and one.decided_at and resumption.decided_at
        if one.decided_at <= resumption.decided_at
    ]
    paper = find_valid(session, order.id, PaperKind.SUSPENSION, before[-1].id) if before else None
    return "" if paper is None else printed_number(paper.number)


def _corrections(sheet: Sheet, proposal: models.Proposal) -> tuple[Correction, ...]:
    desk, order = sheet.desk, sheet.order
    after = {name: str(value) for name, value in details_of(proposal, vault=desk.vault).items()}
    before: dict[str, str | None] = {}
    for version in order_queries.list_versions(desk.session, order.id):
        if version.proposal_id == proposal.id:
            content = sheet.opened(version.content, table="order_versions", row=version.id, column="content")
            before = json.loads(content)
    rows = [
        Correction(
            item=FACT_TITLES[fact],
            before=_in_words(fact, before[fact.value] or ""),
            after=_in_words(fact, after[fact.value]),
        )
        for fact in CorrectableFact
        if fact.value in before and fact.value in after
    ]
    if "ends_on" in before and order.decided_on is not None:
        grounds = tuple(Ground(code) for code in after[CorrectableFact.GROUNDS].split(",") if code)
        old_end = before["ends_on"]
        rows.append(
            Correction(
                item="纳入期限届满日",
                before=_end_in_words(date.fromisoformat(old_end) if old_end else None),
                after=_end_in_words(term_of(OrderKind.LISTING, grounds, order.decided_on).ends_on),
            )
        )
    return tuple(rows)


def _in_words(fact: CorrectableFact, value: str) -> str:
    if not value:
        return NOT_STATED
    if fact is CorrectableFact.GROUNDS:
        return "；".join(GROUND_TITLES[Ground(code)] for code in value.split(","))
    if fact is CorrectableFact.PERFORMANCE:
        return PERFORMANCE_TITLES[value]
    if fact is CorrectableFact.FILED_ON:
        return day_cn(date.fromisoformat(value))
    return f"{value}元" if fact in _SUMS else value


def _end_in_words(ends_on: date | None) -> str:
    return day_cn(ends_on) if ends_on else "无固定期限"
