"""Which papers an order can have now: its decision, one for each act upon it, and what proves its service and end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.desk.acting import Desk
from app.documents.kinds import KINDS
from app.formats import day
from blacklist.models import Objection, Order, Permit, Proposal, Reconsideration, ServiceAttempt
from blacklist.queries import orders as order_queries
from blacklist.queries import permits as permit_queries
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.papers import PaperNotFoundError, list_approved, list_restrained
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import Act, OrderKind, OrderState
from blacklist.rules.papers import DECISION_OF, PaperKind, suffix_of
from blacklist.rules.permits import PermitState
from blacklist.rules.remedy_states import ObjectionState, ReconsiderationState

Source = Proposal | Permit | Objection | Reconsideration | ServiceAttempt
_KIND_OF_ACT = {
    Act.CORRECT.value: PaperKind.CORRECTION,
    Act.SUSPEND.value: PaperKind.SUSPENSION,
    Act.RESUME.value: PaperKind.RESUMPTION,
    Act.EXTEND.value: PaperKind.EXTENSION,
    Act.REMOVE.value: PaperKind.REMOVAL,
    Act.WITHDRAW.value: PaperKind.REMOVAL,
}
_ENDED = (OrderState.REMOVED, OrderState.WITHDRAWN, OrderState.EXPIRED)
_PERMITTED = (PermitState.GRANTED, PermitState.USED, PermitState.EXPIRED, PermitState.REVOKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDue:
    """A paper that can be made. `about` names in the address what it tells of, `about_id` in the table.

    `source` is the row it tells of beside the order; `part` counts the persons who get the same decision each.
    """

    kind: PaperKind
    court_id: int
    title: str
    about: str = ""
    about_id: int | None = None
    source: Source | None = None
    part: int = 1

    @property
    def withdrawn(self) -> bool:
        """Tell whether it withdraws an order that should never have been made."""
        return isinstance(self.source, Proposal) and self.source.act == Act.WITHDRAW.value


def papers_due(desk: Desk, order: Order) -> list[PaperDue]:
    """Return every paper that tells of what was decided and done so far, in the order it happened within each group."""
    if order.decided_on is None or order.order_no is None:
        return []
    return [
        *_decisions(desk, order),
        *_acts(desk, order),
        *_permits(desk, order),
        *_remedies(desk, order),
        *_proofs(desk, order),
    ]


def find_due(desk: Desk, order: Order, kind: str, about: str) -> PaperDue:
    """Return the paper an address names.

    Raises:
        PaperNotFoundError: there is nothing of this kind to be made about the order.
    """
    for one in papers_due(desk, order):
        if (one.kind.value, one.about) == (kind, about):
            return one
    raise PaperNotFoundError("该决定现在没有这份文书可以制作。", "There is no such paper to be made.")


def _decisions(desk: Desk, order: Order) -> Iterator[PaperDue]:
    if order.source == "import":
        return  # its decision was written where it comes from
    kind = DECISION_OF[OrderKind(order.kind)]
    if kind is not PaperKind.EXIT_BAN_DECISION:
        yield PaperDue(kind=kind, court_id=order.court_id, title=KINDS[kind].title)
        return
    for part, subject_id in enumerate(list_restrained(desk.session, order), 1):
        name = open_subject(desk.session, subject_id, vault=desk.vault).name
        title = f"{KINDS[kind].title}（{name}）"
        yield PaperDue(kind=kind, court_id=order.court_id, title=title, about=str(part), about_id=subject_id, part=part)


def _acts(desk: Desk, order: Order) -> Iterator[PaperDue]:
    for proposal in list_approved(desk.session, order.id):
        kind = _KIND_OF_ACT.get(proposal.act)
        if kind is not None:
            withdrawn = proposal.act == Act.WITHDRAW.value
            title = f"{suffix_of(kind, OrderKind(order.kind), withdrawn=withdrawn)}决定书"
            yield _due(kind, order.court_id, proposal, proposal.public_id, title=title)


def _permits(desk: Desk, order: Order) -> Iterator[PaperDue]:
    for permit in reversed(permit_queries.list_permits_of(desk.session, order.id)):
        if PermitState(permit.state) in _PERMITTED:
            yield _due(PaperKind.PERMIT, order.court_id, permit, permit.public_id)


def _remedies(desk: Desk, order: Order) -> Iterator[PaperDue]:
    for objection in remedy_queries.list_objections_to(desk.session, order.id):
        if objection.state == ObjectionState.REJECTED.value:
            yield _due(PaperKind.REJECTION, objection.court_id, objection, objection.public_id)
    decided = (ReconsiderationState.CHANGED.value, ReconsiderationState.MAINTAINED.value)
    for case in remedy_queries.list_reconsiderations_of(desk.session, order.id):
        if case.state in decided:
            yield _due(PaperKind.RECONSIDERATION, case.court_id, case, case.public_id)


def _proofs(desk: Desk, order: Order) -> Iterator[PaperDue]:
    if OrderState(order.state) in _ENDED:
        kind = PaperKind.CERTIFICATE
        yield PaperDue(kind=kind, court_id=order.court_id, title=KINDS[kind].title)
    for number, attempt in enumerate(order_queries.list_service_attempts(desk.session, order.id), 1):
        yield _due(PaperKind.SERVICE, order.court_id, attempt, str(number), title=f"送达回证（{day(attempt.done_on)}）")


def _due(kind: PaperKind, court_id: int, source: Source, about: str, *, title: str = "") -> PaperDue:
    return PaperDue(
        kind=kind,
        court_id=court_id,
        title=title or KINDS[kind].title,
        about=about,
        about_id=source.id,
        source=source,
    )
