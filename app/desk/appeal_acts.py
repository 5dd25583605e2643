"""The acts in a reconsideration at the higher court: note, propose, decide, serve, withdraw."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.database import writes
from app.desk.acting import Desk, version_sent
from app.desk.appeals import appeal_page
from app.desk.blueprint import bp
from app.desk.remedy_acts import Page, note_text, outcome_of, take, take_decision
from app.desk.remedy_forms import (
    NoteForm,
    OutcomeForm,
    OutcomeServiceForm,
    WithdrawalForm,
)
from blacklist.services import answering_reconsiderations, reconsidering


@bp.post("/appeals/<number>/notes")
@for_audience(Audience.STAFF)
@writes
def take_appeal_note(number: str) -> ResponseReturnValue:
    """Put on record what was heard, handed in or asked for."""

    def act(desk: Desk, values: dict[str, Any]) -> None:
        reconsidering.add_note(
            desk.session,
            number,
            kind=values["kind"],
            text=note_text(values["text"], pointer="/text"),
            happened_on=values["happened_on"],
            version=version_sent(),
            actor=desk.actor,
            at=desk.at,
            vault=desk.vault,
        )

    return take(NoteForm(), act, _page(number), path=_path(number), code="noted")


@bp.post("/appeals/<number>/outcome")
@for_audience(Audience.STAFF)
@writes
def take_appeal_outcome(number: str) -> ResponseReturnValue:
    """Propose how it is to be answered."""

    def act(desk: Desk, values: dict[str, Any]) -> None:
        answering_reconsiderations.propose_outcome(
            desk.session,
            number,
            outcome_of(values),
            version=version_sent(),
            actor=desk.actor,
            at=desk.at,
            vault=desk.vault,
        )

    return take(OutcomeForm(), act, _page(number), path=_path(number), code="outcome-proposed")


@bp.post("/appeals/<number>/decide")
@for_audience(Audience.STAFF)
@writes
def take_appeal_decision(number: str) -> ResponseReturnValue:
    """Adopt the outcome, or send it back."""

    def adopt(desk: Desk, values: dict[str, Any]) -> None:  # noqa: ARG001 - the form says no more
        answering_reconsiderations.decide_outcome(
            desk.session,
            number,
            version=version_sent(),
            actor=desk.actor,
            at=desk.at,
            calendar=desk.calendar,
            vault=desk.vault,
        )

    def send_back(desk: Desk, values: dict[str, Any]) -> None:
        answering_reconsiderations.send_back_outcome(
            desk.session,
            number,
            note=note_text(values["back_note"], pointer="/back_note"),
            version=version_sent(),
            actor=desk.actor,
            at=desk.at,
            vault=desk.vault,
        )

    return take_decision(
        adopt, send_back, _page(number), path=_path(number), adopted="outcome-decided", back="outcome-back"
    )


@bp.post("/appeals/<number>/serve")
@for_audience(Audience.STAFF)
@writes
def take_appeal_service(number: str) -> ResponseReturnValue:
    """Put on record when the decision reached the applicant."""

    def act(desk: Desk, values: dict[str, Any]) -> None:
        answering_reconsiderations.serve_outcome(
            desk.session,
            number,
            served_on=values["served_on"],
            version=version_sent(),
            actor=desk.actor,
            at=desk.at,
        )

    return take(OutcomeServiceForm(), act, _page(number), path=_path(number), code="outcome-served")


@bp.post("/appeals/<number>/withdraw")
@for_audience(Audience.STAFF)
@writes
def take_appeal_withdrawal(number: str) -> ResponseReturnValue:
    """Put on record that the applicant takes it back."""

    def act(desk: Desk, values: dict[str, Any]) -> None:
        reconsidering.withdraw_reconsideration(
            desk.session,
            number,
            note=note_text(values["withdrawal_note"], pointer="/withdrawal_note"),
            version=version_sent(),
            actor=desk.actor,
            at=desk.at,
            vault=desk.vault,
        )

    path = _path(number)
    return take(WithdrawalForm(), act, _page(number), path=path, code="remedy-withdrawn", note="withdrawal_note")


def _path(number: str) -> str:
    return f"/desk/appeals/{number}"


def _page(number: str) -> Page:
    return lambda desk, form, errors: appeal_page(desk, number, form, errors)
