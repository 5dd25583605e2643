"""What objections and reconsiderations share: what is asked, who may receive it, what is noted on the way."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, Fault, InvalidError, MissingRoleError, StaleVersionError
from blacklist.identity.access_codes import new_access_code, normal_access_code
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.models import Objection, Order, Reconsideration, RemedyNote
from blacklist.rules.permissions import require_role
from blacklist.rules.remedies import Claim

CaseT = TypeVar("CaseT", Objection, Reconsideration)
RECEIVING = (Role.CLERK, Role.REVIEWER)
NOTE_KINDS = ("hearing", "material", "request", "note")


class ServedAlreadyError(ConflictError):
    """The service of this decision is on record; the day stands."""

    code = "served-already"
    title = "已登记送达"
    title_english = "The service is on record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plea:
    """What somebody asks for, on paper or online. `received_on` is the day it reached the court."""

    claim: Claim
    statement: str = field(repr=False)
    applicant: str = field(repr=False)
    contact: str = field(repr=False)
    received_on: date


@dataclass(frozen=True, slots=True)
class Received(Generic[CaseT]):
    """What the applicant is given: the number stands in `case`, `track_code` is shown this once."""

    case: CaseT
    track_code: str = field(repr=False)


def require_any_role(actor: Actor, roles: Collection[Role], *court_ids: int) -> None:
    """Refuse who holds none of these roles at any of these courts.

    Raises:
        WrongCourtError, MissingRoleError: as it is.
    """
    if any(actor.holds(role, court_id) for role in roles for court_id in court_ids):
        return
    for role in roles:
        if any(actor.holds(role, court_id) for court_id in actor.court_ids()):
            require_role(actor, role, court_ids[0])
    raise MissingRoleError("您没有办理该事项的岗位权限。", "The role for this act is missing.")


def require_case_version(case: Objection | Reconsideration, version: int) -> None:
    """Refuse an act on a case that changed since the actor saw it.

    Raises:
        StaleVersionError: it did.
    """
    if case.version != version:
        raise StaleVersionError(
            "您打开之后，该申请已被他人办理，请刷新后查看最新内容再办。",
            "The case changed since you opened it.",
            seen=str(version),
            present=str(case.version),
        )


def require_plea(plea: Plea, order: Order, *, on: date) -> None:
    """Refuse a plea without applicant or statement, or received before the decision or in the future.

    Raises:
        InvalidError: a fault at each wrong field.
    """
    faults = []
    for pointer, text in (("/applicant", plea.applicant), ("/statement", plea.statement)):
        if not text.strip():
            faults.append(Fault(pointer, "missing", "请填写。", "It is missing."))
    if plea.received_on > on:
        faults.append(Fault("/received_on", "in-the-future", "收到日期不能晚于今天。", "The date is to come."))
    if order.decided_on is not None and plea.received_on < order.decided_on:
        faults.append(
            Fault("/received_on", "impossible-date", "收到日期不能早于决定作出之日。", "Before the decision.")
        )
    if faults:
        raise InvalidError("申请的内容有误。", "The application is not right.", errors=tuple(faults))


def sealed_plea(plea: Plea) -> str:
    """Return what a reconsideration seals as its statement: it has no columns for claim and contact."""
    asked = {"claim": plea.claim.value, "contact": plea.contact, "text": plea.statement}
    return json.dumps(asked, ensure_ascii=False, sort_keys=True)


def new_track_code(vault: Vault) -> tuple[str, bytes]:
    """Return a fresh 查询码 and the MAC that is kept of it."""
    code = new_access_code()
    return code, track_mac(code, vault=vault)


def track_mac(code: str, *, vault: Vault) -> bytes:
    """Return the MAC of a 查询码 as somebody typed it."""
    return vault.credential_mac(f"track {normal_access_code(code)}")


def write_note(
    session: Session,
    case: Objection | Reconsideration,
    *,
    kind: str,
    text: str,
    happened_on: date,
    actor: Actor,
    at: datetime,
    vault: Vault,
) -> RemedyNote:
    """Add what was heard, handed in or asked for.

    Raises:
        InvalidError: the text is empty, the kind unknown, or the day impossible.
    """
    faults = []
    if not text.strip():
        faults.append(Fault("/text", "missing", "请填写内容。", "The text is missing."))
    if kind not in NOTE_KINDS:
        faults.append(Fault("/kind", "not-allowed", "请选择种类。", "There is no such kind."))
    if happened_on > at.date():
        faults.append(Fault("/happened_on", "in-the-future", "日期不能晚于今天。", "The date is to come."))
    if faults:
        raise InvalidError("登记的内容有误。", "The note is not right.", errors=tuple(faults))
    row_id = new_id()
    note = RemedyNote(
        id=row_id,
        objection_id=case.id if isinstance(case, Objection) else None,
        reconsideration_id=case.id if isinstance(case, Reconsideration) else None,
        kind=kind,
        text=vault.seal(text, table="remedy_notes", row=row_id, column="text"),
        happened_on=happened_on,
        person_id=actor.person_id,
        at=at,
    )
    session.add(note)
    return note


def record_service_day(case: Objection | Reconsideration, served_on: date, *, at: datetime) -> None:
    """Put on record, once, the day on which a decision reached the applicant.

    Raises:
        ServedAlreadyError: it is on record. InvalidError: the day is before the decision or in the future.
    """
    if case.served_on is not None:
        raise ServedAlreadyError("送达日期已经登记。", "The service is on record.")
    if case.decided_at is None:
        raise ValueError("only a decision is served")
    if not case.decided_at.astimezone(at.tzinfo).date() <= served_on <= at.date():
        detail = "送达日期应在决定作出之日至今天之间。"
        fault = Fault("/served_on", "impossible-date", detail, "Not since the decision.")
        raise InvalidError(detail, fault.english, errors=(fault,))
    case.served_on = served_on
    case.version += 1
