"""The clerk puts an application for a permit on record; another person decides it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.permit_forms import MOST_DOCUMENT, MOST_EVIDENCE, ApplicationForm
from app.desk.views import view_order
from blacklist.actors import Role
from blacklist.errors import Fault, InvalidError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.queries import permits as permit_queries
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import Act, OrderKind, OrderState, state_after
from blacklist.rules.permissions import require_role
from blacklist.rules.permits import CAUSE_TITLES, LEAVE_TITLES, USES, Cause, Leave, causes_for, leaves_for, purposes_for
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.subjects import ROLE_TITLES, BoundRole
from blacklist.services.permitting import PermitApplication, apply_for_permit
from blacklist.vocabulary import SubjectKind

_HINTS = {
    Leave.PERSONAL_ASSETS: "单位被执行人的法定代表人、主要负责人等因私消费；经审查属实的，应予准许",
    Leave.NECESSARY: "被执行人因生活或者经营必需",
    Leave.URGENT_TRAVEL: "限乘坐飞机、高铁；须书面承诺，最长一个月",
}


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody an order binds who may apply."""

    subject_id: int
    kind: SubjectKind
    roles: tuple[BoundRole, ...]
    leaves: tuple[Leave, ...]
    name: str = field(repr=False)


@bp.get("/e/<public_id>/permits/new")
@for_audience(Audience.STAFF)
def show_permit_new(public_id: str) -> ResponseReturnValue:
    """Show the form to whoever may record an application under an order in force."""
    desk = open_desk()
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    require_role(desk.actor, Role.CLERK, order.court_id)
    state_after(OrderState(order.state), Act.PERMIT)
    today = desk.today.isoformat()
    return _page(desk, order, {"received_on": today, "valid_from": today, "uses": "1"}, errors={})


@bp.post("/e/<public_id>/permits/new")
@for_audience(Audience.STAFF)
@writes
def take_permit_new(public_id: str) -> ResponseReturnValue:
    """Record it; nothing is opened until the president grants it."""
    desk = open_desk()
    values, errors = read_form(ApplicationForm(), request.form)
    order = order_queries.get_order(desk.session, public_id, actor=desk.actor)
    if not errors:
        try:
            permit = apply_for_permit(
                desk.session,
                public_id,
                _asked(desk, order, values),
                version=version_sent(),
                actor=desk.actor,
                at=desk.at,
                vault=desk.vault,
            )
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done(f"/desk/permits/{permit.public_id}", "permit-applied")
    require_role(desk.actor, Role.CLERK, order.court_id)
    return _page(desk, order, dict(request.form), errors=errors), 422


def list_applicants(desk: Desk, order: Order) -> list[Applicant]:
    """Return whom the order binds today and the law gives a leave."""
    found = []
    for subject_id in dict.fromkeys(one.subject_id for one in order_queries.list_bindings(desk.session, order.id)):
        roles = permit_queries.list_roles(desk.session, order_id=order.id, subject_id=subject_id, on=desk.today)
        subject = open_subject(desk.session, subject_id, vault=desk.vault)
        leaves = leaves_for(OrderKind(order.kind), subject_kind=subject.kind, roles=roles)
        if leaves:
            found.append(Applicant(subject_id, subject.kind, roles, leaves, subject.name))
    return found


def _asked(desk: Desk, order: Order, values: dict[str, Any]) -> PermitApplication:
    return PermitApplication(
        subject_id=_chosen(list_applicants(desk, order), values["person"]),
        purpose=values["purpose"],
        leave=Leave(values["leave"]),
        cause=Cause(values["cause"]),
        received_on=values["received_on"],
        valid_from=values["valid_from"],
        valid_to=values["valid_to"],
        uses=int(values["uses"]),
        evidence=clean_text(values["evidence"], pointer="/evidence", most=MOST_EVIDENCE, multiline=True),
        undertaken_on=values["undertaken_on"],
        confirmation=clean_text(values["confirmation"], pointer="/confirmation", most=MOST_DOCUMENT),
    )


def _chosen(applicants: list[Applicant], sent: str) -> int:
    """Return the subject behind a choice; choices are numbered, ids stay inside."""
    for number, one in enumerate(applicants, 1):
        if sent == str(number):
            return one.subject_id
    detail, english = "请选择申请人。", "Choose the applicant."
    raise InvalidError(detail, english, errors=(Fault("/person", "unknown", detail, english),))


def _page(desk: Desk, order: Order, form: dict[str, str], *, errors: dict[str, str]) -> str:
    applicants = list_applicants(desk, order)
    leaves = [leave for leave in Leave if any(leave in one.leaves for one in applicants)]
    causes = dict.fromkeys(cause for leave in leaves for cause in causes_for(leave))
    people = tuple(
        (str(number), f"{one.name}（{'、'.join(ROLE_TITLES[role] for role in one.roles)}）")
        for number, one in enumerate(applicants, 1)
    )
    form = {**({"person": "1"} if len(people) == 1 else {}), **form}
    return render_template(
        "desk/permit_new.html",
        order=view_order(desk, order),
        people=people,
        leaves=tuple((leave.value, LEAVE_TITLES[leave], _HINTS[leave]) for leave in leaves),
        causes=tuple((cause.value, CAUSE_TITLES[cause]) for cause in CAUSE_TITLES if cause in causes),
        purposes=_purposes(desk, order, applicants),
        uses=tuple((str(number), f"{number} 次") for number in USES),
        abroad=order.kind == OrderKind.EXIT_BAN.value,
        form=form,
        effect=[
            "受理后由院领导另行决定，登记人不能同时决定；准予之前，限制不变。",
            "准予后，只在许可的期间内，就该事项按许可的次数办理；其他限制不变。",
            "答复时限为拟使用的第一天，待决定的申请按此排列。",
        ],
        errors=errors,
    )


def _purposes(desk: Desk, order: Order, applicants: list[Applicant]) -> tuple[tuple[str, str], ...]:
    """Return every purpose one of them may ask for; which fits whom, the service decides."""
    kind = OrderKind(order.kind)
    open_to = {
        purpose
        for one in applicants
        for leave in one.leaves
        for purpose in purposes_for(kind, leave, subject_kind=one.kind, roles=one.roles, on=desk.today)
    }
    return tuple((code, PURPOSES[code].name) for code in PURPOSES if code in open_to)
