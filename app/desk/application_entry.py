"""From a creditor's application to the entry form, and back from the draft to the application."""

from __future__ import annotations

from typing import Any

from app.desk.acting import Desk
from blacklist.models import Application, Order
from blacklist.queries.applications import get_application, open_application
from blacklist.services.applying import accept_application


def form_of_application(desk: Desk, public_id: str) -> dict[str, Any]:
    """Return what an entry form takes over from an application: all but the number, typed again from the paper.

    Raises:
        ApplicationNotFoundError: there is none at the actor's courts.
    """
    application = get_application(desk.session, public_id, actor=desk.actor)
    opened = open_application(application, vault=desk.vault)
    return {
        "application": application.public_id,
        "kind": application.kind,
        "case_number": application.case_number,
        "document_type": opened.document.type.value,
        "country": opened.document.country or "",
        "name": opened.name,
    }


def find_application(desk: Desk, public_id: str) -> Application | None:
    """Return the application a form was filled from, None where the court acts of its own motion.

    Raises:
        ApplicationNotFoundError: there is none at the actor's courts.
    """
    return get_application(desk.session, public_id, actor=desk.actor) if public_id else None


def accept_by(desk: Desk, application: Application, order: Order) -> None:
    """Accept the application by the draft made on it.

    Raises:
        InvalidError: the draft is not what was applied for.
    """
    accept_application(
        desk.session,
        application.public_id,
        order=order,
        version=application.version,
        actor=desk.actor,
        at=desk.at,
    )
