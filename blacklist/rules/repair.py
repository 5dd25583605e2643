"""What an event of a case does to the orders made in it: one table, from the event to the order's repair.

A restriction ends as soon as its reason does. The machine drafts the end the moment the event is recorded; two
persons still make it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from blacklist.rules.deadlines import Clock, deadline
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
from blacklist.rules.terms import RELISTING_BAR_MONTHS, add_months
from blacklist.rules.working_days import Calendar


class CaseEventKind(StrEnum):
    """Something that happened in a case, about one debtor; at most 24 characters, as they are stored."""

    PERFORMED = "performed"
    PART_PERFORMED = "part_performed"
    SETTLED_AND_PERFORMED = "settled_and_performed"
    SETTLED_NOT_PERFORMED = "settled_not_performed"
    CREDITOR_REQUEST = "creditor_request"
    CREDITOR_CONSENT = "creditor_consent"
    SECURITY_GIVEN = "security_given"
    PRESENT_ENDED = "present_ended"
    EMPTY_SEARCH = "empty_search"
    STAYED = "stayed"
    STAY_ENDED = "stay_ended"
    NOT_ENFORCED = "not_enforced"
    TERMINATED = "terminated"
    DEATH = "death"


CASE_EVENT_TITLES: Mapping[CaseEventKind, str] = MappingProxyType(
    {
        CaseEventKind.PERFORMED: "履行完毕（执行完毕）",
        CaseEventKind.PART_PERFORMED: "部分履行",
        CaseEventKind.SETTLED_AND_PERFORMED: "达成执行和解协议且已履行完毕",
        CaseEventKind.SETTLED_NOT_PERFORMED: "达成执行和解协议，尚未履行完毕",
        CaseEventKind.CREDITOR_REQUEST: "申请执行人书面申请删除失信信息",
        CaseEventKind.CREDITOR_CONSENT: "申请执行人同意解除限制措施",
        CaseEventKind.SECURITY_GIVEN: "被执行人提供充分有效的担保",
        CaseEventKind.PRESENT_ENDED: "裁定终结本次执行程序",
        CaseEventKind.EMPTY_SEARCH: "终结本次执行程序后网络查控未发现财产，且无人提供有效线索",
        CaseEventKind.STAYED: "因审判监督或者破产程序，裁定中止执行",
        CaseEventKind.STAY_ENDED: "中止执行的情形消失，恢复执行",
        CaseEventKind.NOT_ENFORCED: "裁定不予执行",
        CaseEventKind.TERMINATED: "裁定终结执行",
        CaseEventKind.DEATH: "被执行人死亡",
    }
)
WITH_AMOUNT = frozenset({CaseEventKind.PERFORMED, CaseEventKind.PART_PERFORMED, CaseEventKind.SETTLED_AND_PERFORMED})
IN_FULL = frozenset({CaseEventKind.PERFORMED, CaseEventKind.SETTLED_AND_PERFORMED})
SEARCHES_WITHOUT_RESULT = 2
OBSTRUCTING = frozenset({Ground.G2, Ground.G3})


class Outcome(StrEnum):
    """What the machine does about an order when the event is recorded."""

    REMOVE = "remove"  # draft its end
    SUSPEND = "suspend"  # draft its suspension
    TASK = "task"  # have the court look into it
    RECORD = "record"  # nothing beyond the record


class Force(StrEnum):
    """How far the law leaves the court a choice."""

    MUST = "must"
    SHOULD = "should"  # practice and policy ask for it; the court decides
    MAY = "may"
    NONE = "none"


class Limit(StrEnum):
    """By when an outcome has to be reached, counted from the event."""

    SAME_DAY = "same_day"
    THREE_WORKING_DAYS = "three_working_days"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What one event does to one order. `articles` are keys of `articles.ARTICLES`; `reason` of a removal alone."""

    outcome: Outcome
    force: Force
    limit: Limit
    articles: tuple[str, ...]
    reason: RemovalReason | None = None


class _Target(StrEnum):
    """Kinds of orders as the table tells them apart: only a listing without a term knows the seven events."""

    OPEN_LISTING = "open_listing"
    FIXED_LISTING = "fixed_listing"
    CONSUMPTION = "consumption"
    EXIT_BAN = "exit_ban"


_LISTINGS = (_Target.OPEN_LISTING, _Target.FIXED_LISTING)
_MEASURES = (_Target.CONSUMPTION, _Target.EXIT_BAN)


def _removes(
    reason: RemovalReason, force: Force, *articles: str, limit: Limit = Limit.THREE_WORKING_DAYS
) -> Consequence:
    return Consequence(Outcome.REMOVE, force, limit, articles, reason)


def _nothing(*articles: str) -> Consequence:
    return Consequence(Outcome.RECORD, Force.NONE, Limit.NONE, articles)


def _look(*articles: str) -> Consequence:
    return Consequence(Outcome.TASK, Force.MUST, Limit.THREE_WORKING_DAYS, articles)


def _for_all(event: CaseEventKind, consequence: Consequence) -> dict[tuple[CaseEventKind, _Target], Consequence]:
    return {(event, target): consequence for target in _Target}


def _performance(event: CaseEventKind, reason: RemovalReason) -> dict[tuple[CaseEventKind, _Target], Consequence]:
    """A duty fulfilled: everything ends, a fixed term too (by decision, whose default is yes)."""
    return {
        (event, _Target.OPEN_LISTING): _removes(reason, Force.MUST, "LIST 10"),
        (event, _Target.FIXED_LISTING): _removes(RemovalReason.R9, Force.SHOULD, "LIST 2", "GOOD 19"),
        (event, _Target.CONSUMPTION): _removes(RemovalReason.PERFORMED, Force.MUST, "CONS 9"),
        (event, _Target.EXIT_BAN): _removes(
            RemovalReason.PERFORMED, Force.MUST, "ENF 25", "EXIT 65", limit=Limit.SAME_DAY
        ),
    }


def _case_over(event: CaseEventKind, reason: RemovalReason) -> dict[tuple[CaseEventKind, _Target], Consequence]:
    """Nothing is left to enforce: a fixed term is looked into, since the seven events do not end it by their words."""
    return {
        (event, _Target.OPEN_LISTING): _removes(reason, Force.MUST, "LIST 10"),
        (event, _Target.FIXED_LISTING): _look("LIST 2", "LIST 10"),
        (event, _Target.CONSUMPTION): _removes(RemovalReason.CASE_ENDED, Force.MUST, "CONS 9"),
        (event, _Target.EXIT_BAN): _removes(
            RemovalReason.CASE_ENDED, Force.MUST, "ENF 25", "EXIT 65", limit=Limit.SAME_DAY
        ),
    }


def _agreed(event: CaseEventKind, reason: RemovalReason) -> dict[tuple[CaseEventKind, _Target], Consequence]:
    """Security or consent opens the measures if the court agrees; a listing knows neither."""
    return {
        **{(event, target): _nothing("LIST 10") for target in _LISTINGS},
        (event, _Target.CONSUMPTION): _removes(reason, Force.MAY, "CONS 9"),
        (event, _Target.EXIT_BAN): _removes(reason, Force.MAY, "ENF 25"),
    }


CONSEQUENCES: Mapping[tuple[CaseEventKind, _Target], Consequence] = MappingProxyType(
    {
        **_performance(CaseEventKind.PERFORMED, RemovalReason.R1),
        **_performance(CaseEventKind.SETTLED_AND_PERFORMED, RemovalReason.R2),
        **_case_over(CaseEventKind.NOT_ENFORCED, RemovalReason.R6),
        **_case_over(CaseEventKind.TERMINATED, RemovalReason.R7),
        **_agreed(CaseEventKind.SECURITY_GIVEN, RemovalReason.SECURITY),
        **_agreed(CaseEventKind.CREDITOR_CONSENT, RemovalReason.CONSENT),
        **_for_all(CaseEventKind.PART_PERFORMED, _nothing("LIST 10", "CONS 9")),
        **_for_all(CaseEventKind.SETTLED_NOT_PERFORMED, _nothing("LIST 10", "CONS 9")),
        **_for_all(CaseEventKind.PRESENT_ENDED, _nothing("TERM 15")),
        **_for_all(CaseEventKind.STAY_ENDED, _nothing("LIST 10")),
        **_for_all(CaseEventKind.CREDITOR_REQUEST, _nothing("LIST 10", "CONS 9")),
        (CaseEventKind.CREDITOR_REQUEST, _Target.OPEN_LISTING): _removes(RemovalReason.R3, Force.MAY, "LIST 10"),
        # Until the second search; `consequences` counts.
        **_for_all(CaseEventKind.EMPTY_SEARCH, _nothing("TERM 15")),
        (CaseEventKind.EMPTY_SEARCH, _Target.OPEN_LISTING): _removes(RemovalReason.R4, Force.MUST, "LIST 10"),
        (CaseEventKind.STAYED, _Target.OPEN_LISTING): _removes(RemovalReason.R5, Force.MUST, "LIST 10"),
        (CaseEventKind.STAYED, _Target.FIXED_LISTING): _look("LIST 10"),
        **{(CaseEventKind.STAYED, target): _look("CPL 267") for target in _MEASURES},
        **{
            (CaseEventKind.DEATH, target): Consequence(
                Outcome.SUSPEND, Force.MUST, Limit.THREE_WORKING_DAYS, ("CPL 267",)
            )
            for target in _LISTINGS
        },
        (CaseEventKind.DEATH, _Target.CONSUMPTION): _look("CPL 267"),
        (CaseEventKind.DEATH, _Target.EXIT_BAN): _removes(
            RemovalReason.CASE_ENDED, Force.MUST, "CPL 267", "EXIT 65", limit=Limit.SAME_DAY
        ),
    }
)


def consequences(
    event: CaseEventKind, kind: OrderKind, *, fixed_term: bool, effective: bool, empty_searches: int = 0
) -> Consequence:
    """Return what an event does to a standing order of the case against the debtor it happened to.

    `effective` is False for an order that is issued and restricts nobody yet; performed in time it ends before it
    ever did. `empty_searches` counts the searches since enforcement was ended for the present, this one included:
    two of them end a listing without a term, one does not, and the consumption order stays. What was only agreed
    ends nothing, nor does the present ending of enforcement; a stay that is over brings nothing back by itself.

    Basis: LIST 2, LIST 10; GOOD 15, GOOD 19; CONS 9; ENF 25; EXIT 65; CPL 267; TERM 15.
    """
    consequence = CONSEQUENCES[event, _target(kind, fixed_term=fixed_term)]
    if event is CaseEventKind.EMPTY_SEARCH and empty_searches < SEARCHES_WITHOUT_RESULT:
        return _nothing("LIST 10")
    if effective:
        return consequence
    if event in IN_FULL:
        return _removes(RemovalReason.PERFORMED_IN_GRACE, Force.MUST, "GOOD 15", limit=consequence.limit)
    if consequence.outcome is Outcome.SUSPEND:  # nothing works yet that could be suspended
        return replace(consequence, outcome=Outcome.TASK)
    return consequence


def due_on(consequence: Consequence, happened_on: date, *, calendar: Calendar) -> date | None:
    """Return the last day for an outcome, None where there is none.

    An exit ban is lifted on the day its cause ends; everything else within three working days of the event.

    Basis: LIST 10; CONS 9; EXIT 65.

    Raises:
        UnknownYearError: the count touches a year whose holidays are not loaded.
    """
    if consequence.limit is Limit.NONE:
        return None
    if consequence.limit is Limit.SAME_DAY:
        return happened_on
    return deadline(Clock.REMOVAL_EVENT, happened_on, calendar=calendar)


def encouragement(
    kind: OrderKind,
    *,
    fixed_term: bool,
    grounds: Collection[Ground],
    due: Decimal | None,
    performed: Decimal | None,
) -> RemovalReason | None:
    """Return the reason for which the court might consider an early end, as a hint to the clerk; never an act.

    A debtor listed for a fixed term who neither obstructed nor evaded enforcement and has performed half or more.

    Basis: LIST 2.
    """
    listed_for_a_term = kind is OrderKind.LISTING and fixed_term
    if not listed_for_a_term or OBSTRUCTING & set(grounds):
        return None
    if not due or performed is None or performed * 2 < due:
        return None
    return RemovalReason.R9


def relisting_barred_until(removed_on: date, reason: RemovalReason) -> date | None:
    """Return the last day on which the creditor's application to list again is not supported, None if no bar.

    Basis: LIST 10.
    """
    return add_months(removed_on, RELISTING_BAR_MONTHS) if reason is RemovalReason.R3 else None


def relisting_barred(removed_on: date, reason: RemovalReason, on: date, *, on_application: bool) -> bool:
    """Tell whether a listing removed at the creditor's own request may not be made again yet.

    The bar stops the creditor's application alone: the court may still list of its own motion.

    Basis: LIST 10.
    """
    last = relisting_barred_until(removed_on, reason)
    return on_application and last is not None and on <= last


def waits_for_listing(kind: OrderKind, reason: RemovalReason) -> bool:
    """Tell whether an order may end only once the listing beside it has ended.

    A listed debtor must be under a consumption order; so the court decides about the listing first. A person whose
    role ended, and an order that should never have been made, do not wait.

    Basis: CONS 1.
    """
    return kind is OrderKind.CONSUMPTION and reason not in (RemovalReason.ROLE_ENDED, RemovalReason.W)


def _target(kind: OrderKind, *, fixed_term: bool) -> _Target:
    if kind is OrderKind.LISTING:
        return _Target.FIXED_LISTING if fixed_term else _Target.OPEN_LISTING
    return _Target.CONSUMPTION if kind is OrderKind.CONSUMPTION else _Target.EXIT_BAN
