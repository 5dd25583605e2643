"""The president decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, Fault, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.access_codes import new_access_code, normal_access_code
from blacklist.identity.sealing import Vault
from blacklist.models import Case, Order, Subject
from blacklist.queries import orders as order_queries
from blacklist.queries import signing as signing_queries
from blacklist.queries.applications import find_of_order, relisting_bar
from blacklist.queries.subjects import birth_date_of
from blacklist.rules.exclusions import Circumstance, require_may_order
from blacklist.rules.lifecycle import STANDING_STATES, Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import grace_until, term_of
from blacklist.services import auditing
from blacklist.services.drafting import circumstances_of, require_version
from blacklist.services.effecting import take_effect_if_due
from blacklist.vocabulary import SubjectKind

SUFFIX_OF_KIND = {OrderKind.LISTING: "失信", OrderKind.CONSUMPTION: "限消", OrderKind.EXIT_BAN: "限出"}


class NeedsConsumptionOrderError(ConflictError):
    """Who is listed must be under a consumption order too, and that comes first (CONS 1)."""

    code = "needs-consumption-order"
    title = "应当同时限制消费"
    title_english = "A listing needs its consumption order"


def issue_order(
    session: Session,
    public_id: str,
    *,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
    grace_months: int | None = None,
    batch_id: str | None = None,
) -> Order:
    """Make the decision: it gets its number and its term. An exit ban restricts at once, others after service.

    It also gets the access code that is printed in the decision letter: with it the person opens his own room.
    With `grace_months` (1 to 3) nothing is published and nothing restricts until they are over; performed meanwhile,
    it ends before it ever did (GOOD 15).

    Raises:
        SamePersonError: who drafted an order does not decide it.
        ExclusionError: the law forbids it now, whatever it was when drafted.
        TransitionError: it was not checked.
        NeedsConsumptionOrderError: a listing, and no consumption order stands beside it.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, order.drafted_by)
    require_version(order, version)
    state = state_after(OrderState(order.state), Act.ISSUE)
    require_lawful(session, order, at=at, vault=vault)
    require_consumption_order(session, order)
    grace = _grace_of(order, grace_months, at=at)

    kind = OrderKind(order.kind)
    term = term_of(kind, order_queries.grounds_of(order), at.date(), exit_ban_months=order.exit_ban_months)
    order_no = next_order_no(session, order)
    order.state, order.version = state.value, order.version + 1
    order.issued_by, order.issued_at = actor.person_id, at
    order.grace_until = grace
    order.decided_on, order.ends_on = term.starts_on, term.ends_on
    order.order_no, order.batch_id = order_no, batch_id
    _give_access_code(order, vault=vault)
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


def issue_with_companion(
    session: Session,
    public_id: str,
    *,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
    grace_months: int | None = None,
) -> list[Order]:
    """Make a decision, and before a listing the checked consumption order that waits beside it: one act makes both.

    Returns the orders issued, the one asked for last.

    Raises:
        as `issue_order`.
    """
    order = order_queries.get_order(session, public_id, actor=actor)
    companion = waiting_companion(session, order)
    pair = [public_id, companion.public_id] if companion is not None else [public_id]
    signing_queries.lock_batch(session, pair, actor=actor)  # in the order batches lock in, so that none waits in a ring

    given: dict[str, Any] = {"actor": actor, "at": at, "vault": vault, "grace_months": grace_months}
    issued = []
    if companion is not None:
        issued.append(issue_order(session, companion.public_id, version=companion.version, **given))
    return [*issued, issue_order(session, public_id, version=version, **given)]


def waiting_companion(session: Session, order: Order) -> Order | None:
    """Return the checked consumption order a listing is signed with; None where one stands or none waits."""
    if order.kind != OrderKind.LISTING.value:
        return None
    if order_queries.find_consumption_order(session, order, states=STANDING_STATES) is not None:
        return None
    return order_queries.find_consumption_order(session, order, states=(OrderState.CHECKED,))


def require_consumption_order(session: Session, order: Order) -> None:
    """Refuse a listing beside which no consumption order of the case stands against the debtor (CONS 1).

    Raises:
        NeedsConsumptionOrderError: none is issued or in force.
    """
    if order.kind != OrderKind.LISTING.value:
        return
    if order_queries.find_consumption_order(session, order, states=STANDING_STATES) is None:
        raise NeedsConsumptionOrderError(
            "纳入失信被执行人名单的，应当同时限制消费；请先签发该案的限制消费令（限制高消费规定第一条）。",
            "Sign the consumption order of this case first (CONS 1).",
            article="CONS 1",
        )


def _give_access_code(order: Order, *, vault: Vault) -> None:
    code = new_access_code()
    order.access_code = vault.seal(code, table="orders", row=order.id, column="access_code")
    order.access_code_index = vault.credential_mac(normal_access_code(code))


def _grace_of(order: Order, months: int | None, *, at: datetime) -> date | None:
    if months is None:
        return None
    if order.kind == OrderKind.EXIT_BAN.value:
        detail, english = "限制出境不设宽限期。", "An exit ban has no grace period."
        raise InvalidError(detail, english, errors=(Fault("/grace_months", "not-allowed", detail, english),))
    return grace_until(at.date(), months)


def next_order_no(session: Session, order: Order) -> str:
    """Return the number of a decision: case number, kind, and a count within both (`architecture.md` §5).

    It is one above the highest of the case. An order that was taken back keeps its number as a spent one until it is
    issued again under a new one, so no number is ever given twice, whatever the audit trail says of the first time.
    """
    case = session.scalars(select(Case).where(Case.id == order.case_id).with_for_update()).one()
    given = session.scalars(
        select(Order.order_no).where(Order.case_id == case.id, Order.kind == order.kind, Order.order_no.is_not(None))
    )
    highest = max((order_queries.place_of(one) for one in given if one), default=0)
    return f"{case.number}-{SUFFIX_OF_KIND[OrderKind(order.kind)]}{highest + 1}"


def require_lawful(session: Session, order: Order, *, at: datetime, vault: Vault) -> None:
    """Refuse a decision the law forbids today, whatever it was when drafted.

    Raises:
        ExclusionError, InvalidError: as `rules.exclusions.require_may_order`.
    """
    subject = session.get_one(Subject, order.subject_id)
    circumstances = set(circumstances_of(order))
    if order.kind == OrderKind.LISTING.value and order.warned_on is None:
        circumstances.add(Circumstance.NO_WARNING)
    on_application = find_of_order(session, order.id) is not None
    if on_application and relisting_bar(session, subject_id=order.subject_id, case_id=order.case_id, on=at.date()):
        circumstances.add(Circumstance.RELISTING_BARRED)
    require_may_order(
        OrderKind(order.kind),
        debtor_kind=SubjectKind(subject.kind),
        birth_date=birth_date_of(subject, vault=vault),
        on=at.date(),
        grounds=order_queries.grounds_of(order),
        roles={BoundRole(one.role) for one in order_queries.list_bindings(session, order.id)},
        circumstances=circumstances,
    )
