"""Creditors' applications: received, drafted on, refused by two persons, withdrawn."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, must_prove, open_desk, prove_address, version_sent
from app.desk.application_forms import (
    MOST_REASON,
    MOST_STATEMENT,
    ApplicationNewForm,
    RefusalDecisionForm,
    RefuseForm,
    VersionForm,
)
from app.desk.application_views import application_facts, draft_of, view_application
from app.desk.blueprint import bp
from app.desk.entry import court_of_case
from app.desk.words import DOCUMENT_TITLES, KIND_TITLES, choices
from blacklist.actors import Role
from blacklist.errors import ForbiddenError, InvalidError
from blacklist.identity.case_numbers import parse_case_number
from blacklist.identity.documents import parse_document
from blacklist.identity.texts import clean_text
from blacklist.models import Application
from blacklist.queries.applications import get_application, list_applications
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.services.application_papers import ApplicationText, RelistingBarredError
from blacklist.services.applying import (
    approve_refusal,
    propose_refusal,
    receive_application,
    reject_refusal,
    withdraw_application,
)

MOST_ROWS = 100
_FIELDS = {"/document/number": "number", "/document/type": "document_type", "/document/country": "country"}


@bp.get("/applications")
@for_audience(Audience.STAFF)
def show_applications() -> ResponseReturnValue:
    """Show the applications of the actor's courts: what waits first."""
    desk = open_desk()
    groups = (
        ("待审查和待决定", "收到最早的在前", _rows(desk, waiting=True)),
        ("已办结", "最新的在前", _rows(desk, waiting=False)),
    )
    may_receive = any(role is Role.CLERK for _, role in desk.actor.roles)
    return render_template("desk/applications.html", groups=groups, most=MOST_ROWS, may_receive=may_receive)


@bp.get("/applications/new")
@for_audience(Audience.STAFF)
def show_application_new() -> ResponseReturnValue:
    """Show the form to a clerk."""
    desk = open_desk()
    desk.courts(Role.CLERK)
    form = {"kind": OrderKind.LISTING.value, "document_type": "resident_id", "received_on": desk.today.isoformat()}
    return _new_page(form, errors={})


@bp.post("/applications/new")
@for_audience(Audience.STAFF)
@writes
def take_application_new() -> ResponseReturnValue:
    """Record it; one the law bars is refused at once, with the day the bar ends."""
    desk = open_desk()
    desk.courts(Role.CLERK)
    values, errors = read_form(ApplicationNewForm(), request.form)
    if not errors:
        try:
            application = receive_application(
                desk.session, _read(desk, values), actor=desk.actor, at=desk.at, vault=desk.vault
            )
        except InvalidError as error:
            errors = faults_of(error, names=_FIELDS)
        except RelistingBarredError as error:
            errors = {"case_number": error.detail}
        else:
            return done(f"/desk/applications/{application.public_id}", "application-received")
    return _new_page(dict(request.form), errors=errors), 422


@bp.get("/applications/<application_id>")
@for_audience(Audience.STAFF)
def show_application(application_id: str) -> ResponseReturnValue:
    """Show an application, and what this actor may decide about it."""
    desk = open_desk()
    return _page(desk, get_application(desk.session, application_id, actor=desk.actor), errors={})


@bp.post("/applications/<application_id>/refuse")
@for_audience(Audience.STAFF)
@writes
def take_refuse(application_id: str) -> ResponseReturnValue:
    """Propose to refuse it; another person decides."""
    desk = open_desk()
    values, errors = read_form(RefuseForm(), request.form)
    if not errors:
        try:
            reason = clean_text(values["reason"], pointer="/reason", most=MOST_REASON, multiline=True)
            propose_refusal(
                desk.session,
                application_id,
                reason=reason,
                version=version_sent(),
                actor=desk.actor,
                at=desk.at,
                vault=desk.vault,
            )
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done(f"/desk/applications/{application_id}", "refusal-proposed")
    return _page(desk, get_application(desk.session, application_id, actor=desk.actor), errors=errors), 422


@bp.post("/applications/<application_id>/decide")
@for_audience(Audience.STAFF)
@writes
def take_refusal_decision(application_id: str) -> ResponseReturnValue:
    """Agree with the refusal, which wants the password given within the last five minutes, or disagree."""
    desk = open_desk()
    values, errors = read_form(RefusalDecisionForm(), request.form)
    if errors:
        return _page(desk, get_application(desk.session, application_id, actor=desk.actor), errors=errors), 422
    address, common = f"/desk/applications/{application_id}", _common(desk)
    if values["do"] == "reject":
        reject_refusal(desk.session, application_id, **common)
        return done(address, "refusal-rejected")
    if must_prove(desk.at):
        return redirect(prove_address(address), 303)
    approve_refusal(desk.session, application_id, **common)
    return done(address, "application-refused")


@bp.post("/applications/<application_id>/withdraw")
@for_audience(Audience.STAFF)
@writes
def take_application_withdrawal(application_id: str) -> ResponseReturnValue:
    """Record that the creditor took it back."""
    desk = open_desk()
    read_form(VersionForm(), request.form)
    withdraw_application(desk.session, application_id, **_common(desk))
    return done(f"/desk/applications/{application_id}", "application-withdrawn")


def _common(desk: Desk) -> dict[str, Any]:
    return {"version": version_sent(), "actor": desk.actor, "at": desk.at}


def _read(desk: Desk, values: dict[str, Any]) -> ApplicationText:
    case_number = parse_case_number(values["case_number"])
    return ApplicationText(
        kind=OrderKind(values["kind"]),
        court_id=court_of_case(desk, case_number),
        case_number=case_number,
        document=parse_document(
            values["document_type"],
            values["number"].strip(),
            country=values["country"].strip().upper() or None,
            today=desk.today,
        ),
        name=values["name"],
        applicant=clean_text(values["applicant"], pointer="/applicant", most=200),
        statement=clean_text(values["statement"], pointer="/statement", most=MOST_STATEMENT, multiline=True),
        received_on=values["received_on"],
    )


def _rows(desk: Desk, *, waiting: bool) -> list[object]:
    found = list_applications(desk.session, court_ids=desk.actor.court_ids(), waiting=waiting, most=MOST_ROWS)
    return [view_application(desk, one) for one in found]


def _new_page(form: dict[str, str], *, errors: dict[str, str]) -> str:
    return render_template(
        "desk/application_new.html",
        kinds=choices(KIND_TITLES),
        document_types=choices(DOCUMENT_TITLES),
        form=form,
        errors=errors,
    )


def _page(desk: Desk, application: Application, *, errors: dict[str, str]) -> str:
    view = view_application(desk, application)
    clerk = desk.actor.holds(Role.CLERK, application.court_id)
    why_not = _why_not(desk, application)
    return render_template(
        "desk/application.html",
        application=view,
        facts=application_facts(desk, application),
        draft=draft_of(desk, application),
        draft_href=f"/desk/e/new?application={application.public_id}" if clerk and view.waits else "",
        may_refuse=clerk and view.waits,
        may_withdraw=clerk and (view.waits or application.state == "proposed"),
        deciding=application.state == "proposed",
        why_not=why_not,
        prove_href=prove_address(view.href) if must_prove(desk.at) else "",
        form=dict(request.form),
        errors=errors,
    )


def _why_not(desk: Desk, application: Application) -> str:
    try:
        require_role(desk.actor, Role.PRESIDENT, application.court_id)
        require_other_person(desk.actor, application.proposer_id)
    except ForbiddenError as error:
        return error.detail
    return ""
