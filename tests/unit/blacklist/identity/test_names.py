"""Names and texts: kept as written, found however written, and nothing invisible gets in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.errors import InvalidError
from blacklist.identity.names import clean_text, search_key, stored_name


def code_of(text: str) -> str:
    with pytest.raises(InvalidError) as caught:
        stored_name(text)
    assert caught.value.errors[0].pointer == "/name"
    return caught.value.errors[0].code


@pytest.mark.parametrize("dot", "··•‧∙⋅・･．.●")
def test_every_dot_between_han_is_one(dot: str) -> None:
    assert stored_name(f" 测试辛{dot}吐尔逊\u3000") == "测试辛·吐尔逊"
    assert search_key(f"测试辛{dot}吐尔逊") == search_key("测试辛吐尔逊") == "测试辛吐尔逊"


def test_dots_elsewhere_and_compatibility_characters_stay() -> None:
    for name in ("J. R. Smith", "测试（北京）有限公司", "神\ufa19", "吴子𠅤", "𰻝面", "䶮\ue000", "葛\U000e0100城"):
        assert stored_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "张\u200b三",
        "张\u202e三",
        "张\x00三",
        "张\n三",
        "张\t三",
        "a\ufe0fb",
        "\ufdd0张",
        "张\ud800",
        "张\u0378",
        "张\U0002ffff",
        "张\u3164三",
        "\ufeff张三",
        "张\ufffd",  # noqa: PT014 - ruff reads the lone surrogate above as this
    ],
)
def test_invisible_and_undefined_characters_are_refused(text: str) -> None:
    assert code_of(text) == "bad-characters"


def test_length_emptiness_and_formulas() -> None:
    assert len(stored_name("𠀀" * 100)) == 100
    assert code_of("𠀀" * 101) == "too-long"
    assert code_of("  \u3000") == "missing"
    assert code_of("··") == "missing"
    assert code_of('=HYPERLINK("http://x","张三")') == "formula"


def test_long_text_may_have_lines() -> None:
    assert clean_text("一\r\n二\n", pointer="/duty", most=10, multiline=True) == "一\n二"
    with pytest.raises(InvalidError):
        clean_text("一\r二", pointer="/duty", most=10, multiline=True)


def test_search_keys_forgive_width_case_spaces_and_old_private_use() -> None:
    assert search_key("Ｔｅｓｔ（北京） 公司") == search_key("TEST(北京)公司")
    assert search_key("\ue854") == "\u9fba"
    assert search_key("葛\U000e0100城") == "葛城"
    assert search_key("Jean-Pierre O’Neil") == search_key("JEAN PIERRE ONEIL")
    assert search_key("张三") != search_key("张三丰")


@given(st.text(max_size=40))
def test_search_key_is_settled(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


@given(st.text(max_size=120))
def test_stored_names_store_again_unchanged(text: str) -> None:
    try:
        name = stored_name(text)
    except InvalidError:
        return
    assert stored_name(name) == name
    assert search_key(name) == search_key(text)
