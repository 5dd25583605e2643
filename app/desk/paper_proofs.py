"""Facts of the papers that prove something: an order has ended, a decision was served."""

from __future__ import annotations

from datetime import timedelta

from app.desk.paper_sheets import Sheet, day_of
from app.desk.words import OUTCOME_TITLES
from app.documents.facts import Party
from app.documents.kinds import KINDS
from app.documents.proofs import RemovalCertificate, ServiceProof
from blacklist.models import ServiceAttempt
from blacklist.queries.papers import find_valid, list_approved
from blacklist.queries.staff import name_persons
from blacklist.rules.effect import ANNOUNCEMENT_DAYS
from blacklist.rules.lifecycle import ENDING_ACTS, OrderState
from blacklist.rules.masking import mask_number
from blacklist.rules.papers import DECISION_OF, PaperKind, printed_number
from blacklist.rules.removals import RemovalReason
from blacklist.services.serving import WAY_TITLES, ServiceWay


def removal_certificate(sheet: Sheet) -> RemovalCertificate:
    """Return that an order stands no more. The holder shows it to others: the number is masked, whoever prints it."""
    order, named = sheet.order, sheet.party(plain=True)
    holder = Party(
        kind=named.kind,
        name=named.name,
        document=named.document,
        number=named.number if named.is_unit else mask_number(sheet.subject().number),
    )
    by_decision = OrderState(order.state) is not OrderState.EXPIRED
    expired_on = order.ends_on + timedelta(days=1) if order.ends_on else None
    return RemovalCertificate(
        head=sheet.head(sheet.desk.today),
        party=holder,
        order=sheet.reference(),
        reason=RemovalReason(order.end_reason) if by_decision and order.end_reason else None,
        ending_number=_ending_number(sheet) if by_decision else "",
        since=day_of(order.ended_at) if by_decision else expired_on,
    )


def service_proof(sheet: Sheet) -> ServiceProof:
    """Return one service of the decision, or an attempt at it."""
    attempt = sheet.due.source
    if not isinstance(attempt, ServiceAttempt):
        raise TypeError("a proof of service tells of a service")
    announced = attempt.way == ServiceWay.ANNOUNCEMENT.value and attempt.outcome == "served"
    decision = KINDS[DECISION_OF[sheet.kind]].title
    return ServiceProof(
        head=sheet.head(sheet.desk.today),
        recipient=sheet.party(attempt.subject_id, plain=True),
        papers=(f"{sheet.order.order_no}{decision}",),
        way=WAY_TITLES[ServiceWay(attempt.way)],
        outcome=OUTCOME_TITLES[attempt.outcome],
        done_on=attempt.done_on,
        deemed_on=attempt.done_on + timedelta(days=ANNOUNCEMENT_DAYS) if announced else None,
        proof=sheet.opened(attempt.proof, table="service_attempts", row=attempt.id, column="proof"),
        server=name_persons(sheet.desk.session, [attempt.recorded_by]).get(attempt.recorded_by, ""),
    )


def _ending_number(sheet: Sheet) -> str:
    """Return the number of the decision that ended the order, '' while its paper is not made."""
    acts = {act.value for act in ENDING_ACTS}
    ends = [one for one in list_approved(sheet.desk.session, sheet.order.id) if one.act in acts]
    paper = find_valid(sheet.desk.session, sheet.order.id, PaperKind.REMOVAL, ends[-1].id) if ends else None
    return "" if paper is None else printed_number(paper.number)
