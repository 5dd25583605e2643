"""The president decides."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import Fault, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.sealing import Vault
from blacklist.models import Case, Order, Subject
from blacklist.queries import orders as order_queries
from blacklist.queries.subjects import birth_date_of
from blacklist.rules.exclusions import Circumstance, require_may_order
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import grace_until, term_of
from blacklist.services import auditing
from blacklist.services.drafting import require_version
from blacklist.services.effecting import take_effect_if_due
from blacklist.vocabulary import SubjectKind

SUFFIX_OF_KIND = {OrderKind.LISTING: "失信", OrderKind.CONSUMPTION: "限消", OrderKind.EXIT_BAN: "限出"}


def issue_order(
    session: Session,
    public_id: str,
    *,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
    grace_months: int | None = None,
) -> Order:
    """Make the decision: it gets its number and its term. An exit ban restricts at once, others after service.

    With `grace_months` (1 to 3) nothing is published and nothing restricts until they are over; performed meanwhile,
    it ends before it ever did (GOOD 15).

    Raises:
        SamePersonError: who drafted an order does not decide it.
        ExclusionError: the law forbids it now, whatever it was when drafted.
        TransitionError: it was not checked.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, order.drafted_by)
    require_version(order, version)
    state = state_after(OrderState(order.state), Act.ISSUE)
    require_lawful(session, order, at=at, vault=vault)
    grace = _grace_of(order, grace_months, at=at)

    kind = OrderKind(order.kind)
    term = term_of(kind, order_queries.grounds_of(order), at.date(), exit_ban_months=order.exit_ban_months)
    order_no = next_order_no(session, order)
    order.state, order.version = state.value, order.version + 1
    order.issued_by, order.issued_at = actor.person_id, at
    order.grace_until = grace
    order.decided_on, order.ends_on = term.starts_on, term.ends_on
    order.order_no = order_no
    for binding in order_queries.list_bindings(session, order.id):
        binding.from_on = at.date()

    auditing.record(
        session,
        AuditEvent.ORDER_ISSUED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"order_no": order.order_no, "checked_by": order.checked_by, "drafted_by": order.drafted_by},
    )
    session.flush()
    take_effect_if_due(session, order, actor=actor, at=at, vault=vault)
    return order


def _grace_of(order: Order, months: int | None, *, at: datetime) -> date | None:
    if months is None:
        return None
    if order.kind == OrderKind.EXIT_BAN.value:
        detail, english = "限制出境不设宽限期。", "An exit ban has no grace period."
        raise InvalidError(detail, english, errors=(Fault("/grace_months", "not-allowed", detail, english),))
    return grace_until(at.date(), months)


def next_order_no(session: Session, order: Order) -> str:
    """Return the number of a decision: case number, kind, and a count within both (`architecture.md` §5)."""
    case = session.scalars(select(Case).where(Case.id == order.case_id).with_for_update()).one()
    count = session.scalar(
        select(func.count())
        .select_from(Order)
        .where(Order.case_id == case.id, Order.kind == order.kind, Order.order_no.is_not(None))
    )
    return f"{case.number}-{SUFFIX_OF_KIND[OrderKind(order.kind)]}{(count or 0) + 1}"


def require_lawful(session: Session, order: Order, *, at: datetime, vault: Vault) -> None:
    """Refuse a decision the law forbids today, whatever it was when drafted.

    Raises:
        ExclusionError, InvalidError: as `rules.exclusions.require_may_order`.
    """
    subject = session.get_one(Subject, order.subject_id)
    missing_warning = order.kind == OrderKind.LISTING.value and order.warned_on is None
    require_may_order(
        OrderKind(order.kind),
        debtor_kind=SubjectKind(subject.kind),
        birth_date=birth_date_of(subject, vault=vault),
        on=at.date(),
        grounds=order_queries.grounds_of(order),
        roles={BoundRole(one.role) for one in order_queries.list_bindings(session, order.id)},
        circumstances={Circumstance.NO_WARNING} if missing_warning else (),
    )
