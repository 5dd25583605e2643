"""The facts of an order in words, for the pages on which somebody compares, decides or looks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.desk.acting import Desk
from app.desk.views import BoundView, Facts, HistoryView, ProposalView, ServiceView, StepView
from app.desk.words import (
    ACTOR_TITLES,
    DOCUMENT_TITLES,
    EVENT_TITLES,
    OUTCOME_TITLES,
    PERFORMANCE_TITLES,
    PROPOSAL_TITLES,
    reason_title,
)
from app.formats import day_cn, money, money_cn
from blacklist.identity.documents import DocumentType
from blacklist.models import AuditEntry, Order, Proposal
from blacklist.queries import desk as desk_queries
from blacklist.queries import orders as order_queries
from blacklist.queries.staff import name_persons
from blacklist.queries.subjects import open_subject
from blacklist.rules.grounds import GROUND_TITLES
from blacklist.rules.lifecycle import Act, OrderKind
from blacklist.rules.removals import REMOVAL_TITLES, RemovalReason
from blacklist.rules.subjects import ROLE_TITLES, BoundRole
from blacklist.rules.terms import term_of
from blacklist.services.serving import WAY_TITLES, ServiceWay
from blacklist.vocabulary import SubjectKind

NOT_STATED = "未载明"


def case_facts(desk: Desk, order: Order) -> Facts:
    """Return what the case file says."""
    case = order_queries.get_case(desk.session, order.case_id)
    court = order_queries.get_court(desk.session, order.court_id)
    return [
        ("作出法院", court.name),
        ("执行案号", case.number),
        ("立案日期", day_cn(case.filed_on)),
        ("执行依据文号", case.basis_number),
        ("作出执行依据单位", case.basis_maker),
    ]


def debtor_facts(desk: Desk, order: Order) -> Facts:
    """Return who the debtor is, without the number."""
    subject = open_subject(desk.session, order.subject_id, vault=desk.vault)
    kind = DOCUMENT_TITLES.get(DocumentType(subject.document_type)) if subject.document_type != "masked" else "脱敏号码"
    facts: Facts = [("姓名或者名称", subject.name), ("证件种类", kind)]
    if subject.kind is SubjectKind.ORGANISATION:
        facts.append(("法定代表人或者负责人", subject.representative))
    else:
        facts.append(("出生日期", day_cn(subject.birth_date)))
    return facts


def decision_facts(desk: Desk, order: Order) -> Facts:
    """Return what is decided and why."""
    kind = OrderKind(order.kind)
    facts: Facts = []
    if kind is OrderKind.LISTING:
        codes = order_queries.grounds_of(order)
        facts.append(("失信行为具体情形", "；".join(GROUND_TITLES[code] for code in codes)))
        facts.append(("认定情形的证据", _opened(desk, order, "evidence")))
        facts.append(("风险提示送达日期", day_cn(order.warned_on) if order.warned_on else None))
    facts.append(("期限", term_text(order, on=desk.today)))
    facts.append(("履行情况", PERFORMANCE_TITLES.get(order.performance, order.performance)))
    facts.append(("应履行金额", sum_text(order.amount_due)))
    facts.append(("已履行金额", sum_text(order.amount_performed)))
    return facts


def all_facts(desk: Desk, order: Order) -> Facts:
    """Return all groups as one list."""
    return [*debtor_facts(desk, order), *case_facts(desk, order), *decision_facts(desk, order)]


def duty_of(desk: Desk, order: Order) -> str:
    """Return the whole duty text opened."""
    return _opened(desk, order, "duty")


def term_text(order: Order, *, on: date) -> str:
    """Return the term in words: of the decision once made, of one made today before."""
    kind = OrderKind(order.kind)
    ends_on = order.ends_on
    if order.decided_on is None:
        grounds = order_queries.grounds_of(order)
        ends_on = term_of(kind, grounds, on, exit_ban_months=order.exit_ban_months).ends_on
    if ends_on is None:
        return "无固定期限，至依法删除或者解除之日"
    return f"{'至' if order.decided_on else '如今日签发，至'} {day_cn(ends_on)}"


def sum_text(amount: Decimal | None) -> str:
    """Return a sum in both forms."""
    return NOT_STATED if amount is None else f"{money(amount)} 元（{money_cn(amount)}）"


def bound_views(desk: Desk, order: Order) -> list[BoundView]:
    """Return whom an order binds."""
    views = []
    for one in order_queries.list_bindings(desk.session, order.id):
        subject = open_subject(desk.session, one.subject_id, vault=desk.vault)
        views.append(
            BoundView(
                name=subject.name,
                number_masked=subject.masked_number,
                role_title=ROLE_TITLES[BoundRole(one.role)],
                from_on=one.from_on if order.decided_on else None,
                until_on=one.until_on or order.ends_on,
            )
        )
    return views


def service_views(desk: Desk, order: Order) -> list[ServiceView]:
    """Return the record of service."""
    attempts = order_queries.list_service_attempts(desk.session, order.id)
    names = name_persons(desk.session, [one.recorded_by for one in attempts])
    return [
        ServiceView(
            recipient=open_subject(desk.session, one.subject_id, vault=desk.vault).name,
            way_title=WAY_TITLES[ServiceWay(one.way)],
            outcome_title=OUTCOME_TITLES[one.outcome],
            done_on=one.done_on,
            proof=desk.vault.open(one.proof, table="service_attempts", row=one.id, column="proof"),
            recorded_by=names.get(one.recorded_by, ""),
            recorded_at=one.recorded_at,
        )
        for one in attempts
    ]


def step_views(desk: Desk, order: Order) -> list[StepView]:
    """Return the steps of approval that stand, with the proposals to end the order."""
    proposals = desk_queries.list_proposals(desk.session, order.id)
    people = [order.drafted_by, order.checked_by, order.issued_by]
    people += [one.proposer_id for one in proposals] + [one.decider_id for one in proposals]
    names = name_persons(desk.session, people)
    steps = [StepView("录入", names.get(order.drafted_by, ""), order.drafted_at)]
    if order.submitted_at:
        steps.append(StepView("送核验", names.get(order.drafted_by, ""), order.submitted_at))
    if order.checked_at:
        steps.append(StepView("核验通过", names.get(order.checked_by or 0, ""), order.checked_at))
    if order.issued_at:
        steps.append(StepView("签发", names.get(order.issued_by or 0, ""), order.issued_at, order.order_no or ""))
    for one in proposals:
        what = PROPOSAL_TITLES.get(one.act, "")
        reason = reason_title(one.act, one.reason)
        steps.append(StepView(f"提出{what}", names.get(one.proposer_id, ""), one.proposed_at, reason))
        if one.decided_at:
            title = f"{'同意' if one.state == 'approved' else '不同意'}{what}"
            steps.append(StepView(title, names.get(one.decider_id or 0, ""), one.decided_at, _decision_note(desk, one)))
    return steps


def view_proposal(desk: Desk, order: Order, proposal: Proposal) -> ProposalView:
    """Return a proposal in words."""
    reason = RemovalReason(proposal.reason)
    note = ""
    if proposal.note is not None:
        note = desk.vault.open(proposal.note, table="proposals", row=proposal.id, column="note")
    return ProposalView(
        act_title=act_title(OrderKind(order.kind), Act(proposal.act)),
        reason_title=REMOVAL_TITLES[reason],
        basis=proposal.basis,
        document=proposal.document,
        document_hash=proposal.document_hash,
        note=note,
        proposer=name_persons(desk.session, [proposal.proposer_id]).get(proposal.proposer_id, ""),
        proposed_at=proposal.proposed_at,
        href=f"/desk/e/{order.public_id}/decide-removal",
    )


def act_title(kind: OrderKind, act: Act) -> str:
    """Return what ending an order is called: a listing is struck out, a restriction lifted, a wrong one withdrawn."""
    if act is Act.WITHDRAW:
        return "撤销"
    return "删除" if kind is OrderKind.LISTING else "解除"


def history_views(desk: Desk, order: Order) -> list[HistoryView]:
    """Return the audit entries of an order in words."""
    entries = order_queries.list_history(desk.session, order.id)
    names = name_persons(desk.session, [one.person_id for one in entries])
    return [
        HistoryView(
            number=one.number,
            at=one.at,
            actor=names.get(one.person_id or 0) or ACTOR_TITLES.get(one.actor_kind, one.actor_kind),
            act_title=EVENT_TITLES.get(one.event, one.event),
            detail=_detail(one),
        )
        for one in entries
    ]


def _detail(entry: AuditEntry) -> str:
    facts = entry.facts
    words = []
    if "order_no" in facts:
        words.append(f"编号 {facts['order_no']}")
    if "number" in facts:
        words.append(f"编号 {facts['number']}")
    if "way" in facts:
        outcome = OUTCOME_TITLES.get(facts.get("outcome", ""), "")
        words.append(f"{WAY_TITLES[ServiceWay(facts['way'])]}，{outcome}，{facts.get('done_on', '')}")
    if "reason" in facts:
        words.append(REMOVAL_TITLES.get(facts["reason"], facts["reason"]))
    return "；".join(words)


def _decision_note(desk: Desk, proposal: Proposal) -> str:
    if proposal.decision_note is None:
        return ""
    return desk.vault.open(proposal.decision_note, table="proposals", row=proposal.id, column="decision_note")


def _opened(desk: Desk, order: Order, column: str) -> str:
    blob: bytes | None = getattr(order, column)
    return "" if blob is None else desk.vault.open(blob, table="orders", row=order.id, column=column)
