"""What anyone may read: published orders, found by name, by court, by id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from blacklist.errors import NotFoundError
from blacklist.identity.names import search_key
from blacklist.identity.sealing import Vault
from blacklist.models import Case, Court, Order, Publication, PublicationBigram, Subject
from blacklist.queries.orders import grounds_of
from blacklist.queries.subjects import birth_date_of, open_subject, representative_of
from blacklist.rules.disclosure import (
    OrderFacts,
    PublicCard,
    PublicOrder,
    card_for_public,
    for_public,
    require_public,
)
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.vocabulary import Sex, SubjectKind

PAGE = 20
DEEPEST_PAGE = 10
MOST_HITS = PAGE * DEEPEST_PAGE
SHORTEST_PART = 2
MOST_COUNTED = 2_000  # rows read to count what narrowing would give
SHANGHAI = ZoneInfo("Asia/Shanghai")
MOST_ENDINGS = 200
_COMMON_WORDS = re.compile("股份|有限|责任|公司|集团|企业|科技|实业|贸易|建设|工程|投资|[省市区县]")
_FEED_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a visitor looks for. `name` is a person's whole name, or any part (2 or more) of a unit's."""

    name: str = ""
    kind: SubjectKind | None = None
    region: str = ""
    court_code: str = ""
    sex: Sex | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """A page of what was found.

    `total` counts orders and stops at 201 (2,000 where a name was asked); `subjects` counts the persons or units among
    them. The others count the orders by what could narrow the search.
    """

    cards: tuple[PublicCard, ...]
    total: int
    subjects: int = 0
    regions: tuple[tuple[str, int], ...] = ()
    courts: tuple[tuple[str, str, int], ...] = ()
    sexes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list ends: the next one begins with what was published before it."""

    published_at: datetime
    order_id: int


@dataclass(frozen=True, slots=True)
class Ending:
    """A removal as the feed tells it: the public id and the day, no name."""

    public_id: str
    ended_at: datetime


def search(session: Session, wanted: Wanted, *, page: int, on: date, vault: Vault) -> Hits:
    """Return one page of published orders; an order past its end is not found, whether or not a job ran."""
    found = select(Publication.order_id).where(*_conditions(wanted, on))
    newest = found.order_by(*_NEWEST).limit(PAGE).offset((page - 1) * PAGE)
    cards = tuple(_card(row, on=on, vault=vault) for row in _rows(session, newest))
    counted = found.limit(MOST_COUNTED if wanted.name else MOST_HITS + 1).subquery()
    rows = session.execute(
        select(Order.subject_id, Publication.region, Court.code, Court.name, Publication.sex)
        .select_from(counted)
        .join(Publication, Publication.order_id == counted.c.order_id)
        .join(Order, Order.id == counted.c.order_id)
        .join(Court, Court.id == Publication.court_id)
    ).all()
    courts = Counter((row[2], row[3]) for row in rows)
    return Hits(
        cards=cards,
        total=len(rows),
        subjects=len({row[0] for row in rows}),
        regions=_counted(row[1] for row in rows),
        courts=tuple((code, name, count) for (code, name), count in sorted(courts.items())),
        sexes=_counted(row[4] for row in rows),
    )


def list_after(
    session: Session, wanted: Wanted, *, after: Place | None, on: date, vault: Vault
) -> tuple[list[PublicCard], Place | None]:
    """Return up to 20 cards, newest first, and the place where the next page begins, None where there is none."""
    query = select(Publication.order_id).where(*_conditions(wanted, on))
    if after is not None:
        same_instant = and_(Publication.published_at == after.published_at, Publication.order_id < after.order_id)
        query = query.where(or_(Publication.published_at < after.published_at, same_instant))
    rows = _rows(session, query.order_by(*_NEWEST).limit(PAGE + 1))
    cards = [_card(row, on=on, vault=vault) for row in rows[:PAGE]]
    if len(rows) <= PAGE:
        return cards, None
    last: Publication = rows[PAGE - 1][1]
    return cards, Place(last.published_at, last.order_id)


def get_public_order(session: Session, public_id: str, *, on: date, vault: Vault) -> PublicOrder:
    """Return the public page of one order.

    Raises:
        NotFoundError: there is no such order, or it never was public.
        GoneError: it was public and is not now; why is not told.
    """
    order = session.scalars(select(Order).where(Order.public_id == public_id)).one_or_none()
    if order is None or order.order_no is None or order.effective_at is None:
        raise NotFoundError("未找到在公示的信息。", "Nothing published was found.")
    # Refused before anything sealed is opened: of what has ended, names and numbers may be erased already.
    require_public(
        OrderKind(order.kind), OrderState(order.state), ends_on=order.ends_on, on=on, consumption_is_public=False
    )
    return for_public(facts_of(session, order, vault=vault), on=on, consumption_is_public=False)


def facts_of(session: Session, order: Order, *, vault: Vault) -> OrderFacts:
    """Open everything a public view of a published order may be made of."""
    row = (
        order,
        session.get_one(Publication, order.id),
        session.get_one(Case, order.case_id),
        session.get_one(Court, order.court_id),
        session.get_one(Subject, order.subject_id),
    )
    return replace(
        _facts(row, vault=vault),
        document_number=open_subject(session, order.subject_id, vault=vault).number,
        duty=order.duty_public,
        performance=order.performance,
        performed=order.amount_performed,
    )


def list_regions(session: Session) -> list[str]:
    """Return the regions of the courts of this registry."""
    return list(session.scalars(select(Court.region).distinct().order_by(Court.region)))


def list_courts(session: Session) -> list[tuple[str, str]]:
    """Return (code, name) of the courts of this registry."""
    return [(code, name) for code, name in session.execute(select(Court.code, Court.name).order_by(Court.code))]


def count_published(session: Session, *, on: date) -> dict[str, int]:
    """Return how many persons and units are published, by kind of subject."""
    rows = session.execute(
        select(Publication.subject_kind, func.count(Order.subject_id.distinct()))
        .join(Order, Order.id == Publication.order_id)
        .where(_not_over(on), Order.state == OrderState.EFFECTIVE.value)
        .group_by(Publication.subject_kind)
    )
    return {kind: count for kind, count in rows}  # noqa: C416 - rows are no plain tuples to dict()


def list_endings(session: Session, *, at: datetime) -> list[Ending]:
    """Return listings that left the list in the last seven days, newest first; by their dates, also where no job ran.

    `at` is an instant in Asia/Shanghai.
    """
    since, today = at - _FEED_DAYS, at.date()
    over = and_(Order.state == OrderState.EFFECTIVE.value, Order.ends_on < today, Order.ends_on >= since.date())
    rows = session.execute(
        select(Order.public_id, Order.ended_at, Order.ends_on).where(
            Order.kind == OrderKind.LISTING.value,
            Order.effective_at.is_not(None),
            or_(Order.ended_at > since, over),
        )
    )
    endings = [Ending(public_id, ended_at or _day_after(ends_on)) for public_id, ended_at, ends_on in rows]
    return sorted(endings, key=lambda one: one.ended_at, reverse=True)[:MOST_ENDINGS]


def _day_after(day: date | None) -> datetime:
    if day is None:
        raise ValueError("an order that has ended bears its end")
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def latest_publication(session: Session) -> datetime | None:
    """Return when something was published last, None where nothing is published."""
    return session.scalar(select(func.max(Publication.published_at)))


def is_part_of_name(text: str) -> bool:
    """Tell whether a text is long enough to search units by."""
    return len(search_key(text)) >= SHORTEST_PART


def is_broad(wanted: Wanted) -> bool:
    """Tell whether a search may hit very many units: by two characters, or by words that most of them bear."""
    if not wanted.name or wanted.kind is SubjectKind.NATURAL:
        return False
    key = search_key(wanted.name)
    return len(key) <= SHORTEST_PART or len(_COMMON_WORDS.sub("", key)) < SHORTEST_PART


_NEWEST = (Publication.published_at.desc(), Publication.order_id.desc())


def _rows(session: Session, page: Select[int]) -> Sequence[Any]:
    """Load what cards are made of, for one page of order ids: the page is cut before anything is joined."""
    ids = page.subquery()
    return session.execute(
        select(Order, Publication, Case, Court, Subject)
        .select_from(ids)
        .join(Publication, Publication.order_id == ids.c.order_id)
        .join(Order, Order.id == ids.c.order_id)
        .join(Case, Case.id == Order.case_id)
        .join(Court, Court.id == Publication.court_id)
        .join(Subject, Subject.id == Order.subject_id)
        .order_by(*_NEWEST)
    ).all()


def _conditions(wanted: Wanted, on: date) -> list[ColumnElement[bool]]:
    # A subquery, not a join: a planner that begins with the orders would sort all of them for twenty.
    state = select(Order.state).where(Order.id == Publication.order_id).scalar_subquery()
    conditions: list[ColumnElement[bool]] = [_not_over(on), state == OrderState.EFFECTIVE.value]
    if wanted.name:
        conditions.append(_named(wanted))
    if wanted.kind is not None:
        conditions.append(Publication.subject_kind == wanted.kind.value)
    if wanted.region:
        conditions.append(Publication.region == wanted.region)
    if wanted.court_code:
        court = select(Court.id).where(Court.code == wanted.court_code).scalar_subquery()
        conditions.append(Publication.court_id == court)
    if wanted.sex is not None:
        conditions.append(Publication.sex == wanted.sex.value)
    if wanted.since is not None:
        conditions.append(Publication.published_at >= datetime.combine(wanted.since, time(), SHANGHAI))
    return conditions


def _not_over(on: date) -> ColumnElement[bool]:
    return or_(Publication.ends_on.is_(None), Publication.ends_on >= on)


def _named(wanted: Wanted) -> ColumnElement[bool]:
    key = search_key(wanted.name)
    person = and_(Publication.name_key == key, Publication.subject_kind == SubjectKind.NATURAL.value)
    if wanted.kind is SubjectKind.NATURAL or len(key) < SHORTEST_PART:
        return person
    # Every neighbouring pair of the part must stand in the name; _contains() then asks for them in their order.
    unit = and_(Publication.subject_kind == SubjectKind.ORGANISATION.value, _contains(key))
    for pair in sorted({key[start : start + 2] for start in range(len(key) - 1)})[:6]:
        bearers = select(PublicationBigram.order_id).where(PublicationBigram.bigram == pair)
        unit = and_(unit, Publication.order_id.in_(bearers))
    return unit if wanted.kind is SubjectKind.ORGANISATION else or_(person, unit)


def _contains(key: str) -> ColumnElement[bool]:
    # replace() knows no wildcards and is the same on both databases.
    return func.length(func.replace(Publication.name_key, key, "")) < func.length(Publication.name_key)


def _counted(values: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(value for value in values if value).items()))


def _card(row: Any, *, on: date, vault: Vault) -> PublicCard:
    return card_for_public(_facts(row, vault=vault), on=on, consumption_is_public=False)


def _facts(row: Any, *, vault: Vault) -> OrderFacts:
    """Return the facts of a card, of one row of `_rows`. A card bears no number, so none is opened."""
    order, published, case, court, subject = row
    if order.order_no is None or order.decided_on is None:
        raise ValueError("an order without a decision has no public facts")
    return OrderFacts(
        public_id=order.public_id,
        order_no=order.order_no,
        kind=OrderKind(order.kind),
        state=OrderState(order.state),
        subject_kind=SubjectKind(subject.kind),
        name=published.name,
        document_number="",
        sex=Sex(subject.sex) if subject.sex else None,
        birth_date=birth_date_of(subject, vault=vault),
        legal_representative=representative_of(subject, vault=vault),
        region=court.region,
        court_name=court.name,
        court_contact=court.contact,
        case_number=case.number,
        grounds=grounds_of(order),
        basis_number=case.basis_number,
        basis_maker=case.basis_maker,
        filed_on=case.filed_on,
        decided_on=order.decided_on,
        published_on=_day(published),
        ends_on=order.ends_on,
        unperformed=_unperformed(order),
    )


def _day(published: Publication) -> date:
    return published.published_at.astimezone(SHANGHAI).date()


def _unperformed(order: Order) -> Decimal | None:
    if order.amount_due is None:
        return None
    return order.amount_due - (order.amount_performed or Decimal(0))
