"""Papers are put on record as they were printed: number, code, facts, the exact bytes; misprints are voided.

The page is set elsewhere: its code and number are drawn first (`new_access_code`, `number_for`), then it is rendered
with both inside, then recorded here, all in one transaction under the order's lock.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, Fault, InvalidError, MissingRoleError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.sealing import Vault
from blacklist.identity.texts import clean_text
from blacklist.models import Case, Order, Paper, Permit
from blacklist.queries import orders as order_queries
from blacklist.queries.papers import find_valid, find_void, get_paper, list_numbers
from blacklist.rules.effect import RECALL_WINDOW
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.papers import (
    ORDER_DECISIONS,
    PaperKind,
    PaperState,
    decision_number,
    next_number,
    printed_number,
    suffix_of,
    void_number,
)
from blacklist.rules.permissions import require_role
from blacklist.services import auditing

MOST_REASON = 200
_MAKERS = (Role.CLERK, Role.PRESIDENT)
_READERS = (Role.CLERK, Role.CHECKER, Role.PRESIDENT, Role.REVIEWER)


class PaperExistsError(ConflictError):
    """The same paper was made already and is not void."""

    code = "paper-exists"
    title = "该文书已经制作"
    title_english = "The paper exists"


class PaperWaitsError(ConflictError):
    """A decision signed in a batch may still be taken back; its paper waits."""

    code = "paper-waits"
    title = "决定尚可收回"
    title_english = "The decision may still be taken back"


class PaperVoidError(ConflictError):
    """The paper is void already."""

    code = "paper-void"
    title = "该文书已经作废"
    title_english = "The paper is void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A paper as it was set. `pdf` holds `code` and `number`; `about_id` is the row it tells of beside the order."""

    kind: PaperKind
    court_id: int
    number: str
    code: str
    about_id: int | None
    facts_json: str = field(repr=False)
    template_version: str
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedPaper:
    """A paper with what is sealed in it opened."""

    paper: Paper
    facts_json: str = field(repr=False)
    pdf: bytes = field(repr=False)


def require_may_make(actor: Actor, court_id: int) -> None:
    """Refuse who is neither clerk nor president at the court that makes the paper.

    Raises:
        WrongCourtError, MissingRoleError: as it is.
    """
    if not any(actor.holds(role, court_id) for role in _MAKERS):
        require_role(actor, Role.CLERK, court_id)


def require_ready(session: Session, order: Order, kind: PaperKind, about_id: int | None, *, at: datetime) -> None:
    """Refuse a paper that exists, or whose decision may still be taken back.

    Raises:
        PaperExistsError, PaperWaitsError: as it is.
    """
    if find_valid(session, order.id, kind, about_id) is not None:
        raise PaperExistsError("该文书已经制作；印制有误的，先作废再制作。", "The paper was made; void it first.")
    if kind in ORDER_DECISIONS and waits_until(session, order, at=at) is not None:
        raise PaperWaitsError("批量签发后十分钟内可以收回，期满后制作文书。", "It may be taken back for ten minutes.")


def waits_until(session: Session, order: Order, *, at: datetime) -> datetime | None:
    """Return when the paper of a decision can be made, or None where it can be made now."""
    if order.batch_id is None or order.issued_at is None or order.kind == OrderKind.EXIT_BAN.value:
        return None
    until = order.issued_at + RECALL_WINDOW
    if at > until or order_queries.list_service_attempts(session, order.id):
        return None
    return until


def number_for(
    session: Session,
    order: Order,
    kind: PaperKind,
    *,
    about_id: int | None = None,
    part: int = 1,
    withdrawn: bool = False,
    lock: bool = True,
) -> str:
    """Return the number of the next paper of this kind; with `lock` the case is locked until the transaction ends.

    A decision bears the order's number and a permit its own; all others are counted within case and kind. What is
    printed anew after a misprint keeps its number: that is the act's, not the print's.
    """
    query = select(Case).where(Case.id == order.case_id)
    case = session.scalars(query.with_for_update() if lock else query).one()
    if kind in ORDER_DECISIONS:
        return decision_number(_own_number(order.order_no), part)
    if kind is PaperKind.PERMIT:
        return _own_number(session.get_one(Permit, about_id).permit_no)
    misprint = find_void(session, order.id, kind, about_id)
    if misprint is not None:
        return printed_number(misprint.number)
    suffix = suffix_of(kind, OrderKind(order.kind), withdrawn=withdrawn)
    return next_number(case.number, suffix, list_numbers(session, case.id))


def record_paper(
    session: Session, order: Order, printed: Printed, *, actor: Actor, at: datetime, vault: Vault
) -> Paper:
    """Put a paper on record; `order` is locked by the caller.

    Raises:
        MissingRoleError, WrongCourtError: as `require_may_make`. PaperExistsError, PaperWaitsError: as `require_ready`.
    """
    require_may_make(actor, printed.court_id)
    require_ready(session, order, printed.kind, printed.about_id, at=at)

    row_id = new_id()
    paper = Paper(
        id=row_id,
        public_id=public_id(),
        code=printed.code,
        number=printed.number,
        kind=printed.kind.value,
        court_id=printed.court_id,
        order_id=order.id,
        about_id=printed.about_id,
        facts=vault.seal(printed.facts_json, table="papers", row=row_id, column="facts"),
        template_version=printed.template_version,
        # Sealing takes text; bytes travel as base64.
        pdf=vault.seal(base64.b64encode(printed.pdf).decode("ascii"), table="papers", row=row_id, column="pdf"),
        pdf_hash=hashlib.sha256(printed.pdf).hexdigest(),
        state=PaperState.VALID.value,
        made_by=actor.person_id,
        made_at=at,
    )
    session.add(paper)

    auditing.record(
        session,
        AuditEvent.PAPER_MADE,
        order.id,
        actor=actor,
        at=at,
        court_id=paper.court_id,
        facts={"paper": paper.public_id, "kind": paper.kind, "number": paper.number, "pdf_hash": paper.pdf_hash},
    )
    session.flush()
    return paper


def void_paper(session: Session, public_id_: str, *, reason: str, actor: Actor, at: datetime) -> Paper:
    """Void a misprint, with the reason. Its number is free for the same decision printed anew; its code tells so.

    Raises:
        PaperNotFoundError, MissingRoleError, WrongCourtError: as it is. PaperVoidError: it is void already.
        InvalidError: no reason.
    """
    paper = get_paper(session, public_id_, actor=actor, lock=True)

    require_may_make(actor, paper.court_id)
    if paper.state == PaperState.VOID.value:
        raise PaperVoidError("该文书已经作废。", "The paper is void already.")
    reason = clean_text(reason, pointer="/reason", most=MOST_REASON)
    if not reason:
        detail, english = "请写明作废的理由。", "Give the reason."
        raise InvalidError(detail, english, errors=(Fault("/reason", "missing", detail, english),))

    order = session.get_one(Order, paper.order_id)
    number = paper.number
    paper.state, paper.voided_at, paper.void_reason = PaperState.VOID.value, at, reason
    paper.number = void_number(number, list_numbers(session, order.case_id))

    auditing.record(
        session,
        AuditEvent.PAPER_VOIDED,
        paper.order_id,
        actor=actor,
        at=at,
        court_id=paper.court_id,
        facts={"paper": paper.public_id, "kind": paper.kind, "number": number, "pdf_hash": paper.pdf_hash},
    )
    session.flush()
    return paper


def read_paper(
    session: Session, public_id_: str, *, form: str, actor: Actor, at: datetime, vault: Vault
) -> OpenedPaper:
    """Open a whole paper, with the number in it, after the look was put on record; `form` is `pdf` or `docx`.

    Raises:
        PaperNotFoundError: absent, or another court's. MissingRoleError: the actor only watches.
    """
    paper = get_paper(session, public_id_, actor=actor)
    require_may_read(session, paper, actor)

    auditing.record(
        session,
        AuditEvent.PAPER_READ,
        paper.order_id,
        actor=actor,
        at=at,
        court_id=paper.court_id,
        facts={"paper": paper.public_id, "kind": paper.kind, "form": form},
    )
    session.flush()
    return OpenedPaper(
        paper,
        facts_json=vault.open(paper.facts, table="papers", row=paper.id, column="facts"),
        pdf=base64.b64decode(vault.open(paper.pdf, table="papers", row=paper.id, column="pdf")),
    )


def require_may_read(session: Session, paper: Paper, actor: Actor) -> None:
    """Refuse who does not work on cases at the court that made the paper or the order.

    Raises:
        MissingRoleError: the actor only watches.
    """
    courts = (paper.court_id, session.get_one(Order, paper.order_id).court_id)
    if not any(actor.holds(role, court_id) for role in _READERS for court_id in courts):
        raise MissingRoleError("您没有查看文书全文的岗位权限。", "Your role does not open whole papers.")


def _own_number(number: str | None) -> str:
    if number is None:
        raise ValueError("nothing undecided has a paper")
    return number
