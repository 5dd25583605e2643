"""One person bound beside the debtor shall be free, or a change of role was heard of; nobody is added here."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import FormSchema, faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.effects import effect_of_releasing
from app.desk.forms import choice, optional_date, text
from app.desk.views import ActionView, BoundView, view_order
from blacklist.errors import ConflictError, Fault, ForbiddenError, InvalidError
from blacklist.identity.texts import clean_text
from blacklist.models import Order, OrderBinding
from blacklist.queries import orders as order_queries
from blacklist.queries.releasable import get_releasable, list_releasable, not_bound
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import Act, OrderState, state_after
from blacklist.rules.subjects import ROLE_TITLES, BoundRole
from blacklist.services.proposing import require_may_propose
from blacklist.services.releasing import RoleEnd, propose_release, report_role_change

MOST_DOCUMENT = 200
MOST_EVIDENCE = 1000


class ReleaseForm(FormSchema):
    """Propose the release, or only open a review of a change that was heard of."""

    version = text(9, required=True)
    do = choice(["propose", "review"], required=True)
    ended_on = optional_date()
    document = text(MOST_DOCUMENT)
    evidence = text(MOST_EVIDENCE)


@bp.get("/e/<public_id>/release/<int:row>")
@for_audience(Audience.STAFF)
def show_release(public_id: str, row: int) -> ResponseReturnValue:
    """Show who is to be free, and what that changes."""
    desk = open_desk()
    order, binding = _found(desk, public_id, row)
    return _page(desk, order, binding, {}, errors={})


@bp.post("/e/<public_id>/release/<int:row>")
@for_audience(Audience.STAFF)
@writes
def take_release(public_id: str, row: int) -> ResponseReturnValue:
    """Propose it, or open the review; the person stays bound until another person decides."""
    desk = open_desk()
    order, binding = _found(desk, public_id, row)
    values, errors = read_form(ReleaseForm(), request.form)
    if not errors and values["do"] == "review":
        report_role_change(desk.session, public_id, actor=desk.actor, at=desk.at)
        return done(f"/desk/e/{public_id}", "role-change")
    if not errors:
        try:
            propose_release(
                desk.session,
                public_id,
                binding_id=binding.id,
                role_end=_read(values),
                version=version_sent(),
                actor=desk.actor,
                at=desk.at,
                vault=desk.vault,
            )
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done(f"/desk/e/{public_id}", "release-proposed")
    return _page(desk, order, binding, dict(request.form), errors=errors), 422


def release_actions(desk: Desk, order: Order) -> list[ActionView]:
    """Return what this actor may do about the persons an order binds beside its debtor, for the order's page."""
    try:
        require_may_propose(desk.actor, order.court_id)
        state_after(OrderState(order.state), Act.RELEASE)
    except (ForbiddenError, ConflictError):
        return []
    if order_queries.find_open_proposal(desk.session, order.id, acts=(Act.RELEASE,)) is not None:
        return []
    free = {one.id for one in list_releasable(desk.session, order, on=desk.today)}
    return [
        ActionView(f"解除对{_name(desk, one)}的限制", f"/desk/e/{order.public_id}/release/{row}", "quiet")
        for row, one in enumerate(order_queries.list_bindings(desk.session, order.id), 1)
        if one.id in free
    ]


def _found(desk: Desk, public_id: str, row: int) -> tuple[Order, OrderBinding]:
    """Return the order and the binding in its row, counted from 1 as the order's page lists them.

    Raises:
        NotBoundError: no such row, or nobody to set free in it.
    """
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_may_propose(desk.actor, order.court_id)
    state_after(OrderState(order.state), Act.RELEASE)
    bindings = order_queries.list_bindings(desk.session, order.id)
    if not 1 <= row <= len(bindings):
        raise not_bound()
    return order, get_releasable(desk.session, order, bindings[row - 1].id, on=desk.today)


def _read(values: dict[str, Any]) -> RoleEnd:
    if values["ended_on"] is None:
        detail, english = "请填写离任日期。", "Name the day the role ended."
        raise InvalidError(detail, english, errors=(Fault("/ended_on", "missing", detail, english),))
    return RoleEnd(
        ended_on=values["ended_on"],
        document=clean_text(values["document"], pointer="/document", most=MOST_DOCUMENT),
        evidence=clean_text(values["evidence"], pointer="/evidence", most=MOST_EVIDENCE, multiline=True),
    )


def _name(desk: Desk, binding: OrderBinding) -> str:
    return open_subject(desk.session, binding.subject_id, vault=desk.vault).name


def _page(desk: Desk, order: Order, binding: OrderBinding, form: dict[str, str], *, errors: dict[str, str]) -> str:
    subject = open_subject(desk.session, binding.subject_id, vault=desk.vault)
    person = BoundView(
        name=subject.name,
        number_masked=subject.masked_number,
        role_title=ROLE_TITLES[BoundRole(binding.role)],
        from_on=binding.from_on,
        until_on=binding.until_on,
    )
    return render_template(
        "desk/release.html",
        order=view_order(desk, order),
        person=person,
        effect=effect_of_releasing(desk, order, binding),
        form=form,
        errors=errors,
    )
