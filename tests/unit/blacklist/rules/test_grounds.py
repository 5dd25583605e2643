import pytest

from blacklist.errors import InvalidError
from blacklist.rules.grounds import GROUND_TITLES, GROUND_TITLES_ENGLISH, Ground, parse_grounds

TITLES = list(GROUND_TITLES.items())


class TestParseGrounds:
    """LIST 1."""

    @pytest.mark.parametrize(("ground", "title"), TITLES)
    def test_reads_each_title(self, ground, title):
        assert parse_grounds(title) == (ground,)

    @pytest.mark.parametrize("separator", [",", "，", "、", ";", "；", " , "])
    def test_reads_several_joined_by_any_separator(self, separator):
        assert parse_grounds(separator.join(GROUND_TITLES.values())) == tuple(Ground)

    @pytest.mark.parametrize(
        ("text", "grounds"),
        [
            pytest.param("伪造证据、暴力、威胁等方法妨碍、抗拒执行", ("G2",), id="without the leading word"),
            pytest.param("暴力、威胁方法妨碍、抗拒执行", ("G2",), id="violence alone"),
            pytest.param("其他妨碍、抗拒执行", ("G2",), id="other obstruction"),
            pytest.param("虚假诉讼、仲裁方法规避执行", ("G3",), id="sham suits alone"),
            pytest.param("隐匿、转移财产规避执行", ("G3",), id="hidden assets alone"),
            pytest.param("其他规避执行", ("G3",), id="other evasion"),
            pytest.param("违反限制高消费令", ("G5",), id="the older name of the order"),
            pytest.param("其他有履行能力而拒不履行生效法律文书确定义务", ("G1",), id="other refusal"),
            pytest.param(
                "违反财产报告制度的；有履行能力而拒不履行生效法律文书确定义务的", ("G1", "G4"), id="law's order"
            ),
            pytest.param("违反财产报告制度,违反财产报告制度", ("G4",), id="once each"),
            pytest.param("违反 财产报告制度\n", ("G4",), id="stray spaces"),
            pytest.param("G4，G1", ("G1", "G4"), id="codes"),
            pytest.param("Ｇ２", ("G2",), id="full-width code"),
        ],
    )
    def test_reads_what_exports_write(self, text, grounds):
        assert parse_grounds(text) == grounds

    @pytest.mark.parametrize("text", ["G1," * 166 + "G2", "G2" + ", " * 249])
    def test_reads_five_hundred_characters(self, text):
        assert len(text) == 500
        assert Ground.G2 in parse_grounds(text)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("G1," * 166 + "G1,", id="one character too long"),
            pytest.param("", id="nothing"),
            pytest.param(",", id="separator alone"),
            pytest.param("其他原因", id="other reasons"),
            pytest.param("违反财产报告制度,其他原因", id="one known, one not"),
            pytest.param("违反财产报告制度违反限制消费令", id="run together"),
            pytest.param("G7", id="no such code"),
            pytest.param("G12", id="longer code"),
            pytest.param("违反财产报告制度," * 60, id="too long"),
            pytest.param("违反财产报告制度" + " " * 600 + "其他原因", id="something behind much white space"),
            pytest.param(" G4," * 125 + " , G1", id="a ground behind the limit"),
        ],
    )
    def test_never_guesses(self, text):
        with pytest.raises(InvalidError) as refused:
            parse_grounds(text)

        assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [
            ("/disruptTypeName", "unknown-ground")
        ]

    def test_every_ground_has_both_titles(self):
        assert set(GROUND_TITLES) == set(GROUND_TITLES_ENGLISH) == set(Ground)
