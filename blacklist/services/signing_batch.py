"""The president signs what he marked, in one go: each order stands alone, one that is refused stops no other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    StaleVersionError,
    TransitionError,
)
from blacklist.events import AuditEvent
from blacklist.identity.ids import public_id as new_public_id
from blacklist.identity.sealing import Vault
from blacklist.models import Case, Order, SignMark
from blacklist.queries import signing as signing_queries
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.services import auditing
from blacklist.services.issuing import issue_order
from blacklist.services.marking import SignChoice, is_chosen
from blacklist.services.reviewing import return_order

# Faster than anybody reads: the supervisor is told, nobody is stopped.
LEAST_READING_SECONDS: Final = 2
MOST_IN_A_MINUTE: Final = 30
_MINUTE: Final = timedelta(minutes=1)


class Outcome(StrEnum):
    """What became of one order of a batch."""

    ISSUED = "issued"
    EFFECTIVE = "effective"
    RETURNED = "returned"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class BatchResult:
    """One order of a batch; `why` says in Chinese why it was not signed."""

    public_id: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """A batch: its id stands beside each order that was issued, and lets the signer take an unserved one back."""

    batch_id: str
    results: tuple[BatchResult, ...]


def sign_batch(
    session: Session, public_ids: Collection[str], *, actor: Actor, at: datetime, vault: Vault
) -> SignedBatch:
    """Issue the orders this person marked *agree* and send back those marked *return*; held ones stay.

    Consumption orders come first: a listed debtor needs one in the case. Every order passes the gates of its own
    act again; one that is refused is named in the results and keeps no mark, so it stands on the table undecided.
    """
    orders = signing_queries.lock_batch(session, public_ids, actor=actor)
    _lock_cases(session, orders)
    batch_id = new_public_id()

    results = [
        BatchResult(missing, Outcome.REFUSED, "没有这份决定，或不属于您所在的法院。")
        for missing in dict.fromkeys(public_ids)
        if missing not in {order.public_id for order in orders}
    ]
    marks = [(order, signing_queries.find_mark(session, order.id, person_id=actor.person_id)) for order in orders]
    hasty = _count_hasty([mark for _, mark in marks if mark is not None])
    for order, mark in sorted(marks, key=lambda pair: pair[0].kind != OrderKind.CONSUMPTION.value):
        if mark is not None and is_chosen(mark) and mark.choice == SignChoice.HOLD.value:
            continue
        results.append(_carry_out(session, order, mark, batch_id=batch_id, actor=actor, at=at, vault=vault))

    if any(hasty.values()):
        auditing.record(
            session,
            AuditEvent.ORDER_ISSUED,
            None,
            actor=actor,
            at=at,
            court_id=orders[0].court_id,
            facts={"hasty": True, "batch": batch_id, "orders": len(results), **hasty},
        )
    session.flush()
    return SignedBatch(batch_id, tuple(results))


def _carry_out(
    session: Session, order: Order, mark: SignMark | None, *, batch_id: str, actor: Actor, at: datetime, vault: Vault
) -> BatchResult:
    """Do what the mark says, in a savepoint of its own.

    The mark of an order that was decided stays beside it: how long it was read is a figure of the court. The order's
    version moved on, so the mark says nothing any more; that of a refused one is taken off the table.
    """
    name = order.public_id
    try:
        with session.begin_nested():
            result = BatchResult(name, _decide(session, order, mark, batch_id, actor=actor, at=at, vault=vault))
    except (InvalidError, ForbiddenError, NotFoundError, ConflictError) as error:
        result = BatchResult(name, Outcome.REFUSED, error.detail)
        if mark is not None:
            session.delete(mark)
            session.flush()
    return result


def _decide(
    session: Session, order: Order, mark: SignMark | None, batch_id: str, *, actor: Actor, at: datetime, vault: Vault
) -> Outcome:
    if order.state != OrderState.CHECKED.value:
        raise TransitionError("该决定已由他人办理，不再待签发。", "Somebody else has dealt with it.")
    if mark is None or not is_chosen(mark):
        raise StaleVersionError("您没有对该决定的最新内容作出选择。", "There is no choice for its present content.")
    version = mark.version
    if mark.choice == SignChoice.RETURN.value:
        return_order(session, order.public_id, reason=mark.reason, version=version, actor=actor, at=at)
        return Outcome.RETURNED
    issued = issue_order(session, order.public_id, version=version, actor=actor, at=at, vault=vault, batch_id=batch_id)
    return Outcome.EFFECTIVE if issued.state == OrderState.EFFECTIVE.value else Outcome.ISSUED


def _lock_cases(session: Session, orders: list[Order]) -> None:
    """Lock the cases whose numbers will be counted on, in the order of their ids: as the orders, against circles."""
    case_ids = {order.case_id for order in orders}
    session.scalars(select(Case.id).where(Case.id.in_(case_ids)).order_by(Case.id).with_for_update()).all()


def _count_hasty(marks: list[SignMark]) -> dict[str, int]:
    """Return what was faster than reading: orders decided within two seconds, and the fullest minute if too full."""
    agreed = [mark for mark in marks if mark.choice == SignChoice.AGREE.value]
    quick = sum(mark.reading_seconds is not None and mark.reading_seconds < LEAST_READING_SECONDS for mark in agreed)
    times = sorted(mark.marked_at for mark in agreed)
    fullest = max((sum(first <= one < first + _MINUTE for one in times) for first in times), default=0)
    return {"under_two_seconds": quick, "in_one_minute": fullest if fullest > MOST_IN_A_MINUTE else 0}
