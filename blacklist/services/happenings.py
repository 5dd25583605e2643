"""What a clerk records of a case, whether it can have happened so, and what the orders' sums are afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from blacklist.errors import Fault, InvalidError
from blacklist.models import Order, Subject
from blacklist.queries import orders as order_queries
from blacklist.queries import repair as repair_queries
from blacklist.rules.repair import IN_FULL, WITH_AMOUNT, CaseEventKind
from blacklist.vocabulary import SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What the clerk records.

    `amount` is what was paid this time, in yuan; `in_full` says the duty is fulfilled whatever the sums say;
    `with_optional` also proposes the ends the court may, but need not, decide.
    """

    kind: CaseEventKind
    happened_on: date
    document: str
    amount: Decimal | None = None
    in_full: bool = False
    note: str = field(default="", repr=False)
    with_optional: bool = True


def require_possible(session: Session, order: Order, happening: Happening, *, on: date) -> None:
    """Refuse an event that cannot have happened so, all faults at once.

    Raises:
        InvalidError: a day outside the case's life, a sum that does not fit, a search before enforcement was ended.
    """
    faults = [
        *_faults_of_day(session, order, happening, on=on),
        *_faults_of_sum(order, happening),
        *_faults_of_kind(session, order, happening),
    ]
    if not happening.document.strip():
        faults.append(Fault("/document", "missing", "请填写依据文书的编号。", "Name the paper it rests on."))
    if faults:
        raise InvalidError("请补正下列内容。", "Some facts are missing or wrong.", errors=tuple(faults))


def performed_after(order: Order, happening: Happening) -> tuple[str, Decimal | None]:
    """Return an order's performance (`none`, `part`, `full`) and the sum performed, once the event is recorded.

    What was paid beyond the sum due (interest for delay) stands in the event, not in the order.
    """
    if happening.kind not in WITH_AMOUNT:
        return order.performance, order.amount_performed
    paid = order.amount_performed
    if happening.amount is not None:
        paid = (paid or Decimal(0)) + happening.amount
    due = order.amount_due
    if due is not None and paid is not None:
        paid = min(paid, due)
    if happening.kind is CaseEventKind.PERFORMED and due is not None:
        paid = due
    return "full" if happening.kind in IN_FULL else "part", paid


def _faults_of_day(session: Session, order: Order, happening: Happening, *, on: date) -> list[Fault]:
    filed_on = order_queries.get_case(session, order.case_id).filed_on
    if filed_on <= happening.happened_on <= on:
        return []
    detail, english = "发生日期应在立案之后、今天之前。", "Not between filing and today."
    return [Fault("/happened_on", "impossible-date", detail, english)]


def _faults_of_sum(order: Order, happening: Happening) -> list[Fault]:
    kind, amount = happening.kind, happening.amount
    if amount is not None and (kind not in WITH_AMOUNT or amount <= 0):
        detail = "该事项不登记金额。" if kind not in WITH_AMOUNT else "金额应当大于零。"
        return [Fault("/amount", "not-allowed", detail, "No such sum belongs to this event.")]
    if kind is CaseEventKind.PART_PERFORMED and amount is None:
        return [Fault("/amount", "missing", "请填写本次履行的金额。", "Name the sum paid.")]
    due = order.amount_due
    paid = (order.amount_performed or Decimal(0)) + (amount or Decimal(0))
    if kind is CaseEventKind.PART_PERFORMED and due is not None and paid >= due:
        detail = "加上本次，已履行金额达到应履行金额，请登记为“履行完毕”。"
        return [
            Fault("/kind", "performed-in-full", detail, "With this sum the whole is paid: record full performance.")
        ]
    if kind is CaseEventKind.PERFORMED and not happening.in_full and (due is None or paid < due):
        detail = "加上本次，已履行金额尚未达到应履行金额；确已全部履行的，请勾选确认。"
        return [
            Fault("/in_full", "not-in-full", detail, "The sums do not reach what is due; confirm full performance.")
        ]
    return []


def _faults_of_kind(session: Session, order: Order, happening: Happening) -> list[Fault]:
    subject = session.get_one(Subject, order.subject_id)
    if happening.kind is CaseEventKind.DEATH and subject.kind != SubjectKind.NATURAL.value:
        return [Fault("/kind", "not-allowed", "单位不适用该事项。", "A unit does not die.")]
    if happening.kind is CaseEventKind.EMPTY_SEARCH:
        ended_on = repair_queries.find_present_ending(session, order.case_id)
        if ended_on is None:
            detail = "尚未登记终结本次执行程序，请先登记。"
            return [Fault("/kind", "not-ended-yet", detail, "Record first that enforcement was ended for the present.")]
        if happening.happened_on < ended_on:
            detail = "网络查控日期应在终结本次执行程序之后。"
            return [Fault("/happened_on", "impossible-date", detail, "Before enforcement was ended.")]
    return []
