"""An application for a permit held against the law: every fault of it at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from blacklist.errors import Fault, InvalidError
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permits import (
    USES,
    Cause,
    Leave,
    causes_for,
    is_past,
    last_day_allowed,
    leaves_for,
    needs_undertaking,
    purposes_for,
)
from blacklist.rules.subjects import BoundRole
from blacklist.vocabulary import SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRequest:
    """What an applicant asks for. `roles` are those in which the order binds him; both days are inclusive.

    `confirmation` is the number of the higher court's paper, '' where there is none.
    """

    kind: OrderKind
    subject_kind: SubjectKind
    roles: Collection[BoundRole]
    purpose: str
    leave: Leave
    cause: Cause
    received_on: date
    valid_from: date
    valid_to: date
    uses: int
    evidence: str
    undertaken_on: date | None = None
    confirmation: str = ""


def require_may_permit(asked: PermitRequest, *, recorded_on: date, on: date) -> None:
    """Refuse an application the law knows no leave for, or that lacks a fact; all faults at once.

    `recorded_on` is the day it was put on record, before which no day may lie; `on` the day of the act. Everything
    but `confirmation`, `evidence` and dates is judged by what stands on the first day that is still to come.

    Basis: CONS 3, CONS 8; GOOD 17; ENF 25.

    Raises:
        InvalidError: with one fault a field.
    """
    faults = [
        *_kind_faults(asked, on=on),
        *_day_faults(asked, recorded_on=recorded_on, on=on),
        *_paper_faults(asked, on),
    ]
    if faults:
        raise InvalidError("申请不符合准予单次许可的条件。", "This cannot be permitted.", errors=tuple(faults))


def _kind_faults(asked: PermitRequest, *, on: date) -> Iterator[Fault]:
    if asked.leave not in leaves_for(asked.kind, subject_kind=asked.subject_kind, roles=asked.roles):
        yield Fault("/leave", "not-allowed", "该决定对此人不适用此类许可。", "This leave does not exist for him.")
        return
    if asked.cause not in causes_for(asked.leave):
        yield Fault("/cause", "not-allowed", "该事由不属于所选许可类别。", "The cause does not fit the leave.")
    first = max(asked.valid_from, on)
    open_to = purposes_for(asked.kind, asked.leave, subject_kind=asked.subject_kind, roles=asked.roles, on=first)
    if asked.purpose not in open_to:
        detail = "该决定没有限制此人办理该事项，或者此类许可不含该事项。"
        yield Fault("/purpose", "not-allowed", detail, "The order does not block this, or the leave cannot open it.")
    if asked.uses not in USES:
        detail, english = f"次数应为 {USES[0]} 至 {USES[-1]} 次。", f"Uses are {USES[0]} to {USES[-1]}."
        yield Fault("/uses", "out-of-range", detail, english)


def _day_faults(asked: PermitRequest, *, recorded_on: date, on: date) -> Iterator[Fault]:
    if asked.received_on > recorded_on:
        yield Fault("/received_on", "in-the-future", "收到日期不能晚于今天。", "It came in after today.")
    if asked.valid_from < recorded_on:
        yield Fault("/valid_from", "impossible-date", "起始日期不能早于今天。", "The first day is past.")
    if asked.valid_to < asked.valid_from:
        yield Fault("/valid_to", "impossible-date", "截止日期不能早于起始日期。", "It would end before it begins.")
    elif is_past(asked.valid_to, on):
        yield Fault("/valid_to", "impossible-date", "申请的日期已经过去。", "The days asked for are past.")
    elif asked.valid_to > last_day_allowed(asked.valid_from):
        yield Fault("/valid_to", "out-of-range", "许可期间最长不超过一个月。", "A permit lasts a month at most.")


def _paper_faults(asked: PermitRequest, on: date) -> Iterator[Fault]:
    if not asked.evidence:
        yield Fault("/evidence", "missing", "请写明申请人提交的证据。", "Name the evidence.")
    if asked.undertaken_on is None and needs_undertaking(asked.leave):
        yield Fault("/undertaken_on", "missing", "此类许可须有书面承诺，请填写承诺日期。", "An undertaking is needed.")
    if asked.undertaken_on is not None and asked.undertaken_on > on:
        yield Fault("/undertaken_on", "in-the-future", "承诺日期不能晚于今天。", "The undertaking is to come.")
    if asked.kind is OrderKind.EXIT_BAN and not asked.confirmation:
        detail = "准予出境须经上一级人民法院确认，请填写确认文书编号。"
        yield Fault("/confirmation", "missing", detail, "The higher court's confirmation is needed.")
