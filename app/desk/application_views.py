"""What the pages of creditors' applications are given; numbers masked, names opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from app.desk.acting import Desk
from app.desk.clocks import Due, due_in_words
from app.desk.views import Facts
from app.desk.words import DOCUMENT_TITLES, KIND_TITLES
from app.formats import day_cn, instant
from blacklist.models import Application, Order
from blacklist.queries.applications import is_given_up, open_application
from blacklist.queries.staff import name_persons
from blacklist.rules.deadlines import Clock
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.masking import mask_number
from blacklist.rules.tags import Tag

_TAGS: Mapping[str, Tag] = MappingProxyType(
    {
        "received": Tag("待审查", "tag-blue"),
        "proposed": Tag("待决定不予支持", "tag-amber"),
        "accepted": Tag("已起草决定", "tag-green"),
        "refused": Tag("不予支持", "tag-grey-outline"),
        "withdrawn": Tag("已撤回", "tag-grey-outline"),
    }
)
_GIVEN_UP = Tag("草稿已放弃，待审查", "tag-blue")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    """An application as a row of a list and as the head of its page."""

    public_id: str
    version: int
    href: str
    kind_title: str
    case_number: str
    name: str = field(repr=False)
    number_masked: str
    applicant: str = field(repr=False)
    received_on: date
    tag: Tag
    due: Due | None
    waits: bool


def view_application(desk: Desk, application: Application) -> ApplicationView:
    """Return an application for a page; its fifteen days run until it is drafted, refused or withdrawn."""
    opened = open_application(application, vault=desk.vault)
    given_up = is_given_up(desk.session, application)
    waits = given_up or application.state == "received"
    return ApplicationView(
        public_id=application.public_id,
        version=application.version,
        href=f"/desk/applications/{application.public_id}",
        kind_title=KIND_TITLES[OrderKind(application.kind)],
        case_number=application.case_number,
        name=opened.name,
        number_masked=mask_number(opened.document.number),
        applicant=opened.applicant,
        received_on=application.received_on,
        tag=_GIVEN_UP if given_up else _TAGS[application.state],
        due=_due(desk, application) if waits or application.state == "proposed" else None,
        waits=waits,
    )


def application_facts(desk: Desk, application: Application) -> Facts:
    """Return all facts of an application, and how it was decided."""
    opened = open_application(application, vault=desk.vault)
    people = [application.recorded_by, application.proposer_id, application.decider_id]
    names = name_persons(desk.session, people)
    facts: Facts = [
        ("申请事项", KIND_TITLES[OrderKind(application.kind)]),
        ("执行案号", application.case_number),
        ("申请执行人", opened.applicant),
        ("被执行人", opened.name),
        ("证件种类", DOCUMENT_TITLES[opened.document.type]),
        ("证件号码", mask_number(opened.document.number)),
        ("申请理由", opened.statement),
        ("收到日期", day_cn(application.received_on)),
        ("登记", f"{names.get(application.recorded_by, '')}，{instant(application.recorded_at)}"),
    ]
    if opened.refusal:
        facts.append(("不予支持的理由", opened.refusal))
        facts.append(("提出人", f"{names.get(application.proposer_id or 0, '')}，{instant(application.proposed_at)}"))
    if application.decided_at is not None:
        facts.append(
            ("办结", f"{names.get(application.decider_id or 0, '')} {instant(application.decided_at)}".strip())
        )
    return facts


def draft_of(desk: Desk, application: Application) -> tuple[str, str] | None:
    """Return words and address of the order made on an application, or None."""
    if application.order_id is None:
        return None
    order = desk.session.get_one(Order, application.order_id)
    return order.order_no or KIND_TITLES[OrderKind(order.kind)], f"/desk/e/{order.public_id}"


def _due(desk: Desk, application: Application) -> Due:
    by_analogy = application.kind != OrderKind.LISTING.value
    return due_in_words(
        Clock.LISTING_APPLICATION,
        application.received_on,
        on=desk.today,
        calendar=desk.calendar,
        by_analogy=by_analogy,
    )
