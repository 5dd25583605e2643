"""The clerk enters an order, or corrects one that is a draft or came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.application_entry import accept_by, find_application, form_of_application
from app.desk.blueprint import bp
from app.desk.entry import bound_rows_sent, form_of, kept_of, read_draft
from app.desk.entry_reading import FIELD_OF_POINTER, Kept
from app.desk.forms import BOUND_ROWS, ENTRY_LISTS, EXIT_BAN_MONTHS, EntryForm
from app.desk.repeats import new_form_id, once
from app.desk.successors import find_predecessor_id, form_of_successor
from app.desk.suggesting import case_prefix, find_known_case
from app.desk.views import view_order
from app.desk.words import CIRCUMSTANCE_TITLES, DOCUMENT_TITLES, KIND_TITLES, PERFORMANCE_TITLES, choices
from blacklist.actors import Role
from blacklist.errors import InvalidError, StaleVersionError, TransitionError
from blacklist.models import Order
from blacklist.queries import desk as desk_queries
from blacklist.queries import orders as order_queries
from blacklist.rules.grounds import GROUND_TITLES
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_role
from blacklist.rules.subjects import ROLE_TITLES, BoundRole
from blacklist.services.drafting import DuplicateOrderError, OrderDraft, amend_draft, draft_order

HINTS_URL = "/desk/e/new/hints"
_START = {"kind": OrderKind.LISTING.value, "document_type": "resident_id", "also_consumption": ["yes"]}


@bp.get("/e/new")
@for_audience(Audience.STAFF)
def show_new() -> ResponseReturnValue:
    """Show an empty entry form."""
    desk = open_desk()
    desk.courts(Role.CLERK)
    form: dict[str, Any] = {**_START, "performance": "none", "form_id": new_form_id()}
    if asked := request.args.get("application", ""):
        form = fill_from_case(desk, {**form, **form_of_application(desk, asked)})
    if before := request.args.get("predecessor", ""):
        form = fill_from_case(desk, {**form, **form_of_successor(desk, before)})
    return _page(desk, form, errors={}, order=None)


@bp.post("/e/new")
@for_audience(Audience.STAFF)
@writes
def take_new() -> ResponseReturnValue:
    """Make a draft of the form, and with a listing the draft of its consumption order; or look its case up."""
    desk = open_desk()
    desk.courts(Role.CLERK)
    if request.form.get("do") == "lookup":
        return _page(desk, fill_from_case(desk, _sent_form()), errors={}, order=None)

    def act(values: dict[str, Any]) -> str:
        return once(desk, values["form_id"], lambda: _draft_new(desk, values))

    return _take(desk, act, order=None)


@bp.get("/e/<public_id>/edit")
@for_audience(Audience.STAFF)
def show_edit(public_id: str) -> ResponseReturnValue:
    """Show a draft or an order that came back in the entry form."""
    desk = open_desk()
    order = _editable(desk, public_id)
    companion = desk_queries.find_companion_draft(desk.session, order)
    return _page(desk, form_of(desk, order, companion), errors={}, order=order)


@bp.post("/e/<public_id>/edit")
@for_audience(Audience.STAFF)
@writes
def take_edit(public_id: str) -> ResponseReturnValue:
    """Replace the content of the draft, and of the consumption order drafted with it."""
    desk = open_desk()
    order = _editable(desk, public_id)
    return _take(desk, lambda values: _amend(desk, order, values), order=order)


def _take(desk: Desk, act: Callable[[dict[str, Any]], str], *, order: Order | None) -> ResponseReturnValue:
    """Run the act on a sound form and lead on; show an unsound one again with its faults."""
    values, errors = read_form(EntryForm(), request.form, lists=ENTRY_LISTS)
    if not errors:
        try:
            path = act(values)
        except StaleVersionError:
            raise
        except (InvalidError, DuplicateOrderError) as error:
            errors = faults_of(error, names=FIELD_OF_POINTER)
        else:
            to_readback = values["do"] == "readback"
            return redirect(f"{path}/check", 303) if to_readback else done(path, "amended" if order else "drafted")
    desk.session.rollback()
    return _page(desk, _sent_form(), errors=errors, order=order), 422


def _draft_new(desk: Desk, values: dict[str, Any]) -> str:
    application = find_application(desk, values["application"])
    draft = read_draft(desk, values, kept=Kept())
    draft = replace(
        draft,
        application_id=application.id if application is not None else None,
        predecessor_id=find_predecessor_id(desk, values["predecessor"]),
    )
    own, companion = _split(draft, with_consumption=bool(values["also_consumption"]))
    order = draft_order(desk.session, own, actor=desk.actor, at=desk.at, vault=desk.vault)
    if application is not None:
        accept_by(desk, application, order)
    if companion is not None:
        _draft_companion(desk, companion)
    return f"/desk/e/{order.public_id}"


def _amend(desk: Desk, order: Order, values: dict[str, Any]) -> str:
    found = desk_queries.find_companion_draft(desk.session, order)
    draft = read_draft(desk, values, kept=kept_of(desk, order, found), court_id=order.court_id)
    draft = replace(draft, kind=OrderKind(order.kind), predecessor_id=order.predecessor_id)
    own, companion = _split(draft, with_consumption=bool(values["also_consumption"]) or found is not None)
    amend_draft(
        desk.session, order.public_id, own, version=version_sent(), actor=desk.actor, at=desk.at, vault=desk.vault
    )
    if companion is not None and found is not None:
        amend_draft(
            desk.session,
            found.public_id,
            companion,
            version=found.version,
            actor=desk.actor,
            at=desk.at,
            vault=desk.vault,
        )
    elif companion is not None:
        _draft_companion(desk, companion)
    return f"/desk/e/{order.public_id}"


def _split(draft: OrderDraft, *, with_consumption: bool) -> tuple[OrderDraft, OrderDraft | None]:
    """Return the order and, with a listing, its consumption order: a listed debtor must get one (CONS 1 ¶2).

    The listing binds the debtor alone; persons named for a unit belong to the consumption order.
    """
    if draft.kind is not OrderKind.LISTING or not with_consumption:
        return draft, None
    return replace(draft, bound=()), replace(
        draft, kind=OrderKind.CONSUMPTION, grounds=(), evidence="", duty_public="", predecessor_id=None
    )


def _draft_companion(desk: Desk, draft: OrderDraft) -> None:
    """Draft the consumption order unless the case has one against this debtor already."""
    try:
        with desk.session.begin_nested():
            draft_order(desk.session, draft, actor=desk.actor, at=desk.at, vault=desk.vault)
    except DuplicateOrderError:
        return


def _editable(desk: Desk, public_id: str) -> Order:
    """Return an order that its clerk may still change.

    Raises:
        OrderNotFoundError, MissingRoleError, TransitionError: it is not, or not his to change.
    """
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.CLERK, order.court_id)
    state_after(OrderState(order.state), Act.AMEND_DRAFT)
    if order.submitted_at is not None:
        raise TransitionError("该决定已送核验，退回后才能修改。", "It is with the checker.")
    return order


def fill_from_case(desk: Desk, form: dict[str, Any]) -> dict[str, Any]:
    """Return the form with what its case is known by, where nothing was typed."""
    known = find_known_case(desk, str(form.get("case_number", "")))
    if known is None:
        return form
    found = {
        "filed_on": known.filed_on,
        "basis_number": known.basis_number,
        "basis_maker": known.basis_maker,
        "debtor": known.debtors[0].ref if len(known.debtors) == 1 else "",
    }
    return {**form, **{name: text for name, text in found.items() if not form.get(name)}, "case_number": known.number}


def _sent_form() -> dict[str, Any]:
    form: dict[str, Any] = {name: request.form[name] for name in request.form}
    for name in (*ENTRY_LISTS, "also_consumption"):
        form[name] = request.form.getlist(name)
    form["bound"] = bound_rows_sent(form)
    return form


def _page(desk: Desk, form: dict[str, Any], *, errors: dict[str, str], order: Order | None) -> str:
    return render_template(
        "desk/new.html",
        form=form,
        errors=errors,
        order=view_order(desk, order) if order is not None else None,
        kinds=choices(KIND_TITLES),
        document_types=choices(DOCUMENT_TITLES),
        grounds=tuple(
            (code.value, f"{number}. {title}") for number, (code, title) in enumerate(GROUND_TITLES.items(), 1)
        ),
        performances=choices(PERFORMANCE_TITLES),
        circumstances=choices(CIRCUMSTANCE_TITLES),
        roles=tuple((role.value, title) for role, title in ROLE_TITLES.items() if role is not BoundRole.DEBTOR),
        exit_ban_months=tuple((months, f"{months} 个月") for months in EXIT_BAN_MONTHS),
        today=desk.today,
        bound_rows=BOUND_ROWS,
        hints_url=HINTS_URL,
        case_prefix=case_prefix(desk),
        known=find_known_case(desk, str(form.get("case_number", ""))) if order is None else None,
    )
