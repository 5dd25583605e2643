"""One page names everything that will be signed, one signature carries it out, one page says what became of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import read_form
from app.database import writes
from app.desk.acting import Desk, must_prove, open_desk, prove_address
from app.desk.blueprint import bp
from app.desk.facts import term_text
from app.desk.repeats import kept_result, new_form_id, once
from app.desk.sign_checks import checks_of, grade_of
from app.desk.sign_forms import ConfirmForm
from app.desk.sign_table import my_marks
from app.desk.views import OrderView, view_order
from app.errors import MalformedError
from blacklist.actors import Role
from blacklist.errors import NotFoundError
from blacklist.models import Order, SignMark
from blacklist.queries import orders as order_queries
from blacklist.rules.effect import RECALL_WINDOW
from blacklist.rules.lifecycle import STANDING_STATES, OrderKind
from blacklist.services.marking import SignChoice
from blacklist.services.signing_batch import Outcome, SignedBatch, sign_batch

ROUTE = "desk.sign"
OUTCOME_TITLES = {
    Outcome.ISSUED: "已签发",
    Outcome.EFFECTIVE: "已签发并即时生效",
    Outcome.RETURNED: "已退回",
    Outcome.REFUSED: "未签发",
}


class BatchNotFoundError(NotFoundError):
    """There is no such batch of this account, or its page is no longer kept."""

    code = "batch-not-found"
    title = "没有这次批量签发的结果"
    title_english = "No such batch"


@dataclass(frozen=True, slots=True)
class Line:
    """One order on the confirmation; `note` says what still has to be looked at, why it comes back or stays out."""

    order: OrderView
    term: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole confirmation: what will be signed, sent back, held, and what cannot be signed as it stands."""

    agreed: list[Line]
    back: list[Line]
    held: list[Line]
    barred: list[Line]
    bans: int
    seen: str

    @property
    def public_ids(self) -> list[str]:
        """Return the orders the signature covers."""
        return [line.order.public_id for line in (*self.agreed, *self.back)]


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One order after the signature."""

    order: OrderView
    outcome: str
    word: str
    why: str


@bp.get("/sign/confirm")
@for_audience(Audience.STAFF)
def show_confirm() -> ResponseReturnValue:
    """Name what was chosen and what the signature will do."""
    return _page(open_desk(), {})


@bp.post("/sign/confirm")
@for_audience(Audience.STAFF)
@writes
def take_confirm() -> ResponseReturnValue:
    """Sign exactly what the page showed; it wants the password given within the last five minutes."""
    desk = open_desk()
    desk.courts(Role.PRESIDENT)
    values, errors = read_form(ConfirmForm(), request.form)
    if errors:
        raise MalformedError("表单不完整，请返回刷新。", "The form is not complete.")
    if must_prove(desk.at):
        return redirect(prove_address("/desk/sign/confirm"), 303)
    if kept_result(desk, values["form_id"], route=ROUTE) is None:
        sheet = _sheet(desk)
        if sheet.seen != values["seen"]:
            return _page(desk, {"": "本页打开后您的选择或者决定有变动，没有签发；请重新核对后再签。"}), 422
        if not sheet.public_ids:
            return _page(desk, {"": "没有选同意或者退回的决定。"}), 422
        once(desk, values["form_id"], lambda: _sign(desk, sheet), route=ROUTE)
    return redirect(f"/desk/sign/signed/{values['form_id']}", 303)


@bp.get("/sign/signed/<form_id>")
@for_audience(Audience.STAFF)
def show_signed(form_id: str) -> ResponseReturnValue:
    """Say order by order what became of a batch."""
    desk = open_desk()
    kept = kept_result(desk, form_id, route=ROUTE)
    if kept is None:
        raise BatchNotFoundError("没有这次批量签发的结果，或者已过保存期。", "There is no such batch of yours.")
    lines = []
    for public_id, outcome, why in json.loads(kept):
        order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
        lines.append(ResultLine(view_order(desk, order), outcome, OUTCOME_TITLES[Outcome(outcome)], why))
    done = [line for line in lines if line.outcome in (Outcome.ISSUED, Outcome.EFFECTIVE)]
    return render_template(
        "desk/sign_done.html",
        lines=sorted(lines, key=lambda line: line.outcome != Outcome.REFUSED),
        signed=len(done),
        back=sum(line.outcome == Outcome.RETURNED for line in lines),
        refused=sum(line.outcome == Outcome.REFUSED for line in lines),
        recall_minutes=int(RECALL_WINDOW.total_seconds() // 60),
    )


def _sign(desk: Desk, sheet: Sheet) -> str:
    batch: SignedBatch = sign_batch(desk.session, sheet.public_ids, actor=desk.actor, at=desk.at, vault=desk.vault)
    return json.dumps([[one.public_id, one.outcome.value, one.why] for one in batch.results], ensure_ascii=False)


def _page(desk: Desk, errors: dict[str, str]) -> str:
    sheet = _sheet(desk)
    return render_template(
        "desk/sign_confirm.html",
        sheet=sheet,
        effect=_effect(sheet),
        form_id=new_form_id(),
        prove_href=prove_address("/desk/sign/confirm") if must_prove(desk.at) else "",
        errors=errors,
    )


def _sheet(desk: Desk) -> Sheet:
    marks = my_marks(desk)
    agreed_ids = {order.id for order, mark in marks if mark.choice == SignChoice.AGREE.value}
    agreed, back, held, barred = [], [], [], []
    for order, mark in marks:
        view = view_order(desk, order)
        if mark.choice == SignChoice.RETURN.value:
            back.append(Line(view, "", mark.reason))
        elif mark.choice == SignChoice.HOLD.value:
            held.append(Line(view, ""))
        elif why := _why_barred(desk, order, mark, agreed_ids):
            barred.append(Line(view, "", why))
        else:
            agreed.append((order, Line(view, term_text(order, on=desk.today), _warnings(desk, order))))
    # As they will be signed: a consumption order before its listing.
    agreed.sort(key=lambda pair: pair[0].kind != OrderKind.CONSUMPTION.value)
    return Sheet(
        agreed=[line for _, line in agreed],
        back=back,
        held=held,
        barred=barred,
        bans=sum(order.kind == OrderKind.EXIT_BAN.value for order, _ in agreed),
        seen=_fingerprint(marks),
    )


def _why_barred(desk: Desk, order: Order, mark: SignMark, agreed_ids: set[int]) -> str:
    """Return why an agreed order cannot be signed as things are now: they may have changed since it was marked."""
    checks = checks_of(desk, order)
    grade = grade_of(desk, order, checks)
    if not grade.may_agree:
        return "；".join(
            f"{one.text}（{one.detail}）" if one.detail else one.text for one in checks if one.level == "fail"
        )
    if grade.must_open and not mark.opened:
        return "有须核实的事项，请先打开查看全部内容。"
    if order.kind == OrderKind.LISTING.value and _lacks_companion(desk, order, agreed_ids):
        return "同案的限制消费令没有一并选同意；纳入名单的，须同时限制消费。"
    return ""


def _lacks_companion(desk: Desk, order: Order, agreed_ids: set[int]) -> bool:
    if order_queries.find_consumption_order(desk.session, order, states=STANDING_STATES) is not None:
        return False
    companion = order_queries.find_standing_duplicate(
        desk.session, subject_id=order.subject_id, case_id=order.case_id, kind=OrderKind.CONSUMPTION
    )
    return companion is None or companion.id not in agreed_ids


def _warnings(desk: Desk, order: Order) -> str:
    return "；".join(one.text for one in checks_of(desk, order) if one.level == "warn")


def _fingerprint(marks: list[tuple[Order, SignMark]]) -> str:
    """Return what stands for everything shown: the signature is given to that and to nothing else."""
    shown = [[order.public_id, mark.version, mark.choice, mark.reason] for order, mark in marks]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def _effect(sheet: Sheet) -> list[str]:
    lines = []
    if sheet.agreed:
        lines.append(f"{len(sheet.agreed)} 份决定取得编号，期限自今日起算。")
    if sheet.bans:
        lines.append(f"其中 {sheet.bans} 份限制出境立即生效，不能收回。")
    if len(sheet.agreed) > sheet.bans:
        lines.append("纳入名单和限制消费令登记送达后才公示和限制；签发后十分钟内、送达前，您可以收回。")
    if sheet.back:
        lines.append(f"{len(sheet.back)} 份退回录入人补正。")
    if sheet.held:
        lines.append(f"{len(sheet.held)} 份搁置，留在签批台。")
    return lines
