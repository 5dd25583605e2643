from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.errors import InvalidError
from blacklist.rules.money import MOST_YUAN, money_in_words, parse_money


class TestParseMoney:
    """LIST 6."""

    @pytest.mark.parametrize(
        ("text", "yuan"),
        [
            ("33万", "330000.00"),
            ("33w", "330000.00"),
            ("￥330,000.00", "330000.00"),
            ("¥330000", "330000.00"),
            ("4002062元", "4002062.00"),
            ("人民币1.5亿元整", "150000000.00"),
            ("３３．５万元", "335000.00"),
            (" 0.5 ", "0.50"),
            ("0", "0.00"),
            ("12.3456万", "123456.00"),
            ("330 000 元", "330000.00"),
            ("0.5".ljust(64), "0.50"),
        ],
    )
    def test_reads_what_people_write(self, text, yuan):
        assert str(parse_money(text)) == yuan

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "暂无",
            "-5",
            "1,00",
            "0.005",
            "1e5",
            "33万5",
            "NaN",
            "1.",
            "9" * 15,
            "1000000000000",
            "1" * 200,
            "33千",
            "0.5".ljust(65),
        ],
    )
    def test_refuses_what_is_no_sum(self, text):
        with pytest.raises(InvalidError) as refused:
            parse_money(text)

        assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [("", "bad-money")]

    @given(st.decimals(min_value=0, max_value=MOST_YUAN, places=2))
    def test_reads_back_what_is_printed(self, amount):
        assert parse_money(f"¥{amount:,.2f}元") == amount


class TestMoneyInWords:
    """LIST 6."""

    @pytest.mark.parametrize(
        ("yuan", "words"),
        [
            ("0", "零元整"),
            ("330000.00", "叁拾叁万元整"),
            ("1005.03", "壹仟零伍元零叁分"),
            ("10.50", "壹拾元零伍角整"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("107000.53", "壹拾万柒仟元零伍角叁分"),
            ("100000000", "壹亿元整"),
            ("100000001", "壹亿零壹元整"),
            ("100010000", "壹亿零壹万元整"),
            ("1000000010", "壹拾亿零壹拾元整"),
            ("12.34", "壹拾贰元叁角肆分"),
            ("0.05", "伍分"),
            ("0.50", "伍角整"),
            ("4002062", "肆佰万贰仟零陆拾贰元整"),
            ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ],
    )
    def test_writes_formal_numerals(self, yuan, words):
        assert money_in_words(Decimal(yuan)) == words

    @pytest.mark.parametrize("yuan", ["-1", "0.001", "1000000000000", "NaN", "Infinity"])
    def test_refuses_what_is_no_sum(self, yuan):
        with pytest.raises(ValueError, match="a sum is"):
            money_in_words(Decimal(yuan))
