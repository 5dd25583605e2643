"""Live hints beside the entry form: what the number says, who is known, what stands already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import read_form
from app.desk.acting import Desk, open_desk
from app.desk.blueprint import bp
from app.desk.facts import sum_text
from app.desk.forms import HintForm
from app.desk.suggesting import find_known_case, read_case_number
from app.desk.words import KIND_TITLES, SEX_TITLES
from app.formats import day_cn
from blacklist.actors import Role
from blacklist.errors import InvalidError
from blacklist.identity.documents import Document, parse_document
from blacklist.identity.names import search_key, stored_name
from blacklist.queries import desk as desk_queries
from blacklist.queries.desk import DeskState, OrderFilter
from blacklist.queries.subjects import find_subject_id, list_namesakes, open_subject
from blacklist.rules.exclusions import LEGAL_AGE, age_on
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.money import parse_money
from blacklist.rules.terms import term_of

Hint = dict[str, object]
_DEAD = frozenset({DeskState.REMOVED, DeskState.WITHDRAWN, DeskState.EXPIRED, DeskState.ABANDONED})
MOST_NAMED = 5


@bp.post("/e/new/hints")
@for_audience(Audience.STAFF)
def take_hints() -> ResponseReturnValue:
    """Return hints about what was typed so far; nothing is kept."""
    desk = open_desk()
    desk.courts(Role.CLERK)
    values, errors = read_form(HintForm(), request.form, lists=("grounds",))
    if errors:
        return jsonify({"messages": []})
    known = find_known_case(desk, values["case_number"])
    return jsonify({"messages": list(_hints(desk, values)), "case": known.as_json() if known is not None else None})


def _hints(desk: Desk, values: dict[str, Any]) -> Iterator[Hint]:
    yield from _case_hints(desk, values["case_number"])
    yield from _term_hints(desk, values)
    for name in ("amount_due", "amount_performed"):
        yield from _money_hints(name, values[name])
    document: Document | None = None
    if values["number"].strip():
        try:
            document = parse_document(
                values["document_type"],
                values["number"],
                country=values["country"].strip().upper() or None,
                today=desk.today,
            )
        except InvalidError as error:
            yield _hint("number", error.detail, fault=True)
    subject_id = None
    if document is not None:
        yield _hint("number", _describe(desk, document))
        if document.birth_date is not None and age_on(document.birth_date, desk.today) < LEGAL_AGE:
            yield _hint("number", "未成年人，不得纳入失信被执行人名单", fault=True)
        subject_id = find_subject_id(desk.session, desk.vault.document_index(document))
        yield from _known_hints(desk, subject_id)
    yield from _name_hints(desk, values["name"], subject_id=subject_id)


def _describe(desk: Desk, document: Document) -> str:
    words = ["✓ 号码校验通过"]
    if document.sex is not None:
        words.append(SEX_TITLES[document.sex])
    if document.birth_date is not None:
        words += [document.birth_date.isoformat(), f"{age_on(document.birth_date, desk.today)} 岁"]
    return " · ".join(words)


def _known_hints(desk: Desk, subject_id: int | None) -> Iterator[Hint]:
    """Tell that a subject is registered, and which orders of the actor's courts are under way or in force."""
    if subject_id is None:
        return
    subject = open_subject(desk.session, subject_id, vault=desk.vault)
    yield _hint("name", f"该号码已登记，姓名或者名称为：{subject.name}")
    wanted = OrderFilter(court_ids=desk.actor.court_ids(), subject_ids=frozenset({subject_id}))
    standing = [
        order
        for order in desk_queries.list_desk_orders(desk.session, wanted, most=50)
        if order.state not in {state.value for state in _DEAD}
    ]
    if standing:
        kinds = "、".join(dict.fromkeys(KIND_TITLES[OrderKind(order.kind)] for order in standing[:MOST_NAMED]))
        yield _hint(
            "number", f"本院对该主体有 {len(standing)} 份正在办理或者生效的决定（{kinds}），请核对是否重复", fault=True
        )


def _name_hints(desk: Desk, text: str, *, subject_id: int | None) -> Iterator[Hint]:
    if not text.strip():
        return
    try:
        index = desk.vault.name_index(search_key(stored_name(text)))
    except InvalidError as error:
        yield _hint("name", error.detail, fault=True)
        return
    others = list_namesakes(desk.session, index, but=subject_id)
    if others:
        yield _hint("name", f"登记中另有 {len(others)} 个同名主体；同名不是同一人，以证件号码为准")


def _case_hints(desk: Desk, text: str) -> Iterator[Hint]:
    if text.strip():
        try:
            yield _hint("case_number", f"✓ {read_case_number(desk, text).text}")
        except InvalidError as error:
            yield _hint("case_number", error.detail, fault=True)


def _term_hints(desk: Desk, values: dict[str, Any]) -> Iterator[Hint]:
    """Tell until when the order would stand if it were signed today."""
    if values["kind"] not in set(OrderKind) or (values["kind"] == OrderKind.LISTING.value and not values["grounds"]):
        return
    months = values["exit_ban_months"]
    try:
        term = term_of(
            OrderKind(values["kind"]),
            [Ground(code) for code in values["grounds"]],
            desk.today,
            exit_ban_months=int(months) if months else None,
        )
    except InvalidError:
        return
    end = f"如今日签发，至 {day_cn(term.ends_on)}" if term.ends_on else "无固定期限，至依法删除或者解除之日"
    yield _hint("exit_ban_months" if months else "grounds", f"期限：{end}")


def _money_hints(name: str, text: str) -> Iterator[Hint]:
    if text.strip():
        try:
            yield _hint(name, sum_text(parse_money(text)))
        except InvalidError as error:
            yield _hint(name, error.detail, fault=True)


def _hint(field: str, text: str, *, fault: bool = False) -> Hint:
    return {"field": field, "text": text, "fault": fault}
