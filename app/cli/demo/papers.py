"""The papers of the sandbox: 测试甲's two decisions, 测试戊's certificate of removal, so that each page has one to show."""

from __future__ import annotations

from datetime import datetime

from app.cli.demo.story import Telling
from app.desk.acting import Desk
from app.desk.paper_due import papers_due
from app.desk.paper_making import make_paper
from blacklist.models import Order
from blacklist.rules.papers import PaperKind


def tell_paper(telling: Telling, order: Order, kind: PaperKind, *, at: datetime) -> None:
    """Let the clerk make the first paper of a kind that is due for an order."""
    desk = Desk(session=telling.session, actor=telling.staff.clerk, at=at, vault=telling.vault)
    due = next(one for one in papers_due(desk, order) if one.kind is kind)
    make_paper(desk, order, due, {})
