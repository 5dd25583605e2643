"""Every state times every act, by the services: the cells of the table are steps, the others are refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.cli.demo.cast import UNIT_ONE, SandboxSubject
from blacklist.errors import ConflictError, NotFoundError, TransitionError
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.rules.extensions import ExtensionReason
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import STATE_AFTER, Act, OrderKind, OrderState
from blacklist.rules.removals import RemovalReason
from blacklist.rules.subjects import BoundRole
from blacklist.rules.suspensions import SuspensionReason
from blacklist.services import correcting, extending, issuing, releasing, removing, reviewing, suspending
from blacklist.services.drafting import BoundParty
from blacklist.services.expiring import expire_due_orders, start_due_orders
from tests.courts import ACTS, PATHS, STEPS, Courts, do, invent, make_courts
from tests.permits import apply, grant

# Beside RELEASE and PERMIT, which speak of bound persons and of consumption orders, a two-year listing tells them all.
KIND_OF_ACT = {Act.RELEASE: OrderKind.CONSUMPTION, Act.PERMIT: OrderKind.CONSUMPTION}
WITHOUT_STEP = (TransitionError, ConflictError, NotFoundError)
EXISTING = [act for act in Act if act is not Act.DRAFT]


@pytest.fixture
def courts(session, vault, at) -> Courts:
    return make_courts(session, vault=vault, at=at)


@dataclass
class Case:
    """An order in some state, with what its acts need."""

    courts: Courts
    order: Order
    subject: SandboxSubject

    def given(self, who: Any, **change: Any) -> dict[str, Any]:
        return {"version": self.order.version, "actor": who, "at": self.courts.at, "vault": self.courts.vault} | change


def make(courts: Courts, state: OrderState, act: Act) -> Case:
    """Bring a fresh order into `state`, as `act` needs it: handed in for a check, in a batch for a return, in grace…"""
    kind = KIND_OF_ACT.get(act, OrderKind.LISTING)
    if state is OrderState.EXPIRED and kind is OrderKind.CONSUMPTION:
        kind = OrderKind.EXIT_BAN  # a consumption order has no term that could run out
    subject = UNIT_ONE if act is Act.RELEASE else invent()
    telling, at = courts.telling, courts.at - timedelta(days=1)
    bound = (BoundParty(telling.party(invent(), today=at.date()), BoundRole.LEGAL_REPRESENTATIVE),)
    order = telling.draft(
        subject,
        kind,
        serial=7001,
        at=at,
        grounds=(Ground.G3, Ground.G4) if kind is OrderKind.LISTING else (),
        bound=bound if act is Act.RELEASE else (),
        exit_ban_months=3 if kind is OrderKind.EXIT_BAN else None,
    )
    case = Case(courts, order, subject)
    path = "submitted" if state is OrderState.DRAFT and act in (Act.CHECK, Act.RETURN) else state.value
    if state is OrderState.SUSPENDED:
        _walk(case, PATHS["effective"], at)
        _suspend(case)
        _approve(case, suspending.approve_suspension)
    elif state is OrderState.ISSUED and act in (Act.RETURN, Act.TAKE_EFFECT):
        _walk(case, PATHS["checked"], at)
        in_grace = {"grace_months": 1} if act is Act.TAKE_EFFECT else {"batch_id": "BATCH00001"}
        issuing.issue_order(courts.session, order.public_id, **case.given(courts.president) | in_grace)
        if act is Act.TAKE_EFFECT:
            do(courts, "serve", order, subject)
    else:
        _walk(case, PATHS[path], at)
    courts.session.flush()
    assert order.state == state.value
    return case


def _walk(case: Case, path: Any, at: datetime) -> None:
    fitting = {"remove": "remove_by_kind", "withdraw": "withdraw"}
    for step in path:
        if fitting.get(step) == "remove_by_kind":
            reason = RemovalReason.R9 if case.order.kind == OrderKind.LISTING.value else RemovalReason.PERFORMED
            case.courts.telling.remove(case.order, reason, basis="-", at=at)
        elif step == "serve" and case.order.state == OrderState.EFFECTIVE.value:
            continue  # an exit ban works from its issue
        else:
            STEPS[step](case.courts, case.courts.telling, case.order, case.subject, at)


def _approve(case: Case, approve: Callable[..., Any]) -> None:
    approve(case.courts.session, case.order.public_id, **case.given(case.courts.president))


def _suspend(case: Case) -> None:
    suspending.propose_suspension(
        case.courts.session,
        case.order.public_id,
        reason=SuspensionReason.OBJECTION,
        until=case.courts.at.date() + timedelta(days=9),
        document="笔录",
        note="",
        **case.given(case.courts.clerk),
    )


def _resume(case: Case) -> None:
    suspending.propose_resumption(
        case.courts.session,
        case.order.public_id,
        basis="-",
        document="笔录",
        note="已核实",
        **case.given(case.courts.clerk),
    )


def _extend(case: Case) -> None:
    extending.propose_extension(
        case.courts.session,
        case.order.public_id,
        reason=ExtensionReason.SEVERAL_KINDS,
        years=1,
        document="笔录",
        note="两项情形",
        **case.given(case.courts.clerk),
    )


def _correct(case: Case) -> None:
    correcting.propose_correction(
        case.courts.session,
        case.order.public_id,
        facts={correcting.CorrectableFact.DUTY: "更正后的义务"},
        reason="笔误",
        document="卷宗",
        found_on=case.courts.at.date(),
        **case.given(case.courts.clerk),
    )


def _remove(case: Case, reason: RemovalReason) -> None:
    removing.propose_removal(
        case.courts.session,
        case.order.public_id,
        reason=reason,
        basis="-",
        document="裁定",
        note="",
        **case.given(case.courts.clerk),
    )
    removing.approve_removal(
        case.courts.session,
        case.order.public_id,
        version=case.order.version,
        actor=case.courts.president,
        at=case.courts.at,
        vault=case.courts.vault,
    )


def _release(case: Case) -> None:
    bound = order_queries.list_bindings(case.courts.session, case.order.id)
    binding = next(one for one in bound if one.role != BoundRole.DEBTOR.value)
    ended = releasing.RoleEnd(ended_on=case.courts.at.date(), document="变更登记", evidence="登记机关证明")
    releasing.propose_release(
        case.courts.session,
        case.order.public_id,
        binding_id=binding.id,
        role_end=ended,
        **case.given(case.courts.clerk),
    )
    _approve(case, releasing.approve_release)


def _return(case: Case) -> None:
    signed = case.order.state == OrderState.ISSUED.value
    act = reviewing.take_back if signed else reviewing.return_order
    who = case.courts.president if signed else case.courts.checker
    act(
        case.courts.session,
        case.order.public_id,
        reason="请补正",
        version=case.order.version,
        actor=who,
        at=case.courts.at,
    )


def _run(case: Case, act: Act) -> None:
    """Do the act rightly, whatever the state; what the state does not allow must refuse by itself."""
    named = {
        Act.AMEND_DRAFT: "amend",
        Act.SUBMIT: "submit",
        Act.ABANDON: "abandon",
        Act.CHECK: "check",
        Act.ISSUE: "issue",
        Act.RECORD_SERVICE: "serve",
    }
    proposed: dict[Act, tuple[Callable[[Case], None], Callable[..., Any]]] = {
        Act.SUSPEND: (_suspend, suspending.approve_suspension),
        Act.RESUME: (_resume, suspending.approve_resumption),
        Act.EXTEND: (_extend, extending.approve_extension),
        Act.CORRECT: (_correct, correcting.approve_correction),
    }
    if act in named:
        assert named[act] in ACTS
        do(case.courts, named[act], case.order, case.subject)
    elif act in proposed:
        propose, approve = proposed[act]
        propose(case)
        _approve(case, approve)
    elif act is Act.REMOVE:
        _remove(case, RemovalReason.R9)
    elif act is Act.WITHDRAW:
        _remove(case, RemovalReason.W)
    elif act is Act.RELEASE:
        _release(case)
    elif act is Act.PERMIT:
        grant(case.courts, apply(case.courts, case.order))
    elif act is Act.RETURN:
        _return(case)
    else:
        _let_time_pass(case, act)


def _let_time_pass(case: Case, act: Act) -> None:
    """The machine acts by itself; on an order it has no step for, it does nothing, which counts as a refusal here."""
    before, courts = case.order.state, case.courts
    later = courts.at + timedelta(days=40 if act is Act.TAKE_EFFECT else 800)
    if act is Act.TAKE_EFFECT:
        start_due_orders(courts.session, at=later, vault=courts.vault)
    else:
        expire_due_orders(courts.session, at=later, vault=courts.vault)
    if case.order.state == before:
        raise TransitionError("nothing was due", "nothing was due")


class TestCells:
    @pytest.mark.parametrize("act", EXISTING, ids=str)
    @pytest.mark.parametrize("state", list(OrderState), ids=str)
    def test_each_act_in_each_state_leads_where_the_table_says(self, courts, state, act):
        case = make(courts, state, act)
        courts.at += timedelta(minutes=5)
        after = STATE_AFTER.get((state, act))
        version = case.order.version

        if after is None:
            with pytest.raises(WITHOUT_STEP):
                _run(case, act)
            assert (case.order.state, case.order.version) == (state.value, version)
        else:
            _run(case, act)
            # A service that was the last condition lets the order take effect in the same transaction.
            carried_on = (act, after) == (Act.RECORD_SERVICE, OrderState.ISSUED)
            assert case.order.state == ("effective" if carried_on else after.value)

    def test_nothing_becomes_a_draft_but_by_drafting(self, courts):
        order, _ = courts.order("draft")

        assert STATE_AFTER[None, Act.DRAFT].value == order.state
        assert [key for key in STATE_AFTER if key[1] is Act.DRAFT] == [(None, Act.DRAFT)]
