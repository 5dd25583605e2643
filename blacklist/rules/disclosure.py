"""Who may see which fact of an order: one table, and the public's two views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import GoneError, NotFoundError
from blacklist.rules.exclusions import age_on
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import FINAL_STATES, OrderKind, OrderState
from blacklist.rules.masking import MaskPolicy, mask_number
from blacklist.rules.terms import is_over
from blacklist.vocabulary import Sex, SubjectKind


class Audience(StrEnum):
    """Who looks. `wall` stands for screens, posters and cards too; `list` for the public list and search."""

    WALL = "wall"
    LIST = "list"
    PAGE = "page"
    AGENCY = "agency"
    PERSON = "person"
    STAFF = "staff"


class Fact(StrEnum):
    """What there is to see."""

    NAME = "name"
    SEX_AND_AGE = "sex_and_age"
    DOCUMENT_NUMBER = "document_number"
    PRIVATE_LIFE = "private_life"
    DUTY = "duty"
    AMOUNTS = "amounts"
    COURT_AND_CASE = "court_and_case"
    BASIS_AND_DATES = "basis_and_dates"
    COURT_CONTACT = "court_contact"


_AUDIENCES = tuple(Audience)
_ROWS: Mapping[Fact, tuple[str, str, str, str, str, str]] = MappingProxyType(
    {
        Fact.NAME: ("none-on-wall", "full", "full", "full", "full", "full"),
        Fact.SEX_AND_AGE: ("age-band", "full", "full", "as-the-purpose-needs", "full", "full"),
        Fact.DOCUMENT_NUMBER: ("none", "region", "masked", "echo", "full", "masked-or-revealed"),
        Fact.PRIVATE_LIFE: ("never", "never", "never", "never", "own", "restricted"),
        Fact.DUTY: ("none", "none", "public-version", "public-version-in-portal", "full", "full"),
        Fact.AMOUNTS: ("unperformed", "unperformed", "both", "in-notices-where-needed", "full", "full"),
        Fact.COURT_AND_CASE: ("full", "full", "full", "full", "full", "full"),
        Fact.BASIS_AND_DATES: ("date", "full", "full", "legal-basis-and-dates", "full", "full"),
        Fact.COURT_CONTACT: ("full", "full", "full", "full", "full", "full"),
    }
)
DISCLOSURE: Mapping[tuple[Fact, Audience], str] = MappingProxyType(
    {(fact, audience): degree for fact, row in _ROWS.items() for audience, degree in zip(_AUDIENCES, row, strict=True)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """All a public view may be made of; opened from the order by a query, never shown as it is.

    `duty` is the public version, with third persons, addresses and account numbers out.
    """

    public_id: str
    order_no: str
    kind: OrderKind
    state: OrderState
    subject_kind: SubjectKind
    name: str
    document_number: str
    sex: Sex | None = None
    birth_date: date | None = None
    legal_representative: str | None = None
    region: str | None = None
    court_name: str
    court_contact: str
    case_number: str
    grounds: tuple[Ground, ...] = ()
    basis_number: str | None = None
    basis_maker: str | None = None
    filed_on: date | None = None
    decided_on: date
    published_on: date | None = None
    ends_on: date | None = None
    duty: str | None = None
    performance: str | None = None
    performed: Decimal | None = None
    unperformed: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCard:
    """One row of the public list or of a search: no number, no duty."""

    public_id: str
    kind: OrderKind
    subject_kind: SubjectKind
    name: str
    sex: Sex | None
    age: int | None
    legal_representative: str | None
    region: str | None
    court_name: str
    court_contact: str
    case_number: str
    grounds: tuple[Ground, ...]
    basis_number: str | None
    basis_maker: str | None
    filed_on: date | None
    decided_on: date
    published_on: date | None
    ends_on: date | None
    unperformed: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicOrder(PublicCard):
    """The public page of one order: the card's facts, the masked number, the duty and how far it is performed."""

    order_no: str
    number_masked: str
    duty: str | None
    performance: str | None
    performed: Decimal | None


def is_public(
    kind: OrderKind, state: OrderState, *, ends_on: date | None, on: date, consumption_is_public: bool = True
) -> bool:
    """Tell whether the public sees an order on `on`.

    Listings always, consumption orders where the court's setting publishes them, exit bans never; and only while
    effective and not past the end. `consumption_is_public` is that setting.

    Basis: LIST 6, LIST 7, LIST 10; CONS 6; PIPL 25.
    """
    kinds = {OrderKind.LISTING} | ({OrderKind.CONSUMPTION} if consumption_is_public else set())
    return kind in kinds and state is OrderState.EFFECTIVE and not is_over(ends_on, on)


def require_public(
    kind: OrderKind, state: OrderState, *, ends_on: date | None, on: date, consumption_is_public: bool = True
) -> None:
    """Refuse to show what is not public on `on`.

    Basis: LIST 7, LIST 10; PIPL 25.

    Raises:
        GoneError: it was public and is not now (suspended, removed, withdrawn, expired): one neutral text for all.
        NotFoundError: it never was: an exit ban, an unpublished kind, an order not yet in effect.
    """
    if is_public(kind, state, ends_on=ends_on, on=on, consumption_is_public=consumption_is_public):
        return
    shown_once = is_public(kind, OrderState.EFFECTIVE, ends_on=None, on=on, consumption_is_public=consumption_is_public)
    past = (FINAL_STATES - {OrderState.ABANDONED}) | {OrderState.SUSPENDED, OrderState.EFFECTIVE}
    if shown_once and state in past:
        raise GoneError("该信息已不再公示。", "This information is no longer published.")
    raise NotFoundError("未找到在公示的信息。", "Nothing published was found.")


def card_for_public(facts: OrderFacts, *, on: date, consumption_is_public: bool = True) -> PublicCard:
    """Return the row of the public list and search.

    Basis: LIST 6; PIPL 6, PIPL 25.

    Raises:
        GoneError, NotFoundError: as `require_public`.
    """
    _require(facts, on, consumption_is_public=consumption_is_public)
    return PublicCard(
        public_id=facts.public_id,
        kind=facts.kind,
        subject_kind=facts.subject_kind,
        name=facts.name,
        sex=facts.sex,
        age=_age(facts, on),
        legal_representative=facts.legal_representative,
        region=facts.region,
        court_name=facts.court_name,
        court_contact=facts.court_contact,
        case_number=facts.case_number,
        grounds=facts.grounds,
        basis_number=facts.basis_number,
        basis_maker=facts.basis_maker,
        filed_on=facts.filed_on,
        decided_on=facts.decided_on,
        published_on=facts.published_on,
        ends_on=facts.ends_on,
        unperformed=facts.unperformed,
    )


def for_public(
    facts: OrderFacts,
    *,
    on: date,
    policy: MaskPolicy = MaskPolicy.STRICT,
    consumption_is_public: bool = True,
) -> PublicOrder:
    """Return the public page of one order.

    A unit's number is public; a person's is masked by the court's policy.

    Basis: LIST 6; PIPL 6, PIPL 25.

    Raises:
        GoneError, NotFoundError: as `require_public`.
    """
    card = card_for_public(facts, on=on, consumption_is_public=consumption_is_public)
    is_unit = facts.subject_kind is SubjectKind.ORGANISATION
    return PublicOrder(
        **{name: getattr(card, name) for name in PublicCard.__dataclass_fields__},
        order_no=facts.order_no,
        number_masked=facts.document_number if is_unit else mask_number(facts.document_number, policy=policy),
        duty=facts.duty,
        performance=facts.performance,
        performed=facts.performed,
    )


def _require(facts: OrderFacts, on: date, *, consumption_is_public: bool) -> None:
    require_public(facts.kind, facts.state, ends_on=facts.ends_on, on=on, consumption_is_public=consumption_is_public)


def _age(facts: OrderFacts, on: date) -> int | None:
    if facts.subject_kind is SubjectKind.ORGANISATION or facts.birth_date is None:
        return None
    return age_on(facts.birth_date, on)
