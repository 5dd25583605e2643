"""The query table of orders, and the box that finds by number or name (sent by POST, never in an address)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import read_form
from app.desk.acting import Desk, open_desk
from app.desk.blueprint import bp
from app.desk.forms import FindForm
from app.desk.views import view_order
from app.desk.words import DOCUMENT_TITLES, KIND_TITLES, STATE_TITLES, choices
from app.errors import MalformedError
from app.paging import Page
from blacklist.errors import InvalidError
from blacklist.identity.case_numbers import parse_case_number
from blacklist.identity.documents import DocumentType, parse_document
from blacklist.identity.guessing import guess_document_type
from blacklist.identity.names import search_key, stored_name
from blacklist.queries import desk as desk_queries
from blacklist.queries.desk import DeskState, OrderFilter
from blacklist.queries.subjects import find_subject_id, list_namesakes
from blacklist.rules.lifecycle import OrderKind

PAGE = 20
DEEPEST = 500
MOST_FOUND = 50
_PARAMETERS = frozenset({"case_number", "kind", "state", "page", "done"})


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for, as it was typed."""

    case_number: str
    kind: str
    state: str

    def query(self) -> dict[str, str]:
        """Return them as the parameters of an address."""
        return {"case_number": self.case_number, "kind": self.kind, "state": self.state}


@bp.get("/e")
@for_audience(Audience.STAFF)
def list_orders() -> ResponseReturnValue:
    """Show orders of the actor's courts by kind, state and case number."""
    desk = open_desk()
    if not _PARAMETERS.issuperset(request.args):
        raise MalformedError("地址中有未知的条件。", "There is an unknown parameter.")
    filters = Filters(*(request.args.get(name, "").strip() for name in ("case_number", "kind", "state")))
    wanted, errors = _read(desk, filters)
    number = _page_number(request.args.get("page", "1"))
    orders = [] if errors else desk_queries.list_desk_orders(desk.session, wanted, most=PAGE, skip=(number - 1) * PAGE)
    total = 0 if errors else desk_queries.count_desk_orders(desk.session, wanted)
    page = Page.of(number, min(total, DEEPEST * PAGE), size=PAGE, path="/desk/e", query=filters.query())
    body = render_template(
        "desk/orders.html",
        filters=filters,
        kinds=choices(KIND_TITLES),
        states=choices(STATE_TITLES),
        filtered=bool(filters.case_number or filters.kind or filters.state),
        rows=[view_order(desk, one, actions=(("查看", f"/desk/e/{one.public_id}"),)) for one in orders],
        start=(number - 1) * PAGE + 1,
        page=page,
        note="",
        errors=errors,
    )
    return body, 422 if errors else 200


@bp.post("/find")
@for_audience(Audience.STAFF)
def take_find() -> ResponseReturnValue:
    """Find orders by document number, case number or name; answered in place, nothing stands in an address."""
    desk = open_desk()
    values, errors = read_form(FindForm(), request.form)
    wanted, said = (None, "请填写证件号码、姓名或者案号。") if errors else _what(desk, values["q"].strip())
    orders = desk_queries.list_desk_orders(desk.session, wanted, most=MOST_FOUND) if wanted else []
    return render_template(
        "desk/found.html",
        said=said,
        rows=[view_order(desk, one, actions=(("查看", f"/desk/e/{one.public_id}"),)) for one in orders],
        most=MOST_FOUND,
        errors=errors,
    )


def _what(desk: Desk, text: str) -> tuple[OrderFilter | None, str]:
    """Tell what was typed: a case number, a document number or a name; and how to say so."""
    courts = desk.actor.court_ids()
    try:
        number = parse_case_number(text).text
    except InvalidError:
        pass
    else:
        return OrderFilter(court_ids=courts, case_number=number), f"案号 {number}"
    if any(character.isdigit() for character in text):
        return _by_document(desk, text)
    try:
        index = desk.vault.name_index(search_key(stored_name(text)))
    except InvalidError as error:
        return None, error.detail
    subjects = frozenset(list_namesakes(desk.session, index, but=None))
    said = "按姓名或者名称查找。同名不是同一人，请逐一核对证件号码"
    return OrderFilter(court_ids=courts, subject_ids=subjects), said


def _by_document(desk: Desk, text: str) -> tuple[OrderFilter | None, str]:
    kind = guess_document_type(text)
    try:
        document = parse_document(
            kind, text, country="CHN" if kind == DocumentType.PASSPORT else None, today=desk.today
        )
    except InvalidError as error:
        return None, f"{error.detail}（按“{DOCUMENT_TITLES[DocumentType(kind)]}”核对）"
    subject_id = find_subject_id(desk.session, desk.vault.document_index(document))
    subjects = frozenset() if subject_id is None else frozenset({subject_id})
    said = f"按{DOCUMENT_TITLES[document.type]}号码查找"
    return OrderFilter(court_ids=desk.actor.court_ids(), subject_ids=subjects), said


def _read(desk: Desk, filters: Filters) -> tuple[OrderFilter, dict[str, str]]:
    errors: dict[str, str] = {}
    case_number = None
    if filters.case_number:
        try:
            case_number = parse_case_number(filters.case_number).text
        except InvalidError as error:
            errors["case_number"] = error.detail
    if filters.kind and filters.kind not in set(OrderKind):
        errors["kind"] = "没有这个种类。"
    if filters.state and filters.state not in set(DeskState):
        errors["state"] = "没有这个状态。"
    if errors:
        return OrderFilter(court_ids=frozenset()), errors
    return OrderFilter(
        court_ids=desk.actor.court_ids(),
        kind=OrderKind(filters.kind) if filters.kind else None,
        state=DeskState(filters.state) if filters.state else None,
        case_number=case_number,
    ), {}


def _page_number(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= DEEPEST:
        return int(text)
    raise MalformedError("页码有误。", "There is no such page.")
