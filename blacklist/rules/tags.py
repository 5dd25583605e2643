"""The word and the look of a state: one table, one macro."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from blacklist.rules.lifecycle import OrderKind, OrderState


class Tag(NamedTuple):
    """A Chinese word and the CSS class that gives it shape and colour (never colour alone)."""

    word: str
    css_class: str


_OF_STATE: Mapping[OrderState, Tag] = MappingProxyType(
    {
        OrderState.DRAFT: Tag("草稿", "tag-grey-outline"),
        OrderState.RETURNED: Tag("退回", "tag-amber"),
        OrderState.CHECKED: Tag("待签发", "tag-blue"),
        OrderState.ISSUED: Tag("已签发待送达", "tag-blue"),
        OrderState.EFFECTIVE: Tag("公示中", "tag-red"),
        OrderState.SUSPENDED: Tag("暂停公示", "tag-amber-outline"),
        OrderState.REMOVED: Tag("已删除", "tag-green"),
        OrderState.WITHDRAWN: Tag("已撤销", "tag-green-outline"),
        OrderState.EXPIRED: Tag("期满屏蔽", "tag-green"),
        OrderState.ABANDONED: Tag("已放弃", "tag-grey-outline"),
    }
)
_SUBMITTED = Tag("待核验", "tag-blue")
_IN_GRACE = Tag("宽限期", "tag-amber")
_OF_OTHER_KINDS: Mapping[OrderState, Tag] = MappingProxyType(
    {OrderState.EFFECTIVE: Tag("限制中", "tag-red"), OrderState.REMOVED: Tag("已解除", "tag-green")}
)

# Open proceedings over an effective order: they stand beside its state tag.
PROCEEDING_TAGS: Mapping[str, Tag] = MappingProxyType(
    {
        "correction": Tag("更正中", "tag-amber"),
        "objection": Tag("异议审查", "tag-amber"),
        "reconsideration": Tag("复议中", "tag-amber"),
        "removal": Tag("待删除", "tag-amber"),
    }
)


def tag_of(state: OrderState, *, kind: OrderKind, submitted: bool = False, in_grace: bool = False) -> Tag:
    """Return the tag of an order in `state`.

    `submitted` tells a draft handed in for checking, `in_grace` an issued order whose grace period runs.

    Basis: LIST 5, LIST 7; GOOD 15.
    """
    if state is OrderState.DRAFT and submitted:
        return _SUBMITTED
    if state is OrderState.ISSUED and in_grace:
        return _IN_GRACE
    if kind is not OrderKind.LISTING and state in _OF_OTHER_KINDS:
        return _OF_OTHER_KINDS[state]
    return _OF_STATE[state]
