"""Open and past proposals in words: what is asked, by whom, on which paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.desk.acting import Desk
from app.desk.views import Facts
from app.desk.words import PERFORMANCE_TITLES, PROPOSAL_TITLES, reason_title
from app.formats import day_cn, instant
from blacklist.models import Order, OrderBinding, Proposal
from blacklist.queries import desk as desk_queries
from blacklist.queries.staff import name_persons
from blacklist.queries.subjects import open_subject
from blacklist.rules.corrections import FACT_TITLES, CorrectableFact
from blacklist.rules.grounds import GROUND_TITLES, Ground
from blacklist.rules.lifecycle import Act
from blacklist.rules.subjects import ROLE_TITLES, BoundRole
from blacklist.services.correcting import facts_now
from blacklist.services.proposing import details_of
from blacklist.services.releasing import released_binding

Change = tuple[str, str, str]
_PAGE_OF_ACT: Mapping[str, str] = {
    Act.SUSPEND: "suspension",
    Act.RESUME: "resumption",
    Act.EXTEND: "extension",
    Act.CORRECT: "correction",
    Act.REMOVE: "removal",
    Act.WITHDRAW: "removal",
    Act.RELEASE: "release",
}


@dataclass(frozen=True, slots=True)
class OpenProposalView:
    """An open proposal as the order's page shows it."""

    title: str
    reason: str
    document: str
    proposer: str
    at: str
    href: str


def open_proposals(desk: Desk, order: Order) -> list[OpenProposalView]:
    """Return what waits for a decision about an order, oldest first."""
    every = desk_queries.list_proposals(desk.session, order.id)
    some = [one for one in every if one.state == "open" and one.act in _PAGE_OF_ACT]
    names = name_persons(desk.session, [one.proposer_id for one in some])
    return [
        OpenProposalView(
            title=PROPOSAL_TITLES[one.act],
            reason=reason_title(one.act, one.reason),
            document=one.document,
            proposer=names.get(one.proposer_id, ""),
            at=instant(one.proposed_at),
            href=f"/desk/e/{order.public_id}/decide-{_PAGE_OF_ACT[one.act]}",
        )
        for one in some
    ]


def proposal_facts(desk: Desk, order: Order, proposal: Proposal) -> Facts:
    """Return what is proposed, on what it rests, and by whom."""
    del order
    facts: Facts = [
        ("事由", reason_title(proposal.act, proposal.reason)),
        ("法律依据", proposal.basis),
        ("依据文书编号", proposal.document),
    ]
    details = details_of(proposal, vault=desk.vault)
    if proposal.act == Act.SUSPEND.value:
        facts.append(("暂停至", str(details["until"])))
    if proposal.act == Act.EXTEND.value:
        facts.append(("延长", f"{details['years']} 年"))
    if proposal.act == Act.RELEASE.value:
        facts += _release_facts(desk, proposal)
    if proposal.event_on is not None:
        facts.append(("事项发生日期", day_cn(proposal.event_on)))
    facts.append(("说明", note_of(desk, proposal)))
    proposer = name_persons(desk.session, [proposal.proposer_id]).get(proposal.proposer_id, "")
    facts.append(("提出人", f"{proposer}，{instant(proposal.proposed_at)}"))
    return facts


def _release_facts(desk: Desk, proposal: Proposal) -> Facts:
    binding_id, ended_on = released_binding(proposal, vault=desk.vault)
    binding = desk.session.get_one(OrderBinding, binding_id)
    name = open_subject(desk.session, binding.subject_id, vault=desk.vault).name
    return [("受限人员", f"{name}（{ROLE_TITLES[BoundRole(binding.role)]}）"), ("离任日期", day_cn(ended_on))]


def correction_changes(desk: Desk, order: Order, proposal: Proposal) -> list[Change]:
    """Return each corrected fact: what it is called, how it stands, how it should read."""
    present = facts_now(desk.session, order, vault=desk.vault)
    return [
        (FACT_TITLES[CorrectableFact(name)], shown_fact(name, present[CorrectableFact(name)]), shown_fact(name, value))
        for name, value in details_of(proposal, vault=desk.vault).items()
    ]


def shown_fact(name: str, value: object) -> str:
    """Return a correctable fact as people read it."""
    text = str(value or "")
    if name == CorrectableFact.GROUNDS:
        return "；".join(GROUND_TITLES[Ground(code)] for code in text.split(",") if code)
    if name == CorrectableFact.PERFORMANCE:
        return PERFORMANCE_TITLES.get(text, text)
    return text or "无"


def note_of(desk: Desk, proposal: Proposal) -> str:
    """Return the proposal's note opened."""
    if proposal.note is None:
        return ""
    return desk.vault.open(proposal.note, table="proposals", row=proposal.id, column="note")
