"""From a filled-in entry form to an order draft, and back from an order to its form."""

from __future__ import annotations

from typing import Any

from app.desk.acting import Desk
from app.desk.entry_reading import Kept, Reader
from app.desk.facts import duty_of
from app.desk.forms import BOUND_ROWS
from blacklist.actors import Role
from blacklist.errors import Fault, InvalidError
from blacklist.identity.case_numbers import CaseNumber
from blacklist.models import Order
from blacklist.queries import desk as desk_queries
from blacklist.queries import orders as order_queries
from blacklist.queries.staff import list_courts_of
from blacklist.queries.subjects import open_subject
from blacklist.rules.exclusions import Circumstance
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.subjects import BoundRole
from blacklist.services.drafting import OrderDraft, Party
from blacklist.vocabulary import Sex


def read_draft(desk: Desk, values: dict[str, Any], *, kept: Kept, court_id: int | None = None) -> OrderDraft:
    """Return the draft a form describes; `court_id` is set where the order exists already.

    Raises:
        InvalidError: with one fault for each field that cannot be read, pointing at the form's own field names.
    """
    reader = Reader(desk, values)
    case_number = reader.case_number()
    kept = reader.chosen(case_number, kept)
    name = reader.name(kept)
    document = reader.document("", kept.debtor)
    bound = reader.bound(kept)
    draft_fields: dict[str, Any] = {
        "basis_number": reader.line("basis_number", 100),
        "basis_maker": reader.line("basis_maker", 100),
        "evidence": reader.long_text("evidence", 2000),
        "duty": reader.long_text("duty", 4000),
        "duty_public": reader.long_text("duty_public", 2000),
        "amount_due": reader.money("amount_due"),
        "amount_performed": reader.money("amount_performed"),
    }
    _require_sums_agree(reader, draft_fields)
    if reader.faults or case_number is None or document is None:
        faults = tuple(Fault(f"/{name}", "invalid", detail, detail) for name, detail in reader.faults.items())
        raise InvalidError("请修改下列内容。", "Some fields are not right.", errors=faults)
    kind = OrderKind(values["kind"])
    return OrderDraft(
        kind=kind,
        court_id=court_id or court_of_case(desk, case_number),
        case_number=case_number,
        filed_on=values["filed_on"],
        debtor=Party(
            document=document,
            name=name,
            representative=values["representative"].strip() or kept.representative or None,
            birth_date=values["birth_date"],
            sex=Sex(values["sex"]) if values["sex"] else None,
        ),
        bound=bound,
        grounds=tuple(Ground(code) for code in values["grounds"]) if kind is OrderKind.LISTING else (),
        warned_on=values["warned_on"],
        performance=values["performance"],
        exit_ban_months=int(values["exit_ban_months"]) if values["exit_ban_months"] else None,
        circumstances=frozenset(Circumstance(one) for one in values["circumstances"]),
        **draft_fields,
    )


def court_of_case(desk: Desk, case_number: CaseNumber) -> int:
    """Return the actor's court whose word stands in the case number, or the first one where he drafts."""
    drafting = desk.courts(Role.CLERK)
    courts = [court for court in list_courts_of(desk.session, desk.actor) if court.id in drafting]
    for court in courts:
        if court.code == case_number.court_word:
            return court.id
    return courts[0].id


def kept_of(desk: Desk, order: Order, companion: Order | None) -> Kept:
    """Return the documents an order holds already, its companion's bound persons included."""
    return Kept(
        debtor=desk_queries.main_document(desk.session, order.subject_id, vault=desk.vault),
        bound=tuple(
            desk_queries.main_document(desk.session, subject_id, vault=desk.vault)
            for subject_id, _ in _bound_of(desk, order, companion)
        ),
    )


def form_of(desk: Desk, order: Order, companion: Order | None) -> dict[str, Any]:
    """Return an order as its entry form shows it; document numbers are left empty, which means *unchanged*."""
    case = order_queries.get_case(desk.session, order.case_id)
    subject = open_subject(desk.session, order.subject_id, vault=desk.vault)
    form: dict[str, Any] = {
        "kind": order.kind,
        "case_number": case.number,
        "filed_on": case.filed_on.isoformat(),
        "basis_number": case.basis_number,
        "basis_maker": case.basis_maker,
        "document_type": subject.document_type,
        "number": "",
        "country": "",
        "name": subject.name,
        "birth_date": "",
        "sex": "",
        "representative": subject.representative or "",
        "grounds": [ground.value for ground in order_queries.grounds_of(order)],
        "evidence": _opened(desk, order, "evidence"),
        "warned_on": order.warned_on.isoformat() if order.warned_on else "",
        "exit_ban_months": str(order.exit_ban_months or ""),
        "duty": duty_of(desk, order),
        "duty_public": order.duty_public or "",
        "performance": order.performance,
        "amount_due": "" if order.amount_due is None else f"{order.amount_due:.2f}",
        "amount_performed": "" if order.amount_performed is None else f"{order.amount_performed:.2f}",
        "circumstances": [],
        "also_consumption": ["yes"] if companion is not None else [],
        "number_masked": subject.masked_number,
    }
    form["bound"] = [
        _bound_row(desk, subject_id, role, row)
        for row, (subject_id, role) in enumerate(_bound_of(desk, order, companion))
    ]
    return form


def bound_rows_sent(values: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of bound persons of a form as it was sent, for showing it again."""
    return [
        {
            name: str(values.get(f"bound_{row}_{name}", ""))
            for name in ("role", "document_type", "country", "number", "name", "kept")
        }
        for row in range(BOUND_ROWS)
    ]


def _bound_of(desk: Desk, order: Order, companion: Order | None) -> list[tuple[int, str]]:
    """Return who an order binds besides its debtor; a listing binds nobody else, its companion may."""
    source = companion if companion is not None else order
    bindings = order_queries.list_bindings(desk.session, source.id)
    return [(one.subject_id, one.role) for one in bindings if one.role != BoundRole.DEBTOR.value][:BOUND_ROWS]


def _bound_row(desk: Desk, subject_id: int, role: str, row: int) -> dict[str, str]:
    subject = open_subject(desk.session, subject_id, vault=desk.vault)
    return {
        "role": role,
        "document_type": subject.document_type,
        "country": "",
        "number": "",
        "name": subject.name,
        "kept": str(row),
        "number_masked": subject.masked_number,
    }


def _require_sums_agree(reader: Reader, draft_fields: dict[str, Any]) -> None:
    due, performed = draft_fields["amount_due"], draft_fields["amount_performed"]
    if due is not None and performed is not None and performed > due:
        reader.faults["amount_performed"] = "已履行金额不能大于应履行金额。"


def _opened(desk: Desk, order: Order, column: str) -> str:
    blob: bytes | None = getattr(order, column)
    return "" if blob is None else desk.vault.open(blob, table="orders", row=order.id, column=column)
