"""Chinese words of objections and reconsiderations at the desk: tags of their states, kinds of notes, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from blacklist.rules.remedy_states import ObjectionState, ReconsiderationState
from blacklist.rules.tags import Tag

OBJECTION_TAGS: Mapping[ObjectionState, Tag] = MappingProxyType(
    {
        ObjectionState.RECEIVED: Tag("待受理", "tag-blue"),
        ObjectionState.ACCEPTED: Tag("审查中", "tag-amber"),
        ObjectionState.UPHELD: Tag("成立", "tag-green"),
        ObjectionState.REJECTED: Tag("已驳回", "tag-grey-outline"),
        ObjectionState.WITHDRAWN: Tag("已撤回", "tag-grey-outline"),
    }
)
RECONSIDERATION_TAGS: Mapping[ReconsiderationState, Tag] = MappingProxyType(
    {
        ReconsiderationState.RECEIVED: Tag("复议中", "tag-amber"),
        ReconsiderationState.CHANGED: Tag("已改变", "tag-green"),
        ReconsiderationState.MAINTAINED: Tag("已维持", "tag-grey-outline"),
        ReconsiderationState.WITHDRAWN: Tag("已撤回", "tag-grey-outline"),
    }
)
PROPOSED_TAG = Tag("待决定", "tag-amber")
NOTE_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "hearing": "听取意见、听证",
        "material": "收到材料",
        "request": "要求补充材料（申请人凭查询码可见）",
        "note": "其他记录",
    }
)
VIA_TITLES: Mapping[str, str] = MappingProxyType({"desk": "窗口书面", "online": "网上"})
OUTCOME_TITLES: Mapping[str, str] = MappingProxyType(
    {
        ObjectionState.UPHELD.value: "申请成立",
        ObjectionState.REJECTED.value: "驳回申请",
        ReconsiderationState.CHANGED.value: "改变原决定",
        ReconsiderationState.MAINTAINED.value: "维持原决定",
    }
)
