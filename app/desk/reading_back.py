"""The clerk reads back what will be recorded and hands it in, or gives it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.facts import bound_views, case_facts, debtor_facts, decision_facts, duty_of
from app.desk.forms import ReasonForm, SubmitForm
from app.desk.views import Facts, OrderView, view_order
from app.desk.words import KIND_TITLES
from app.errors import MalformedError
from blacklist.actors import Role
from blacklist.errors import InvalidError, TransitionError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import desk as desk_queries
from blacklist.queries import orders as order_queries
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_role
from blacklist.rules.warnings import MOST_ANSWER, WARNING_TITLES, SoftWarning
from blacklist.services.drafting import abandon_draft, submit_order, warnings_about


@dataclass(frozen=True, slots=True)
class BackFact:
    """One fact read back; `source` names where it can be compared, once a case system is connected."""

    label: str
    value: str | None
    source: str = ""
    differs: bool = False


Groups = list[tuple[str, list[BackFact]]]


@bp.get("/e/<public_id>/check")
@for_audience(Audience.STAFF)
def show_readback(public_id: str) -> ResponseReturnValue:
    """Show everything that will be recorded, with one button."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.CLERK, order.court_id)
    state_after(OrderState(order.state), Act.SUBMIT)
    if order.submitted_at is not None:
        raise TransitionError("该决定已提交核验。", "The order has been submitted.")
    return _page(desk, order, form={}, errors={})


@bp.post("/e/<public_id>/check")
@for_audience(Audience.STAFF)
@writes
def take_readback(public_id: str) -> ResponseReturnValue:
    """Hand the draft in, and the consumption order that was read back with it."""
    desk = open_desk()
    values, errors = read_form(SubmitForm(), request.form)
    if errors:
        raise MalformedError("表单不完整，请返回刷新。", "The form is not complete.")
    try:
        _submit(desk, public_id, values)
    except InvalidError as error:
        desk.session.rollback()
        order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
        return _page(desk, order, form=dict(request.form), errors=faults_of(error)), 422
    return redirect(f"/desk/e/{public_id}/submitted", 303)


@bp.get("/e/<public_id>/submitted")
@for_audience(Audience.STAFF)
def show_submitted(public_id: str) -> ResponseReturnValue:
    """Say that it was handed in, what comes next, and offer the next entry."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.CLERK, order.court_id)
    if order.submitted_at is None:
        raise TransitionError("该决定尚未送核验。", "It has not been handed in.")
    return render_template("desk/submitted.html", order=view_order(desk, order))


@bp.get("/e/<public_id>/abandon")
@for_audience(Audience.STAFF)
def show_abandon(public_id: str) -> ResponseReturnValue:
    """Ask why a draft is given up."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.CLERK, order.court_id)
    state_after(OrderState(order.state), Act.ABANDON)
    return render_template("desk/abandon.html", order=view_order(desk, order), form={}, errors={})


@bp.post("/e/<public_id>/abandon")
@for_audience(Audience.STAFF)
@writes
def take_abandon(public_id: str) -> ResponseReturnValue:
    """Give a draft up; it stays on record."""
    desk = open_desk()
    values, errors = read_form(ReasonForm(), request.form)
    if errors:
        order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
        return render_template(
            "desk/abandon.html", order=view_order(desk, order), form=request.form, errors=errors
        ), 422
    abandon_draft(
        desk.session, public_id, reason=values["reason"], version=version_sent(), actor=desk.actor, at=desk.at
    )
    return done(f"/desk/e/{public_id}", "abandoned")


def _submit(desk: Desk, public_id: str, values: dict[str, str]) -> None:
    """Hand in the draft and its companion; an answer given for one holds for the other."""
    answers = {
        one: clean_text(values[f"answer_{one.value}"], pointer=f"/answer_{one.value}", most=MOST_ANSWER, multiline=True)
        for one in SoftWarning
    }
    given: dict[str, Any] = {"actor": desk.actor, "at": desk.at, "vault": desk.vault, "answers": answers}
    submit_order(desk.session, public_id, version=version_sent(), **given)
    if values["companion"]:
        version = values["companion_version"]
        if not (version.isascii() and version.isdecimal()):
            raise MalformedError("表单不完整，请返回刷新。", "The form is not complete.")
        submit_order(desk.session, values["companion"], version=int(version), **given)


def _page(desk: Desk, order: Order, *, form: dict[str, str], errors: dict[str, str]) -> str:
    companion = _companion_of(desk, order)
    asked = set(warnings_about(desk.session, order, on=desk.today))
    if companion is not None:
        asked |= set(warnings_about(desk.session, companion, on=desk.today))
    return render_template(
        "desk/readback.html",
        order=view_order(desk, order),
        groups=_groups(desk, order, companion),
        duty_public=order.duty_public or "",
        companion=_view(desk, companion),
        warnings=_warnings(desk, order, companion),
        questions=[(f"answer_{one.value}", WARNING_TITLES[one]) for one in SoftWarning if one in asked],
        form=form,
        errors=errors,
    )


def _companion_of(desk: Desk, order: Order) -> Order | None:
    """Return the consumption order to be handed in with a listing; one that came back is corrected on its own first."""
    companion = desk_queries.find_companion_draft(desk.session, order)
    return companion if companion is not None and companion.state == OrderState.DRAFT.value else None


def _view(desk: Desk, order: Order | None) -> OrderView | None:
    return view_order(desk, order) if order is not None else None


def _groups(desk: Desk, order: Order, companion: Order | None) -> Groups:
    groups = [
        ("决定和案件", _facts(case_facts(desk, order))),
        ("被执行人", _facts(debtor_facts(desk, order))),
        (KIND_TITLES[OrderKind(order.kind)], _facts(decision_facts(desk, order))),
        ("义务全文（不公开）", [BackFact("义务", duty_of(desk, order))]),
    ]
    bound = _bound_facts(desk, order)
    if order.kind != OrderKind.LISTING.value:
        groups.append(("受限人员", bound))
    if companion is not None:
        facts = [BackFact("期限", "无固定期限，至依法解除之日"), *_bound_facts(desk, companion)]
        groups.append(("同时作出的限制消费令", facts))
    return groups


def _bound_facts(desk: Desk, order: Order) -> list[BackFact]:
    return [BackFact(one.role_title, f"{one.name}，{one.number_masked}") for one in bound_views(desk, order)]


def _facts(facts: Facts) -> list[BackFact]:
    return [BackFact(label, value) for label, value in facts]


def _warnings(desk: Desk, order: Order, companion: Order | None) -> list[str]:
    """Return what the clerk should look at once more; none of it stops the submission."""
    warnings = []
    if order.kind == OrderKind.LISTING.value:
        if companion is None:
            warnings.append("本次没有一并提交限制消费令。纳入名单的被执行人应当同时限制消费，请确认该案已另行作出。")
        if Ground.G1 in order_queries.grounds_of(order):
            warnings.append("选择了“有履行能力而拒不履行”，无固定期限，请确认有履行能力的证据已附卷。")
        if not order.duty_public:
            warnings.append("没有填写公开文本，公示时不显示义务内容。")
    others = desk_queries.list_standing_against(desk.session, [order.subject_id], but=order.id, on=desk.today)
    if others:
        warnings.append(f"该主体另有 {len(others)} 份生效决定，请确认不是重复录入。")
    return warnings
