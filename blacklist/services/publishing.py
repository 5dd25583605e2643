"""The public index follows the orders: a name stands there exactly while its listing is published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from blacklist.identity.names import search_key
from blacklist.identity.sealing import Vault
from blacklist.models import Court, Order, Publication, PublicationBigram
from blacklist.queries.subjects import open_subject
from blacklist.rules.disclosure import is_public
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.vocabulary import SubjectKind


def publish(session: Session, order: Order, *, vault: Vault, at: datetime, since: datetime | None = None) -> None:
    """Put an effective order into the public index, if its kind is public.

    `since` is when it was first shown, where it is shown again after a suspension or a correction.
    """
    public = is_public(
        OrderKind(order.kind),
        OrderState(order.state),
        ends_on=order.ends_on,
        on=at.date(),
        consumption_is_public=False,
    )
    if not public:
        return
    subject = open_subject(session, order.subject_id, vault=vault)
    court = session.get_one(Court, order.court_id)
    key = search_key(subject.name)
    session.add(
        Publication(
            order_id=order.id,
            name=subject.name,
            name_key=key,
            subject_kind=subject.kind.value,
            sex=subject.sex.value if subject.sex else None,
            birth_year=subject.birth_date.year if subject.birth_date else None,
            court_id=court.id,
            region=court.region,
            published_at=since or at,
            ends_on=order.ends_on,
        )
    )
    session.flush()
    if subject.kind is SubjectKind.ORGANISATION:
        session.add_all([PublicationBigram(bigram=pair, order_id=order.id) for pair in sorted(bigrams(key))])
        session.flush()


def unpublish(session: Session, order: Order) -> None:
    """Take an order out of the public index, at once."""
    session.execute(delete(PublicationBigram).where(PublicationBigram.order_id == order.id))
    session.execute(delete(Publication).where(Publication.order_id == order.id))
    session.flush()


def bigrams(key: str) -> set[str]:
    """Return every two neighbouring characters of a search key."""
    return {key[start : start + 2] for start in range(len(key) - 1)}
