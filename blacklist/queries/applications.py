"""Creditors' applications as a court sees its own, and whether the law bars one."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor
from blacklist.errors import NotFoundError
from blacklist.identity.documents import Document, DocumentType
from blacklist.identity.sealing import Vault
from blacklist.models import Application, Case, Order
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.removals import RemovalReason
from blacklist.rules.repair import relisting_barred, relisting_barred_until

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
TABLE: Final = "applications"


class ApplicationNotFoundError(NotFoundError):
    """There is no such application, or not for this actor."""

    code = "application-not-found"
    title = "未找到该申请"
    title_english = "No such application"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedApplication:
    """What is sealed in an application, opened; `refusal` is the reason proposed or decided, '' where none is."""

    document: Document
    name: str = field(repr=False)
    applicant: str = field(repr=False)
    statement: str = field(repr=False)
    refusal: str = field(repr=False)


def get_application(session: Session, public_id: str, *, actor: Actor, lock: bool = False) -> Application:
    """Return an application at one of the actor's courts.

    Raises:
        ApplicationNotFoundError: absent, or another court's: the two are not told apart.
    """
    query = select(Application).where(Application.public_id == public_id, Application.court_id.in_(actor.court_ids()))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise ApplicationNotFoundError("没有这份申请，或不属于您所在的法院。", "There is no such application.")
    return found


def list_applications(
    session: Session, *, court_ids: Collection[int], waiting: bool, most: int, skip: int = 0
) -> list[Application]:
    """Return applications of these courts that wait for a decision, the oldest first, or the others, newest first."""
    given_up = exists().where(Order.id == Application.order_id, Order.state == OrderState.ABANDONED.value)
    undecided = or_(Application.state.in_(["received", "proposed"]), and_(Application.state == "accepted", given_up))
    query = select(Application).where(Application.court_id.in_(court_ids), undecided if waiting else ~undecided)
    by_age = (Application.received_on, Application.id)
    query = query.order_by(*by_age) if waiting else query.order_by(*(column.desc() for column in by_age))
    return list(session.scalars(query.limit(most).offset(skip)))


def is_given_up(session: Session, application: Application) -> bool:
    """Tell whether the draft that an application was accepted by was abandoned: it waits for a decision again."""
    if application.state != "accepted" or application.order_id is None:
        return False
    return session.get_one(Order, application.order_id).state == OrderState.ABANDONED.value


def find_of_order(session: Session, order_id: int) -> Application | None:
    """Return the application an order was made on, or None: it was made of the court's own motion."""
    return session.scalars(select(Application).where(Application.order_id == order_id)).first()


def open_application(application: Application, *, vault: Vault) -> OpenedApplication:
    """Return what is sealed in an application."""

    def opened(blob: bytes | None, column: str) -> str:
        return "" if blob is None else vault.open(blob, table=TABLE, row=application.id, column=column)

    debtor = json.loads(opened(application.debtor, "debtor"))
    return OpenedApplication(
        document=Document(DocumentType(debtor["type"]), debtor["number"], debtor["country"]),
        name=debtor["name"],
        applicant=opened(application.applicant, "applicant"),
        statement=opened(application.statement, "statement"),
        refusal=opened(application.refusal, "refusal"),
    )


def find_case_id(session: Session, number: str) -> int | None:
    """Return the id of the case with this number, or None where no order was ever made in it."""
    return session.scalars(select(Case.id).where(Case.number == number)).one_or_none()


def relisting_bar(session: Session, *, subject_id: int, case_id: int, on: date) -> date | None:
    """Return the last day on which the creditor's application to list again is not supported, None where none bars it.

    The listing of this subject in this case was removed at the creditor's own request less than six months ago.
    """
    removed = session.scalars(
        select(Order.ended_at).where(
            Order.subject_id == subject_id,
            Order.case_id == case_id,
            Order.kind == OrderKind.LISTING.value,
            Order.state == OrderState.REMOVED.value,
            Order.end_reason == RemovalReason.R3.value,
        )
    )
    days = [ended_at.astimezone(_SHANGHAI).date() for ended_at in removed if ended_at is not None]
    bars = [
        last
        for day in days
        if relisting_barred(day, RemovalReason.R3, on, on_application=True)
        and (last := relisting_barred_until(day, RemovalReason.R3)) is not None
    ]
    return max(bars, default=None)
