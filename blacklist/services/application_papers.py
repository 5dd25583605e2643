"""What a creditor's application must say, and what bars it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from blacklist.errors import ConflictError, Fault, InvalidError
from blacklist.identity.case_numbers import CaseNumber
from blacklist.identity.documents import Document
from blacklist.models import Application, Case, Court, Order
from blacklist.queries import applications as application_queries
from blacklist.queries.subjects import find_subject_id
from blacklist.rules.lifecycle import FINAL_STATES, OrderKind, OrderState


class RelistingBarredError(ConflictError):
    """The listing was removed at the creditor's own request less than six months ago (LIST 10)."""

    code = "relisting-barred"
    title = "六个月内不支持再次申请纳入"
    title_english = "Listing again is barred for six months"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationText:
    """What the creditor's paper says: which order, in which case, against whom, and why."""

    kind: OrderKind
    court_id: int
    case_number: CaseNumber
    document: Document
    name: str = field(repr=False)
    applicant: str = field(repr=False)
    statement: str = field(repr=False)
    received_on: date


def require_complete(text: ApplicationText, court: Court, *, on: date) -> None:
    """Refuse a paper that lacks a fact or belongs to another court, all faults at once.

    Raises:
        InvalidError: as described.
    """
    faults = []
    if text.case_number.court_word != court.code:
        detail = f"案号中的法院代字应为“{court.code}”。"
        faults.append(Fault("/case_number", "another-courts-case", detail, "The case number is another court's."))
    if text.received_on > on:
        faults.append(Fault("/received_on", "in-the-future", "收到日期不能晚于今天。", "The receipt is to come."))
    for name, content in (("applicant", text.applicant), ("statement", text.statement)):
        if not content.strip():
            faults.append(Fault(f"/{name}", "missing", "请填写。", "A required field is missing."))
    if faults:
        raise InvalidError("请补正下列内容。", "Some facts are missing or wrong.", errors=tuple(faults))


def require_not_barred(session: Session, kind: OrderKind, case_number: str, index: bytes, *, on: date) -> None:
    """Refuse an application for a listing that was removed at the creditor's own request less than six months ago.

    Raises:
        RelistingBarredError: it was; the error names the last day of the bar.
    """
    subject_id = find_subject_id(session, index)
    case_id = application_queries.find_case_id(session, case_number)
    if kind is not OrderKind.LISTING or subject_id is None or case_id is None:
        return
    last = application_queries.relisting_bar(session, subject_id=subject_id, case_id=case_id, on=on)
    if last is None:
        return
    raise RelistingBarredError(
        f"该名单系因申请执行人书面申请而删除，至{last.year}年{last.month}月{last.day}日止，"
        "对其再次申请纳入不予支持（名单规定第十条）。法院依职权纳入的，不受此限。",
        f"Removed at the creditor's request; an application to list again is not supported until {last.isoformat()}.",
        until=last.isoformat(),
        article="LIST 10",
    )


def require_same_matter(session: Session, application: Application, order: Order) -> None:
    """Refuse a draft that is another kind of order, of another case, or against somebody else.

    Raises:
        InvalidError: it is.
    """
    case = session.get_one(Case, order.case_id)
    fits = (
        order.court_id == application.court_id
        and order.kind == application.kind
        and case.number == application.case_number
        and order.subject_id == find_subject_id(session, application.debtor_index)
        and OrderState(order.state) not in FINAL_STATES
    )
    if not fits:
        detail = "起草的决定与申请的种类、案号或者被执行人不一致。"
        english = "The draft is not what was applied for."
        raise InvalidError(detail, english, errors=(Fault("/case_number", "not-as-applied-for", detail, english),))
