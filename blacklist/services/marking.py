"""A president marks checked orders one by one before a batch is signed; a mark is a note of his own, not an act."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, Fault, InvalidError
from blacklist.models import Order, SignMark
from blacklist.queries import orders as order_queries
from blacklist.queries import signing as signing_queries
from blacklist.rules.lifecycle import Act, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.services.drafting import require_version


class SignChoice(StrEnum):
    """What may be chosen for one order on the table."""

    AGREE = "agree"
    RETURN = "return"
    HOLD = "hold"


class MustOpenError(ConflictError):
    """This order is agreed to only after somebody looked at the whole of it."""

    code = "must-be-opened"
    title = "须先查看全部内容"
    title_english = "Open the whole order first"


class CannotAgreeError(ConflictError):
    """A check failed: the order can only be sent back, or signed on its own page once the fault is gone."""

    code = "cannot-be-agreed"
    title = "有不符合规定的事项，不能同意"
    title_english = "A check failed, so it cannot be agreed to"


def mark_order(
    session: Session,
    public_id: str,
    *,
    choice: SignChoice,
    reason: str = "",
    version: int,
    must_open: bool,
    may_agree: bool,
    actor: Actor,
    at: datetime,
) -> SignMark:
    """Keep what the president chose for one checked order; the order itself does not change.

    `must_open` says that agreeing wants the order opened first, `may_agree` that no check failed: both are the
    caller's findings of this moment. `reading_seconds` of the mark counts from the first opening to the last choice.

    Raises:
        SamePersonError: who drafted it does not decide it.
        StaleVersionError: the order changed since the president looked.
        MustOpenError, CannotAgreeError: agreeing is not possible (yet).
        InvalidError: a return without a reason.
    """
    order = _waiting(session, public_id, version=version, actor=actor)
    mark = _mark_of(session, order, actor=actor)

    if choice is SignChoice.AGREE and not may_agree:
        raise CannotAgreeError("有不符合规定的事项，只能退回或者搁置。", "A check failed; send it back or hold it.")
    if choice is SignChoice.AGREE and must_open and not (mark is not None and mark.opened):
        raise MustOpenError("请先打开查看全部内容，再选同意。", "Open the whole order before agreeing.")
    if choice is SignChoice.RETURN and not reason:
        detail, english = "请写明退回理由。", "A return needs its reason."
        raise InvalidError(detail, english, errors=(Fault("/reason", "missing", detail, english),))

    reason = reason if choice is SignChoice.RETURN else ""
    if mark is None:
        mark = _new_mark(session, order, opened=False, actor=actor, at=at)
    elif is_chosen(mark) and (mark.choice, mark.reason) == (choice.value, reason):
        return mark  # the whole table is sent again with the last button; what stands is not chosen anew
    if mark.opened:
        mark.reading_seconds = (mark.reading_seconds or 0) + max(0, int((at - mark.marked_at).total_seconds()))
    mark.choice = choice.value
    mark.reason = reason
    mark.marked_at = at
    session.flush()
    return mark


def open_order(session: Session, public_id: str, *, version: int, actor: Actor, at: datetime) -> SignMark:
    """Keep that the president opened the whole of a checked order; the clock of his reading starts.

    Raises:
        SamePersonError, StaleVersionError: as `mark_order`.
    """
    order = _waiting(session, public_id, version=version, actor=actor)
    mark = _mark_of(session, order, actor=actor)

    if mark is None:
        mark = _new_mark(session, order, opened=True, actor=actor, at=at)
    elif not mark.opened:  # chosen before it was opened: the choice stands, the reading begins now
        mark.opened, mark.reading_seconds, mark.marked_at = True, 0, at
    session.flush()
    return mark


def is_chosen(mark: SignMark | None) -> bool:
    """Tell whether a mark is a choice; one that says only *opened* is not (the column knows no empty choice)."""
    if mark is None:
        return False
    return not (mark.choice == SignChoice.HOLD.value and mark.opened and mark.reading_seconds is None)


def _waiting(session: Session, public_id: str, *, version: int, actor: Actor) -> Order:
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)
    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, order.drafted_by)
    require_version(order, version)
    state_after(OrderState(order.state), Act.ISSUE)
    return order


def _mark_of(session: Session, order: Order, *, actor: Actor) -> SignMark | None:
    """Return the actor's mark on this version; one on an earlier version is forgotten."""
    mark = signing_queries.find_mark(session, order.id, person_id=actor.person_id)
    if mark is not None and mark.version != order.version:
        session.delete(mark)
        session.flush()
        return None
    return mark


def _new_mark(session: Session, order: Order, *, opened: bool, actor: Actor, at: datetime) -> SignMark:
    mark = SignMark(
        person_id=actor.person_id,
        order_id=order.id,
        version=order.version,
        choice=SignChoice.HOLD.value,
        reason="",
        opened=opened,
        marked_at=at,
    )
    session.add(mark)
    return mark
