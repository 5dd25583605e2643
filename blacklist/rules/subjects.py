"""Whom an order binds: the roles, and which of them each kind of order knows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from blacklist.rules.lifecycle import OrderKind
from blacklist.vocabulary import SubjectKind


class BoundRole(StrEnum):
    """Why an order binds a person."""

    DEBTOR = "debtor"
    LEGAL_REPRESENTATIVE = "legal_representative"
    PRINCIPAL = "principal"
    DIRECTLY_RESPONSIBLE = "directly_responsible"
    ACTUAL_CONTROLLER = "actual_controller"
    STATUTORY_AGENT = "statutory_agent"


ROLE_TITLES: Mapping[BoundRole, str] = MappingProxyType(
    {
        BoundRole.DEBTOR: "被执行人",
        BoundRole.LEGAL_REPRESENTATIVE: "法定代表人",
        BoundRole.PRINCIPAL: "主要负责人",
        BoundRole.DIRECTLY_RESPONSIBLE: "影响债务履行的直接责任人员",
        BoundRole.ACTUAL_CONTROLLER: "实际控制人",
        BoundRole.STATUTORY_AGENT: "法定代理人",
    }
)

_STAFF = frozenset({BoundRole.LEGAL_REPRESENTATIVE, BoundRole.PRINCIPAL, BoundRole.DIRECTLY_RESPONSIBLE})
_DEBTOR_ONLY = frozenset({BoundRole.DEBTOR})

_ALLOWED: Mapping[tuple[OrderKind, SubjectKind], frozenset[BoundRole]] = MappingProxyType(
    {
        (OrderKind.LISTING, SubjectKind.NATURAL): _DEBTOR_ONLY,
        (OrderKind.LISTING, SubjectKind.ORGANISATION): _DEBTOR_ONLY,
        (OrderKind.CONSUMPTION, SubjectKind.NATURAL): _DEBTOR_ONLY,
        (OrderKind.CONSUMPTION, SubjectKind.ORGANISATION): _DEBTOR_ONLY | _STAFF | {BoundRole.ACTUAL_CONTROLLER},
        (OrderKind.EXIT_BAN, SubjectKind.NATURAL): _DEBTOR_ONLY | {BoundRole.STATUTORY_AGENT},
        (OrderKind.EXIT_BAN, SubjectKind.ORGANISATION): _STAFF,
    }
)


def allowed_roles(kind: OrderKind, debtor_kind: SubjectKind) -> frozenset[BoundRole]:
    """Return the roles in which an order of `kind` against such a debtor may bind a person.

    A listing binds the debtor and nobody else. A consumption order against a unit binds the unit with its legal
    representative, principal, persons directly responsible and actual controller. An exit ban for a unit binds the
    first three only (the text does not name the controller), and for a person without full capacity also the
    statutory agent. A spouse, guarantor or colleague has no role here at all.

    Basis: GOOD 16; CONS 3; ENF 24.
    """
    return _ALLOWED[kind, debtor_kind]
