"""From a paper that is due to its facts; what is missing is named with the place where it is entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from app.desk.paper_acts import (
    correction_decision,
    extension_decision,
    permit_decision,
    removal_decision,
    resumption_decision,
    suspension_decision,
)
from app.desk.paper_due import PaperDue
from app.desk.paper_orders import consumption_order, exit_ban_decision, listing_decision
from app.desk.paper_proofs import removal_certificate, service_proof
from app.desk.paper_remedies import reconsideration_decision, rejection_decision
from app.desk.paper_sheets import Sheet
from app.documents.facts import Facts, missing_facts
from blacklist.models import Order, Permit
from blacklist.rules.lifecycle import STANDING_STATES, OrderState
from blacklist.rules.papers import ORDER_DECISIONS, PaperKind

_BUILDERS: Mapping[PaperKind, Callable[[Sheet], Facts]] = MappingProxyType(
    {
        PaperKind.LISTING_DECISION: listing_decision,
        PaperKind.CONSUMPTION_ORDER: consumption_order,
        PaperKind.EXIT_BAN_DECISION: exit_ban_decision,
        PaperKind.PERMIT: permit_decision,
        PaperKind.CORRECTION: correction_decision,
        PaperKind.REJECTION: rejection_decision,
        PaperKind.RECONSIDERATION: reconsideration_decision,
        PaperKind.SUSPENSION: suspension_decision,
        PaperKind.RESUMPTION: resumption_decision,
        PaperKind.EXTENSION: extension_decision,
        PaperKind.REMOVAL: removal_decision,
        PaperKind.CERTIFICATE: removal_certificate,
        PaperKind.SERVICE: service_proof,
    }
)
# What the acts' own pages may leave open, so that it is written with the paper: by field, its name and most characters.
TYPED: Mapping[str, tuple[str, int]] = MappingProxyType({"found": ("查明的事实", 4000), "reasons": ("理由", 4000)})
_CORRECTED = ("/case/", "/debtor/name", "/debtor/representative", "/found", "/grounds")


@dataclass(frozen=True, slots=True)
class MissingView:
    """A fact a paper lacks: its name, the page where it is entered, and what to do where there is none."""

    name: str
    href: str = ""
    hint: str = ""


def facts_of(sheet: Sheet, typed: Mapping[str, str]) -> Facts:
    """Return the facts of a paper; `typed` fills what the register leaves open and never replaces anything."""
    facts = _BUILDERS[sheet.due.kind](sheet)
    given: dict[str, Any] = {name: typed[name] for name in open_texts(facts) if typed.get(name)}
    return replace(facts, **given) if given else facts


def open_texts(facts: Facts) -> tuple[str, ...]:
    """Return which texts of a paper the register leaves open and its maker writes; an order's decision has none."""
    if PaperKind(facts.kind) in ORDER_DECISIONS:
        return ()
    own = {one.name for one in fields(facts)}
    return tuple(name for name in TYPED if name in own and not getattr(facts, name))


def missing_views(order: Order, due: PaperDue, facts: Facts) -> list[MissingView]:
    """Return what a paper lacks, each with the place where it is entered."""
    return [_view(order, due, pointer, name) for pointer, name in missing_facts(facts)]


def _view(order: Order, due: PaperDue, pointer: str, name: str) -> MissingView:
    base = f"/desk/e/{order.public_id}"
    if pointer[1:] in TYPED and due.kind not in ORDER_DECISIONS:
        return MissingView(name, f"#f-{pointer[1:]}", "登记中没有，在本页填写")
    if isinstance(due.source, Permit) and pointer in ("/confirmation", "/undertaken_on"):
        return MissingView(name, f"/desk/permits/{due.source.public_id}", "随许可申请登记")
    if pointer == "/suspension_number":
        return MissingView(name, f"{base}#papers", "先制作该次暂停的决定书")
    if pointer == "/challenged":
        return MissingView(name, f"{base}#papers", "由原作出决定的法院先制作驳回决定书")
    if pointer.startswith(_CORRECTED) and OrderState(order.state) in STANDING_STATES:
        return MissingView(name, f"{base}/correct", "通过更正补充")
    return MissingView(name, "", _HINTS.get(pointer.rsplit("/", 1)[-1], "登记中没有该事项"))


_HINTS = {
    "next_court": "由管理员登记本院的上一级人民法院",
    "contact": "由管理员登记本院联系方式",
    "access_code": "该决定签发时没有生成访问码",
    "sex": "录入时登记，签发后不能补录",
    "born_on": "录入时登记，签发后不能补录",
    "document": "只有脱敏号码，须由原登记来源补充",
}
