import pytest

from blacklist.rules.masking import MaskPolicy, age_band, mask_number

RESIDENT = "11010519491231002X"


class TestMaskNumber:
    """LIST 6; PIPL 6, 28."""

    @pytest.mark.parametrize(
        ("number", "policy", "masked"),
        [
            pytest.param(RESIDENT, MaskPolicy.STRICT, "1101**************", id="strict"),
            pytest.param(RESIDENT, MaskPolicy.SPC, "1101051949****002X", id="supreme court's"),
            pytest.param("E00000001", MaskPolicy.STRICT, "E000*****", id="passport"),
            pytest.param("E00000001", MaskPolicy.SPC, "E000*****", id="passport is always strict"),
            pytest.param("E12", MaskPolicy.STRICT, "***", id="too short to show any"),
            pytest.param("E123", MaskPolicy.STRICT, "****", id="never the whole number"),
            pytest.param("E1234", MaskPolicy.STRICT, "E123*", id="one character hidden"),
        ],
    )
    def test_hides_by_policy(self, number, policy, masked):
        assert mask_number(number, policy=policy) == masked

    def test_is_strict_unless_told(self):
        assert mask_number(RESIDENT) == "1101" + "*" * 14

    def test_refuses_an_unknown_policy(self):
        with pytest.raises(ValueError, match="open"):
            mask_number(RESIDENT, policy="open")


class TestAgeBand:
    @pytest.mark.parametrize(("age", "band"), [(18, "10–19岁"), (40, "40–49岁"), (49, "40–49岁")])
    def test_names_ten_years(self, age, band):
        assert age_band(age) == band
