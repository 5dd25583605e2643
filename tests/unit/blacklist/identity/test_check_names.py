from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from blacklist.identity.check_names import CheckNames

NAMES = CheckNames(bytes(range(32)))
OTHERS = CheckNames(bytes(range(1, 33)))
ROW_IDS = st.integers(min_value=1, max_value=2**63 - 1)


@given(ROW_IDS)
def test_a_name_leads_back_to_its_row(row_id: int) -> None:
    assert NAMES.row_id(NAMES.name(row_id)) == row_id


@given(ROW_IDS)
def test_a_name_has_the_published_form(row_id: int) -> None:
    assert re.fullmatch("chk_[0-9A-HJKMNP-TV-Z]{16}", NAMES.name(row_id))


def test_neighbours_do_not_look_alike() -> None:
    one, other = NAMES.name(1000), NAMES.name(1001)
    assert sum(a == b for a, b in zip(one[4:], other[4:], strict=True)) < 8


def test_a_name_made_with_another_key_is_nobodys() -> None:
    assert [NAMES.row_id(OTHERS.name(row_id)) for row_id in range(1, 50)].count(None) >= 48


def test_what_has_not_the_form_is_nobodys() -> None:
    for text in ("", "chk_", "chk_0000", "chk_ILOU000000000000", "xyz_0000000000000000", "chk_00000000000000000"):
        assert NAMES.row_id(text) is None
