"""For ten minutes the signer of a batch may take an unserved order back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk
from app.desk.blueprint import bp
from app.desk.sign_forms import TakeBackForm
from app.desk.views import OrderView, view_order
from blacklist.actors import Role
from blacklist.errors import InvalidError, RegistryError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import signing as signing_queries
from blacklist.rules.effect import RECALL_WINDOW
from blacklist.services.reviewing import require_recallable, take_back


@dataclass(frozen=True, slots=True)
class RecentView:
    """An order signed just now; `left` is how long it may still be taken back, '' when it may not, and `why` then."""

    order: OrderView
    left: str
    why: str


@bp.get("/sign/recent")
@for_audience(Audience.STAFF)
def list_recent() -> ResponseReturnValue:
    """Show what the actor signed in batches within the last ten minutes and what may still come back."""
    return _page(open_desk(), {}, sent="")


@bp.post("/sign/recent")
@for_audience(Audience.STAFF)
@writes
def take_recent() -> ResponseReturnValue:
    """Take one order back to its clerk."""
    desk = open_desk()
    values, errors = read_form(TakeBackForm(), request.form)
    sent = request.form.get("order", "")
    if not errors:
        try:
            take_back(
                desk.session,
                values["order"],
                reason=clean_text(values["reason"], pointer="/reason", most=500),
                version=values["version"],
                actor=desk.actor,
                at=desk.at,
            )
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done("/desk/sign/recent", "taken-back")
    return _page(desk, errors, sent=sent), 422


def _page(desk: Desk, errors: dict[str, str], *, sent: str) -> str:
    desk.courts(Role.PRESIDENT)
    orders = signing_queries.list_signed_since(
        desk.session, person_id=desk.actor.person_id, since=desk.at - RECALL_WINDOW
    )
    return render_template(
        "desk/sign_recent.html",
        rows=[_view(desk, order) for order in orders],
        errors={f"reason-{sent}" if name == "reason" else name: text for name, text in errors.items()},
    )


def _view(desk: Desk, order: Order) -> RecentView:
    view = view_order(desk, order)
    try:
        require_recallable(desk.session, order, actor=desk.actor, at=desk.at)
    except RegistryError as error:
        return RecentView(view, "", error.detail)
    seconds = int((order.issued_at + RECALL_WINDOW - desk.at).total_seconds()) if order.issued_at else 0
    return RecentView(view, f"余 {seconds // 60} 分 {seconds % 60} 秒", "")
