"""What anyone may read: published orders, found by name, by court, by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from blacklist.errors import NotFoundError
from blacklist.identity.names import search_key
from blacklist.identity.sealing import Vault
from blacklist.models import Case, Court, Order, Publication, PublicationBigram
from blacklist.queries.subjects import open_subject
from blacklist.rules.disclosure import OrderFacts, PublicCard, PublicOrder, card_for_public, for_public
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.vocabulary import SubjectKind

PAGE = 20
DEEPEST_PAGE = 10
MOST_HITS = PAGE * DEEPEST_PAGE
SHORTEST_PART = 2
SHANGHAI = ZoneInfo("Asia/Shanghai")
_FEED_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor looks for. `name` is a person's whole name, or any part (2 or more) of a unit's."""

    name: str = ""
    kind: SubjectKind | None = None
    region: str = ""
    court_code: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of what was found. `total` stops counting at 200; `regions` counts the hits by region."""

    cards: tuple[PublicCard, ...]
    total: int
    regions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """A removal as the feed tells it: the public id and the day, no name."""

    public_id: str
    ended_at: datetime


def search(session: Session, wanted: Wanted, *, page: int, on: date, vault: Vault) -> Hits:
    """Return one page of published orders; an order past its end is not found, whether or not a job ran."""
    conditions = _conditions(wanted, on)
    counted = (
        select(Publication.region)
        .join(Court, Court.id == Publication.court_id)
        .where(*conditions)
        .limit(MOST_HITS + 1)
        .subquery()
    )
    regions = session.execute(
        select(counted.c.region, func.count()).group_by(counted.c.region).order_by(counted.c.region)
    ).all()
    total = sum(count for _, count in regions)
    orders = session.scalars(_page(conditions, page=page)).all()
    cards = [_card(session, order, on=on, vault=vault) for order in orders]
    return Hits(tuple(card for card in cards if card), total, tuple((name, count) for name, count in regions))


def list_after(
    session: Session, wanted: Wanted, *, before: int | None, on: date, vault: Vault
) -> tuple[list[PublicCard], int | None]:
    """Return up to 20 cards older than order id `before`, newest first, and where the next page begins."""
    conditions = _conditions(wanted, on)
    if before is not None:
        conditions.append(Publication.order_id < before)
    orders = session.scalars(
        select(Order)
        .join(Publication, Publication.order_id == Order.id)
        .join(Court, Court.id == Publication.court_id)
        .where(*conditions)
        .order_by(Publication.order_id.desc())
        .limit(PAGE + 1)
    ).all()
    cards = [_card(session, order, on=on, vault=vault) for order in orders[:PAGE]]
    more = orders[PAGE - 1].id if len(orders) > PAGE else None
    return [card for card in cards if card], more


def get_public_order(session: Session, public_id: str, *, on: date, vault: Vault) -> PublicOrder:
    """Return the public page of one order.

    Raises:
        NotFoundError: there is no such order, or it never was public.
        GoneError: it was public and is not now; why is not told.
    """
    order = session.scalars(select(Order).where(Order.public_id == public_id)).one_or_none()
    if order is None or order.order_no is None or order.effective_at is None:
        raise NotFoundError("未找到在公示的信息。", "Nothing published was found.")
    return for_public(facts_of(session, order, vault=vault), on=on, consumption_is_public=False)


def facts_of(session: Session, order: Order, *, vault: Vault) -> OrderFacts:
    """Open everything a public view may be made of."""
    subject = open_subject(session, order.subject_id, vault=vault)
    case, court = session.get_one(Case, order.case_id), session.get_one(Court, order.court_id)
    published = session.get(Publication, order.id)
    unperformed = None
    if order.amount_due is not None:
        unperformed = order.amount_due - (order.amount_performed or 0)
    if order.order_no is None or order.decided_on is None:
        raise ValueError("an order without a decision has no public facts")
    return OrderFacts(
        public_id=order.public_id,
        order_no=order.order_no,
        kind=OrderKind(order.kind),
        state=OrderState(order.state),
        subject_kind=subject.kind,
        name=subject.name,
        document_number=subject.number,
        sex=subject.sex,
        birth_date=subject.birth_date,
        legal_representative=subject.representative,
        region=court.region,
        court_name=court.name,
        court_contact=court.contact,
        case_number=case.number,
        grounds=tuple(Ground(code) for code in order.grounds.split(",") if code),
        basis_number=case.basis_number,
        basis_maker=case.basis_maker,
        filed_on=case.filed_on,
        decided_on=order.decided_on,
        published_on=published.published_at.astimezone(SHANGHAI).date() if published else None,
        ends_on=order.ends_on,
        duty=order.duty_public,
        performance=order.performance,
        performed=order.amount_performed,
        unperformed=unperformed,
    )


def list_regions(session: Session) -> list[str]:
    """Return the regions of the courts of this registry."""
    return list(session.scalars(select(Court.region).distinct().order_by(Court.region)))


def list_courts(session: Session) -> list[tuple[str, str]]:
    """Return (code, name) of the courts of this registry."""
    return [(code, name) for code, name in session.execute(select(Court.code, Court.name).order_by(Court.code))]


def count_published(session: Session, *, on: date) -> dict[str, int]:
    """Return how many orders are published, by kind of subject."""
    rows = session.execute(
        select(Publication.subject_kind, func.count()).where(_not_over(on)).group_by(Publication.subject_kind)
    )
    return dict(rows.tuples().all())


def list_endings(session: Session, *, at: datetime) -> list[Ending]:
    """Return listings that left the list in the last seven days, newest first."""
    rows = session.execute(
        select(Order.public_id, Order.ended_at)
        .where(
            Order.kind == OrderKind.LISTING.value,
            Order.effective_at.is_not(None),
            Order.ended_at > at - _FEED_DAYS,
        )
        .order_by(Order.ended_at.desc())
        .limit(100)
    )
    return [Ending(public_id, ended_at) for public_id, ended_at in rows if ended_at is not None]


def is_part_of_name(text: str) -> bool:
    """Tell whether a text is long enough to search units by."""
    return len(search_key(text)) >= SHORTEST_PART


def _conditions(wanted: Wanted, on: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_not_over(on)]
    if wanted.name:
        conditions.append(_named(wanted))
    if wanted.kind is not None:
        conditions.append(Publication.subject_kind == wanted.kind.value)
    if wanted.region:
        conditions.append(Publication.region == wanted.region)
    if wanted.court_code:
        conditions.append(Court.code == wanted.court_code)
    if wanted.since is not None:
        conditions.append(Publication.published_at >= datetime.combine(wanted.since, time(), SHANGHAI))
    return conditions


def _not_over(on: date) -> ColumnElement[bool]:
    return or_(Publication.ends_on.is_(None), Publication.ends_on >= on)


def _named(wanted: Wanted) -> ColumnElement[bool]:
    key = search_key(wanted.name)
    person = (Publication.name_key == key) & (Publication.subject_kind == SubjectKind.NATURAL.value)
    if wanted.kind is SubjectKind.NATURAL or len(key) < SHORTEST_PART:
        return person
    # Every neighbouring pair of the part must stand in the name; instr() then asks for them in their order.
    unit = (Publication.subject_kind == SubjectKind.ORGANISATION.value) & _contains(key)
    for pair in sorted({key[start : start + 2] for start in range(len(key) - 1)})[:6]:
        unit &= Publication.order_id.in_(select(PublicationBigram.order_id).where(PublicationBigram.bigram == pair))
    return unit if wanted.kind is SubjectKind.ORGANISATION else person | unit


def _contains(key: str) -> ColumnElement[bool]:
    # replace() knows no wildcards and is the same on both databases.
    return func.length(func.replace(Publication.name_key, key, "")) < func.length(Publication.name_key)


def _page(conditions: Sequence[ColumnElement[bool]], *, page: int) -> Select[Order]:
    return (
        select(Order)
        .join(Publication, Publication.order_id == Order.id)
        .join(Court, Court.id == Publication.court_id)
        .where(*conditions)
        .order_by(Publication.published_at.desc(), Publication.order_id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )


def _card(session: Session, order: Order, *, on: date, vault: Vault) -> PublicCard | None:
    if OrderState(order.state) is not OrderState.EFFECTIVE:
        return None
    return card_for_public(facts_of(session, order, vault=vault), on=on, consumption_is_public=False)
