"""What the pages of objections and reconsiderations share: reading a form, acting, showing the page again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from app.accounts.forms import faults_of, read_form
from app.desk.acting import Desk, done, must_prove, open_desk, prove_address
from app.desk.remedy_forms import MOST_NOTE, MOST_STATEMENT, OutcomeDecisionForm
from blacklist.actors import Role
from blacklist.errors import Fault, ForbiddenError, InvalidError, StaleVersionError
from blacklist.identity.texts import clean_text
from blacklist.models import Objection, Order, Reconsideration
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.rules.remedies import REMEDY_TITLES, Claim, Remedy, remedies_for
from blacklist.rules.removals import REMOVAL_TITLES, RemovalReason, basis_of, removal_reasons
from blacklist.services.outcomes import Outcome
from blacklist.services.remedying import Plea

Act = Callable[[Desk, dict[str, Any]], object]
Page = Callable[[Desk, dict[str, str], dict[str, str]], str]


def take(schema: Schema, act: Act, page: Page, *, path: str, code: str, note: str = "text") -> ResponseReturnValue:
    """Read a form and act; lead on to `path`, or show the page again with what is wrong.

    `note` is the field a fault of the note's text stands at.
    """
    desk = open_desk()
    values, errors = read_form(schema, request.form)
    if not errors:
        try:
            act(desk, values)
        except InvalidError as error:
            errors = faults_of(error, names={"/text": note})
        except StaleVersionError as error:
            return _changed_meanwhile(desk, page, error)
        else:
            return done(path, code)
    return page(desk, dict(request.form), errors), 422


def take_decision(adopt: Act, send_back: Act, page: Page, *, path: str, adopted: str, back: str) -> ResponseReturnValue:
    """Adopt an outcome or send it back; adopting wants the password given within the last five minutes."""
    desk = open_desk()
    values, errors = read_form(OutcomeDecisionForm(), request.form)
    if not errors and values["do"] == "back" and not values["back_note"].strip():
        errors = {"back_note": "请写明退回的理由。"}
    if errors:
        return page(desk, dict(request.form), errors), 422
    if values["do"] == "adopt" and must_prove(desk.at):
        return redirect(prove_address(path), 303)
    try:
        (adopt if values["do"] == "adopt" else send_back)(desk, values)
    except InvalidError as error:
        return page(desk, dict(request.form), {"": error.errors[0].detail if error.errors else error.detail}), 422
    except StaleVersionError as error:
        return _changed_meanwhile(desk, page, error)
    return done(path, adopted if values["do"] == "adopt" else back)


def _changed_meanwhile(desk: Desk, page: Page, error: StaleVersionError) -> ResponseReturnValue:
    """Show the case as it is now, with what was typed: nothing of it was kept."""
    return page(desk, dict(request.form), {"": error.detail}), 409


def note_text(text: str, *, pointer: str) -> str:
    """Return a note fit to be kept.

    Raises:
        InvalidError: characters that are not kept.
    """
    return clean_text(text, pointer=pointer, most=MOST_NOTE, multiline=True)


def plea_of(values: dict[str, Any], *, claim: Claim) -> Plea:
    """Return what a form of an application says.

    Raises:
        InvalidError: characters that are not kept.
    """
    return Plea(
        claim=claim,
        statement=clean_text(values["statement"], pointer="/statement", most=MOST_STATEMENT, multiline=True),
        applicant=clean_text(values["applicant"], pointer="/applicant", most=100),
        contact=clean_text(values["contact"], pointer="/contact", most=200),
        received_on=values["received_on"],
    )


def outcome_of(values: dict[str, Any]) -> Outcome:
    """Return the outcome a reviewer proposes in a form.

    Raises:
        InvalidError: a remedy or reason is missing or unknown.
    """
    founded = values["founded"] == "yes"
    reasons = clean_text(values["reasons"], pointer="/reasons", most=MOST_STATEMENT, multiline=True)
    if not founded:
        return Outcome(founded=False, reasons=reasons)
    if not values["remedy"]:
        raise _choose("/remedy")
    remedy = Remedy(values["remedy"])
    end = None
    if remedy is Remedy.REMOVE:
        known = {reason.value: reason for reason in RemovalReason}
        if values["end"] not in known:
            raise _choose("/end")
        end = known[values["end"]]
    return Outcome(founded=True, reasons=reasons, remedy=remedy, end=end)


def remedy_choices(claim: Claim) -> list[tuple[str, str]]:
    """Return what can be done for a founded claim, as the choices of a form."""
    return [(one.value, REMEDY_TITLES[one]) for one in remedies_for(claim)]


def end_choices(order: Order, claim: Claim) -> list[tuple[str, str]]:
    """Return the reasons an order can be removed for, with their provision; none where no removal answers the claim."""
    if Remedy.REMOVE not in remedies_for(claim):
        return []
    kind = OrderKind(order.kind)
    effective = OrderState(order.state) is not OrderState.ISSUED
    reasons = removal_reasons(kind, fixed_term=order.ends_on is not None, effective=effective)
    return [(one.value, f"{REMOVAL_TITLES[one]}（{basis_of(one, kind)}）") for one in reasons]


def why_not_decide(desk: Desk, case: Objection | Reconsideration) -> str:
    """Return why this actor may not decide a proposed outcome, '' where it may."""
    try:
        require_role(desk.actor, Role.PRESIDENT, case.court_id)
        require_other_person(desk.actor, case.proposer_id)
    except ForbiddenError as error:
        return error.detail
    return ""


def _choose(pointer: str) -> InvalidError:
    detail, english = "请选择。", "Choose one."
    return InvalidError(detail, english, errors=(Fault(pointer, "missing", detail, english),))
