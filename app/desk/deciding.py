"""Another person decides what was proposed: suspension, resumption, extension, correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import read_form
from app.database import writes
from app.desk.acting import Desk, done, must_prove, open_desk, prove_address, version_sent
from app.desk.blueprint import bp
from app.desk.clocks import Due, due_in_words
from app.desk.effects import effect_of_releasing, effect_of_resuming, effect_of_suspending
from app.desk.forms import DecideForm
from app.desk.proposals import Change, correction_changes, proposal_facts
from app.desk.views import day_of, view_order
from blacklist.actors import Role
from blacklist.errors import ForbiddenError
from blacklist.identity.texts import clean_text
from blacklist.models import Order, OrderBinding, Proposal
from blacklist.queries import orders as order_queries
from blacklist.rules.deadlines import Clock
from blacklist.rules.lifecycle import Act, OrderState
from blacklist.rules.permissions import require_other_person, require_role
from blacklist.services import correcting, extending, releasing, suspending
from blacklist.services.proposing import NoProposalError
from blacklist.services.releasing import released_binding


@dataclass(frozen=True, slots=True)
class ActPage:
    """One act as its decision page needs it; `refusal` says what refusing leads to, where that is not plain."""

    act: Act
    title: str
    verb: str
    approve: Callable[..., Order]
    reject: Callable[..., Order]
    clock: Clock | None = None
    refusal: str = ""


ACT_PAGES: Mapping[str, ActPage] = MappingProxyType(
    {
        "suspension": ActPage(
            Act.SUSPEND, "暂停", "同意暂停", suspending.approve_suspension, suspending.reject_suspension
        ),
        "resumption": ActPage(
            Act.RESUME, "恢复", "同意恢复", suspending.approve_resumption, suspending.reject_resumption
        ),
        "extension": ActPage(
            Act.EXTEND, "延长期限", "同意延长", extending.approve_extension, extending.reject_extension
        ),
        "correction": ActPage(
            Act.CORRECT,
            "更正",
            "同意更正",
            correcting.approve_correction,
            correcting.reject_correction,
            Clock.WRONG_FACTS_FOUND,
        ),
        "release": ActPage(
            Act.RELEASE,
            "解除对受限人员的限制",
            "同意解除",
            releasing.approve_release,
            releasing.reject_release,
        ),
    }
)
_CONFIRMING = ActPage(
    Act.SUSPEND,
    "确认暂停",
    "确认暂停",
    suspending.approve_suspension,
    suspending.reject_suspension,
    Clock.SUSPENSION_TO_CONFIRM,
    "该决定已经先行暂停。不同意的，即时恢复限制和公示。",
)


ViewT = TypeVar("ViewT", bound=Callable[..., Any])


def _at_every_page(method: str) -> Callable[[ViewT], ViewT]:
    """Route a view to the decision page of each act."""

    def declare(view: ViewT) -> ViewT:
        for name in ACT_PAGES:
            bp.add_url_rule(f"/e/<public_id>/decide-{name}", view_func=view, methods=[method], defaults={"name": name})
        return view

    return declare


@_at_every_page("GET")
@for_audience(Audience.STAFF)
def show_decide(public_id: str, name: str) -> ResponseReturnValue:
    """Show the proposal to whoever may decide it, and to others why they may not."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    page = _page_of(name, order)
    return _page(desk, order, page, name, {})


@_at_every_page("POST")
@for_audience(Audience.STAFF)
@writes
def take_decide(public_id: str, name: str) -> ResponseReturnValue:
    """Approve or reject; approving wants the password given within the last five minutes."""
    desk = open_desk()
    values, errors = read_form(DecideForm(), request.form)
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    page = _page_of(name, order)
    if not errors and values["do"] == "reject" and not values["note"].strip():
        errors = {"note": "请写明不同意的理由。"}
    if errors:
        return _page(desk, order, page, name, errors), 422
    common: dict[str, Any] = {"version": version_sent(), "actor": desk.actor, "at": desk.at, "vault": desk.vault}
    if values["do"] == "reject":
        note = clean_text(values["note"], pointer="/note", most=1000, multiline=True)
        page.reject(desk.session, public_id, note=note, **common)
        return done(f"/desk/e/{public_id}", f"{name}-rejected")
    if must_prove(desk.at):
        return redirect(prove_address(f"/desk/e/{public_id}/decide-{name}"), 303)
    page.approve(desk.session, public_id, **common)
    return done(f"/desk/e/{public_id}", f"{name}-approved")


def _page_of(name: str, order: Order) -> ActPage:
    if name == "suspension" and order.state == OrderState.SUSPENDED.value:
        return _CONFIRMING
    return ACT_PAGES[name]


def _page(desk: Desk, order: Order, page: ActPage, name: str, errors: dict[str, str]) -> str:
    proposal = order_queries.find_open_proposal(desk.session, order.id, acts=(page.act,))
    if proposal is None:
        raise NoProposalError("该决定没有待决定的此类申请。", "There is no open proposal for this order.")
    why_not = _why_not(desk, order, proposal)
    address = f"/desk/e/{order.public_id}/decide-{name}"
    return render_template(
        "desk/decide_act.html",
        order=view_order(desk, order),
        act=page,
        facts=proposal_facts(desk, order, proposal),
        changes=_changes(desk, order, proposal),
        due=_due(desk, page, proposal),
        effect=_effect(desk, order, page),
        may_decide=not why_not,
        why_not=why_not,
        prove_href=prove_address(address) if must_prove(desk.at) else "",
        errors=errors,
    )


def _changes(desk: Desk, order: Order, proposal: Proposal) -> list[Change]:
    return correction_changes(desk, order, proposal) if proposal.act == Act.CORRECT.value else []


def _effect(desk: Desk, order: Order, page: ActPage) -> list[str]:
    if page.act is Act.SUSPEND:
        return effect_of_suspending(desk, order)
    if page.act is Act.RESUME:
        return effect_of_resuming(desk, order)
    if page.act is Act.RELEASE:
        return _effect_of_release(desk, order)
    if page.act is Act.CORRECT:
        return ["公示内容和查询结果即时按更正后的内容；原内容保留为历史版本。"]
    return ["公示和限制的期满日相应推迟；须制作新的决定书并送达。"]


def _effect_of_release(desk: Desk, order: Order) -> list[str]:
    proposal = order_queries.find_open_proposal(desk.session, order.id, acts=(Act.RELEASE,))
    binding = desk.session.get(OrderBinding, released_binding(proposal, vault=desk.vault)[0]) if proposal else None
    return effect_of_releasing(desk, order, binding) if binding else []


def _due(desk: Desk, page: ActPage, proposal: Proposal) -> Due | None:
    if page.clock is None:
        return None
    started_on = proposal.event_on or day_of(proposal)
    return due_in_words(page.clock, started_on, on=desk.today, calendar=desk.calendar)


def _why_not(desk: Desk, order: Order, proposal: Proposal) -> str:
    try:
        require_role(desk.actor, Role.PRESIDENT, order.court_id)
        require_other_person(desk.actor, proposal.proposer_id)
    except ForbiddenError as error:
        return error.detail
    return ""
