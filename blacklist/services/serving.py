"""Service of a decision on its recipients."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import Fault, InvalidError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.models import Order, ServiceAttempt
from blacklist.queries import orders as order_queries
from blacklist.rules.lifecycle import Act, OrderState, state_after
from blacklist.rules.permissions import require_role
from blacklist.services import auditing
from blacklist.services.drafting import require_version
from blacklist.services.effecting import take_effect_if_due


class ServiceWay(StrEnum):
    """How a decision is served (CPL 88-95)."""

    DIRECT = "direct"
    LEFT = "left"
    ELECTRONIC = "electronic"
    POST = "post"
    ENTRUSTED = "entrusted"
    FORWARDED = "forwarded"
    ANNOUNCEMENT = "announcement"


WAY_TITLES = {
    ServiceWay.DIRECT: "直接送达",
    ServiceWay.LEFT: "留置送达",
    ServiceWay.ELECTRONIC: "电子送达",
    ServiceWay.POST: "邮寄送达",
    ServiceWay.ENTRUSTED: "委托送达",
    ServiceWay.FORWARDED: "转交送达",
    ServiceWay.ANNOUNCEMENT: "公告送达",
}


def record_service(
    session: Session,
    public_id: str,
    *,
    subject_id: int,
    way: ServiceWay,
    outcome: str,
    done_on: date,
    proof: str,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Order:
    """Put a service (`served`) or an attempt (`attempted`) on record; the order takes effect if it waited for it.

    Raises:
        InvalidError: the recipient is not of this order, or the date lies before the decision or in the future.
    """
    order = order_queries.get_order(session, public_id, actor=actor, lock=True)

    require_role(actor, Role.CLERK, order.court_id)
    require_version(order, version)
    order.state = state_after(OrderState(order.state), Act.RECORD_SERVICE).value
    _require_possible(session, order, subject_id=subject_id, done_on=done_on, at=at)

    row_id = new_id()
    session.add(
        ServiceAttempt(
            id=row_id,
            order_id=order.id,
            subject_id=subject_id,
            way=way.value,
            outcome=outcome,
            done_on=done_on,
            proof=vault.seal(proof, table="service_attempts", row=row_id, column="proof"),
            recorded_by=actor.person_id,
            recorded_at=at,
        )
    )
    order.version += 1

    auditing.record(
        session,
        AuditEvent.SERVICE_RECORDED,
        order.id,
        actor=actor,
        at=at,
        court_id=order.court_id,
        facts={"way": way.value, "outcome": outcome, "done_on": done_on.isoformat()},
    )
    session.flush()
    take_effect_if_due(session, order, actor=actor, at=at, vault=vault)
    return order


def _require_possible(session: Session, order: Order, *, subject_id: int, done_on: date, at: datetime) -> None:
    faults = []
    if subject_id not in {one.subject_id for one in order_queries.list_bindings(session, order.id)}:
        faults.append(Fault("/recipient", "unknown", "受送达人不在本决定之列。", "Not a recipient of this order."))
    if order.decided_on is not None and not order.decided_on <= done_on <= at.date():
        faults.append(
            Fault("/done_on", "impossible-date", "送达日期应在决定作出之日至今天之间。", "Not since the decision.")
        )
    if faults:
        raise InvalidError("送达记录有误。", "The service record is not right.", errors=tuple(faults))
