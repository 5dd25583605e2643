"""A listing shall last longer: the page on which somebody proposes it."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.act_forms import ExtendForm
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.views import view_order
from app.formats import day_cn
from blacklist.errors import InvalidError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.rules.extensions import EXTENSION_TITLES, ExtensionReason
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.terms import EXTENSION_YEARS, FIXED_TERM_MONTHS, add_months
from blacklist.services.extending import propose_extension


@bp.get("/e/<public_id>/extend")
@for_audience(Audience.STAFF)
def show_extend(public_id: str) -> ResponseReturnValue:
    """Show the two cases of the law and the last days they lead to."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    state_after(OrderState(order.state), Act.EXTEND)
    return _page(desk, order, {}, errors={})


@bp.post("/e/<public_id>/extend")
@for_audience(Audience.STAFF)
@writes
def take_extend(public_id: str) -> ResponseReturnValue:
    """Propose it; the present end stands until another person decides."""
    desk = open_desk()
    values, errors = read_form(ExtendForm(), request.form)
    if not errors:
        try:
            propose_extension(
                desk.session,
                public_id,
                reason=ExtensionReason(values["reason"]),
                years=int(values["years"]),
                document=clean_text(values["document"], pointer="/document", most=200),
                note=clean_text(values["note"], pointer="/note", most=1000, multiline=True),
                version=version_sent(),
                actor=desk.actor,
                at=desk.at,
                vault=desk.vault,
            )
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done(f"/desk/e/{public_id}", "extension-proposed")
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    return _page(desk, order, dict(request.form), errors=errors), 422


def may_extend(order: Order) -> bool:
    """Tell whether the page has a point: a two-year listing in force that was not extended before."""
    return (
        order.kind == OrderKind.LISTING.value
        and order.ends_on is not None
        and order.extended_years is None
        and order.state in (OrderState.EFFECTIVE.value, OrderState.SUSPENDED.value)
    )


def _page(desk: Desk, order: Order, form: dict[str, str], *, errors: dict[str, str]) -> str:
    started = order.decided_on or desk.today
    years = [
        (str(count), f"{count} 年", f"至 {day_cn(add_months(started, FIXED_TERM_MONTHS + 12 * count))}")
        for count in EXTENSION_YEARS
    ]
    return render_template(
        "desk/extend.html",
        order=view_order(desk, order),
        reasons=[(reason.value, title) for reason, title in EXTENSION_TITLES.items()],
        years=years,
        form=form,
        errors=errors,
    )
