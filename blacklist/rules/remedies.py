"""What a person may do against an order: which way is open, for how long, to what end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import ConflictError
from blacklist.rules.deadlines import PERIODS, Clock, deadline
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedy_states import ObjectionState, ReconsiderationState
from blacklist.rules.working_days import Calendar


class TooLateError(ConflictError):
    """The days within which the next higher court can be asked are over."""

    code = "remedy-too-late"
    title = "申请复议的期限已过"
    title_english = "The time for reconsideration is over"


class OtherWayError(ConflictError):
    """The law opens another way against this kind of order."""

    code = "other-remedy"
    title = "应当通过另一途径提出"
    title_english = "The law opens another way"


class Claim(StrEnum):
    """What the person says is wrong. Basis: LIST 11."""

    NOT_ME = "not_me"
    SHOULD_NOT_BE_LISTED = "should_not_be_listed"
    INACCURATE = "inaccurate"
    SHOULD_BE_REMOVED = "should_be_removed"
    PERFORMED = "performed"


class Way(StrEnum):
    """Where a remedy begins: at the court that decided, or at the next higher one."""

    OBJECTION = "objection"
    RECONSIDERATION = "reconsideration"


class Remedy(StrEnum):
    """What is done for somebody who was right."""

    CORRECT = "correct"
    REMOVE = "remove"
    WITHDRAW = "withdraw"


CLAIM_TITLES: Mapping[Claim, str] = MappingProxyType(
    {
        Claim.NOT_ME: "不是本人",
        Claim.SHOULD_NOT_BE_LISTED: "不应纳入、不应采取",
        Claim.INACCURATE: "信息有误",
        Claim.SHOULD_BE_REMOVED: "应当删除、解除而未办理，或者期满未删除",
        Claim.PERFORMED: "已履行或者已达成和解并履行",
    }
)
CLAIM_TITLES_ENGLISH: Mapping[Claim, str] = MappingProxyType(
    {
        Claim.NOT_ME: "I am not this person",
        Claim.SHOULD_NOT_BE_LISTED: "It should never have been ordered",
        Claim.INACCURATE: "The facts are inaccurate",
        Claim.SHOULD_BE_REMOVED: "It should have been removed by now",
        Claim.PERFORMED: "I have performed, or settled and performed",
    }
)
REMEDY_TITLES: Mapping[Remedy, str] = MappingProxyType(
    {Remedy.CORRECT: "更正", Remedy.REMOVE: "删除、解除", Remedy.WITHDRAW: "撤销"}
)

# Whoever is the wrong person, or ought to be free already, cannot lose that by letting days pass (ours).
NEVER_LATE = frozenset({Claim.NOT_ME, Claim.SHOULD_BE_REMOVED})

_REMEDIES: Mapping[Claim, tuple[Remedy, ...]] = MappingProxyType(
    {
        Claim.NOT_ME: (Remedy.WITHDRAW, Remedy.CORRECT),
        Claim.SHOULD_NOT_BE_LISTED: (Remedy.WITHDRAW,),
        Claim.INACCURATE: (Remedy.CORRECT, Remedy.WITHDRAW),
        Claim.SHOULD_BE_REMOVED: (Remedy.REMOVE,),
        Claim.PERFORMED: (Remedy.REMOVE,),
    }
)


def remedy_of(kind: OrderKind) -> Way:
    """Return the way that is open against such an order.

    A listing or consumption order is objected to at the court that made it; its rejection goes to the next higher
    court. An exit ban goes there straight away and knows no objection.

    Basis: LIST 11, LIST 12; GOOD 18; REVIEW 9.
    """
    return Way.RECONSIDERATION if kind is OrderKind.EXIT_BAN else Way.OBJECTION


def require_objection(kind: OrderKind) -> None:
    """Refuse an objection to an order that is not objected to.

    Basis: LIST 11; GOOD 18; REVIEW 9.

    Raises:
        OtherWayError: it is an exit ban.
    """
    if remedy_of(kind) is not Way.OBJECTION:
        days = PERIODS[Clock.EXIT_BAN_RECEIVED].length
        raise OtherWayError(
            f"对限制出境决定不服的，自收到决定之日起 {days} 日内直接向上一级人民法院申请复议。",
            f"An exit ban goes straight to the next higher court, within {days} days of receipt.",
        )


def remedies_for(claim: Claim) -> tuple[Remedy, ...]:
    """Return what can be done for a claim that is well founded.

    What should never have been ordered is withdrawn, what is inaccurate corrected, what ought to have ended removed.

    Basis: LIST 9, LIST 10, LIST 11, LIST 12.
    """
    return _REMEDIES[claim]


def is_fast_lane(claim: Claim) -> bool:
    """Tell whether a claim is looked at the same day: every hour of a mistaken identity may strike a stranger.

    Basis: LIST 9, LIST 12.
    """
    return claim is Claim.NOT_ME


def suspends(claim: Claim) -> bool:
    """Tell whether a court may rest the order for this claim while it examines; by itself nothing is suspended.

    Neither objection nor reconsideration stays the order; a doubt about who the person is, is a decision of its own.

    Basis: LIST 12; REVIEW 9.
    """
    return claim is Claim.NOT_ME


def clock_of_reconsideration(kind: OrderKind) -> Clock:
    """Return the clock within which the next higher court must be asked, from service of what is challenged.

    Basis: LIST 12; GOOD 18; REVIEW 9.
    """
    return Clock.EXIT_BAN_RECEIVED if kind is OrderKind.EXIT_BAN else Clock.REJECTION_SERVED


def require_in_time(claim: Claim, kind: OrderKind, *, served_on: date | None, on: date, calendar: Calendar) -> None:
    """Refuse a reconsideration that comes too late.

    `served_on` is the day on which the rejection (or the exit ban) reached the person; None: it never did, and the
    time has not begun. `on` is the day of the application. A wrong person, or one who ought to be free, is never late.

    Basis: LIST 12; GOOD 18; REVIEW 9; CPL 85.

    Raises:
        TooLateError: it says the day that was the last. UnknownYearError: that day lies in a year not loaded.
    """
    clock = clock_of_reconsideration(kind)
    if served_on is None or claim in NEVER_LATE:
        return
    if on <= served_on + timedelta(days=PERIODS[clock].length):  # in time, whatever the holidays of the last day
        return
    last = deadline(clock, served_on, calendar=calendar)
    if on > last:
        raise TooLateError(
            f"申请复议的期限已于 {last.year}年{last.month}月{last.day}日 届满。",
            f"The time for reconsideration ended on {last.isoformat()}.",
            last=last.isoformat(),
        )


def reached_on(done_on: date, *, by_announcement: bool, calendar: Calendar) -> date:
    """Return the day on which a served decision counts as received; an announcement serves when its days are over.

    Basis: CPL 95.
    """
    return deadline(Clock.ANNOUNCEMENT_PUBLISHED, done_on, calendar=calendar) if by_announcement else done_on


def objection_clock(
    state: ObjectionState, *, received_on: date, decided_on: date | None, served_on: date | None
) -> tuple[Clock, date] | None:
    """Return the clock an objection runs on now and the day it started, or None where none runs.

    Examination from receipt, correction from the decision, reconsideration from the service of a rejection.

    Basis: LIST 12; GOOD 18.
    """
    if state in (ObjectionState.RECEIVED, ObjectionState.ACCEPTED):
        return Clock.OBJECTION_RECEIVED, received_on
    if state is ObjectionState.UPHELD and decided_on is not None:
        return Clock.OBJECTION_UPHELD, decided_on
    if state is ObjectionState.REJECTED and served_on is not None:
        return Clock.REJECTION_SERVED, served_on
    return None


def reconsideration_clock(
    state: ReconsiderationState, kind: OrderKind, *, received_on: date, decided_on: date | None
) -> tuple[Clock, date] | None:
    """Return the clock a reconsideration runs on now and the day it started, or None where none runs.

    A changed decision is carried out by the court below within the time of a founded objection.

    Basis: LIST 12; REVIEW 9.
    """
    if state is ReconsiderationState.RECEIVED:
        exit_ban = kind is OrderKind.EXIT_BAN
        clock = Clock.EXIT_BAN_RECONSIDERATION_RECEIVED if exit_ban else Clock.RECONSIDERATION_RECEIVED
        return clock, received_on
    if state is ReconsiderationState.CHANGED and decided_on is not None:
        return Clock.OBJECTION_UPHELD, decided_on
    return None
