import pytest

from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.tags import PROCEEDING_TAGS, tag_of

SHARED = {
    "draft": ("草稿", "tag-grey-outline"),
    "returned": ("退回", "tag-amber"),
    "checked": ("待签发", "tag-blue"),
    "issued": ("已签发待送达", "tag-blue"),
    "suspended": ("暂停公示", "tag-amber-outline"),
    "withdrawn": ("已撤销", "tag-green-outline"),
    "expired": ("期满屏蔽", "tag-green"),
    "abandoned": ("已放弃", "tag-grey-outline"),
}
LISTING = SHARED | {"effective": ("公示中", "tag-red"), "removed": ("已删除", "tag-green")}
OTHERS = SHARED | {"effective": ("限制中", "tag-red"), "removed": ("已解除", "tag-green")}


class TestTagOf:
    """LIST 5, 7; GOOD 15."""

    @pytest.mark.parametrize("state", OrderState)
    def test_a_listing(self, state):
        assert tag_of(state, kind=OrderKind.LISTING) == LISTING[state]

    @pytest.mark.parametrize("state", OrderState)
    @pytest.mark.parametrize("kind", [OrderKind.CONSUMPTION, OrderKind.EXIT_BAN])
    def test_the_other_kinds(self, state, kind):
        assert tag_of(state, kind=kind) == OTHERS[state]

    def test_a_submitted_draft_waits_for_its_check(self):
        assert tag_of(OrderState.DRAFT, submitted=True, kind=OrderKind.LISTING) == ("待核验", "tag-blue")

    def test_grace_shows_on_an_issued_order_alone(self):
        assert tag_of(OrderState.ISSUED, in_grace=True, kind=OrderKind.LISTING) == ("宽限期", "tag-amber")
        assert tag_of(OrderState.EFFECTIVE, in_grace=True, kind=OrderKind.LISTING).word == "公示中"

    def test_proceedings_stand_beside(self):
        assert [tag.word for tag in PROCEEDING_TAGS.values()] == ["更正中", "异议审查", "复议中", "待删除"]
