"""Facts of the answers to somebody who objected: rejection by the court, reconsideration by the next higher one."""

from __future__ import annotations

import re

from app.desk.paper_sheets import Sheet, day_of
from app.documents.facts import Party
from app.documents.remedies import Outcome, ReconsiderationDecision, RejectionDecision
from app.documents.wording.phrases import MEASURE_NAMES, ORDER_NAMES
from blacklist.models import Objection, Reconsideration
from blacklist.queries import orders as order_queries
from blacklist.queries.papers import find_valid
from blacklist.queries.remedies import OpenedRemedy, open_remedy
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.papers import PaperKind, printed_number
from blacklist.rules.remedies import CLAIM_TITLES, Remedy
from blacklist.rules.remedy_states import ReconsiderationState

_OPINION = re.compile(r"(?:^|(?<=[\n。；]))\s*(?:本院|合议庭)?认为[，,：:]?\s*")
_FOUND = re.compile(r"^\s*(?:经审查查明|经查明|审查查明|查明)[，,：:]?\s*")


def rejection_decision(sheet: Sheet) -> RejectionDecision:
    """Return a rejected objection. What was found and what the court holds stand in one text on record."""
    case = sheet.due.source
    if not isinstance(case, Objection):
        raise TypeError("a rejection tells of an objection")
    opened = open_remedy(case, vault=sheet.desk.vault)
    found, reasons = split_reasons(opened.reasons)
    return RejectionDecision(
        head=sheet.head(day_of(case.decided_at)),
        party=_applicant(sheet, opened),
        order=sheet.reference(),
        received_on=case.received_on,
        claim=_claim(opened),
        found=found,
        reasons=reasons,
        signature=sheet.signature(case.decider_id),
        next_court=sheet.next_court(),
    )


def reconsideration_decision(sheet: Sheet) -> ReconsiderationDecision:
    """Return a decided reconsideration; it names the paper against which it was asked."""
    case = sheet.due.source
    if not isinstance(case, Reconsideration):
        raise TypeError("a reconsideration's paper tells of a reconsideration")
    opened = open_remedy(case, vault=sheet.desk.vault)
    found, reasons = split_reasons(opened.reasons)
    changed = case.state == ReconsiderationState.CHANGED.value
    party, challenged = _applicant(sheet, opened), _challenged(sheet, case)
    return ReconsiderationDecision(
        head=sheet.head(day_of(case.decided_at)),
        party=party,
        order=sheet.reference(),
        original_court=order_queries.get_court(sheet.desk.session, sheet.order.court_id).name,
        challenged=challenged,
        received_on=case.received_on,
        claim=_claim(opened),
        found=found,
        reasons=reasons,
        signature=sheet.signature(case.decider_id),
        outcome=Outcome.CHANGED if changed else Outcome.MAINTAINED,
        results=_results(sheet, case, opened, party, challenged) if changed else (),
    )


def split_reasons(text: str) -> tuple[str, str]:
    """Return what was found and what the court holds, parted where the text says 本院认为; else all are reasons."""
    mark = _OPINION.search(text)
    if mark is None:
        return "", text.strip()
    return _FOUND.sub("", text[: mark.start()]).strip(), text[mark.end() :].strip()


def _claim(opened: OpenedRemedy) -> str:
    return f"{CLAIM_TITLES[opened.claim]}。{opened.statement}"


def _applicant(sheet: Sheet, opened: OpenedRemedy) -> Party:
    """Return the person the order binds who bears the applicant's name; an agent's application is the debtor's."""
    for binding in order_queries.list_bindings(sheet.desk.session, sheet.order.id):
        if sheet.subject(binding.subject_id).name == opened.applicant:
            return sheet.party(binding.subject_id)
    return sheet.party()


def _challenged(sheet: Sheet, case: Reconsideration) -> str:
    """Return the number of the rejection, '' while its paper is not made; an exit ban is challenged itself."""
    if case.objection_id is None:
        return sheet.order.order_no or ""
    paper = find_valid(sheet.desk.session, sheet.order.id, PaperKind.REJECTION, case.objection_id)
    return "" if paper is None else printed_number(paper.number)


def _results(
    sheet: Sheet, case: Reconsideration, opened: OpenedRemedy, party: Party, challenged: str
) -> tuple[str, ...]:
    """Return what is decided: the rejection falls, and the court below does what is right."""
    court = order_queries.get_court(sheet.desk.session, sheet.order.court_id).name
    order = f"{sheet.order.order_no}{ORDER_NAMES[sheet.kind]}"
    when = "及时" if sheet.kind is OrderKind.EXIT_BAN else "在三个工作日内"
    first = () if case.objection_id is None else (f"撤销{court}{challenged}决定书",)
    if opened.remedy is Remedy.WITHDRAW:
        return (*first, f"由{court}{when}撤销{order}")
    if opened.remedy is Remedy.CORRECT:
        return (*first, f"由{court}{when}更正{order}记载和据此登记的信息")
    if sheet.kind is OrderKind.LISTING:
        return (*first, f"由{court}{when}删除{party.name}的失信信息")
    return (*first, f"由{court}{when}解除对{party.name}采取的{MEASURE_NAMES[sheet.kind]}")
