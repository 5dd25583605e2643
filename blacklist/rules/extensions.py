"""When a two-year listing may be made longer, once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import ExclusionError, Fault, InvalidError
from blacklist.rules.articles import ARTICLES
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.terms import Term, extended


class ExtensionReason(StrEnum):
    """The two cases in which the law lets a listing last longer."""

    GRAVE_VIOLENCE = "grave_violence"
    SEVERAL_KINDS = "several_kinds"


EXTENSION_TITLES: Mapping[ExtensionReason, str] = MappingProxyType(
    {
        ExtensionReason.GRAVE_VIOLENCE: "以暴力、威胁方法妨碍、抗拒执行，情节严重",
        ExtensionReason.SEVERAL_KINDS: "具有多项失信行为",
    }
)
SEVERAL = 2


def extended_term(
    kind: OrderKind,
    grounds: Collection[Ground],
    term: Term,
    *,
    reason: ExtensionReason,
    years: int,
    on: date,
) -> Term:
    """Return the longer term of a listing: one to three years more, once, five in all.

    `term` is the present one (decision day to last day), `on` the day of the extension. Grave violence or threats need
    ground 2; several kinds of conduct need two grounds on record.

    Basis: LIST 2.

    Raises:
        ExclusionError: it is no listing, or the grounds on record do not carry the reason.
        InvalidError: no fixed term, extended before, over already, or `years` is not 1, 2 or 3.
    """
    if kind is not OrderKind.LISTING:
        raise _refuse("只有纳入失信被执行人名单的期限可以延长。", "Only a listing is extended")
    if reason is ExtensionReason.GRAVE_VIOLENCE and Ground.G2 not in grounds:
        raise _refuse("登记的失信情形不含暴力、威胁抗拒执行。", "Ground 2 is not on record")
    if reason is ExtensionReason.SEVERAL_KINDS and len(set(grounds)) < SEVERAL:
        raise _refuse("登记的失信情形只有一项。", "A single ground is on record")
    if term.ends_on is not None and on > term.ends_on:
        detail, english = "期限已满的名单不得延长。", "The term is over."
        raise InvalidError(detail, english, errors=(Fault("/years", "not-extendable", detail, english),))
    return extended(term, years)


def _refuse(detail: str, english: str) -> ExclusionError:
    return ExclusionError(f"{detail}（{ARTICLES['LIST 2'].citation}）", f"{english} (LIST 2).", article="LIST 2")
