"""The answer to an agency's question, from the orders and permits that stand on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.measures import Measure, MeasureAction, measures_for
from blacklist.rules.purposes import PURPOSES, get_purpose
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import is_over
from blacklist.vocabulary import SubjectKind


class Outcome(StrEnum):
    """What the registry answers."""

    CLEAR = "clear"
    RESTRICTED = "restricted"
    PERMITTED = "permitted"
    MISMATCH = "mismatch"


class Action(StrEnum):
    """What the answer obliges the agency to do."""

    PROCEED = "proceed"
    REFUSE = "refuse"
    REFER = "refer"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """One order as it binds the subject asked about, in one role.

    `role_from` and `role_until` are the first and the last day the order binds him; `since` is the day it took
    effect, `ends_on` its last day in force.
    """

    order_id: int
    order_no: str
    kind: OrderKind
    state: OrderState
    role: BoundRole
    role_from: date | None
    role_until: date | None
    since: date
    ends_on: date | None
    court_name: str
    court_contact: str

    def binds_on(self, on: date) -> bool:
        """Tell whether it restricts on `on`: effective, not past its end, and the role covers the day.

        Basis: LIST 2, LIST 10; CONS 9; ENF 25.
        """
        return (
            self.state is OrderState.EFFECTIVE
            and not is_over(self.ends_on, on)
            and (self.role_from is None or self.role_from <= on)
            and not is_over(self.role_until, on)
        )


@dataclass(frozen=True, slots=True)
class StandingPermit:
    """A court's leave for one purpose under one order; both dates are inclusive."""

    order_id: int
    purpose: str
    permit_no: str
    valid_from: date
    valid_to: date
    uses_left: int

    def opens(self, order_id: int, purpose: str, on: date) -> bool:
        """Tell whether it opens that order for that purpose on `on`; it never opens another order.

        Basis: CONS 8; GOOD 17.
        """
        return (
            self.order_id == order_id
            and self.purpose == purpose
            and self.uses_left > 0
            and self.valid_from <= on <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Restriction:
    """One measure of one order that blocks the purpose: all an agency learns of the order."""

    order_id: int
    order_no: str
    kind: OrderKind
    measure: str
    measure_name: str
    measure_name_english: str
    role: BoundRole
    legal_basis: str
    court: str
    court_contact: str
    since: date
    until: date | None
    action: MeasureAction


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `permit` is the one that ends first of `permits`, which are all those relied upon."""

    outcome: Outcome
    action: Action
    restrictions: tuple[Restriction, ...] = ()
    permit: StandingPermit | None = None
    permits: tuple[StandingPermit, ...] = ()


_CLEAR = Decision(Outcome.CLEAR, Action.PROCEED)
_MISMATCH = Decision(Outcome.MISMATCH, Action.VERIFY)


def decide(
    purpose: str,
    *,
    on: date,
    subject_kind: SubjectKind,
    orders: Sequence[StandingOrder],
    permits: Sequence[StandingPermit] = (),
    name_matches: bool | None = None,
) -> Decision:
    """Answer whether the subject may do `purpose` on `on` (a day in Asia/Shanghai).

    `name_matches` is None when no name was given. A name that is not the subject's while any order in force binds
    him is a mismatch, whatever the purpose, and goes before the other answers: a name never refuses anybody, and
    never frees anybody. Otherwise the purpose is restricted by every order in force with a measure for it that
    no permit of that same order covers; the agency refuses unless every such measure leaves it the decision.

    Basis: LIST 8; CONS 3, CONS 8; GOOD 17; CPL 266.

    Raises:
        InvalidError: there is no such purpose; never a false "clear".
    """
    if purpose not in PURPOSES:
        get_purpose(purpose)
    if not orders:
        return _CLEAR
    in_force = [order for order in orders if order.binds_on(on)]
    if not in_force:
        return _CLEAR
    if name_matches is False:
        return _MISMATCH
    restrictions, relied_upon = _weigh(in_force, permits, purpose, subject_kind=subject_kind, on=on)
    if restrictions:
        return _restricted(restrictions)
    if relied_upon:
        return Decision(Outcome.PERMITTED, Action.PROCEED, permit=_first_to_end(relied_upon), permits=relied_upon)
    return _CLEAR


def _weigh(
    in_force: Iterable[StandingOrder],
    permits: Sequence[StandingPermit],
    purpose: str,
    *,
    subject_kind: SubjectKind,
    on: date,
) -> tuple[tuple[Restriction, ...], tuple[StandingPermit, ...]]:
    """Return what blocks the purpose, and the permits that keep other orders from blocking it."""
    restrictions: dict[tuple[int, str], Restriction] = {}
    relied_upon: dict[int, StandingPermit] = {}
    for order in in_force:
        blocking = measures_for(order.kind, purpose, subject_kind=subject_kind, role=order.role, on=on)
        if not blocking:
            continue
        permit = _first_to_end(each for each in permits if each.opens(order.order_id, purpose, on))
        if permit is not None:
            relied_upon[order.order_id] = permit
            continue
        for measure in blocking:
            restrictions.setdefault((order.order_id, measure.code), _restriction(order, measure))
    return tuple(restrictions.values()), tuple(relied_upon.values())


def _restricted(restrictions: tuple[Restriction, ...]) -> Decision:
    all_refer = all(each.action is MeasureAction.REFER for each in restrictions)
    return Decision(Outcome.RESTRICTED, Action.REFER if all_refer else Action.REFUSE, restrictions)


def _first_to_end(permits: Iterable[StandingPermit]) -> StandingPermit | None:
    return min(permits, key=lambda each: (each.valid_to, each.permit_no), default=None)


def _restriction(order: StandingOrder, measure: Measure) -> Restriction:
    ends = [day for day in (order.ends_on, order.role_until) if day is not None]
    return Restriction(
        order_id=order.order_id,
        order_no=order.order_no,
        kind=order.kind,
        measure=measure.code,
        measure_name=measure.name,
        measure_name_english=measure.name_english,
        role=order.role,
        legal_basis=measure.basis,
        court=order.court_name,
        court_contact=order.court_contact,
        since=order.since,
        until=min(ends, default=None),
        action=measure.action,
    )
