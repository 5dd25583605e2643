"""One person proposes an act on an order, another decides it: the rows and rules all such acts share."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, MissingRoleError, NotFoundError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.sealing import Vault
from blacklist.models import Order, Proposal
from blacklist.queries import orders as order_queries
from blacklist.rules.lifecycle import Act
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.services import auditing
from blacklist.services.drafting import require_version, text_hash

Details = Mapping[str, object]


class ProposalOpenError(ConflictError):
    """Somebody proposed this act already."""

    code = "proposal-open"
    title = "已有待决定的同类申请"
    title_english = "A proposal for this act is open"


class NoProposalError(NotFoundError):
    """There is nothing to decide."""

    code = "no-open-proposal"
    title = "没有待决定的申请"
    title_english = "No open proposal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What an act rests on: reason code, article, number of the paper, and the day of the event behind it."""

    reason: str
    basis: str
    document: str
    note: str = ""
    event_on: date | None = None


def open_proposal(
    session: Session,
    order: Order,
    act: Act,
    grounds: Grounds,
    *,
    details: Details | None = None,
    besides: Collection[Act] = (),
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> Proposal:
    """Write a proposal beside the order, whose state does not change. `besides` are acts it excludes as well.

    Raises:
        ProposalOpenError: one of these acts is proposed already.
    """
    if order_queries.find_open_proposal(session, order.id, acts={act, *besides}) is not None:
        raise ProposalOpenError("该决定已有待决定的同类申请，请先决定该申请。", "A proposal is open for this order.")
    row_id = new_id()

    def sealed(text: str, column: str) -> bytes | None:
        return vault.seal(text, table="proposals", row=row_id, column=column) if text else None

    proposal = Proposal(
        id=row_id,
        public_id=public_id(),
        order_id=order.id,
        act=act.value,
        state="open",
        reason=grounds.reason,
        basis=grounds.basis,
        document=grounds.document,
        document_hash=text_hash(grounds.document),
        note=sealed(grounds.note, "note"),
        details=sealed(json.dumps(details, ensure_ascii=False, sort_keys=True) if details else "", "details"),
        event_on=grounds.event_on,
        version_seen=order.version,
        proposer_id=actor.person_id,
        proposed_at=at,
    )
    session.add(proposal)
    return proposal


def details_of(proposal: Proposal, *, vault: Vault) -> dict[str, object]:
    """Return what the act needs beside its reason."""
    if proposal.details is None:
        return {}
    opened = vault.open(proposal.details, table="proposals", row=proposal.id, column="details")
    found: dict[str, object] = json.loads(opened)
    return found


def require_may_propose(actor: Actor, court_id: int) -> None:
    """Refuse who neither drafts nor checks, examines or decides at the deciding court.

    Raises:
        WrongCourtError, MissingRoleError: as it is.
    """
    if not any(actor.holds(role, court_id) for role in (Role.CLERK, Role.CHECKER, Role.REVIEWER, Role.PRESIDENT)):
        require_role(actor, Role.CLERK, court_id)
        raise MissingRoleError("您没有办理该事项的岗位权限。", "You may not propose this.")


def take_decision(
    session: Session,
    order: Order,
    acts: Collection[Act],
    state: str,
    *,
    version: int,
    actor: Actor,
    at: datetime,
) -> Proposal:
    """Let the president decide the open proposal for one of `acts` (`approved` or `rejected`) and return it.

    Raises:
        NoProposalError: there is none. SamePersonError: who proposed does not decide.
        StaleVersionError: the order changed since the decider looked.
    """
    proposal = order_queries.find_open_proposal(session, order.id, acts=acts, lock=True)
    if proposal is None:
        raise NoProposalError("该决定没有待决定的此类申请。", "There is no open proposal for this order.")
    require_role(actor, Role.PRESIDENT, order.court_id)
    require_other_person(actor, proposal.proposer_id)
    require_version(order, version)
    proposal.state, proposal.decider_id, proposal.decided_at = state, actor.person_id, at
    return proposal


def reject_proposal(
    session: Session,
    public_id_: str,
    acts: Collection[Act],
    *,
    note: str,
    version: int,
    actor: Actor,
    at: datetime,
    vault: Vault,
    event: AuditEvent = AuditEvent.PROPOSAL_REJECTED,
) -> Order:
    """Refuse a proposal with the reason; the order stands as it is.

    Raises:
        NoProposalError, SamePersonError, StaleVersionError: as `take_decision`.
    """
    order = order_queries.get_order(session, public_id_, actor=actor, lock=True)

    proposal = take_decision(session, order, acts, "rejected", version=version, actor=actor, at=at)

    proposal.decision_note = vault.seal(note, table="proposals", row=proposal.id, column="decision_note")

    auditing.record(session, event, order.id, actor=actor, at=at, court_id=order.court_id, facts={"act": proposal.act})
    session.flush()
    return order
