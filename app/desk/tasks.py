"""What the court has been told to look into, with the days that run, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import FormSchema, read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk
from app.desk.blueprint import bp
from app.desk.clocks import Due
from app.desk.forms import text
from app.desk.views import OrderView, view_order
from app.formats import day_cn
from blacklist.actors import Role
from blacklist.errors import ForbiddenError
from blacklist.identity.texts import clean_text
from blacklist.models import CourtTask, Order
from blacklist.queries.tasks import list_open_tasks
from blacklist.rules.renewals import RENEWAL_ESCALATED_DAYS, TASK_TITLES, RenewalStage, TaskKind, renewal_stage
from blacklist.services.proposing import require_may_propose
from blacklist.services.tasks import close_task

MOST_ROWS = 200
MOST_NOTE = 1000


class CloseForm(FormSchema):
    """A task is closed with what came of it."""

    order = text(10, required=True)
    kind = text(40, required=True)
    note = text(MOST_NOTE)


@dataclass(frozen=True, slots=True)
class TaskView:
    """An open task with its order; `escalated`: an exit ban near its end that nobody has answered for."""

    kind: str
    title: str
    order: OrderView
    opened_at: datetime
    due: Due | None
    escalated: bool
    renew_href: str
    may_close: bool
    error: str = ""


@bp.get("/tasks")
@for_audience(Audience.STAFF)
def show_tasks() -> ResponseReturnValue:
    """Show the open tasks of the actor's courts, the nearest day first."""
    return _page(open_desk(), {})


@bp.post("/tasks/close")
@for_audience(Audience.STAFF)
@writes
def take_task_close() -> ResponseReturnValue:
    """Close one with a note."""
    desk = open_desk()
    values, errors = read_form(CloseForm(), request.form)
    if not errors and not values["note"].strip():
        errors = {"note": "请写明办理结果。"}
    if errors:
        return _page(desk, errors, order=request.form.get("order", ""), kind=request.form.get("kind", "")), 422
    close_task(
        desk.session,
        values["order"],
        values["kind"],
        note=clean_text(values["note"], pointer="/note", most=MOST_NOTE, multiline=True),
        actor=desk.actor,
        at=desk.at,
        vault=desk.vault,
    )
    return done("/desk/tasks", "task-closed")


def _page(desk: Desk, errors: dict[str, str], *, order: str = "", kind: str = "") -> str:
    found = list_open_tasks(desk.session, court_ids=desk.actor.court_ids(), most=MOST_ROWS)
    views = [_view(desk, task, one, errors, chosen=(order, kind)) for task, one in found]
    numbered = {f"note_{number}": one.error for number, one in enumerate(views, 1) if one.error}
    return render_template("desk/tasks.html", tasks=views, errors=numbered or errors, most=MOST_ROWS)


def _view(desk: Desk, task: CourtTask, order: Order, errors: dict[str, str], *, chosen: tuple[str, str]) -> TaskView:
    renewal = task.kind == TaskKind.RENEWAL.value and order.ends_on is not None
    stage = renewal_stage(order.ends_on, desk.today) if renewal and order.ends_on else RenewalStage.FAR
    wrong = chosen == (order.public_id, task.kind)
    return TaskView(
        kind=task.kind,
        title=TASK_TITLES.get(task.kind, task.kind),
        order=view_order(desk, order),
        opened_at=task.opened_at,
        due=_due(task.due_on, desk.today),
        escalated=stage is RenewalStage.ESCALATED,
        renew_href=f"/desk/e/new?predecessor={order.public_id}" if renewal and _drafts(desk, order) else "",
        may_close=task.kind != TaskKind.SUSPENSION_OVER.value and _may(desk, order),
        error=errors.get("note", "") if wrong else "",
    )


def _drafts(desk: Desk, order: Order) -> bool:
    return desk.actor.holds(Role.CLERK, order.court_id)


def _due(due_on: date | None, on: date) -> Due | None:
    if due_on is None:
        return None
    left = (due_on - on).days
    if left < 0:
        return Due(f"逾期 {-left} 天（{day_cn(due_on)}）", "over")
    words = "今日到期" if left == 0 else f"余 {left} 天"
    return Due(f"{words}（{day_cn(due_on)}）", "soon" if left <= RENEWAL_ESCALATED_DAYS else "")


def _may(desk: Desk, order: Order) -> bool:
    try:
        require_may_propose(desk.actor, order.court_id)
    except ForbiddenError:
        return False
    return True
