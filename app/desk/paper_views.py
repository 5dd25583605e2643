"""What the pages of papers are given: rows of lists, and all that is known of one without opening it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from app.desk.acting import Desk
from app.desk.paper_due import PaperDue, papers_due
from app.desk.views import ActionView, Facts
from app.documents.kinds import KINDS
from app.formats import instant
from app.press import press, verify_address
from blacklist.actors import Role
from blacklist.errors import ForbiddenError
from blacklist.models import Order, Paper
from blacklist.queries import papers as paper_queries
from blacklist.queries.orders import get_court
from blacklist.queries.staff import name_persons
from blacklist.queries.subjects import open_subject
from blacklist.rules.papers import EFFECT_TAGS, ORDER_DECISIONS, PaperState, printed_number
from blacklist.rules.tags import Tag
from blacklist.services.papering import require_may_read, waits_until

_WAITING = Tag("未制作", "tag-blue")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """A paper that was made, or one that can be; `action` is what a click does, '' where this person may do nothing."""

    title: str
    number: str
    tag: Tag
    made_at: datetime | None
    href: str
    action: str
    note: str = ""
    name: str = field(default="", repr=False)
    order_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """One paper, unopened. `may_open`: its whole text, with the number in it, may be read, which is put on record."""

    public_id: str
    title: str
    facts: Facts
    tag: Tag
    void: bool
    may_open: bool
    may_void: bool
    word_differs: bool


def papers_of(desk: Desk, order: Order) -> list[PaperRow]:
    """Return the papers of an order for its page: what is made and what can be, then misprints."""
    made = paper_queries.list_papers_of(desk.session, order.id)
    valid = {(one.kind, one.about_id): one for one in made if one.state == PaperState.VALID.value}
    rows = []
    for due in papers_due(desk, order):
        paper = valid.pop((due.kind.value, due.about_id), None)
        rows.append(_due_row(desk, order, due) if paper is None else _row(desk, paper, title=due.title))
    others = [one for one in made if one.state == PaperState.VOID.value or one in valid.values()]
    return [*rows, *(_row(desk, one) for one in others)]


def paper_actions(desk: Desk, order: Order) -> list[ActionView]:
    """Return the one paper everything waits for: the decision that is to be served."""
    for due in papers_due(desk, order):
        if due.kind not in ORDER_DECISIONS or not may_make(desk, due.court_id):
            continue
        if waits_until(desk.session, order, at=desk.at) is None and not _is_made(desk, order, due):
            return [ActionView("制作决定书", new_address(order, due), "quiet")]
    return []


def may_make(desk: Desk, court_id: int) -> bool:
    """Tell whether the actor makes and voids papers of a court."""
    return desk.actor.holds(Role.CLERK, court_id) or desk.actor.holds(Role.PRESIDENT, court_id)


def new_address(order: Order, due: PaperDue) -> str:
    """Return where a paper is looked at before it is made."""
    named = {"kind": due.kind.value, "about": due.about}
    return f"/desk/e/{order.public_id}/papers/new?{urlencode({key: one for key, one in named.items() if one})}"


def list_rows(desk: Desk, *, most: int) -> list[PaperRow]:
    """Return the papers of the actor's courts, the newest first, each with whom it concerns."""
    rows = []
    for paper in paper_queries.list_papers(desk.session, court_ids=desk.actor.court_ids(), most=most):
        order = desk.session.get_one(Order, paper.order_id)
        own = order.court_id in desk.actor.court_ids()
        name = open_subject(desk.session, order.subject_id, vault=desk.vault).name
        rows.append(_row(desk, paper, name=name, order_href=f"/desk/e/{order.public_id}" if own else ""))
    return rows


def view_paper(desk: Desk, paper: Paper) -> PaperView:
    """Return a paper for its page."""
    void = paper.state == PaperState.VOID.value
    made_by = name_persons(desk.session, [paper.made_by]).get(paper.made_by, "")
    facts: Facts = [
        ("文书", KINDS[paper.kind].title),
        ("编号", printed_number(paper.number)),
        ("法院", get_court(desk.session, paper.court_id).name),
        ("制作", f"{made_by}，{instant(paper.made_at)}"),
        ("核验码", paper.code),
        ("核验网址", verify_address(paper.code)),
        ("文件校验值（SHA-256）", paper.pdf_hash),
        ("模板和字体版本", paper.template_version),
    ]
    if void:
        facts += [("作废时间", instant(paper.voided_at)), ("作废理由", paper.void_reason)]
    return PaperView(
        public_id=paper.public_id,
        title=KINDS[paper.kind].title,
        facts=facts,
        tag=_tag(desk, paper),
        void=void,
        may_open=_may_open(desk, paper),
        may_void=not void and may_make(desk, paper.court_id),
        word_differs=press().version != paper.template_version,
    )


def _row(desk: Desk, paper: Paper, *, title: str = "", name: str = "", order_href: str = "") -> PaperRow:
    return PaperRow(
        title=title or KINDS[paper.kind].title,
        number=printed_number(paper.number),
        tag=_tag(desk, paper),
        made_at=paper.made_at,
        href=f"/desk/papers/{paper.public_id}",
        action="查看",
        name=name,
        order_href=order_href,
    )


def _due_row(desk: Desk, order: Order, due: PaperDue) -> PaperRow:
    action, note = "预览和制作" if may_make(desk, due.court_id) else "", ""
    if due.court_id != order.court_id and not action:
        note = f"由{get_court(desk.session, due.court_id).name}制作"
    until = waits_until(desk.session, order, at=desk.at) if due.kind in ORDER_DECISIONS else None
    if until is not None:
        action, note = "", f"批量签发后可以收回，{instant(until)}起可以制作"
    return PaperRow(
        title=due.title,
        number="",
        tag=_WAITING,
        made_at=None,
        href=new_address(order, due) if action else "",
        action=action,
        note=note,
    )


def _is_made(desk: Desk, order: Order, due: PaperDue) -> bool:
    return paper_queries.find_valid(desk.session, order.id, due.kind, due.about_id) is not None


def _tag(desk: Desk, paper: Paper) -> Tag:
    return EFFECT_TAGS[paper_queries.effect_of(desk.session, paper, on=desk.today)]


def _may_open(desk: Desk, paper: Paper) -> bool:
    try:
        require_may_read(desk.session, paper, desk.actor)
    except ForbiddenError:
        return False
    return True
