"""What the pages of permits are given: rows of lists, all facts of one, its uses, and what each act will change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from app.desk.acting import Desk
from app.desk.clocks import Due
from app.desk.views import Facts
from app.formats import day_cn, instant
from blacklist.events import AuditEvent
from blacklist.models import Order, Permit, Proposal
from blacklist.queries import desk as desk_queries
from blacklist.queries import permits as permit_queries
from blacklist.queries.agencies import count_agencies_asking
from blacklist.queries.orders import get_case
from blacklist.queries.staff import name_persons
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.measures import measures_for
from blacklist.rules.permits import (
    CAUSE_TITLES,
    LEAVE_TITLES,
    REVOCATION_TITLES,
    Cause,
    Leave,
    PermitState,
    Revocation,
    answer_due,
    bars_further,
    is_past,
    is_pressing,
)
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.subjects import ROLE_TITLES
from blacklist.rules.tags import Tag
from blacklist.services.permitting import application_of

_TAGS: Mapping[PermitState, Tag] = MappingProxyType(
    {
        PermitState.APPLIED: Tag("待决定", "tag-blue"),
        PermitState.GRANTED: Tag("持有单次许可", "tag-green"),
        PermitState.REFUSED: Tag("不予许可", "tag-grey-outline"),
        PermitState.USED: Tag("已用完", "tag-green-outline"),
        PermitState.EXPIRED: Tag("已到期", "tag-grey-outline"),
        PermitState.REVOKED: Tag("已撤销", "tag-amber-outline"),
    }
)
_REVOKING = Tag("待决定撤销", "tag-amber")
_OVER = Tag("期间已过", "tag-grey-outline")


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitView:
    """A permit as a row of a list and as the head of its page."""

    public_id: str
    version: int
    href: str
    name: str = field(repr=False)
    number_masked: str
    purpose_title: str
    leave_title: str
    order_no: str
    order_href: str
    permit_no: str
    valid_from: date
    valid_to: date
    uses_text: str
    tags: tuple[Tag, ...]
    due: Due | None


@dataclass(frozen=True, slots=True)
class UseView:
    """One use of a permit, as an agency told it."""

    agency: str
    used_at: datetime
    told_at: datetime
    uses_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationView:
    """An open proposal to take a permit back."""

    reason_title: str
    basis: str
    document: str
    note: str = field(repr=False)
    proposer: str
    proposed_at: datetime


def view_permit(desk: Desk, permit: Permit, order: Order, *, revoking: bool = False) -> PermitView:
    """Return a permit for a page, the applicant's name opened and the number masked."""
    subject = open_subject(desk.session, permit.subject_id, vault=desk.vault)
    state = PermitState(permit.state)
    over = state is PermitState.GRANTED and is_past(permit.valid_to, desk.today)
    tags = (_OVER if over else _TAGS[state], *((_REVOKING,) if revoking else ()))
    return PermitView(
        public_id=permit.public_id,
        version=permit.version,
        href=f"/desk/permits/{permit.public_id}",
        name=subject.name,
        number_masked=subject.masked_number,
        purpose_title=PURPOSES[permit.purpose].name,
        leave_title=LEAVE_TITLES[Leave(permit.leave)],
        order_no=order.order_no or get_case(desk.session, order.case_id).number,
        order_href=f"/desk/e/{order.public_id}",
        permit_no=permit.permit_no or "",
        valid_from=permit.valid_from,
        valid_to=permit.valid_to,
        uses_text=_uses_text(permit),
        tags=tags,
        due=answer_due_of(permit, on=desk.today),
    )


def answer_due_of(permit: Permit, *, on: date) -> Due | None:
    """Return by when an application must be answered, in words; None once it was."""
    if permit.state != PermitState.APPLIED.value:
        return None
    last = answer_due(permit.valid_from, permit.received_on)
    left = (last - on).days
    if left < 0:
        return Due(f"逾期 {-left} 天（应于{day_cn(last)}答复）", "over")
    words = "今日须答复" if left == 0 else f"余 {left} 天"
    return Due(f"{words}（拟自{day_cn(permit.valid_from)}起使用）", "soon" if is_pressing(last, on) else "")


def _uses_text(permit: Permit) -> str:
    if permit.state in (PermitState.APPLIED.value, PermitState.REFUSED.value):
        return f"申请 {permit.uses} 次"
    return f"余 {permit.uses_left} 次，共 {permit.uses} 次"


def application_facts(desk: Desk, permit: Permit, order: Order) -> Facts:
    """Return what was applied for, its papers opened."""
    asked = application_of(permit, vault=desk.vault)
    first = max(permit.valid_from, permit.received_on)
    roles = permit_queries.list_roles(desk.session, order_id=order.id, subject_id=permit.subject_id, on=first)
    facts: Facts = [
        ("申请人", open_subject(desk.session, permit.subject_id, vault=desk.vault).name),
        ("在该决定中的身份", "、".join(ROLE_TITLES[role] for role in roles)),
        ("许可类别", LEAVE_TITLES[Leave(permit.leave)]),
        ("申请事由", CAUSE_TITLES[Cause(permit.cause)]),
        ("申请事项", PURPOSES[permit.purpose].name),
        ("申请期间", f"{day_cn(permit.valid_from)}至{day_cn(permit.valid_to)}"),
        ("次数", _uses_text(permit)),
        ("收到申请日期", day_cn(permit.received_on)),
        ("提交的证据", asked.evidence),
        ("书面承诺日期", day_cn(permit.undertaken_on) if permit.undertaken_on else None),
    ]
    if order.kind == OrderKind.EXIT_BAN.value:
        facts.append(("上一级人民法院确认文书", asked.confirmation))
    return facts


def decision_facts(desk: Desk, permit: Permit) -> Facts:
    """Return who recorded and decided it, and how it ended."""
    names = name_persons(desk.session, [permit.proposer_id, permit.decider_id])
    facts: Facts = [("受理登记", f"{names.get(permit.proposer_id, '')}，{instant(permit.proposed_at)}")]
    if permit.decided_at is not None:
        facts.append(("作出决定", f"{names.get(permit.decider_id or 0, '')}，{instant(permit.decided_at)}"))
    if permit.permit_no:
        facts.append(("许可编号", permit.permit_no))
    if permit.decision_note is not None:
        note = desk.vault.open(permit.decision_note, table="permits", row=permit.id, column="decision_note")
        facts.append(("不予许可的理由", note))
    if permit.revoked_reason is not None:
        facts.append(("撤销事由", REVOCATION_TITLES[Revocation(permit.revoked_reason)]))
    if permit.ended_at is not None:
        facts.append(("终止时间", instant(permit.ended_at)))
    return facts


def use_views(desk: Desk, permit: Permit) -> list[UseView]:
    """Return the uses of a permit, oldest first."""
    entries = [
        entry
        for entry in permit_queries.list_history(desk.session, permit)
        if entry.event == AuditEvent.PERMIT_USED.value
    ]
    titles = permit_queries.name_agencies(desk.session, {entry.facts["agency_id"] for entry in entries})
    return [
        UseView(
            agency=titles.get(entry.facts["agency_id"], ""),
            used_at=datetime.fromisoformat(entry.facts["used_at"]),
            told_at=entry.at,
            uses_left=entry.facts["uses_left"],
        )
        for entry in entries
    ]


def view_revocation(desk: Desk, proposal: Proposal) -> RevocationView:
    """Return an open proposal in words."""
    note = ""
    if proposal.note is not None:
        note = desk.vault.open(proposal.note, table="proposals", row=proposal.id, column="note")
    return RevocationView(
        reason_title=REVOCATION_TITLES[Revocation(proposal.reason)],
        basis=proposal.basis,
        document=proposal.document,
        note=note,
        proposer=name_persons(desk.session, [proposal.proposer_id]).get(proposal.proposer_id, ""),
        proposed_at=proposal.proposed_at,
    )


def effect_of_granting(desk: Desk, permit: Permit, order: Order) -> list[str]:
    """Return what a grant will open, where, and what will still stand in its way."""
    purpose = PURPOSES[permit.purpose].name
    first = max(permit.valid_from, desk.today)
    lines = [
        f"准予后，自{day_cn(first)}至{day_cn(permit.valid_to)}，可以办理{purpose} {permit.uses} 次；其他限制不变。",
        f"{count_agencies_asking(desk.session, frozenset({permit.purpose}))} 家协助单位可以查询该事项，"
        "期间内的查询结果为“持有单次许可”，办理后回报使用；查询本身不消耗次数。",
        "申请理由和证据不提供给协助单位。",
    ]
    others = _others_blocking(desk, permit, order)
    if others:
        lines.append(
            f"该当事人另有 {others} 份生效决定限制同一事项。本许可只对本决定有效；其他决定未准予许可的，查询结果仍为受限。"
        )
    return lines


def effect_of_revoking(permit: Permit, reason: Revocation | None) -> list[str]:
    """Return what a revocation will close; `reason` None before one is chosen."""
    lines = []
    if permit.state == PermitState.GRANTED.value:
        lines.append(f"撤销后，{PURPOSES[permit.purpose].name}即时恢复限制；此前已经查询、尚未回报使用的，不能再使用。")
    else:
        lines.append("该许可已经终止，撤销只影响以后的申请。")
    if reason is None or bars_further(reason):
        lines.append("因提供虚假证据或者违反承诺撤销的，该当事人在本院再次申请，不予批准。")
    return lines


def _others_blocking(desk: Desk, permit: Permit, order: Order) -> int:
    """Count the other effective orders, of all courts, that block the same purpose for the same person."""
    kind = open_subject(desk.session, permit.subject_id, vault=desk.vault).kind
    standing = desk_queries.list_standing_against(desk.session, [permit.subject_id], but=order.id, on=desk.today)
    return sum(
        any(
            measures_for(OrderKind(one.kind), permit.purpose, subject_kind=kind, role=role, on=desk.today)
            for role in permit_queries.list_roles(
                desk.session, order_id=one.id, subject_id=permit.subject_id, on=desk.today
            )
        )
        for one, _ in standing
    )
