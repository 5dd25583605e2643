"""Who proves to be whom an order names: the code printed in the decision, the number's last six, and the name."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.access_codes import normal_access_code
from blacklist.identity.names import search_key
from blacklist.identity.sealing import Vault
from blacklist.models import Order, OrderBinding, SubjectDocument, SubjectName
from blacklist.rules.lifecycle import STANDING_STATES, OrderKind, OrderState

LAST_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Proved:
    """An order in force, and which of the subjects it names asks."""

    order_id: int
    public_id: str
    kind: OrderKind
    subject_id: int


def prove_by_code(session: Session, *, access_code: str, last_six: str, name: str, vault: Vault) -> Proved | None:
    """Return the standing order this code is printed in, if last six and name are those of somebody it names.

    None for every mismatch, whichever it is. The same work is done for a code nobody was given, on another order that
    stands in for it, so that the time of the answer tells nothing either.
    """
    index = vault.credential_mac(normal_access_code(access_code))
    found = session.scalars(select(Order).where(Order.access_code_index == index)).one_or_none()
    stand_in = session.scalars(
        select(Order).where(Order.access_code_index.is_not(None)).order_by(Order.id).limit(1)
    ).one_or_none()
    order = stand_in if found is None else found
    if order is None:  # no decision with a code was ever made: there is nothing to tell
        return None
    subject_id = _named(session, order, last_six=last_six, name=name, vault=vault)
    if found is None or subject_id is None or OrderState(order.state) not in STANDING_STATES:
        return None
    return Proved(order.id, order.public_id, OrderKind(order.kind), subject_id)


def _named(session: Session, order: Order, *, last_six: str, name: str, vault: Vault) -> int | None:
    """Return which subject of an order bears both; every name and number is compared, whatever matched before."""
    bound = session.scalars(select(OrderBinding.subject_id).where(OrderBinding.order_id == order.id))
    subject_ids = sorted({order.subject_id, *bound})
    tail = "".join(unicodedata.normalize("NFKC", last_six).split()).upper().encode()
    key = vault.name_index(search_key(name))
    names = _by_name(session, subject_ids, key)
    numbers = _by_number(session, subject_ids, tail, vault=vault)
    both = [subject_id for subject_id in subject_ids if subject_id in names and subject_id in numbers]
    return both[0] if both else None


def _by_name(session: Session, subject_ids: Iterable[int], key: bytes) -> set[int]:
    rows = session.scalars(select(SubjectName).where(SubjectName.subject_id.in_(subject_ids)))
    return {row.subject_id for row in rows if hmac.compare_digest(row.name_index, key)}


def _by_number(session: Session, subject_ids: Iterable[int], tail: bytes, *, vault: Vault) -> set[int]:
    rows = session.scalars(select(SubjectDocument).where(SubjectDocument.subject_id.in_(subject_ids)))
    found = set()
    for row in rows:
        number = vault.open(row.number, table="documents", row=row.id, column="number")
        if hmac.compare_digest(number[-LAST_DIGITS:].encode(), tail):
            found.add(row.subject_id)
    return found
