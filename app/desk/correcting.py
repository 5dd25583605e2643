"""Recorded facts are wrong: the page on which somebody proposes the right ones."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.act_forms import CORRECT_LISTS, CorrectForm
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.views import view_order
from app.desk.words import PERFORMANCE_TITLES, choices
from blacklist.errors import Fault, InvalidError
from blacklist.identity.names import stored_name
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import desk as desk_queries
from blacklist.queries import orders as order_queries
from blacklist.rules.corrections import CorrectableFact, correctable_facts
from blacklist.rules.grounds import GROUND_TITLES
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.money import parse_money
from blacklist.services.correcting import facts_now, propose_correction
from blacklist.vocabulary import SubjectKind

_LONG = {CorrectableFact.DUTY: 4000, CorrectableFact.DUTY_PUBLIC: 2000, CorrectableFact.EVIDENCE: 2000}
_NAMES = frozenset({CorrectableFact.NAME, CorrectableFact.REPRESENTATIVE})
_SUMS = frozenset({CorrectableFact.AMOUNT_DUE, CorrectableFact.AMOUNT_PERFORMED})
_MAY_BE_EMPTY = frozenset(
    {CorrectableFact.DUTY_PUBLIC, CorrectableFact.AMOUNT_DUE, CorrectableFact.AMOUNT_PERFORMED, CorrectableFact.DUTY}
)


@bp.get("/e/<public_id>/correct")
@for_audience(Audience.STAFF)
def show_correct(public_id: str) -> ResponseReturnValue:
    """Show every correctable fact as it stands."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    state_after(OrderState(order.state), Act.CORRECT)
    present = facts_now(desk.session, order, vault=desk.vault)
    form: dict[str, Any] = {fact.value: value for fact, value in present.items()}
    form |= {"grounds": order.grounds.split(","), "found_on": desk.today.isoformat()}
    return _page(desk, order, form, errors={})


@bp.post("/e/<public_id>/correct")
@for_audience(Audience.STAFF)
@writes
def take_correct(public_id: str) -> ResponseReturnValue:
    """Propose what was changed in the form; the recorded facts stand until another person decides."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    values, errors = read_form(CorrectForm(), request.form, lists=CORRECT_LISTS)
    if not errors:
        try:
            propose_correction(
                desk.session,
                public_id,
                facts=_facts(desk, order, values),
                reason=clean_text(values["reason"], pointer="/reason", most=1000, multiline=True),
                document=clean_text(values["document"], pointer="/document", most=200),
                found_on=values["found_on"],
                version=version_sent(),
                actor=desk.actor,
                at=desk.at,
                vault=desk.vault,
            )
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done(f"/desk/e/{public_id}", "correction-proposed")
    sent: dict[str, Any] = dict(request.form) | {"grounds": request.form.getlist("grounds")}
    return _page(desk, order, sent, errors=errors), 422


def _facts(desk: Desk, order: Order, values: dict[str, Any]) -> dict[CorrectableFact, str]:
    """Return the form's facts in their normal form, all faults at once."""
    found: dict[CorrectableFact, str] = {}
    faults: list[Fault] = []
    for fact in _correctable(desk, order):
        try:
            found[fact] = _normal(fact, values[fact.value])
        except InvalidError as error:
            faults.append(Fault(f"/{fact.value}", "invalid", error.detail, error.english))
            continue
        if not found[fact] and fact not in _MAY_BE_EMPTY:
            faults.append(Fault(f"/{fact.value}", "missing", "请填写。", "Missing."))
    if faults:
        raise InvalidError("请改正下列内容。", "Some facts are wrong.", errors=tuple(faults))
    return found


def _normal(fact: CorrectableFact, value: Any) -> str:
    if fact is CorrectableFact.GROUNDS:
        return ",".join(sorted(value))
    text = str(value)
    if fact in _SUMS:
        return f"{parse_money(text):.2f}" if text.strip() else ""
    if fact in _NAMES:
        return stored_name(text)
    if fact is CorrectableFact.FILED_ON:
        return _day(text)
    if fact is CorrectableFact.PERFORMANCE:
        return text
    return clean_text(text, pointer=f"/{fact.value}", most=_LONG.get(fact, 100), multiline=fact in _LONG)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise InvalidError("请按“年-月-日”填写真实的日期。", "Not a date.") from None


def _correctable(desk: Desk, order: Order) -> tuple[CorrectableFact, ...]:
    unit = desk_queries.get_subject(desk.session, order.subject_id).kind == SubjectKind.ORGANISATION.value
    return correctable_facts(OrderKind(order.kind), unit=unit)


def _page(desk: Desk, order: Order, form: dict[str, Any], *, errors: dict[str, str]) -> str:
    return render_template(
        "desk/correct.html",
        order=view_order(desk, order),
        facts=frozenset(fact.value for fact in _correctable(desk, order)),
        grounds=choices(GROUND_TITLES),
        performances=choices(PERFORMANCE_TITLES),
        form=form,
        errors=errors,
    )
