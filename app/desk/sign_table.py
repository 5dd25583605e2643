"""The signing table: twenty checked orders a page, each with the machine's checks, marked one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import keep_changes, writes
from app.desk.acting import Desk, open_desk
from app.desk.blueprint import bp
from app.desk.facts import all_facts, bound_views, duty_of, term_text
from app.desk.sign_checks import Grade, checks_of, grade_of
from app.desk.sign_forms import CARDS, MarksForm
from app.desk.views import CheckView, Facts, OrderView, view_order
from app.errors import MalformedError
from app.formats import money
from app.paging import Page
from blacklist.actors import Role
from blacklist.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from blacklist.identity.texts import clean_text
from blacklist.models import Order, SignMark
from blacklist.queries import orders as order_queries
from blacklist.queries import signing as signing_queries
from blacklist.rules.grounds import GROUND_TITLES
from blacklist.services.marking import SignChoice, is_chosen, mark_order, open_order

MOST_MARKED = 100
_GRAVEST = ("fail", "warn", "pass")  # why a card is not green stands on top
# What orders are sent back for, by the digit that is pressed after R; a reason may be typed as well.
RETURN_REASONS = (
    "事实与案卷材料不一致，请核对后重新提交。",
    "认定情形的证据不足，请补充证据。",
    "执行通知书送达凭证不全，请补充。",
    "金额或者履行情况有误，请更正。",
    "公开文本含有第三人信息，请删改。",
)
CHOICES = ((SignChoice.AGREE.value, "同意"), (SignChoice.RETURN.value, "退回"), (SignChoice.HOLD.value, "搁置"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One order on the table. `choice` is '' while nothing was chosen; `details` only once it was opened."""

    row: int
    order: OrderView
    facts: Facts
    checks: list[CheckView]
    grade: Grade
    choice: str
    reason: str
    opened: bool
    details: list[tuple[str, Facts]]
    fault: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How the marks on all waiting orders stand."""

    agree: int
    back: int
    hold: int


@bp.get("/sign")
@for_audience(Audience.STAFF)
def list_sign() -> ResponseReturnValue:
    """Show what was checked and waits for the decision, oldest first; what the actor drafted never appears."""
    desk = open_desk()
    return _page(desk, _page_number(request.args.get("page", "1")), faults={})


@bp.post("/sign/marks")
@for_audience(Audience.STAFF)
@writes
def take_marks() -> ResponseReturnValue:
    """Keep the choices of one card (from the keys) or of a page of them; what cannot be chosen is said at its card."""
    desk = open_desk()
    desk.courts(Role.PRESIDENT)
    values, errors = read_form(MarksForm(), request.form)
    if errors:
        raise MalformedError("表单不完整，请返回刷新。", "The form is not complete.")
    faults = {public_id: text for public_id, text in _keep_rows(desk, values) if text}
    act, _, target = values["do"].partition("-")
    opened = values[f"order_{target}"] if act == "open" else ""
    if "application/json" in request.headers.get("Accept", ""):
        return _answer(desk, faults, opened=opened)
    number = _page_number(values["page"])
    if faults:
        keep_changes()  # what could be chosen is kept all the same
        return _page(desk, number, faults=faults, opened=opened), 422
    if act == "confirm":
        return redirect("/desk/sign/confirm", 303)
    if act == "open":
        return redirect(f"/desk/sign?{urlencode({'page': number, 'open': opened})}#card-{opened}", 303)
    return redirect(f"/desk/sign?{urlencode({'page': number, 'done': 'marked'})}", 303)


def count_marks(marks: list[SignMark]) -> Counts:
    """Return how many say what."""
    chosen = [mark.choice for mark in marks if is_chosen(mark)]
    return Counts(*(chosen.count(choice) for choice, _ in CHOICES))


def my_marks(desk: Desk) -> list[tuple[Order, SignMark]]:
    """Return the waiting orders with the actor's choices."""
    marked = signing_queries.list_marked(
        desk.session, court_ids=desk.courts(Role.PRESIDENT), person_id=desk.actor.person_id, most=MOST_MARKED
    )
    return [(order, mark) for order, mark in marked if is_chosen(mark)]


def details_of(desk: Desk, order: Order) -> list[tuple[str, Facts]]:
    """Return everything a president reads before deciding, in groups."""
    bound: Facts = [(one.role_title, f"{one.name}，{one.number_masked}") for one in bound_views(desk, order)]
    groups = [("全部内容", all_facts(desk, order)), ("受限人员", bound)]
    groups.append(("义务", [("义务全文（不公开）", duty_of(desk, order)), ("公开文本", order.duty_public)]))
    return [(title, facts) for title, facts in groups if facts]


def _keep_rows(desk: Desk, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Open and mark row by row; yield each order with why it could not be, '' where it could."""
    for row in range(CARDS):
        public_id = values[f"order_{row}"]
        if not public_id:
            continue
        try:
            if values["do"] == f"open-{row}":
                open_order(desk.session, public_id, version=values[f"version_{row}"], actor=desk.actor, at=desk.at)
            if values[f"choice_{row}"]:
                _keep_choice(desk, values, row)
        except (InvalidError, ForbiddenError, NotFoundError, ConflictError) as error:
            yield public_id, next(iter(faults_of(error).values()))
        else:
            yield public_id, ""


def _keep_choice(desk: Desk, values: dict[str, Any], row: int) -> None:
    order = order_queries.get_order(desk.session, values[f"order_{row}"], actor=desk.actor)
    grade = grade_of(desk, order, checks_of(desk, order))
    mark_order(
        desk.session,
        order.public_id,
        choice=SignChoice(values[f"choice_{row}"]),
        reason=clean_text(values[f"reason_{row}"], pointer="/reason", most=500),
        version=values[f"version_{row}"],
        must_open=grade.must_open,
        may_agree=grade.may_agree,
        actor=desk.actor,
        at=desk.at,
    )


def _answer(desk: Desk, faults: dict[str, str], *, opened: str) -> ResponseReturnValue:
    """Tell the keys' script what was kept: faults by order, all counts, and the whole of an order that was opened."""
    details: list[tuple[str, Facts]] = []
    if opened and opened not in faults:
        details = details_of(desk, order_queries.get_order(desk.session, opened, actor=desk.actor))
    counts = count_marks([mark for _, mark in my_marks(desk)])
    body = {"faults": faults, "counts": [counts.agree, counts.back, counts.hold], "details": details}
    return jsonify(body)


def _page(desk: Desk, number: int, *, faults: dict[str, str], opened: str = "") -> str:
    courts, person = desk.courts(Role.PRESIDENT), desk.actor.person_id
    total = signing_queries.count_waiting(desk.session, court_ids=courts, person_id=person)
    page = Page.of(min(number, max(1, -(-total // CARDS))), total, size=CARDS, path="/desk/sign", query={})
    orders = signing_queries.list_waiting(
        desk.session, court_ids=courts, person_id=person, most=CARDS, skip=(page.number - 1) * CARDS
    )
    marks = signing_queries.marks_on(desk.session, orders, person_id=person)
    shown = opened or request.args.get("open", "")
    return render_template(
        "desk/sign_table.html",
        cards=[
            _card(desk, row, order, marks.get(order.id), fault=faults.get(order.public_id, ""), shown=shown)
            for row, order in enumerate(orders)
        ],
        counts=count_marks([mark for _, mark in my_marks(desk)]),
        page=page,
        choices=CHOICES,
        reasons=RETURN_REASONS,
        errors={f"card-{public_id}": text for public_id, text in faults.items()},
    )


def _card(desk: Desk, row: int, order: Order, mark: SignMark | None, *, fault: str, shown: str) -> Card:
    checks = checks_of(desk, order)
    opened = mark is not None and mark.opened
    return Card(
        row=row,
        order=view_order(desk, order),
        facts=_facts(desk, order),
        checks=sorted(checks, key=lambda check: _GRAVEST.index(check.level)),
        grade=grade_of(desk, order, checks),
        choice=mark.choice if mark is not None and is_chosen(mark) else "",
        reason=mark.reason if mark is not None else "",
        opened=opened,
        details=details_of(desk, order) if opened and shown == order.public_id else [],
        fault=fault,
    )


def _facts(desk: Desk, order: Order) -> Facts:
    """Return the few facts that stand on the card itself."""
    case = order_queries.get_case(desk.session, order.case_id)
    facts: Facts = [("执行案号", case.number)]
    grounds = order_queries.grounds_of(order)
    if grounds:
        facts.append(("情形", "；".join(GROUND_TITLES[ground] for ground in grounds)))
    facts.append(("期限", term_text(order, on=desk.today)))
    due, performed = order.amount_due, order.amount_performed
    if due is not None:
        facts.append(("金额", f"应履行 {money(due)} 元，已履行 {money(performed or Decimal(0))} 元"))
    if order.duty_public:
        facts.append(("公开文本", order.duty_public))
    return facts


def _page_number(text: str) -> int:
    """Return the page asked for; what is no number is the first: orders leave the table, so addresses grow old."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) else 1
