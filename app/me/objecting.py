"""Objecting online: who holds the decision, proved by its code, says what is wrong."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import current_session, writes
from app.keys import vault
from app.me.blueprint import bp, draw_try, no_parameters
from app.me.forms import MOST_STATEMENT, ObjectForm
from app.me.words import REFUSED, promises
from blacklist.errors import ConflictError, InvalidError
from blacklist.identity.access_codes import normal_access_code
from blacklist.identity.texts import clean_text
from blacklist.models import Objection, Reconsideration
from blacklist.queries.calendars import load_calendar
from blacklist.queries.proofs import Proved, prove_by_code
from blacklist.rules.deadlines import Clock
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.remedies import (
    CLAIM_TITLES,
    CLAIM_TITLES_ENGLISH,
    Claim,
    Way,
    is_fast_lane,
    remedy_of,
)
from blacklist.services.objecting import receive_objection_online
from blacklist.services.reconsidering import receive_reconsideration_online
from blacklist.services.remedying import Plea, Received

Form = dict[str, Any]


@bp.get("/object")
@for_audience(Audience.ANYONE)
def show_object() -> ResponseReturnValue:
    """Show the form."""
    no_parameters()
    return _page({}, errors={})


@bp.post("/object")
@for_audience(Audience.ANYONE)
def take_object() -> ResponseReturnValue:
    """Read the form; a complete one costs a try, before anything is looked up."""
    no_parameters()
    values, errors = read_form(ObjectForm(), request.form)
    if not errors:
        try:
            plea = _plea(values)
        except InvalidError as error:
            errors = faults_of(error)
    if errors:
        return _page(dict(request.form), errors=errors), 422
    draw_try("object", vault().credential_mac(normal_access_code(values["access_code"])), at=clock.now())
    return _take(values, plea)


@writes
def _take(values: Form, plea: Plea) -> ResponseReturnValue:
    proved = prove_by_code(
        current_session(),
        access_code=values["access_code"],
        last_six=values["last_six"],
        name=values["name"],
        vault=vault(),
    )
    if proved is None:
        return _page(dict(request.form), errors={"": REFUSED}), 422
    try:
        received = _receive(proved, plea)
    except ConflictError as error:
        return _page(dict(request.form), errors={"": error.detail}), 409
    return _receipt_page(proved.kind, plea.claim, received)


def _plea(values: Form) -> Plea:
    return Plea(
        claim=Claim(values["claim"]),
        statement=clean_text(values["statement"], pointer="/statement", most=MOST_STATEMENT, multiline=True),
        applicant=clean_text(values["name"], pointer="/name", most=100),
        contact=clean_text(values["contact"], pointer="/contact", most=200),
        received_on=clock.today(),
    )


def _receive(proved: Proved, plea: Plea) -> Received[Objection] | Received[Reconsideration]:
    """Take it the way that is open against this order."""
    session, at = current_session(), clock.now()
    if remedy_of(proved.kind) is Way.OBJECTION:
        return receive_objection_online(session, proved.order_id, plea, at=at, vault=vault())
    return receive_reconsideration_online(
        session,
        proved.order_id,
        plea,
        subject_id=proved.subject_id,
        at=at,
        calendar=load_calendar(session),
        vault=vault(),
    )


def _page(form: Form, *, errors: dict[str, str]) -> str:
    return render_template(
        "me/object.html",
        claims=[(one.value, CLAIM_TITLES[one], CLAIM_TITLES_ENGLISH[one]) for one in Claim],
        # What proves the person is typed anew: it is never echoed.
        form={name: form.get(name, "") for name in ("claim", "statement", "contact")},
        errors=errors,
    )


def _receipt_page(kind: OrderKind, claim: Claim, received: Received[Objection] | Received[Reconsideration]) -> str:
    running = Clock.OBJECTION_RECEIVED
    if remedy_of(kind) is Way.RECONSIDERATION:
        running = Clock.EXIT_BAN_RECONSIDERATION_RECEIVED
    return render_template(
        "me/received.html",
        number=received.case.public_id,
        track_code=received.track_code,
        objection=running is Clock.OBJECTION_RECEIVED,
        fast_lane=is_fast_lane(claim),
        promises=promises(kind, running, received.case.received_on, calendar=load_calendar(current_session())),
    )
