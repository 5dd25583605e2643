"""The court's desk: entering, checking, signing, serving, ending orders; staff of the court only."""

from __future__ import annotations

from flask import has_request_context, request
from flask.blueprints import BlueprintSetupState

from app.desk import (
    appeal_acts,
    appeal_new,
    appeals,
    applications,
    calendar_views,
    case_events,
    checking,
    conflicts,
    correcting,
    deciding,
    due,
    entering,
    extending,
    hints,
    home,
    in_force,
    keys,
    listing,
    objection_acts,
    objection_new,
    objections,
    papers,
    permit_new,
    permits,
    reading_back,
    recalling,
    releasing,
    removing,
    serving,
    showing,
    sign_confirming,
    sign_table,
    signing,
    suspending,
    tasks,
)
from app.desk.blueprint import bp
from app.desk.words import DONE_TEXTS

__all__ = [
    "appeal_acts",
    "appeal_new",
    "appeals",
    "applications",
    "bp",
    "calendar_views",
    "case_events",
    "checking",
    "conflicts",
    "correcting",
    "deciding",
    "due",
    "entering",
    "extending",
    "hints",
    "home",
    "in_force",
    "keys",
    "listing",
    "objection_acts",
    "objection_new",
    "objections",
    "papers",
    "permit_new",
    "permits",
    "reading_back",
    "recalling",
    "releasing",
    "removing",
    "serving",
    "showing",
    "sign_confirming",
    "sign_table",
    "signing",
    "suspending",
    "tasks",
]


@bp.record_once
def _confirm_by_address(state: BlueprintSetupState) -> None:
    """Say what was done from the address (`?done=issued`) and a table, in place of messages kept in a session."""
    state.app.jinja_env.globals["get_flashed_messages"] = list_confirmations


def list_confirmations(*, with_categories: bool = False) -> list[tuple[str, str]] | list[str]:
    """Return the confirmation the address asks for, in the form of Flask's own function."""
    text = DONE_TEXTS.get(request.args.get("done", "")) if has_request_context() else None
    if text is None or not request.path.startswith("/desk"):
        return []
    return [("success", text)] if with_categories else [text]
