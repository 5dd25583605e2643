"""Facts of the three decisions, as they stood when the president signed: what was corrected later is put back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.desk.paper_sheets import Sheet
from app.desk.words import PERFORMANCE_TITLES
from app.documents.facts import EnforcementCase, Party
from app.documents.orders import ConsumptionOrder, ExitBanDecision, ListingDecision
from app.formats import day_cn
from blacklist.identity.documents import DocumentType
from blacklist.queries import orders as order_queries
from blacklist.queries.applications import find_of_order, open_application
from blacklist.queries.papers import list_documents
from blacklist.rules.corrections import CorrectableFact
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.subjects import ROLE_TITLES, BoundRole
from blacklist.rules.terms import term_of
from blacklist.services.correcting import facts_now

_MADE = (OrderState.ISSUED, OrderState.EFFECTIVE, OrderState.SUSPENDED, OrderState.REMOVED, OrderState.WITHDRAWN)
_CHINESE = frozenset(
    {DocumentType.RESIDENT_ID, DocumentType.HMT_RESIDENCE, DocumentType.HM_PERMIT, DocumentType.TW_PERMIT}
)
_UNPERFORMED = {"none": "全部未履行", "part": "仅部分履行", "full": "未在指定期间内履行"}
Told = Mapping[str, str]


def listing_decision(sheet: Sheet) -> ListingDecision:
    """Return the facts of a listing decision."""
    told = _as_decided(sheet)
    grounds = tuple(Ground(code) for code in told["grounds"].split(",") if code)
    decided_on = _decided_on(sheet)
    consumption = order_queries.find_consumption_order(sheet.desk.session, sheet.order, states=_MADE)
    return ListingDecision(
        head=sheet.head(decided_on),
        case=_case(sheet, told),
        debtor=_debtor(sheet, told),
        found=_found(sheet, told),
        grace_until=sheet.order.grace_until,
        next_court=sheet.next_court(),
        access_code=sheet.access_code(),
        signature=sheet.signature(sheet.order.issued_by),
        warned_on=sheet.order.warned_on,
        grounds=grounds,
        ends_on=term_of(OrderKind.LISTING, grounds, decided_on).ends_on if grounds else None,
        consumption_number=(consumption.order_no or "") if consumption is not None else "",
    )


def consumption_order(sheet: Sheet) -> ConsumptionOrder:
    """Return the facts of a consumption order with everybody it binds beside the debtor."""
    told = _as_decided(sheet)
    bindings = order_queries.list_bindings(sheet.desk.session, sheet.order.id)
    return ConsumptionOrder(
        head=sheet.head(_decided_on(sheet)),
        case=_case(sheet, told),
        debtor=_debtor(sheet, told),
        bound=tuple(
            sheet.party(one.subject_id, role=ROLE_TITLES[BoundRole(one.role)])
            for one in bindings
            if one.role != BoundRole.DEBTOR.value
        ),
        found=_found(sheet, told),
        grace_until=sheet.order.grace_until,
        next_court=sheet.next_court(),
        access_code=sheet.access_code(),
        signature=sheet.signature(sheet.order.issued_by),
    )


def exit_ban_decision(sheet: Sheet) -> ExitBanDecision:
    """Return the facts of an exit ban for one of the persons who may not leave."""
    told, decided_on = _as_decided(sheet), _decided_on(sheet)
    person_id = sheet.due.about_id or sheet.order.subject_id
    roles = [
        ROLE_TITLES[BoundRole(one.role)]
        for one in order_queries.list_bindings(sheet.desk.session, sheet.order.id)
        if one.subject_id == person_id and one.role != BoundRole.DEBTOR.value
    ]
    person = sheet.party(person_id, role="、".join(roles)) if roles else _debtor(sheet, told)
    kinds = {one.type for one in list_documents(sheet.desk.session, person_id)}
    passports = [one for one in list_documents(sheet.desk.session, person_id) if one.country not in (None, "CHN")]
    return ExitBanDecision(
        head=sheet.head(decided_on),
        case=_case(sheet, told),
        debtor=_debtor(sheet, told),
        person=person,
        foreign=not kinds & _CHINESE and (DocumentType.FOREIGNER_ID.value in kinds or bool(passports)),
        on_application=find_of_order(sheet.desk.session, sheet.order.id) is not None,
        documents=sheet.travel_documents(person_id),
        found=_found(sheet, told, restrained=person if roles else None),
        next_court=sheet.next_court(),
        access_code=sheet.access_code(),
        signature=sheet.signature(sheet.order.issued_by),
        starts_on=decided_on,
        ends_on=term_of(OrderKind.EXIT_BAN, (), decided_on, exit_ban_months=sheet.order.exit_ban_months).ends_on,
    )


def _decided_on(sheet: Sheet) -> date:
    if sheet.order.decided_on is None:
        raise ValueError("only a decided order has a decision to print")
    return sheet.order.decided_on


def _as_decided(sheet: Sheet) -> Told:
    """Return the facts as the decision was made on: each kept version puts back what it replaced, newest first."""
    desk, order = sheet.desk, sheet.order
    told: dict[str, str] = {fact.value: text for fact, text in facts_now(desk.session, order, vault=desk.vault).items()}
    for version in reversed(order_queries.list_versions(desk.session, order.id)):
        content = json.loads(desk.vault.open(version.content, table="order_versions", row=version.id, column="content"))
        told |= {name: text or "" for name, text in content.items()}
    return told


def _debtor(sheet: Sheet, told: Told) -> Party:
    now = sheet.party()
    return Party(
        kind=now.kind,
        name=told[CorrectableFact.NAME],
        sex=now.sex,
        born_on=now.born_on,
        document=now.document,
        number=now.number,
        representative=told[CorrectableFact.REPRESENTATIVE],
    )


def _case(sheet: Sheet, told: Told) -> EnforcementCase:
    application = find_of_order(sheet.desk.session, sheet.order.id)
    filed_on = told[CorrectableFact.FILED_ON]
    return EnforcementCase(
        filed_on=date.fromisoformat(filed_on) if filed_on else None,
        basis_maker=told[CorrectableFact.BASIS_MAKER],
        basis_number=told[CorrectableFact.BASIS_NUMBER],
        creditor=open_application(application, vault=sheet.desk.vault).applicant if application else "",
        duty=told[CorrectableFact.DUTY],
        performance=PERFORMANCE_TITLES.get(told[CorrectableFact.PERFORMANCE], ""),
        amount_due=_sum(told[CorrectableFact.AMOUNT_DUE]),
        amount_performed=_sum(told[CorrectableFact.AMOUNT_PERFORMED]),
    )


def _found(sheet: Sheet, told: Told, *, restrained: Party | None = None) -> str:
    """Return what the court found, a line a paragraph, of facts on record alone."""
    evidence = told[CorrectableFact.EVIDENCE].strip()
    if sheet.kind is OrderKind.LISTING and not evidence:
        return ""  # a ground without evidence stops the paper
    warned_on = sheet.order.warned_on
    after = f"执行通知书于{day_cn(warned_on)}送达后，" if warned_on else ""
    unperformed = _UNPERFORMED[told[CorrectableFact.PERFORMANCE]]
    lines = [f"{after}被执行人{told[CorrectableFact.NAME]}对生效法律文书确定的义务{unperformed}"]
    if restrained is not None:
        lines.append(f"{restrained.name}系被执行人的{restrained.role}")
    if evidence:
        lines.append(f"上述事实和情形，有下列证据证明：{'；'.join(evidence.splitlines())}")
    return "\n".join(lines)


def _sum(text: str) -> Decimal | None:
    return Decimal(text) if text else None
