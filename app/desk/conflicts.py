"""409 of the desk: what the order looks like now, beside the refusal."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from app.desk.acting import open_desk
from app.desk.blueprint import bp
from app.desk.facts import history_views
from app.desk.views import view_order
from app.errors import refuse
from blacklist.errors import RegistryError, StaleVersionError
from blacklist.queries import orders as order_queries


@bp.errorhandler(StaleVersionError)
def show_conflict(error: StaleVersionError) -> Response:
    """Show the present version and who changed it, with the way back to it."""
    public_id = str((request.view_args or {}).get("public_id", ""))
    desk = open_desk()
    try:
        order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    except RegistryError:  # what changed is no order (an objection, an application): plain words say so
        return refuse(error)
    body = render_template(
        "desk/conflict.html",
        order=view_order(desk, order),
        detail=error.detail,
        seen=error.facts.get("seen", ""),
        history=history_views(desk, order)[-3:],
    )
    response = make_response(body, 409)
    response.headers["Cache-Control"] = "no-store"
    return response
