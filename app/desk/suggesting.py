"""What the registry knows of a case already: its file data and its debtors, offered while an order is entered.

No document number leaves for the browser: a debtor is named by the public id of an order made against him in this case,
and the server looks the document up again when the form comes back.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from app.desk.acting import Desk
from app.desk.views import describe_person
from app.desk.words import KIND_TITLES
from blacklist.actors import Role
from blacklist.errors import Fault, InvalidError
from blacklist.identity.case_numbers import CaseNumber, parse_case_number
from blacklist.models import Case, Order
from blacklist.queries import orders as order_queries
from blacklist.queries.orders import OrderNotFoundError
from blacklist.queries.staff import list_courts_of
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import OrderKind, OrderState

MOST_DEBTORS = 9  # as many as there are digits to choose one by
_MOST_ORDERS = 100
_MOST_SERIAL = 8
# A draft that was given up may have named the wrong person.
_TOLD = tuple(state for state in OrderState if state is not OrderState.ABANDONED)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDebtor:
    """A debtor of the case; `ref` stands for his document."""

    ref: str
    name: str = field(repr=False)
    number_masked: str
    person_text: str
    document_type: str
    representative: str = field(repr=False)
    orders_text: str

    @property
    def label(self) -> str:
        """Return one line that tells him from the others."""
        person = f"（{self.person_text}）" if self.person_text else ""
        return f"{self.name}{person}，{self.number_masked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """A case in which orders were entered before."""

    number: str
    filed_on: str
    basis_number: str
    basis_maker: str
    debtors: tuple[KnownDebtor, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what the entry form's script fills in."""
        return {
            "number": self.number,
            "filed_on": self.filed_on,
            "basis_number": self.basis_number,
            "basis_maker": self.basis_maker,
            "debtors": [
                {
                    "ref": one.ref,
                    "label": one.label,
                    "orders": one.orders_text,
                    "name": one.name,
                    "document_type": one.document_type,
                    "representative": one.representative,
                }
                for one in self.debtors
            ],
        }


def case_prefix(desk: Desk) -> str:
    """Return what stands before the serial of a case of this year at the court where the actor drafts."""
    drafting = desk.courts(Role.CLERK)
    courts = [court for court in list_courts_of(desk.session, desk.actor) if court.id in drafting]
    return f"（{desk.today.year}）{courts[0].code}执"


def read_case_number(desk: Desk, typed: str) -> CaseNumber:
    """Read a case number; digits alone are the serial of a case of this year at the actor's own court.

    Raises:
        InvalidError: it is none.
    """
    digits = "".join(unicodedata.normalize("NFKC", typed).split())
    if digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_SERIAL:
        return parse_case_number(f"{case_prefix(desk)}{digits}号")
    return parse_case_number(typed)


def find_known_case(desk: Desk, typed: str) -> KnownCase | None:
    """Return what is known of the case somebody is typing, None while it is no case number or a new case."""
    try:
        number = read_case_number(desk, typed)
    except InvalidError:
        return None
    orders = order_queries.list_orders(
        desk.session, actor=desk.actor, states=_TOLD, case_number=number.text, most=_MOST_ORDERS
    )
    if not orders:
        return None
    case = order_queries.get_case(desk.session, orders[0].case_id)
    return _view(desk, case, orders)


def order_of_debtor(desk: Desk, ref: str, number: CaseNumber) -> Order:
    """Return the order that stands for a debtor chosen from the list.

    Raises:
        InvalidError: it is of another case, or not the actor's.
    """
    try:
        order = order_queries.get_order(desk.session, ref, actor=desk.actor)
    except OrderNotFoundError:
        raise _not_of_this_case() from None
    if order_queries.get_case(desk.session, order.case_id).number != number.text:
        raise _not_of_this_case()
    return order


def _not_of_this_case() -> InvalidError:
    detail, english = "所选被执行人不属于该案，请重新选择或者录入号码。", "The chosen debtor is not of this case."
    return InvalidError(detail, english, errors=(Fault("/debtor", "unknown", detail, english),))


def _view(desk: Desk, case: Case, orders: list[Order]) -> KnownCase:
    by_subject: dict[int, list[Order]] = {}
    for order in reversed(orders):  # oldest first, so that the digits do not move when an order is added
        by_subject.setdefault(order.subject_id, []).append(order)
    return KnownCase(
        number=case.number,
        filed_on=case.filed_on.isoformat(),
        basis_number=case.basis_number,
        basis_maker=case.basis_maker,
        debtors=tuple(_debtor(desk, own) for own in list(by_subject.values())[:MOST_DEBTORS]),
    )


def _debtor(desk: Desk, orders: list[Order]) -> KnownDebtor:
    subject = open_subject(desk.session, orders[0].subject_id, vault=desk.vault)
    kinds = dict.fromkeys(KIND_TITLES[OrderKind(order.kind)] for order in orders)
    return KnownDebtor(
        ref=orders[0].public_id,
        name=subject.name,
        number_masked=subject.masked_number,
        person_text=describe_person(subject, on=desk.today),
        document_type=subject.document_type,
        representative=subject.representative or "",
        orders_text=f"本案已有{'、'.join(kinds)}",
    )
